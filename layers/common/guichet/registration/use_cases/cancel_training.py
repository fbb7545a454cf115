"""An organizer cancels a training: nobody registers any more, all are told and refunded (REG-8)."""

from __future__ import annotations

from dataclasses import dataclass, replace

from guichet.access.membership import Member, Permission
from guichet.clock import Clock
from guichet.errors import Conflict
from guichet.events import Actor, Event
from guichet.ledger.journal import Change
from guichet.registration.cancellation import Cancellation
from guichet.registration.naming import key_mark, request_hash
from guichet.registration.outcome import bumped
from guichet.registration.permitted import permitted_training
from guichet.registration.ports import Records
from guichet.registration.settling import cause_of
from guichet.registration.training import TrainingStatus
from guichet.replies import Reply, was_handled, with_handled
from guichet.retrying import with_fresh_state


@dataclass(frozen=True, slots=True)
class CancelTraining:
    """A member cancels an open or closed training."""

    training_id: str
    explanation: str  # for the organizer's own records
    note: str | None  # to the registrants
    member: Member
    idempotency_key: str
    actor: Actor


def cancel_training(
    command: CancelTraining, *, records: Records, clock: Clock
) -> Reply[Cancellation]:
    """Cancel it and begin the run; `settle` carries it out, and `upkeep` does if no message arrives.

    Raises:
        NotAllowed: no role that manages trainings and refunds.
        Conflict: `training_<status>`; a draft is deleted instead.
    """
    cause = cause_of(command.actor, "cancel_training", clock)
    asked = request_hash("cancel", command.explanation, command.note or "")
    mark = key_mark(command.actor.id, f"cancel {command.training_id}", command.idempotency_key)

    def attempt() -> Reply[Cancellation]:
        training = permitted_training(
            records, command.member, Permission.MANAGE_REFUNDS, command.training_id
        )
        command.member.reach(Permission.MANAGE_TRAININGS)
        if was_handled(training.handled_keys, mark, asked):
            return Reply(_run_of(command.training_id, records), replayed=True)
        if training.status is TrainingStatus.DRAFT:
            raise Conflict(
                "training_draft", "A draft is not cancelled; delete it instead.", rule="REG-1"
            )
        training.require_not_cancelled()
        cancelled = replace(
            bumped(training.cancelled(now=cause.at)),
            handled_keys=with_handled(training.handled_keys, mark, asked),
        )
        run = Cancellation(
            training_id=training.training_id,
            account_id=training.account_id,
            requested_by=command.member.member_id,
            requested_at=cause.at,
            explanation=command.explanation,
            note=command.note,
            look_again_at=cause.at,
        )
        event = Event("training.cancelled")
        records.save(cause, [Change(training, cancelled, (event,)), Change(None, run)])
        return Reply.new(run)

    return with_fresh_state(attempt)


def _run_of(training_id: str, records: Records) -> Cancellation:
    run = records.cancellation(training_id)
    if run is None:
        raise ValueError("a cancelled training without its run")
    return run
