"""Cancel: the next renewal is stopped, access lasts to the end of what is billed (SUB-8, SUB-9)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Final

from guichet.access.membership import Permission
from guichet.access.requests import RequestKind, ask_representative
from guichet.catalogue.catalogue import SelfService
from guichet.errors import Conflict, Refusal
from guichet.ledger.journal import Change
from guichet.period import local_day
from guichet.replies import Reply
from guichet.subscriptions.carts import Carts, require_nothing_due
from guichet.subscriptions.living import (
    attempted,
    cancelled,
    end_if_cancelled,
    end_of_paid,
    expired,
    is_late_notice,
    notice_day,
)
from guichet.subscriptions.moving import Sold
from guichet.subscriptions.ports import Aggregate
from guichet.subscriptions.subscription import Subscription, SubscriptionStatus
from guichet.subscriptions.touching import Action, Written, act
from guichet.subscriptions.writing import subscription_change

# A refusal whose reason may go away within 14 days: notice counts from this attempt then.
_MAY_GO_AWAY: Final = frozenset({"balance_due", "cancel_by_representative"})
_IN_THE_WAY: Final = frozenset({"order_pending", "renewal_due"})  # perhaps for days


@dataclass(frozen=True, slots=True)
class CancelSubscription:
    """A member gives notice. `ends_on`: agreed to, where notice is too late for the running term."""

    action: Action
    ends_on: date | None = None


def cancel_subscription(command: CancelSubscription, *, carts: Carts) -> Reply[Subscription]:
    """Set the dated mark; an e-mail says when access ends and when data is deleted.

    Raises:
        NotAllowed: the member may not cancel.
        NotFound: no such subscription of this account.
        Conflict: `balance_due`, `notice_too_late`, `cancellation_pending`, `order_pending`,
            `subscription_<status>`.
        Unavailable: `renewal_due`.
        AskRepresentative: `cancel_by_representative`, the product leaves it to one.
    """
    asked = command.ends_on.isoformat() if command.ends_on else ""
    try:
        return act(
            command.action,
            "cancel_subscription",
            Permission.MANAGE_SUBSCRIPTIONS,
            carts,
            lambda found: _cancelled(found, command, carts),
            asked,
        )
    except Refusal as refusal:
        if refusal.code in _MAY_GO_AWAY:
            _remember_attempt(command.action, carts)
        elif refusal.code in _IN_THE_WAY:
            _remember_attempt(command.action, carts, only_notice=True)
        raise


def _cancelled(found: Subscription, command: CancelSubscription, carts: Carts) -> Written:
    now, member = carts.clock.now(), command.action.member
    found.require_unleased()
    found.require_moved(now)
    day = local_day(now, found.time_zone)
    cancelled(found, day, now, member.member_id)  # refuses what has nothing to cancel
    account, profile = (
        carts.records.account(found.account_id),
        carts.records.profile(found.account_id),
    )
    sold = Sold(carts.catalogues, carts.entities, profile, carts.policy)
    product = sold.product(found)
    if not member.may(Permission.REPRESENT):
        require_nothing_due(carts.records.balances_of(found.account_id), day, rule="SUB-8")
        if not product.allows(SelfService.CANCEL):
            raise ask_representative(
                RequestKind.CANCEL,
                "A representative cancels this product.",
                account=account,
                code="cancel_by_representative",
                rule="SUB-8",
            )
    noticed_on = notice_day(found, day, carts.policy)
    ends_on = end_if_cancelled(found, noticed_on, day)
    if is_late_notice(found.term, noticed_on) and command.ends_on != ends_on:
        raise Conflict(
            "notice_too_late",
            f"Notice for the running term is over; the contract would end on {ends_on}. "
            "Say so in `ends_on` to cancel for that day.",
            rule="SUB-9",
            facts={"ends_on": ends_on.isoformat()},
        )
    marked = cancelled(found, ends_on, now, member.member_id)
    facts = {"ends_on": ends_on.isoformat()}
    if ends_on > day or found.status is SubscriptionStatus.TRIALING:
        mails = ("billing_cancelled",)
        return Written(
            subscription_change(found, marked, "subscription.cancelled", facts, mails=mails)
        )
    over = expired(marked, product, end_of_paid(found, day), carts.policy)
    return Written(
        subscription_change(
            found, over, "subscription.expired", facts, mails=("billing_cancelled",)
        )
    )


def _remember_attempt(action: Action, carts: Carts, *, only_notice: bool = False) -> None:
    """The day of the first refused attempt (SUB-8). A repeat on the same day writes nothing.

    An order that waits keeps its lease. With `only_notice`, only where there is a term, whose
    notice has to be given in time.
    """

    def decide(found: Subscription) -> Written | None:
        if only_notice and (found.term is None or found.cancellation is not None):
            return None
        day = local_day(carts.clock.now(), found.time_zone)
        after = attempted(found, day, carts.policy)
        if after == found:
            return None
        change: Change[Aggregate] = subscription_change(
            found, after, "subscription.cancellation_refused"
        )
        return Written(change)

    remembered = Action(action.subscription_id, action.member, None, action.actor)
    act(remembered, "remember_attempt", Permission.MANAGE_SUBSCRIPTIONS, carts, decide)
