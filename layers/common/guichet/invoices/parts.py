"""What of an invoice went back, and what its charges bore: kept with it, for what is credited later."""

from __future__ import annotations

from dataclasses import dataclass

from guichet.catalogue.catalogue import TaxClass
from guichet.tax.deciding import Bearing


@dataclass(frozen=True, slots=True)
class OwnTaxes:
    """What an invoice's own charges of a class bore: given back with them (SUB-6)."""

    tax_class: TaxClass
    bearings: tuple[Bearing, ...]
    net_minor: int = (
        0  # what they came to; 0 where fees bear the same taxes: these are not held to it
    )


@dataclass(frozen=True, slots=True)
class NotedPart:
    """What a credit note gave back of a line: its place in the content, and a net amount.

    By hand it is above 0; of VAT alone, as the line: below 0 for a credit.
    """

    place: int
    net_minor: int


@dataclass(frozen=True, slots=True)
class ReversedVat:
    """What of an invoice bears no VAT after all, as its number was confirmed later (TAX-3).

    From then on its lines bear `taxes`; what stands on it does not change (INV-3).
    """

    parts: tuple[NotedPart, ...]  # whose VAT went back
    taxes: tuple[OwnTaxes, ...]
    hand_count: int  # how many of the invoice's parts by hand came before, with VAT

    def of_class(self, tax_class: TaxClass) -> tuple[Bearing, ...]:
        return next(each.bearings for each in self.taxes if each.tax_class is tax_class)
