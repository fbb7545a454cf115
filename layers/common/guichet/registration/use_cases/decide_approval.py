"""The organizer looks at a registrant: approve takes a seat for 72 hours, reject sends a message (REG-6)."""

from __future__ import annotations

from dataclasses import dataclass, replace

from guichet.access.membership import Member, Permission
from guichet.clock import Clock
from guichet.events import Actor, Event
from guichet.ledger.journal import Change
from guichet.registration.mails import MailKind
from guichet.registration.naming import key_mark, request_hash
from guichet.registration.outcome import bumped, confirmation, given_back
from guichet.registration.permitted import permitted_registration
from guichet.registration.policy import RegistrationPolicy
from guichet.registration.ports import Records, Step, TakeSeat
from guichet.registration.registration import (
    HoldKind,
    PaidBy,
    Registration,
    RegistrationStatus,
    long_hold,
)
from guichet.registration.settling import cause_of
from guichet.registration.training import Training
from guichet.replies import Reply, was_handled, with_handled
from guichet.retrying import with_fresh_state


@dataclass(frozen=True, slots=True)
class DecideApproval:
    """A member approves or rejects."""

    registration_id: str
    approve: bool
    note: str | None
    member: Member
    idempotency_key: str | None
    actor: Actor


def decide_approval(
    command: DecideApproval, *, records: Records, clock: Clock, policy: RegistrationPolicy
) -> Reply[Registration]:
    """Approve, if a seat is left, or reject.

    Raises:
        Conflict: `training_full`, the training has started, or nothing awaits approval.
    """
    verb = "approve" if command.approve else "reject"
    cause = cause_of(command.actor, f"{verb}_registration", clock)
    asked = request_hash(verb, command.note or "")
    mark = command.idempotency_key and key_mark(command.actor.id, verb, command.idempotency_key)

    def attempt() -> Reply[Registration]:
        registration, training = permitted_registration(
            records, command.member, Permission.MANAGE_TRAININGS, command.registration_id
        )
        if was_handled(registration.handled_keys, mark, asked):
            return Reply(registration, replayed=True)
        marked = replace(
            registration, handled_keys=with_handled(registration.handled_keys, mark, asked)
        )
        if command.approve:
            change, steps = _approved(registration, marked, training, clock, policy)
        else:
            change, steps = _rejected(registration, marked, command.note)
        records.save(cause, [change], steps)
        return Reply.new(change.after)

    return with_fresh_state(attempt)


def _approved(
    before: Registration,
    marked: Registration,
    training: Training,
    clock: Clock,
    policy: RegistrationPolicy,
) -> tuple[Change[Registration], tuple[Step, ...]]:
    """Seat and link last 72 hours, or until the training starts if sooner."""
    now = clock.now()
    training.require_registrable(now)
    ends_at = min(now + policy.approval_hold, training.starts_at)
    hold = long_hold(HoldKind.APPROVED, ends_at, session=policy.session)
    approved = marked.approved(hold)
    seat = (TakeSeat(training.training_id),)
    if not approved.quote.charged:
        confirmed = approved.confirmed(now=now, paid_by=PaidBy.NOTHING_DUE)
        return confirmation(before, confirmed), seat
    event = Event("registration.approved")
    return Change(before, bumped(approved), (event,), mails=(MailKind.APPROVED,)), seat


def _rejected(
    before: Registration, marked: Registration, note: str | None
) -> tuple[Change[Registration], tuple[Step, ...]]:
    rejected = bumped(marked.ended(RegistrationStatus.REJECTED, note=note))
    event = Event("registration.rejected")
    return Change(before, rejected, (event,), mails=(MailKind.REJECTED,)), given_back(before)
