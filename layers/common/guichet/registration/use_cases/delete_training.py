"""An organizer takes a draft back; its history stays (REG-1)."""

from __future__ import annotations

from dataclasses import dataclass, replace

from guichet.access.membership import Member, Permission
from guichet.clock import Clock
from guichet.errors import Conflict, not_found
from guichet.events import Actor, Event
from guichet.ledger.journal import Change
from guichet.registration.naming import key_mark, request_hash
from guichet.registration.outcome import bumped
from guichet.registration.permitted import permitted_training
from guichet.registration.ports import Records
from guichet.registration.settling import cause_of
from guichet.registration.training import Training, TrainingStatus
from guichet.replies import Reply, was_handled, with_handled
from guichet.retrying import with_fresh_state


@dataclass(frozen=True, slots=True)
class DeleteTraining:
    """A member takes a draft back."""

    training_id: str
    member: Member
    idempotency_key: str | None
    actor: Actor


def delete_training(command: DeleteTraining, *, records: Records, clock: Clock) -> Reply[Training]:
    """Afterwards it is as absent. A draft has no registrations: only an open training takes them.

    Raises:
        Conflict: `training_not_draft`.
    """
    cause = cause_of(command.actor, "delete_training", clock)
    asked = request_hash("delete")
    mark = command.idempotency_key and key_mark(
        command.actor.id, f"delete {command.training_id}", command.idempotency_key
    )

    def attempt() -> Reply[Training]:
        found = records.training(command.training_id)
        if found is None:
            command.member.reach(Permission.MANAGE_TRAININGS)
            raise not_found("training")
        if was_handled(found.handled_keys, mark, asked):  # the mark names the member
            return Reply(found, replayed=True)
        training = permitted_training(
            records, command.member, Permission.MANAGE_TRAININGS, command.training_id
        )
        if training.status is not TrainingStatus.DRAFT:
            raise Conflict(
                "training_not_draft",
                "Only a draft can be deleted; close this training instead.",
                rule="REG-1",
            )
        deleted = replace(
            bumped(training.transition_to(TrainingStatus.DELETED)),
            handled_keys=with_handled(training.handled_keys, mark, asked),
        )
        records.save(cause, [Change(training, deleted, (Event("training.deleted"),))])
        return Reply.new(deleted)

    return with_fresh_state(attempt)
