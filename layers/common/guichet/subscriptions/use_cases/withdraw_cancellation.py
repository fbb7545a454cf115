"""Withdraw a cancellation: until the end the subscription goes on as if there had been none (SUB-8)."""

from __future__ import annotations

from guichet.access.membership import Permission
from guichet.replies import Reply
from guichet.subscriptions.carts import Carts
from guichet.subscriptions.living import withdrawn
from guichet.subscriptions.subscription import Subscription
from guichet.subscriptions.touching import Action, Written, act
from guichet.subscriptions.writing import subscription_change


def withdraw_cancellation(action: Action, *, carts: Carts) -> Reply[Subscription]:
    """Take the mark away.

    Raises:
        NotAllowed: the member may not.
        NotFound: no such subscription of this account.
        Conflict: `cancellation_absent`, `order_pending`.
        Unavailable: `renewal_due`.
    """

    def decide(found: Subscription) -> Written:
        found.require_unleased()
        found.require_moved(carts.clock.now())
        change = subscription_change(
            found,
            withdrawn(found),
            "subscription.cancellation_withdrawn",
            mails=("billing_cancellation_withdrawn",),
        )
        return Written(change)

    return act(action, "withdraw_cancellation", Permission.MANAGE_SUBSCRIPTIONS, carts, decide)
