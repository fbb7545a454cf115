"""Regulatory fees on telecom lines: charges of their own, from dated tables, never taxes (TAX-5)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction

from guichet.catalogue.catalogue import FeeClass
from guichet.money import Money
from guichet.tax.tables import tax_unknown


@dataclass(frozen=True, slots=True)
class FeeRate:
    """A fee's rate from a day on, and the taxes that it bears itself."""

    effective_from: date
    effective_until: (
        date | None
    )  # the last day, where it ends by itself, as a quarter's factor does
    percent: Decimal
    taxes: frozenset[str]  # by name
    source: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class FeeTables:
    """Rates of each fee by its id in the catalogue, ascending by day."""

    rates: Mapping[str, tuple[FeeRate, ...]]

    def rate_on(self, fee_id: str, day: date) -> FeeRate:
        """The rate in force.

        Raises:
            Unavailable: `tax_unknown`, no row is for this day.
        """
        found = None
        for each in self.rates.get(fee_id, ()):
            if each.effective_from <= day:
                found = each
        if found is None or (found.effective_until or day) < day:
            last = found.effective_until if found is not None else None
            known = f" (known until {last})" if last is not None else ""
            raise tax_unknown(f"the fee {fee_id} on {day}{known}", "fees.yaml")
        return found

    def taxes_of(self, fee_ids: Iterable[str], day: date) -> dict[str, frozenset[str]]:
        """The names of the taxes that each of these fees bears on a day.

        Raises:
            Unavailable: `tax_unknown`.
        """
        return {fee_id: self.rate_on(fee_id, day).taxes for fee_id in fee_ids}


@dataclass(frozen=True, slots=True)
class Fee:
    """One fee of one product on a bill. `base` is the part of the telecom lines it is computed on."""

    fee_id: str
    percent: Decimal
    amount: Money


def fees_on(
    telecom: Money, country: str, fees: Iterable[FeeClass], day: date, tables: FeeTables
) -> list[Fee]:
    """What a product's telecom lines bear, in the catalogue's order; fees of 0 are left out.

    Each is the sum of the lines times the fee's share of them times its rate, rounded half-up once:
    the universal service fee is the quarter's rate on the interstate share (TAX-5).

    Args:
        telecom: what the product's telecom lines come to, before fees and taxes.
        country: the billing country: a fee is one country's.
        fees: as the catalogue lists them for the product.
        day: the invoice's date.
        tables: their rates.

    Raises:
        Unavailable: `tax_unknown`, a fee that is due has no row for this day.
    """
    found = []
    for each in fees:
        if each.country != country or not telecom:
            continue
        rate = tables.rate_on(each.fee_id, day)
        share = Fraction(each.interstate_share_bps, 10_000) * Fraction(rate.percent) / 100
        amount = telecom.share(share)
        if amount:
            found.append(Fee(each.fee_id, rate.percent, amount))
    return found
