"""A credit note of a bill or an order gives back no more of a tax than is left of it (INV-11, TAX-1)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace

from guichet.ledger.billable import BillableLine, LineKind
from guichet.subscriptions.assessing import borne_lines, split_up
from guichet.subscriptions.cart import Bill, HeldTax, TaxQuote
from guichet.tax.deciding import Borne, TaxGroup, grouped
from guichet.tax.going_back import TaxBack, TaxesLeft, TaxName, name_of


def held_to_what_is_left(
    lines: Sequence[BillableLine], quote: TaxQuote, left: TaxesLeft, own_id: str = ""
) -> TaxQuote:
    """The taxes of these lines, where each note is rounded for itself and gives back what is left at most.

    Args:
        lines: of a bill, without fees.
        quote: their taxes.
        left: of the invoices that are given back; of what is not named, any amount goes back.
        own_id: of the bill itself, where it has one.
    """
    held = _held(lines, quote, left, own_id) if left else ()
    if not held:
        return quote
    less: Counter[tuple[str, str]] = Counter()
    for each in held:
        less[each.name, each.percent] += each.less_minor
    taxes = tuple(
        replace(each, amount_minor=each.amount_minor + less[each.name, each.percent])
        for each in quote.taxes
    )
    return replace(quote, taxes=taxes, held=held)


def held_bill(bill: Bill, left: TaxesLeft) -> Bill:
    """An order's, whose credit notes are made as previewed (BAD-14)."""
    return replace(bill, tax=held_to_what_is_left(bill.lines, bill.tax, left))


def is_held_alike(bill: Bill, left: TaxesLeft) -> bool:
    """Whether its credit notes still give back what they did by its quote."""
    return _held(bill.lines, bill.tax, left, "") == bill.tax.held


def _held(
    lines: Sequence[BillableLine], quote: TaxQuote, left: TaxesLeft, own_id: str
) -> tuple[HeldTax, ...]:
    found: list[HeldTax] = []
    for of, group in _note_groups(lines, quote, own_id):
        most = left.get(of, {}).get(name_of(group))
        if most is not None and group.amount_minor > most:
            found.append(HeldTax(of, *name_of(group), group.amount_minor - most))
    return tuple(found)


def notes_of(bill: Bill) -> dict[str, tuple[TaxBack, ...]]:
    """What each of its credit notes gives back of each tax, by the invoice that it corrects."""
    less = {(each.of_invoice, each.tax): each.less_minor for each in bill.tax.held}
    found: dict[str, tuple[TaxBack, ...]] = {}
    for of, group in _note_groups(bill.lines, bill.tax, ""):
        whole = TaxBack.of(group)
        amount = whole.amount_minor - less.get((of, whole.tax), 0)
        found[of] = (*found.get(of, ()), replace(whole, amount_minor=amount))
    return found


def held_of(quote: TaxQuote, of_invoice: str) -> dict[TaxName, int]:
    """How much less than its lines come to a credit note gives back of each tax."""
    return {each.tax: each.less_minor for each in quote.held if each.of_invoice == of_invoice}


def _note_groups(
    lines: Sequence[BillableLine], quote: TaxQuote, own_id: str
) -> Iterator[tuple[str, TaxGroup]]:
    """What credit notes come to by tax. Fees name one invoice, and are not held to it (TAX-5)."""
    whole = (*lines, *quote.fees)
    if not any(line.is_credit for line in whole):
        return
    borne = borne_lines(whole, quote)
    for of, parts in split_up(whole, borne, own_id)[1].items():
        if any(whole[part.place].kind is LineKind.FEE for part in parts):
            continue
        here = [Borne(part.net_minor, borne[part.place].bearings) for part in parts]
        for group in grouped(here).charged:
            yield of, group
