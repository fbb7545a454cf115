"""What the return page calls: ask the provider, at most every few seconds, and answer what is known."""

from __future__ import annotations

from guichet.errors import ConcurrentUpdateError, not_found
from guichet.events import Actor
from guichet.registration.ports import RateLimits
from guichet.registration.registration import Registration, RegistrationStatus
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
    asked_about = registration.open_payment_id or _late(registration)
    if asked_about is None:
        return registration
    cause = cause_of(actor, "check_payment", settling.clock)
    wait = settling.policy.return_poll_seconds
    if not limits.may_again("ask", registration_id, at=cause.at, seconds=wait):
        return registration
    settling.ask(asked_about, cause)
    fresh = settling.records.registration(registration_id)
    if fresh is None:
        raise ConcurrentUpdateError("a registration that was there is gone")
    return fresh


def _late(registration: Registration) -> str | None:
    """The last page of a buyer who comes back after its end: it may still be worth a seat (REG-4)."""
    unpaid = {RegistrationStatus.AWAITING_PAYMENT, RegistrationStatus.EXPIRED}
    return registration.last_payment_id if registration.status in unpaid else None
