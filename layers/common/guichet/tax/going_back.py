"""What of each tax goes back, in amounts: documents are rounded apart, sums don't tell it (TAX-1)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from types import MappingProxyType
from typing import Final

from guichet.catalogue.catalogue import TaxClass
from guichet.tax.deciding import Bearing, TaxGroup

type TaxName = tuple[str, str, TaxClass, str]  # name, percent, class, region
type TaxesLeft = Mapping[str, Mapping[TaxName, int]]  # by invoice: what of its taxes may go back

NO_BOUNDS: Final[TaxesLeft] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class TaxBack:
    """What credit notes gave back of one tax: on what, and how much."""

    name: str
    percent: str
    tax_class: TaxClass
    region: str
    base_minor: int
    amount_minor: int

    @classmethod
    def of(cls, group: TaxGroup) -> TaxBack:
        return cls(*name_of(group), group.base_minor, group.amount_minor)

    @property
    def tax(self) -> TaxName:
        return self.name, self.percent, self.tax_class, self.region


def name_of(tax: Bearing | TaxGroup) -> TaxName:
    return tax.name, f"{Decimal(tax.percent):f}", tax.tax_class, tax.region


def added_up(parts: Iterable[TaxBack]) -> tuple[TaxBack, ...]:
    """One of each tax."""
    sums: dict[TaxName, TaxBack] = {}
    for each in parts:
        so_far = sums.get(each.tax)
        sums[each.tax] = each if so_far is None else _sum(so_far, each)
    return tuple(sums.values())


def _sum(one: TaxBack, other: TaxBack) -> TaxBack:
    return replace(
        one,
        base_minor=one.base_minor + other.base_minor,
        amount_minor=one.amount_minor + other.amount_minor,
    )


def gone_of(parts: Sequence[TaxBack], tax: TaxName) -> tuple[int, int]:
    """On what a tax went back, and how much of it."""
    found = [each for each in parts if each.tax == tax]
    return sum(each.base_minor for each in found), sum(each.amount_minor for each in found)
