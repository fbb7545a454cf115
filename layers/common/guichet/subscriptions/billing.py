"""The running of a subscription: its first period, the next ones, and what each of them bills (SUB-2)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, timedelta
from fractions import Fraction

from guichet.catalogue.catalogue import Catalogue, Contract, Product
from guichet.catalogue.ports import Catalogues
from guichet.errors import Invalid
from guichet.ledger.billable import BillableLine
from guichet.period import Period, add_months, days_in_month, share
from guichet.subscriptions.periods import anchor_from, counts_days, period_of, starts_at, step
from guichet.subscriptions.pricing import WHOLE, PriceList
from guichet.subscriptions.subscription import BilledPart, Subscription, Term


@dataclass(frozen=True, slots=True)
class Effect:
    """What an operation makes of a subscription, and the lines that it adds to bills."""

    subscription: Subscription
    lines: tuple[BillableLine, ...] = ()


def price_list(subscription: Subscription, catalogue: Catalogue) -> PriceList:
    """The prices of this version of the catalogue, as this subscription sees them."""
    product = catalogue.product(subscription.product_id)
    return PriceList(
        subscription.subscription_id, product, subscription.currency, catalogue.version
    )


def is_sold(subscription: Subscription, catalogue: Catalogue) -> bool:
    """Whether a version still has a price for all that the next period is for."""
    try:
        tuple(price_list(subscription, catalogue).items(subscription.renewed_terms))
    except Invalid:
        return False
    return True


def next_catalogue(subscription: Subscription, catalogues: Catalogues, day: date) -> Catalogue:
    """The version that prices what begins on a day: the pinned one, else the one in force (SUB-1).

    One that no longer sells what the subscription is for leaves it at the prices that it has.
    """
    pinned = subscription.pinned_version
    wanted = catalogues.at(day) if pinned is None else catalogues.version(pinned)
    if is_sold(subscription, wanted):
        return wanted
    return catalogues.version(subscription.catalogue_version)


def served(
    subscription: Subscription, catalogue: Catalogue, day: date, *, is_first: bool = True
) -> Effect:
    """Begin service on a day: billing begins with it, after free months, or on activation (SUB-17)."""
    product = catalogue.product(subscription.product_id)
    billing_start = _billing_start(product, day) if is_first else day
    begun = replace(
        subscription,
        term=_term(product.contract, anchor_from(product.mode, day)),
        catalogue_version=catalogue.version,
        billing_start=None if subscription.on_activation else billing_start,
        served_on=day,
        usage_billed_to=day.replace(day=1) if product.metered else None,
        anchor=None,
        elapsed=0,
        period=None,
        billed=(),
    )
    return billing_begun(begun, catalogue) if begun.billing_start == day else Effect(begun)


def _term(contract: Contract | None, day: date) -> Term | None:
    """In mode `calendar` it begins on a 1st, as its periods do."""
    if contract is None:
        return None
    end = add_months(day, contract.term_months)
    return Term(day, end, contract.term_months, contract.notice_days)


def _billing_start(product: Product, day: date) -> date:
    """The service start, or later by whole free months (SUB-11)."""
    return day if product.contract is None else add_months(day, product.contract.free_months)


def billing_begun(subscription: Subscription, catalogue: Catalogue) -> Effect:
    """The first period, on the billing start. In mode `calendar` a part month comes before it (SUB-7).

    What was planned for the next renewal in free time is what it begins with (SUB-16).
    """
    start = subscription.billing_start
    if start is None:
        raise ValueError("billing begins on a day that is known")
    if subscription.period is None and subscription.next_terms is not None:
        subscription = replace(subscription, terms=subscription.next_terms, next_terms=None)
    anchor, elapsed = _anchor(subscription, start)
    if anchor <= start:
        return _next_period(subscription, anchor, elapsed, catalogue, start)
    prices, terms = price_list(subscription, catalogue), subscription.terms
    part = month_share(start, terms.frequency.months)
    lines = prices.full(terms, Period(billed_from(start), anchor), anchor, part) if part else ()
    part_month = replace(
        subscription,
        anchor=anchor,
        elapsed=elapsed,
        catalogue_version=catalogue.version,
        period=Period(start, anchor),
        billed=parts_of(lines),
    )
    return Effect(part_month, lines)


def _anchor(subscription: Subscription, start: date) -> tuple[date, int]:
    """The day that is kept, and what has gone by since (SUB-2).

    After free months it is that of the service start: 31 October, billed from 30 November on, then
    from 31 December; so that periods and term end together (SUB-11).
    """
    mode, frequency, term = subscription.mode, subscription.terms.frequency, subscription.term
    is_first = subscription.period is None and not subscription.on_activation
    if is_first and term is not None and not counts_days(mode, frequency):
        months = (start.year - term.start.year) * 12 + start.month - term.start.month
        if months > 0 and add_months(term.start, months) == start:
            return term.start, months
    return anchor_from(mode, start), 0


def billed_from(day: date) -> date:
    """The first day that a change on this day is billed for in mode `calendar` (SUB-7)."""
    return day if day.day == 1 else day + timedelta(days=1)


def month_share(day: date, months: int) -> Fraction:
    """What is left of a month after a day, as a part of a period of so many months (SUB-7).

    The day itself is not billed; on the 1st it is the whole month.
    """
    whole = days_in_month(day)
    left = whole if day.day == 1 else whole - day.day
    return Fraction(left, whole) / months


def renewed(subscription: Subscription, catalogue: Catalogue, *, time_zone: str) -> Effect:
    """The period after the running one, at this catalogue's prices, billed on its first day.

    A fixed term that nobody gave notice of is renewed for the same months (SUB-9).
    """
    period, anchor = subscription.period, subscription.anchor
    if period is None or anchor is None:
        raise ValueError("only what is billed for periods can be renewed")
    terms, before = subscription.renewed_terms, subscription.terms
    mode, elapsed = subscription.mode, subscription.elapsed
    counted = starts_at(mode, before.frequency, anchor, elapsed)
    other_unit = counts_days(mode, terms.frequency) != counts_days(mode, before.frequency)
    if counted != period.end or other_unit:  # cut by a term, or counted in days until now
        anchor, elapsed = period.end, 0
    moved = replace(
        subscription,
        terms=terms,
        next_terms=None,
        term=_renewed_term(subscription.term, period.end),
        time_zone=time_zone,
    )
    return _next_period(moved, anchor, elapsed, catalogue, period.end)


def _renewed_term(term: Term | None, start: date) -> Term | None:
    if term is None or start < term.end:
        return term
    return replace(term, start=term.end, end=add_months(term.end, term.months))


def _next_period(
    subscription: Subscription, anchor: date, elapsed: int, catalogue: Catalogue, bill_on: date
) -> Effect:
    """The period so long after its anchor; one that would outlast the term ends with it, for its share."""
    mode, terms = subscription.mode, subscription.terms
    whole = period_of(mode, terms.frequency, anchor, elapsed)
    period, part = whole, WHOLE
    if subscription.term is not None and subscription.term.end < whole.end:
        period = Period(whole.start, subscription.term.end)
        part = share(
            subscription.basis,
            (whole.start, whole.end),
            (period.start, period.end),
            time_zone=subscription.time_zone,
        )
    prices = price_list(subscription, catalogue)
    lines = prices.full(terms, period, bill_on, part)
    metered_from = period.start.replace(day=1) if prices.product.metered else None
    moved = replace(
        subscription,
        usage_billed_to=subscription.usage_billed_to or metered_from,
        catalogue_version=catalogue.version,
        anchor=anchor,
        elapsed=elapsed + step(mode, terms.frequency),
        period=period,
        billed=parts_of(lines),
    )
    return Effect(moved, lines)


def parts_of(lines: Iterable[BillableLine]) -> tuple[BilledPart, ...]:
    """What these charges were for: a share of it may be given back, and then its invoice is named."""
    return tuple(
        BilledPart(line.kind, line.item, line.quantity, line.amount, line.period) for line in lines
    )


def whole_period(subscription: Subscription) -> Period:
    """The period as it would be if no term cut it: what a price is for."""
    period, anchor = subscription.period, subscription.anchor
    if period is None or anchor is None:
        raise ValueError("nothing is billed yet")
    mode, frequency = subscription.mode, subscription.terms.frequency
    if period.end <= anchor:  # the part month before it
        return period
    return period_of(mode, frequency, anchor, subscription.elapsed - step(mode, frequency))
