"""Move a refund on: send it, ask about it, return the fee (RFD-3, RFD-6)."""

from __future__ import annotations

from guichet.events import Actor
from guichet.registration.refunding import Refunding
from guichet.registration.settling import cause_of


def settle_refund(payment_id: str, refund_id: str, actor: Actor, *, refunding: Refunding) -> None:
    """Do what comes next for one refund.

    Raises:
        Unavailable: the provider does not answer or has not finished; it is due again.
    """
    cause = cause_of(actor, "settle_refund", refunding.clock)
    refunding.proceed(payment_id, refund_id, cause)
