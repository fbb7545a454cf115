"""Mark a registrant paid by hand, and take the mark back (REG-7)."""

from __future__ import annotations

from dataclasses import dataclass, replace

from guichet.access.membership import Member, Permission
from guichet.errors import ConcurrentUpdateError
from guichet.events import Actor, Event
from guichet.ledger.journal import Change
from guichet.registration.naming import key_mark, request_hash
from guichet.registration.outcome import bumped, confirmation, taken_again
from guichet.registration.permitted import permitted_registration
from guichet.registration.ports import Step
from guichet.registration.registration import (
    HoldKind,
    PaidBy,
    Registration,
    RegistrationStatus,
    long_hold,
)
from guichet.registration.settling import Settling, cause_of
from guichet.registration.training import Training
from guichet.replies import Reply, was_handled, with_handled
from guichet.retrying import with_fresh_state


@dataclass(frozen=True, slots=True)
class MarkPaid:
    """A member says that the organizer has the money, or takes that back."""

    registration_id: str
    paid: bool
    member: Member
    idempotency_key: str | None
    actor: Actor


def mark_paid(command: MarkPaid, *, settling: Settling) -> Reply[Registration]:
    """Confirm without a fee, or back to awaiting payment. An open session is ended first.

    Raises:
        Conflict: the state does not allow it; `training_full` where an expired one has no seat.
        Unavailable: the open session can't be ended at the moment.
    """
    verb = "mark-paid" if command.paid else "unmark-paid"
    cause = cause_of(command.actor, verb.replace("-", "_"), settling.clock)
    asked = request_hash(verb)
    mark = command.idempotency_key and key_mark(command.actor.id, verb, command.idempotency_key)

    def attempt() -> Reply[Registration]:
        registration, training = permitted_registration(
            settling.records, command.member, Permission.MANAGE_TRAININGS, command.registration_id
        )
        if was_handled(registration.handled_keys, mark, asked):
            return Reply(registration, replayed=True)
        training.require_not_cancelled()
        marked = replace(
            registration, handled_keys=with_handled(registration.handled_keys, mark, asked)
        )
        if command.paid:
            if _has_session(registration):
                settling.end_open_payment(registration, cause)
                raise ConcurrentUpdateError("the open session has just ended: decide again")
            change, steps = _marked(registration, marked, settling)
        else:
            change, steps = _unmarked(registration, marked, training, settling), ()
        settling.records.save(cause, [change], steps)
        return Reply.new(change.after)

    return with_fresh_state(attempt)


def _has_session(registration: Registration) -> bool:
    awaiting = registration.status is RegistrationStatus.AWAITING_PAYMENT
    return awaiting and registration.open_payment_id is not None


def _marked(
    before: Registration, marked: Registration, settling: Settling
) -> tuple[Change[Registration], tuple[Step, ...]]:
    if before.status is RegistrationStatus.PROCESSING:
        raise before.refusal("A debit is being settled; wait for it, or cancel the registration.")
    now = settling.clock.now()
    confirmed = marked.confirmed(now=now, paid_by=PaidBy.HAND)
    if before.status is not RegistrationStatus.EXPIRED:
        return confirmation(before, confirmed), ()
    uses_per_email = None
    if before.discount_code_id is not None:
        code = settling.records.discount_code(before.account_id, before.discount_code_id)
        uses_per_email = None if code is None else code.uses_per_email
    return confirmation(before, confirmed), taken_again(before, uses_per_email)


def _unmarked(
    before: Registration, marked: Registration, training: Training, settling: Settling
) -> Change[Registration]:
    """Until the training starts; the seat is held as after an approval."""
    now = settling.clock.now()
    training.require_not_started(now)
    ends_at = min(now + settling.policy.approval_hold, training.starts_at)
    hold = long_hold(HoldKind.UNMARKED, ends_at, session=settling.policy.session)
    return Change(before, bumped(marked.unmarked(hold)), (Event("registration.unmarked"),))
