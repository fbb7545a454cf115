"""Move money on that goes back to a customer of the operator: send it, ask about it (COL-8)."""

from __future__ import annotations

from guichet.collection.own_refunding import OwnRefunding
from guichet.collection.writing import cause_of
from guichet.events import Actor


def settle_own_refund(refund_id: str, actor: Actor, *, own_refunding: OwnRefunding) -> None:
    """Do what comes next for one refund.

    Raises:
        Unavailable: the provider does not answer; it is due again.
    """
    own_refunding.proceed(refund_id, cause_of(actor, "settle_own_refund", own_refunding.clock))
