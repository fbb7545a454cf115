"""What a bill's lines bear, put together: the taxes that are shown, and what the invoice is made from."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from types import MappingProxyType
from typing import Final

from guichet.catalogue.catalogue import TaxClass
from guichet.ledger.billable import BillableLine
from guichet.subscriptions.cart import TaxLine, TaxQuote, TaxStatus
from guichet.tax.deciding import Bearing, Borne, grouped
from guichet.tax.netting import Part, netted

# What invoices charged on their own lines, by class: a credit gives back what its invoice bore (SUB-6).
type EarlierTaxes = Mapping[str, Mapping[TaxClass, tuple[Bearing, ...]]]

NOTHING_EARLIER: Final[EarlierTaxes] = MappingProxyType({})


def assessed(
    status: TaxStatus,
    lines: Sequence[BillableLine],
    bearings: Sequence[tuple[Bearing, ...]],
    fees: tuple[BillableLine, ...] = (),
) -> TaxQuote:
    """The taxes of these lines and fees.

    Args:
        status: whether taxes are known at all.
        lines: before tax.
        bearings: of each line, then of each fee.
        fees: what the lines bear beside taxes (TAX-5).
    """
    places = {each: place for place, each in enumerate(dict.fromkeys(_flat(bearings)))}
    bears = tuple(tuple(places[each] for each in held) for held in bearings)
    borne = [
        Borne(line.net_minor, held) for line, held in zip((*lines, *fees), bearings, strict=True)
    ]
    return TaxQuote(status, _shown(borne), fees, tuple(places), bears)


def borne_lines(lines: Sequence[BillableLine], quote: TaxQuote) -> list[Borne]:
    """Lines and fees with what they bear; nothing, where no taxes are known."""
    held = quote.bears or ((),) * len(lines)
    return [
        Borne(line.net_minor, tuple(quote.bearings[place] for place in places))
        for line, places in zip(lines, held, strict=True)
    ]


def _flat(bearings: Iterable[tuple[Bearing, ...]]) -> Iterable[Bearing]:
    return (each for held in bearings for each in held)


def _shown(borne: Sequence[Borne]) -> tuple[TaxLine, ...]:
    """One line per tax and rate (INV-2): what the invoice charges, less what credit notes give back."""
    parts = netted(borne)
    sums: dict[tuple[str, str], int] = {}
    for sign, those in ((1, parts.invoice), (-1, parts.notes)):
        for group in grouped(_of(borne, those)).charged:
            name = group.name, _share(group.percent)
            sums[name] = sums.get(name, 0) + sign * group.amount_minor
    return tuple(TaxLine(name, rate, amount) for (name, rate), amount in sums.items())


def _of(borne: Sequence[Borne], parts: Iterable[Part]) -> Iterable[Borne]:
    return (Borne(part.net_minor, borne[part.place].bearings) for part in parts)


def _share(percent: Decimal) -> str:
    """Per cent as a decimal of the taxable sum: 9.975 is 0.09975."""
    return format((percent / 100).normalize(), "f")
