"""An organizer opens a training for registration; a paid one needs a way to be paid (PAY-2)."""

from __future__ import annotations

from dataclasses import dataclass, replace

from guichet.access.membership import Member, Permission
from guichet.clock import Clock
from guichet.events import Actor, Event
from guichet.ledger.journal import Change
from guichet.registration.naming import key_mark, request_hash
from guichet.registration.offer import offer_of, require_sound
from guichet.registration.outcome import bumped
from guichet.registration.permitted import permitted_training
from guichet.registration.policy import RegistrationPolicy
from guichet.registration.ports import Records
from guichet.registration.settling import cause_of
from guichet.registration.training import Training
from guichet.replies import Reply, was_handled, with_handled
from guichet.retrying import with_fresh_state


@dataclass(frozen=True, slots=True)
class OpenTraining:
    """A member opens a draft, or a closed training again."""

    training_id: str
    member: Member
    idempotency_key: str | None
    actor: Actor


def open_training(
    command: OpenTraining, *, records: Records, clock: Clock, policy: RegistrationPolicy
) -> Reply[Training]:
    """Let people register.

    Raises:
        Conflict: `payment_account_not_usable`, `no_payment_method`, `training_started`, or it is
            open.
    """
    cause = cause_of(command.actor, "open_training", clock)
    asked = request_hash("open")
    mark = command.idempotency_key and key_mark(
        command.actor.id, f"open {command.training_id}", command.idempotency_key
    )

    def attempt() -> Reply[Training]:
        training = permitted_training(
            records, command.member, Permission.MANAGE_TRAININGS, command.training_id
        )
        if was_handled(training.handled_keys, mark, asked):
            return Reply(training, replayed=True)
        accounts = records.payment_accounts(training.account_id)
        opened = training.opened(
            now=clock.now(), can_be_paid=any(each.is_usable for each in accounts)
        )
        require_sound(offer_of(training), policy)  # what is configured may have changed since
        after = replace(
            bumped(opened), handled_keys=with_handled(training.handled_keys, mark, asked)
        )
        records.save(cause, [Change(training, after, (Event("training.opened"),))])
        return Reply.new(after)

    return with_fresh_state(attempt)
