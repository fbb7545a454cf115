"""A register of VAT numbers in memory, with the contract of the port: clear answers, or none."""

from __future__ import annotations

from dataclasses import dataclass, field

from guichet.tax.vat_check import VatAnswer, VatReply


@dataclass
class MemoryVatRegister:
    """Knows the numbers it is given; `out` are the states that don't answer at the moment."""

    registered: set[str] = field(default_factory=set)
    out: set[str] = field(default_factory=set)
    asked: list[str] = field(default_factory=list)

    def check(self, vat_number: str) -> VatReply:
        self.asked.append(vat_number)
        if vat_number[:2] in self.out:
            return VatReply(VatAnswer.UNAVAILABLE, said="MS_UNAVAILABLE")
        if vat_number in self.registered:
            return VatReply(VatAnswer.VALID, f"WAPI{len(self.asked):012}")
        return VatReply(VatAnswer.INVALID)
