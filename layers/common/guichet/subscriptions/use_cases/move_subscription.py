"""What time moves: trials end, periods are renewed, access ends, deletions are announced (SUB-3, SUB-15)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta
from typing import Final

from guichet.errors import ConcurrentUpdateError
from guichet.events import Actor, Event
from guichet.ledger.billable import net_minor
from guichet.ledger.journal import Cause, Change
from guichet.period import midnight
from guichet.retrying import with_fresh_state
from guichet.subscriptions.cart import CartStatus
from guichet.subscriptions.crediting import put_on_bills
from guichet.subscriptions.giving_up import give_up
from guichet.subscriptions.moving import Moved, Sold, moved
from guichet.subscriptions.ordering import Ordering
from guichet.subscriptions.ports import Aggregate, MarkBilled, ResizePool, Step
from guichet.subscriptions.subscription import Subscription
from guichet.subscriptions.usage_ports import UsageRecords
from guichet.subscriptions.usage_so_far import UsageSoFar
from guichet.subscriptions.writing import cause_of, subscription_change

_DEBIT_ASKED_AGAIN: Final = timedelta(hours=6)  # its own payment is asked about more often
_MOST_STEPS: Final = 60  # in one go: five years of months


def move_subscription(
    account_id: str,
    subscription_id: str,
    actor: Actor,
    *,
    ordering: Ordering,
    usage: UsageRecords,
) -> None:
    """Do every step whose moment has come, each once and in its own write, however late.

    An order that waits for its payment is ended first. One whose payment is being settled is
    waited for: its change may be of the period that would be renewed.

    Raises:
        Unavailable: a provider does not answer about the open page; it is due again.
    """
    cause = cause_of(actor, "move_subscription", ordering.carts.clock)

    def one_step() -> bool:
        return _one_step(account_id, subscription_id, cause, ordering, usage)

    for _ in range(_MOST_STEPS):
        if not with_fresh_state(one_step):
            return


def _one_step(
    account_id: str,
    subscription_id: str,
    cause: Cause,
    ordering: Ordering,
    usage: UsageRecords,
) -> bool:
    """Answers whether there may be another step."""
    carts = ordering.carts
    subscription = carts.records.subscription(account_id, subscription_id)
    if subscription is None:
        return False
    look_at = subscription.next_look_at()
    if look_at is None or cause.at < look_at:
        return False
    profile = carts.records.profile(account_id)
    sold = Sold(carts.catalogues, carts.entities, profile, carts.policy)
    due = subscription.usage_due_on()
    if due is not None and midnight(due, subscription.time_zone) <= look_at:
        _save_usage(subscription, due, sold, cause, ordering, usage)
        return True
    step = moved(subscription, cause.at, sold)
    if step is None:
        return False
    if subscription.open_cart_id is not None and _meets(subscription, step):
        ended = _ended_order(subscription, step, cause, ordering)
        if ended is not None:
            return ended
    _save(subscription, step, cause, ordering)
    return True


def _meets(subscription: Subscription, step: Moved) -> bool:
    """Whether a step changes what an open order may be about: the period, or the state."""
    return step.billed_from is not None or step.subscription.status is not subscription.status


def _save_usage(  # noqa: PLR0917 - same
    before: Subscription,
    day: date,
    sold: Sold,
    cause: Cause,
    ordering: Ordering,
    usage: UsageRecords,
) -> None:
    """What was used until this 1st, and what came late, on the bill of that day (INV-8)."""
    records = ordering.carts.records
    used = UsageSoFar(before, sold, records, usage).billed_on(day)
    moved_on = replace(before, usage_billed_to=day)
    step = Moved(
        moved_on,
        day,
        Event("subscription.usage_billed", used.facts),
        used.lines,
        alarms=used.alarms(before),
    )
    _save(before, step, cause, ordering, used.changes)


def _ended_order(
    subscription: Subscription, step: Moved, cause: Cause, ordering: Ordering
) -> bool | None:
    """End the order that is in the way, and look again.

    One whose payment is being settled is waited for where a period would begin: it may be about
    that period. An end is not put off by it (None: do the step): money that comes after it has its
    place all the same.
    """
    cart = ordering.carts.records.cart(subscription.account_id, subscription.open_cart_id or "")
    if cart is None:
        raise ConcurrentUpdateError("a lease without its order")
    if cart.status is not CartStatus.PROCESSING:
        if cart.is_open:
            give_up(cart, cause, "renewed", ordering=ordering)
        return True
    if step.billed_from is None:
        return None
    waits = replace(subscription, waits_until=cause.at + _DEBIT_ASKED_AGAIN)
    change = subscription_change(subscription, waits, "subscription.renewal_waits")
    ordering.carts.records.save(cause, [change])
    return False


def _save(
    before: Subscription,
    step: Moved,
    cause: Cause,
    ordering: Ordering,
    beside: Sequence[Change[Aggregate]] = (),
) -> None:
    carts, after = ordering.carts, step.subscription
    balance = carts.records.balance(after.account_id, after.selling_entity, after.currency)
    on_bills = put_on_bills(balance, before, after, step.lines)
    change = subscription_change(
        before,
        on_bills.subscription,
        step.event.name,
        {**step.event.facts, "billed_minor": net_minor(step.lines)},
        lines=step.lines,
        postings=on_bills.postings,
        mails=step.mails,
        alarms=step.alarms,
    )
    changes = [change, *beside, *on_bills.changes(balance)]
    carts.records.save(cause, changes, _steps(before, step))


def _steps(before: Subscription, step: Moved) -> tuple[Step, ...]:
    steps: list[Step] = []
    if step.billed_from is not None:
        steps.append(MarkBilled(before.subscription_id, step.billed_from))
    after = step.subscription
    if after.seats_assignable != before.seats_assignable:
        steps.append(ResizePool(after.subscription_id, after.seats_assignable))
    return tuple(steps)
