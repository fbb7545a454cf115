"""What the return page calls: ask the provider, at most every few seconds, and answer what is known."""

from __future__ import annotations

from guichet.errors import ConcurrentUpdateError, not_found
from guichet.events import Actor
from guichet.registration.ports import RateLimits
from guichet.registration.registration import Registration
from guichet.registration.settling import Settling, cause_of


def check_payment(
    registration_id: str, actor: Actor, *, settling: Settling, limits: RateLimits
) -> Registration:
    """Ask about the open attempt (BAD-2: webhook and return page end in one confirmation).

    Raises:
        Unavailable: the provider does not answer; the webhook will tell.
    """
    registration = settling.records.registration(registration_id)
    if registration is None:
        raise not_found("registration")
    if registration.open_payment_id is None:
        return registration
    cause = cause_of(actor, "check_payment", settling.clock)
    wait = settling.policy.return_poll_seconds
    if not limits.may_again("ask", registration_id, at=cause.at, seconds=wait):
        return registration
    settling.ask(registration.open_payment_id, cause)
    fresh = settling.records.registration(registration_id)
    if fresh is None:
        raise ConcurrentUpdateError("a registration that was there is gone")
    return fresh
