"""A hold has ended: end the session at the provider, then free the seat (REG-4, BAD-16)."""

from __future__ import annotations

from guichet.errors import ConcurrentUpdateError
from guichet.events import Actor
from guichet.registration.outcome import expired
from guichet.registration.settling import Settling, cause_of
from guichet.retrying import with_fresh_state


def release_hold(registration_id: str, actor: Actor, *, settling: Settling) -> None:
    """Expire a registration whose hold is over and that nobody has paid. A repeat does nothing.

    Where only its session is over, the provider is asked what it had come to: a long hold must
    not keep a payment waiting whose webhook was lost.

    Raises:
        Unavailable: the provider does not answer: the seat stays until it does.
    """
    cause = cause_of(actor, "release_hold", settling.clock)

    def attempt() -> None:
        registration = settling.records.registration(registration_id)
        if registration is None or registration.hold is None:
            return
        look_at, now = registration.next_look_at(), settling.clock.now()
        if look_at is None or look_at > now:
            return
        if registration.open_payment_id is not None:
            settling.end_open_payment(registration, cause, takes_approved=True)
            raise ConcurrentUpdateError("the open session has just ended: decide again")
        if registration.hold.ends_at > now:
            return
        decision = expired(registration)
        settling.records.save(cause, decision.changes, decision.steps)

    with_fresh_state(attempt)
