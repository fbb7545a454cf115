"""What a bill's lines bear, put together: the taxes that are shown, and what the invoice is made from."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from types import MappingProxyType
from typing import Final

from guichet.catalogue.catalogue import TaxClass
from guichet.ledger.billable import BillableLine
from guichet.subscriptions.cart import TaxLine, TaxQuote
from guichet.tax.deciding import Bearing, Borne, grouped
from guichet.tax.netting import Part, netted

# What invoices charged on their own lines, by class: a credit gives back what its invoice bore (SUB-6).
type EarlierTaxes = Mapping[str, Mapping[TaxClass, tuple[Bearing, ...]]]

NOTHING_EARLIER: Final[EarlierTaxes] = MappingProxyType({})


def assessed(
    lines: Sequence[BillableLine],
    bearings: Sequence[tuple[Bearing, ...]],
    fees: tuple[BillableLine, ...] = (),
) -> TaxQuote:
    """The taxes of these lines and fees.

    Args:
        lines: before tax.
        bearings: of each line, then of each fee.
        fees: what the lines bear beside taxes (TAX-5).
    """
    places = {each: place for place, each in enumerate(dict.fromkeys(_flat(bearings)))}
    bears = tuple(tuple(places[each] for each in held) for held in bearings)
    borne = [
        Borne(line.net_minor, held) for line, held in zip((*lines, *fees), bearings, strict=True)
    ]
    return TaxQuote(_shown((*lines, *fees), borne), fees, tuple(places), bears)


def borne_lines(lines: Sequence[BillableLine], quote: TaxQuote) -> list[Borne]:
    """Lines and fees with what they bear; without lines there is nothing that they bear."""
    held = quote.bears or ((),) * len(lines)
    return [
        Borne(line.net_minor, tuple(quote.bearings[place] for place in places))
        for line, places in zip(lines, held, strict=True)
    ]


def _flat(bearings: Iterable[tuple[Bearing, ...]]) -> Iterable[Bearing]:
    return (each for held in bearings for each in held)


def split_up(
    lines: Sequence[BillableLine], borne: Sequence[Borne], own_id: str = ""
) -> tuple[tuple[Part, ...], dict[str, tuple[Part, ...]]]:
    """What stands on the invoice, and on the credit note of each earlier one (INV-11).

    Args:
        lines: with their fees.
        borne: the same with what they bear.
        own_id: of the invoice itself, where it has one: no credit note refers to it.
    """
    ours = {place for place, line in enumerate(lines) if line.of_invoice in {"", own_id}}
    parts = netted(borne, ours)
    notes: dict[str, tuple[Part, ...]] = {}
    for part in parts.notes:
        of = lines[part.place].of_invoice
        notes[of] = (*notes.get(of, ()), part)
    return parts.invoice, notes


def _shown(lines: Sequence[BillableLine], borne: Sequence[Borne]) -> tuple[TaxLine, ...]:
    """One line per tax and rate (INV-2): what the invoice charges, less what credit notes give back.

    Each document is rounded for itself, so that together they come to what was previewed (BAD-14).
    """
    invoice, notes = split_up(lines, borne)
    sums: dict[tuple[str, Decimal], int] = {}
    for sign, those in ((1, invoice), *((-1, each) for each in notes.values())):
        for group in grouped(_of(borne, those)).charged:
            name = group.name, group.percent
            sums[name] = sums.get(name, 0) + sign * group.amount_minor
    return tuple(TaxLine(name, f"{percent:f}", sum_) for (name, percent), sum_ in sums.items())


def _of(borne: Sequence[Borne], parts: Iterable[Part]) -> Iterable[Borne]:
    return (Borne(part.net_minor, borne[part.place].bearings) for part in parts)
