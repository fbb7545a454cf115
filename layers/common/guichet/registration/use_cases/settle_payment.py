"""An attempt whose outcome is not known: ask the provider (a lost answer is unknown, never failed)."""

from __future__ import annotations

from guichet.events import Actor
from guichet.registration.settling import Settling, cause_of


def settle_payment(payment_id: str, actor: Actor, *, settling: Settling) -> None:
    """Ask about one payment and write the answer.

    Raises:
        Unavailable: the provider does not answer; it is due again.
    """
    settling.ask(payment_id, cause_of(actor, "settle_payment", settling.clock))
