"""An organizer closes a training: nobody registers any more, open sessions are ended (REG-8)."""

from __future__ import annotations

from dataclasses import dataclass, replace

from guichet.access.membership import Member, Permission
from guichet.clock import Clock
from guichet.events import Actor, Event
from guichet.ledger.journal import Change
from guichet.registration.naming import key_mark, request_hash
from guichet.registration.outcome import bumped
from guichet.registration.permitted import permitted_training
from guichet.registration.ports import Records
from guichet.registration.settling import cause_of
from guichet.registration.training import Training
from guichet.replies import Reply, was_handled, with_handled
from guichet.retrying import with_fresh_state


@dataclass(frozen=True, slots=True)
class CloseTraining:
    """A member closes an open training."""

    training_id: str
    member: Member
    idempotency_key: str | None
    actor: Actor


def close_training(command: CloseTraining, *, records: Records, clock: Clock) -> Reply[Training]:
    """Close it; `settle` ends its open sessions, and `upkeep` does if no message arrives.

    Raises:
        Conflict: `training_<status>`, it is not open.
    """
    cause = cause_of(command.actor, "close_training", clock)
    asked = request_hash("close")
    mark = command.idempotency_key and key_mark(
        command.actor.id, f"close {command.training_id}", command.idempotency_key
    )

    def attempt() -> Reply[Training]:
        training = permitted_training(
            records, command.member, Permission.MANAGE_TRAININGS, command.training_id
        )
        if was_handled(training.handled_keys, mark, asked):
            return Reply(training, replayed=True)
        after = replace(
            bumped(training.closed(now=clock.now())),
            handled_keys=with_handled(training.handled_keys, mark, asked),
        )
        records.save(cause, [Change(training, after, (Event("training.closed"),))])
        return Reply.new(after)

    return with_fresh_state(attempt)
