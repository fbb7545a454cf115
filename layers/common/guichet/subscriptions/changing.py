"""Changing what a subscription is for, and what that costs (SUB-6, SUB-7, SUB-16).

What was planned for the next renewal stays as it is here: see `planning`.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import date, timedelta
from fractions import Fraction
from typing import Final

from guichet.catalogue.catalogue import Catalogue
from guichet.errors import Conflict
from guichet.ledger.billable import BillableLine
from guichet.money import half_up
from guichet.period import Period, first_of_next_month, share
from guichet.subscriptions.billing import (
    Effect,
    billed_from,
    billing_begun,
    month_share,
    parts_of,
    price_list,
    whole_period,
)
from guichet.subscriptions.creditable import thing
from guichet.subscriptions.pricing import PricedItem, PriceList
from guichet.subscriptions.subscription import BilledPart, PendingCancellation, Subscription
from guichet.subscriptions.terms import Terms

MOST_BILLED_PARTS: Final = 200  # of a period; each has rounded cents of its own, so none are merged


def plan_changed(
    subscription: Subscription, terms: Terms, catalogue: Catalogue, day: date
) -> Effect:
    """SUB-6: what is unused is credited, and a period of the new terms begins that day.

    In free time, or before the billing start, nothing was billed: only the terms change. A pending
    cancellation moves with the end of the period, which is billed whole (SUB-8).
    """
    changed = replace(subscription, terms=terms)
    if subscription.period is None:
        return _before_billing(changed, catalogue)
    credits_given = unused(subscription, catalogue, day)
    begun = billing_begun(replace(changed, billing_start=day), catalogue)
    kept = replace(
        begun.subscription,
        billing_start=subscription.billing_start,
        cancellation=_moved_with(begun.subscription),
    )
    return Effect(kept, (*credits_given, *begun.lines))


def _before_billing(changed: Subscription, catalogue: Catalogue) -> Effect:
    """Nothing is billed yet; what is in these terms is known to this version of the catalogue."""
    return Effect(replace(changed, catalogue_version=catalogue.version))


def _moved_with(begun: Subscription) -> PendingCancellation | None:
    """A term ends when it did; without one, access lasts as long as what is billed."""
    mark, period = begun.cancellation, begun.period
    if mark is None or period is None or begun.term is not None:
        return mark
    return replace(mark, ends_on=period.end)


def unused(subscription: Subscription, catalogue: Catalogue, day: date) -> tuple[BillableLine, ...]:
    """What of the running period is given back: of each line, of what was billed for it (SUB-6)."""
    prices = price_list(subscription, catalogue)
    lines = (_credit(prices, subscription, part, day) for part in subscription.billed)
    return tuple(line for line in lines if line.amount)


def _credit(
    prices: PriceList, subscription: Subscription, part: BilledPart, day: date
) -> BillableLine:
    left = credited_days(part.period, day)
    part_left = share(
        subscription.basis,
        (part.period.start, part.period.end),
        (left.start, left.end),
        time_zone=subscription.time_zone,
    )
    item = PricedItem(part.kind, part.item, part.quantity, part.amount)
    given_back = part.amount.share(part_left).amount_minor
    line = prices.signed(item, -given_back, left, day, part_left)
    return replace(
        line, catalogue_version=subscription.catalogue_version, of_invoice=part.invoice_id
    )


def credited_days(period: Period, day: date) -> Period:
    """What of a period is unused: the day of change counts as used, unless it is the first (SUB-6)."""
    begin = period.start if day <= period.start else min(day + timedelta(days=1), period.end)
    return Period(begin, period.end)


def added(subscription: Subscription, terms: Terms, catalogue: Catalogue, day: date) -> Effect:
    """SUB-16: more seats or add-ons, pro rata to the end of the period, the day of purchase included.

    `catalogue` is that of the running period: its price never changes (SUB-1).

    Raises:
        Conflict: `too_many_changes`, each of which a plan change would give back a share of.
    """
    period = subscription.period
    if period is None:
        return _before_billing(replace(subscription, terms=terms), catalogue)
    whole = whole_period(subscription)
    part = share(
        subscription.basis,
        (whole.start, whole.end),
        (day, period.end),
        time_zone=subscription.time_zone,
    )
    prices = price_list(subscription, catalogue)
    lines = tuple(
        line
        for item in _more(prices, subscription.terms, terms)
        if (line := prices.line(item, Period(day, period.end), day, part)).amount
    )
    return Effect(_also_billed(replace(subscription, terms=terms), lines), lines)


def _also_billed(subscription: Subscription, lines: Iterable[BillableLine]) -> Subscription:
    """With what these lines charge for the rest of the running period."""
    charges = parts_of(line for line in lines if not line.is_credit)
    billed = (*subscription.billed, *charges)
    if charges and len(billed) > MOST_BILLED_PARTS:
        raise Conflict(
            "too_many_changes",
            "So many things were added in this period that no more can be.",
            rule="SUB-16",
        )
    return replace(subscription, billed=billed)


def _more(prices: PriceList, before: Terms, terms: Terms) -> list[PricedItem]:
    """How many more of each thing, at its price."""
    had = {(item.kind, item.item): item.quantity for item in prices.items(before)}
    items = (
        replace(item, quantity=item.quantity - had.get((item.kind, item.item), 0))
        for item in prices.items(terms)
    )
    return [item for item in items if item.quantity > 0]


def changed_in_month(
    subscription: Subscription, terms: Terms, catalogue: Catalogue, day: date
) -> Effect:
    """SUB-7: effective that day, one rounded difference for each item on the bill of the next 1st.

    Raises:
        Conflict: `too_many_changes`.
    """
    changed = replace(subscription, terms=terms)
    period = subscription.period
    if period is None:
        return _before_billing(changed, catalogue)
    bill_on = first_of_next_month(day)
    months = terms.frequency.months
    whole_months_left = (period.end.year - bill_on.year) * 12 + period.end.month - bill_on.month
    part = month_share(day, months) + Fraction(whole_months_left, months)
    prices = price_list(subscription, catalogue)
    lines = tuple(
        _of_its_invoice(line, subscription)
        for item, difference in _differences(prices, subscription.terms, terms)
        if (
            line := prices.signed(
                item,
                half_up(difference * part),
                Period(billed_from(day), period.end),
                bill_on,
                part,
            )
        ).amount
    )
    return Effect(_also_billed(changed, lines), lines)


def _of_its_invoice(line: BillableLine, subscription: Subscription) -> BillableLine:
    """A credit names the invoice with which its item's period began (INV-11)."""
    if not line.is_credit:
        return line
    what = thing(line.kind, line.item)
    own = [each for each in subscription.billed if thing(each.kind, each.item) == what]
    names = (each.invoice_id for each in (*own, *subscription.billed))
    return replace(line, of_invoice=next((name for name in names if name), ""))


def _differences(prices: PriceList, before: Terms, terms: Terms) -> list[tuple[PricedItem, int]]:
    """Of each thing, what a whole period costs more now; the plan is one thing, whichever it is."""
    old = {thing(item.kind, item.item): item for item in prices.items(before)}
    new = {thing(item.kind, item.item): item for item in prices.items(terms)}
    found = []
    for key in {**old, **new}:
        item, was = new.get(key), old.get(key)
        total = item.total_minor if item else 0
        shown = item or was
        if shown is not None:
            found.append((shown, total - (was.total_minor if was else 0)))
    return found
