"""Whom a new version of the catalogue concerns, and from which renewal on (SUB-1)."""

from __future__ import annotations

from datetime import date

from guichet.catalogue.diff import Affected, Difference, Subscribed, affected
from guichet.subscriptions.periods import counts_days, starts_at, step
from guichet.subscriptions.subscription import PAID, Subscription


def renewal_from(subscription: Subscription, day: date) -> date | None:
    """The first renewal on or after a day, by what is known today; None: it ends before, or is over."""
    first = subscription.period.end if subscription.period else subscription.billing_start
    if subscription.status not in PAID or first is None:
        return None
    renewal = _on_or_after(subscription, first, day)
    cancellation = subscription.cancellation
    return renewal if cancellation is None or renewal < cancellation.ends_on else None


def _on_or_after(subscription: Subscription, first: date, day: date) -> date:
    """Counted from the anchor, as periods are; from `first` where the next period is counted anew."""
    mode, frequency = subscription.mode, subscription.renewed_terms.frequency
    anchor, elapsed = subscription.anchor or first, subscription.elapsed
    same_unit = counts_days(mode, subscription.terms.frequency) == counts_days(mode, frequency)
    if not same_unit or starts_at(mode, frequency, anchor, elapsed) != first:
        anchor, elapsed = first, 0
    renewal = first
    while renewal < day:
        elapsed += step(mode, frequency)
        renewal = starts_at(mode, frequency, anchor, elapsed)
    return renewal


def concerned(difference: Difference, subscription: Subscription) -> Affected | None:
    """What the newer version changes for this subscription; None: nothing, ever."""
    if subscription.catalogue_version == difference.new_version:
        return None  # it has come already
    terms = subscription.renewed_terms
    return affected(
        difference,
        Subscribed(
            product_id=subscription.product_id,
            plan_id=terms.plan_id,
            currency=subscription.currency,
            frequency=terms.frequency,
            add_on_ids=frozenset(terms.quantities),
            renewal_from=lambda day: renewal_from(subscription, day),
            is_pinned=subscription.pinned_version is not None,
        ),
    )
