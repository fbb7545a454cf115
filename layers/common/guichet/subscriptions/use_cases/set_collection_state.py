"""Overdue, suspended, working again: what collecting money does to subscriptions (COL-5, SUB-3)."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from guichet.access.membership import Permission
from guichet.period import local_day
from guichet.replies import Reply
from guichet.subscriptions.carts import Carts, require_nothing_due
from guichet.subscriptions.crediting import put_on_bills
from guichet.subscriptions.living import restored, suspended
from guichet.subscriptions.moving import Sold
from guichet.subscriptions.ports import MarkBilled, Step
from guichet.subscriptions.subscription import OVERDUE, Subscription, SubscriptionStatus
from guichet.subscriptions.touching import Action, Written, act
from guichet.subscriptions.writing import subscription_change


class CollectionState(StrEnum):
    """What is set."""

    PAST_DUE = "past_due"
    SUSPENDED = "suspended"
    ACTIVE = "active"  # everything due is paid


@dataclass(frozen=True, slots=True)
class SetCollectionState:
    """Dunning, or a representative, says where a subscription stands."""

    action: Action
    state: CollectionState


def set_collection_state(command: SetCollectionState, *, carts: Carts) -> Reply[Subscription]:
    """Move it by SUB-3's table. A state that it has already is no change.

    Raises:
        NotAllowed: only dunning or a representative may.
        NotFound: no such subscription of this account.
        Conflict: `subscription_<status>`; `balance_due`, of `active`.
        Unavailable: `renewal_due`, of `active`.
    """

    def decide(found: Subscription) -> Written | None:
        if str(found.status) == str(command.state):
            return None
        match command.state:
            case CollectionState.PAST_DUE:
                after = found.transition_to(SubscriptionStatus.PAST_DUE)
                return Written(subscription_change(found, after, "subscription.past_due"))
            case CollectionState.SUSPENDED:
                after = suspended(found, carts.clock.now(), carts.policy)
                return Written(subscription_change(found, after, "subscription.suspended"))
            case CollectionState.ACTIVE:
                return _restored(found, carts)

    return act(
        command.action,
        "set_collection_state",
        Permission.MANAGE_COLLECTION,
        carts,
        decide,
        str(command.state),
    )


def _restored(found: Subscription, carts: Carts) -> Written:
    """At once, with a new period where the old one ended while it was suspended.

    Only what was overdue: an order is begun by its payment, a trial by an order (BAD-9).
    """
    if found.status not in OVERDUE:
        raise found.refusal(f"This subscription is {found.status}; nothing of it was overdue.")
    found.require_moved(carts.clock.now())  # an end whose day has come is an end
    day = local_day(carts.clock.now(), found.time_zone)
    require_nothing_due(carts.records.balances_of(found.account_id), day, rule="COL-5")
    profile = carts.records.profile(found.account_id)
    sold = Sold(carts.catalogues, carts.entities, profile, carts.policy)
    effect = restored(found, sold.catalogue(found, day), day)
    after = effect.subscription
    balance = carts.records.balance(after.account_id, after.selling_entity, after.currency)
    on_bills = put_on_bills(balance, found, after, effect.lines)
    change = subscription_change(
        found,
        on_bills.subscription,
        "subscription.restored",
        lines=effect.lines,
        postings=on_bills.postings,
    )
    steps: tuple[Step, ...] = ()
    if after.period is not None and after.period != found.period:
        steps = (MarkBilled(after.subscription_id, after.period.start),)
    return Written(change, on_bills.changes(balance), steps)
