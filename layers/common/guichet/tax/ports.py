"""What taxes need from outside: the official register of VAT numbers."""

from __future__ import annotations

from typing import Protocol

from guichet.tax.vat_check import VatReply


class VatRegister(Protocol):
    """Asks whether a VAT number is registered (TAX-3).

    Never raises for what the register does: whatever is no clear yes or no is `unavailable`.
    """

    def check(self, vat_number: str) -> VatReply:
        """Ask once. The number begins with its country's two letters, Greece's with EL."""
        ...
