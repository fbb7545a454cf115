"""Cancel: a registrant what is unpaid, the organizer anything; the seat is free at once (REG-8)."""

from __future__ import annotations

from dataclasses import dataclass, replace

from guichet.access.membership import Member, Permission
from guichet.errors import ConcurrentUpdateError, Conflict, not_found
from guichet.events import Actor, Event
from guichet.ledger.journal import Change
from guichet.registration.mails import MailKind
from guichet.registration.naming import key_mark, request_hash
from guichet.registration.outcome import bumped, given_back
from guichet.registration.permitted import permitted_registration
from guichet.registration.registration import Registration, RegistrationStatus
from guichet.registration.settling import Settling, cause_of
from guichet.replies import Reply, was_handled, with_handled
from guichet.retrying import with_fresh_state


@dataclass(frozen=True, slots=True)
class CancelRegistration:
    """Asked by a member, or, where `member` is None, by the registrant."""

    registration_id: str
    member: Member | None
    note: str | None
    idempotency_key: str | None
    actor: Actor


def cancel_registration(command: CancelRegistration, *, settling: Settling) -> Reply[Registration]:
    """End it; an open session is ended at the provider first, so that it can't be paid any more.

    Raises:
        Conflict: the state does not allow it, or it was paid in the meantime.
        Unavailable: the open session can't be ended at the moment.
    """
    records = settling.records
    cause = cause_of(command.actor, "cancel_registration", settling.clock)
    asked = request_hash("cancel", command.note or "")
    mark = command.idempotency_key and key_mark(command.actor.id, "cancel", command.idempotency_key)

    def attempt() -> Reply[Registration]:
        registration = _registration(command, settling)
        if was_handled(registration.handled_keys, mark, asked):
            return Reply(registration, replayed=True)
        if registration.open_payment_id is not None and (
            registration.status is RegistrationStatus.AWAITING_PAYMENT
        ):
            settling.end_open_payment(registration, cause)
            raise ConcurrentUpdateError("the open session has just ended: decide again")
        cancelled = registration.ended(RegistrationStatus.CANCELLED, note=command.note)
        marks = with_handled(registration.handled_keys, mark, asked)
        change = Change(
            registration,
            bumped(replace(cancelled, handled_keys=marks)),
            (Event("registration.cancelled"),),
            mails=(MailKind.CANCELLED,),
        )
        records.save(cause, [change], given_back(registration))
        return Reply.new(change.after)

    return with_fresh_state(attempt)


def _registration(command: CancelRegistration, settling: Settling) -> Registration:
    if command.member is not None:
        registration, _ = permitted_registration(
            settling.records, command.member, Permission.MANAGE_TRAININGS, command.registration_id
        )
        return registration
    found = settling.records.registration(command.registration_id)
    if found is None:
        raise not_found("registration")
    if found.status in {RegistrationStatus.PROCESSING, RegistrationStatus.CONFIRMED}:
        raise Conflict(
            f"registration_{found.status}",
            "What is paid, or being paid, can only be cancelled by the organizer.",
            rule="REG-8",
        )
    return found
