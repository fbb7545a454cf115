"""What begins, ends and revives a subscription (SUB-4, SUB-8 to SUB-10, SUB-15)."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta

from guichet.catalogue.catalogue import Catalogue, Product, Retention
from guichet.errors import Conflict
from guichet.period import add_months
from guichet.subscriptions.billing import Effect, billing_begun, served
from guichet.subscriptions.policy import BillingPolicy
from guichet.subscriptions.subscription import (
    PAID,
    PendingCancellation,
    Subscription,
    SubscriptionStatus,
    Term,
)
from guichet.subscriptions.terms import Terms

S = SubscriptionStatus


def activated(subscription: Subscription, terms: Terms, catalogue: Catalogue, day: date) -> Effect:
    """A paid period from this day on: of what is new, on trial, free or expired (SUB-4, SUB-10).

    Free months come with the first signature alone (SUB-11).
    """
    was_paid = subscription.period is not None or subscription.term is not None
    begun = replace(
        subscription.transition_to(S.ACTIVE),
        terms=terms,
        next_terms=None,
        trial_ends_on=None,
        cancellation=None,
        cancel_attempted_on=None,
        ended_on=None,
        deletion_on=None,
        announce_on=(),
        usage_until=None,
    )
    return served(begun, catalogue, day, is_first=not was_paid)


def trial_ended(
    subscription: Subscription, product: Product, day: date, policy: BillingPolicy
) -> Subscription:
    """SUB-4: it falls to the free plan by itself; where the product has none, it expires."""
    if product.free_plan_id is None:
        return expired(subscription, product, day, policy)
    plan = product.plan(product.free_plan_id)
    seats = min(max(subscription.terms.seats, plan.minimum_seats), plan.maximum_seats)
    terms = Terms(plan.plan_id, seats, subscription.terms.frequency)
    return replace(subscription.transition_to(S.FREE), terms=terms)


def expired(
    subscription: Subscription, product: Product, day: date, policy: BillingPolicy
) -> Subscription:
    """Access has ended with this day's beginning; how long data is kept counts from it (SUB-15).

    Usage that is told late is still billed, for some months (INV-8).
    """
    metered = subscription.usage_billed_to is not None
    deletion = kept_until(product.retention, day)
    notices = (deletion - timedelta(days=days) for days in policy.deletion_notice_days)
    return replace(
        subscription.transition_to(S.EXPIRED),
        cancellation=None,
        next_terms=None,
        suspended_until=None,
        ended_on=day,
        deletion_on=deletion,
        announce_on=(*notices, deletion),
        usage_until=add_months(day.replace(day=1), policy.late_months + 1) if metered else None,
    )


def end_of_paid(subscription: Subscription, day: date) -> date:
    """How long data is kept counts from the end of the last paid period (SUB-15)."""
    return day if subscription.period is None else min(subscription.period.end, day)


def kept_until(retention: Retention, day: date) -> date:
    """When data is deleted whose last paid period ended on a day (SUB-15)."""
    return add_months(day, retention.months) + timedelta(days=retention.days)


def announced(subscription: Subscription) -> Subscription:
    """One announcement of its deletion less; the last one is the deletion itself."""
    return replace(subscription, announce_on=subscription.announce_on[1:])


def end_if_cancelled(subscription: Subscription, noticed_on: date, day: date) -> date:
    """The first day without access, if notice is given on a day (SUB-8, SUB-9).

    A begun period or term is billed whole; what has no period ends at once.
    """
    if subscription.status is S.TRIALING and subscription.trial_ends_on is not None:
        return subscription.trial_ends_on
    term = subscription.term
    if subscription.status in PAID and term is not None:
        return term.end if noticed_on <= term.last_notice else add_months(term.end, term.months)
    if subscription.status in PAID and subscription.period is not None:
        return max(subscription.period.end, day)
    return day


def is_late_notice(term: Term | None, noticed_on: date) -> bool:
    return term is not None and noticed_on > term.last_notice


def notice_day(subscription: Subscription, day: date, policy: BillingPolicy) -> date:
    """The day that counts: that of a first attempt refused at most 14 days ago (SUB-8)."""
    first = subscription.cancel_attempted_on
    return first if first is not None and day - first <= policy.cancel_attempt else day


def attempted(subscription: Subscription, day: date, policy: BillingPolicy) -> Subscription:
    """Remember the first attempt to cancel that was refused for what may go away."""
    first = notice_day(subscription, day, policy)
    return replace(subscription, cancel_attempted_on=first)


def cancelled(
    subscription: Subscription, ends_on: date, requested_at: datetime, requested_by: str
) -> Subscription:
    """The dated mark beside the state.

    Raises:
        Conflict: `cancellation_pending`, or the state has nothing to cancel.
    """
    if subscription.status in {S.PENDING, S.EXPIRED, S.ABANDONED}:
        raise subscription.refusal(
            f"This subscription is {subscription.status}; there is nothing to cancel."
        )
    if subscription.cancellation is not None:
        raise Conflict(
            "cancellation_pending", "This subscription is cancelled already.", rule="SUB-8"
        )
    mark = PendingCancellation(ends_on, requested_at, requested_by)
    return replace(subscription, cancellation=mark, cancel_attempted_on=None)


def withdrawn(subscription: Subscription) -> Subscription:
    """SUB-8: until the end it can be withdrawn.

    Raises:
        Conflict: `cancellation_absent`.
    """
    if subscription.cancellation is None:
        raise Conflict(
            "cancellation_absent", "No cancellation of this subscription is pending.", rule="SUB-8"
        )
    return replace(subscription, cancellation=None)


def suspended(subscription: Subscription, at: datetime, policy: BillingPolicy) -> Subscription:
    until = at + policy.suspended_for
    return replace(subscription.transition_to(S.SUSPENDED), suspended_until=until)


def restored(subscription: Subscription, catalogue: Catalogue, day: date) -> Effect:
    """Everything paid: it works again at once (COL-5).

    A period that ended while it was suspended was followed by none: the next one begins today.
    """
    was_suspended = subscription.status is S.SUSPENDED
    active = replace(subscription.transition_to(S.ACTIVE), suspended_until=None)
    period = active.period
    if not was_suspended or active.term is not None or period is None or day < period.end:
        return Effect(active)
    renewed_terms = replace(active, terms=active.renewed_terms, next_terms=None)
    begun = billing_begun(replace(renewed_terms, billing_start=day), catalogue)
    return replace(
        begun, subscription=replace(begun.subscription, billing_start=active.billing_start)
    )
