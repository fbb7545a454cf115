"""An organizer changes a training; what was registered keeps its price (REG-1, REG-5)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Final

from guichet.access.membership import Member, Permission
from guichet.clock import Clock
from guichet.events import Actor, Event
from guichet.ledger.journal import Change
from guichet.registration.naming import key_mark, request_hash
from guichet.registration.offer import (
    OFFERED,
    Offer,
    offer_of,
    require_same_currency,
    require_sound,
    with_offer,
)
from guichet.registration.outcome import bumped
from guichet.registration.permitted import permitted_training
from guichet.registration.policy import RegistrationPolicy
from guichet.registration.ports import Records, ResizeSeats
from guichet.registration.registration import PaidBy, Registration, RegistrationStatus
from guichet.registration.settling import cause_of
from guichet.registration.training import Training, TrainingStatus
from guichet.replies import Reply, was_handled, with_handled
from guichet.retrying import with_fresh_state
from guichet.versions import require_expected

_MOST_PAGES: Final = 1000  # of registrations that are looked through for one that was paid
_DECIDES_WHETHER_IT_SELLS: Final = frozenset(
    {"price", "provider_payment", "offline_methods", "starts_at"}
)


@dataclass(frozen=True, slots=True)
class UpdateTraining:
    """A member changes some fields of the offer; `expected` is as in `require_expected`."""

    training_id: str
    changed: Mapping[str, object]
    expected: frozenset[int] | None
    member: Member
    idempotency_key: str | None
    actor: Actor


def update_training(
    command: UpdateTraining, *, records: Records, clock: Clock, policy: RegistrationPolicy
) -> Reply[Training]:
    """Change it. An open training stays one that can be sold.

    Raises:
        Stale: it is no longer the version that the caller read.
        Conflict: `currency_fixed`, `capacity_below_taken`, or an open one could not be paid.
        Invalid: the offer could never be sold.
    """
    cause = cause_of(command.actor, "update_training", clock)
    asked = request_hash("update", repr(sorted(command.changed.items())))
    mark = command.idempotency_key and key_mark(
        command.actor.id, f"update {command.training_id}", command.idempotency_key
    )

    def attempt() -> Reply[Training]:
        training = permitted_training(
            records, command.member, Permission.MANAGE_TRAININGS, command.training_id
        )
        if was_handled(training.handled_keys, mark, asked):
            return Reply(training, replayed=True)
        training.require_not_cancelled()
        require_expected(training.version, command.expected)
        offer = _changed(offer_of(training), command.changed)
        if offer == offer_of(training):
            return Reply.new(training)
        require_sound(offer, policy)
        _require_allowed(training, offer, records, clock)
        after = replace(
            bumped(with_offer(training, offer)),
            handled_keys=with_handled(training.handled_keys, mark, asked),
        )
        resized = offer.capacity != training.capacity
        steps = [ResizeSeats(training.training_id, offer.capacity)] if resized else []
        records.save(cause, [Change(training, after, (Event("training.updated"),))], steps)
        return Reply.new(after)

    return with_fresh_state(attempt)


def _changed(offer: Offer, changed: Mapping[str, object]) -> Offer:
    unknown = set(changed) - set(OFFERED)
    if unknown:
        raise ValueError(f"no fields of an offer: {sorted(unknown)}")
    return replace(offer, **changed)  # type: ignore[arg-type]  # the edge gave each field its type


def _require_allowed(training: Training, offer: Offer, records: Records, clock: Clock) -> None:
    if offer.price.currency != training.price.currency:
        paid = _has_been_paid(training, records)
        require_same_currency(training, offer, has_been_paid=paid)
    differs = {name for name in OFFERED if getattr(offer, name) != getattr(training, name)}
    if training.status is TrainingStatus.OPEN and differs & _DECIDES_WHETHER_IT_SELLS:
        accounts = records.payment_accounts(training.account_id)
        closed = replace(with_offer(training, offer), status=TrainingStatus.CLOSED)
        closed.opened(now=clock.now(), can_be_paid=any(each.is_usable for each in accounts))


def _has_been_paid(training: Training, records: Records) -> bool:
    after: str | None = None
    for _ in range(_MOST_PAGES):
        part = records.registrations_of(training.training_id, limit=100, after=after)
        if any(_was_paid(each) for each in part.items):
            return True
        after = part.after
        if after is None:
            return False
    return True  # so many registrations, and none read as paid: rather no change


def _was_paid(registration: Registration) -> bool:
    paid = registration.paid_by in {PaidBy.PROVIDER, PaidBy.HAND}
    return paid or registration.status is RegistrationStatus.PROCESSING
