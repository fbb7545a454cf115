"""Move money on that goes back to a customer of the operator: send it, ask about it (COL-8)."""

from __future__ import annotations

from guichet.collection.returning import Returning
from guichet.collection.writing import cause_of
from guichet.events import Actor


def settle_own_refund(refund_id: str, actor: Actor, *, returning: Returning) -> None:
    """Do what comes next for one refund.

    Raises:
        Unavailable: the provider does not answer; it is due again.
    """
    returning.proceed(refund_id, cause_of(actor, "settle_own_refund", returning.clock))
