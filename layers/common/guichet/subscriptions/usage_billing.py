"""Which lines of a month's usage are still to be billed (INV-8, BAD-5)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date

from guichet.ledger.billable import BillableLine, LineKind
from guichet.money import Money
from guichet.period import Period
from guichet.subscriptions.usage import (
    BilledUsage,
    UsageMonth,
    UsageRecord,
    UsedItem,
    counted_once,
    month_of,
)
from guichet.subscriptions.usage_pricing import ItemUsage, UsageTerms, priced


@dataclass(frozen=True, slots=True)
class UsageBill:
    """What a month's usage adds to a bill. `month` is what to save with it: None, nothing is new."""

    lines: tuple[BillableLine, ...]
    month: UsageMonth | None
    duplicates: tuple[UsageRecord, ...]
    unpriced: tuple[UsageRecord, ...]


def month_lines(
    month: date,
    records: Iterable[UsageRecord],
    terms: UsageTerms,
    billed_before: UsageMonth | None,
    *,
    bill_on: date,
    ends_now: bool = False,
) -> UsageBill:
    """The lines of a month that are still to be billed: what it comes to, less what was billed.

    So a record that comes late adds its difference, however the records came, nothing is billed
    twice, and cents never drift (INV-8). Lines of 0 are left out; their quantity is on the next.
    An item that has records without a price gets nothing back: it can't be known what it comes to.

    Args:
        month: its 1st, in the subscription's time zone.
        records: all of `months_around` the month.
        terms: from `usage_terms`.
        billed_before: what was saved for the month.
        bill_on: the day of the bill that the lines are on.
        ends_now: the month has just ended: its terms are kept for what comes late, even where
            nothing was used.
    """
    once = counted_once(month, records)
    items = priced(once.records, terms)
    billed = {(each.item_id, each.unit_price): each for each in _billed(billed_before)}
    doubtful = {each.item_id for each in items if each.unpriced}
    lines = []
    for now in _comes_to(items, tuple(billed)):
        name = now.item_id, now.unit_price
        so_far = billed.get(name, replace(now, quantity=0, amount_minor=0))
        is_less = now.amount_minor < so_far.amount_minor
        if now.amount_minor > so_far.amount_minor or (is_less and now.item_id not in doubtful):
            lines.append(_line(terms, month_of(month), so_far, now, bill_on))
            billed[name] = now
    before = billed_before or (_unused(month, terms) if items or ends_now else None)
    return UsageBill(
        tuple(lines),
        None if before is None else _month(before, items, tuple(billed[n] for n in sorted(billed))),
        once.duplicates,
        tuple(record for item in items for record in item.unpriced),
    )


def _billed(month: UsageMonth | None) -> tuple[BilledUsage, ...]:
    return () if month is None else month.billed


def _comes_to(
    items: Sequence[ItemUsage], billed: Sequence[tuple[str, str]]
) -> Iterator[BilledUsage]:
    """What each unit price comes to now: nothing, where one that was billed is no more."""
    now = {(item.item_id, charge.unit_price): charge for item in items for charge in item.charges}
    for item_id, price in sorted({*now, *billed}):
        charge = now.get((item_id, price))
        if charge is None:
            yield BilledUsage(item_id, price, 0, 0)
        else:
            yield BilledUsage(item_id, price, charge.quantity, charge.amount.amount_minor)


def _line(
    terms: UsageTerms, period: Period, before: BilledUsage, now: BilledUsage, bill_on: date
) -> BillableLine:
    item = terms.product.metered.get(now.item_id)
    own_class = None if item is None else item.tax_class
    return BillableLine(
        subscription_id=terms.subscription_id,
        product_id=terms.product.product_id,
        kind=LineKind.USAGE,
        item=now.item_id,
        quantity=abs(now.quantity - before.quantity),
        unit_price=now.unit_price,
        amount=Money(abs(now.amount_minor - before.amount_minor), terms.currency),
        period=period,
        bill_on=bill_on,
        tax_class=str(own_class or terms.product.tax_class),
        catalogue_version=terms.catalogue_version,
        is_credit=now.amount_minor < before.amount_minor,
    )


def _unused(month: date, terms: UsageTerms) -> UsageMonth:
    """The month before anything of it is saved."""
    return UsageMonth(
        subscription_id=terms.subscription_id,
        account_id=terms.account_id,
        month=month,
        currency=terms.currency,
        country=terms.country,
        plan_id=terms.plan.plan_id,
        catalogue_version=terms.catalogue_version,
        version=0,
    )


def _month(
    before: UsageMonth, items: Sequence[ItemUsage], billed: tuple[BilledUsage, ...]
) -> UsageMonth | None:
    """What is to be saved; None where it is as it was saved."""
    used = tuple(UsedItem(each.item_id, each.used, each.included) for each in items)
    after = replace(before, items=used, billed=billed)
    return (
        None if before.version and after == before else replace(after, version=before.version + 1)
    )
