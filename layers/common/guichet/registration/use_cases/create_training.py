"""An organizer drafts a training (REG-1)."""

from __future__ import annotations

from dataclasses import dataclass

from guichet.access.membership import Member, Permission
from guichet.clock import Clock
from guichet.events import Actor, Event
from guichet.ledger.journal import Change
from guichet.registration.naming import request_hash, training_id
from guichet.registration.offer import OFFERED, Offer, require_sound
from guichet.registration.policy import RegistrationPolicy
from guichet.registration.ports import NewSeats, Records
from guichet.registration.settling import cause_of
from guichet.registration.training import Training
from guichet.replies import Reply
from guichet.retrying import with_fresh_state


@dataclass(frozen=True, slots=True)
class CreateTraining:
    """A member offers a training."""

    offer: Offer
    member: Member
    idempotency_key: str
    actor: Actor


def create_training(
    command: CreateTraining, *, records: Records, clock: Clock, policy: RegistrationPolicy
) -> Reply[Training]:
    """Draft one training however often it is asked for; nobody sees it before it is opened.

    Raises:
        NotAllowed: no role that manages trainings.
        Invalid: the offer could never be sold.
        Conflict: `idempotency_key_reused`.
    """
    member = command.member
    member.reach(Permission.MANAGE_TRAININGS)
    require_sound(command.offer, policy)
    asked = request_hash(repr(command.offer))
    wanted_id = training_id(member.member_id, command.idempotency_key)
    cause = cause_of(command.actor, "create_training", clock)

    def attempt() -> Reply[Training]:
        earlier = records.training(wanted_id)
        if earlier is not None:
            return Reply.replay(earlier, same_request=earlier.request_hash == asked)
        training = Training(
            training_id=wanted_id,
            account_id=member.account_id,
            created_by=member.member_id,
            created_at=clock.now(),
            request_hash=asked,
            **{name: getattr(command.offer, name) for name in OFFERED},
        )
        seats = NewSeats(wanted_id, training.capacity)
        records.save(cause, [Change(None, training, (Event("training.created"),))], [seats])
        return Reply.new(training)

    return with_fresh_state(attempt)
