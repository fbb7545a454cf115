"""Pay the organizer in their own way: instructions by mail, the seat kept until a deadline (REG-11)."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from guichet.errors import ConcurrentUpdateError, Invalid, TooMany, not_found
from guichet.events import Actor, Event
from guichet.ledger.journal import Change
from guichet.registration.mails import MailKind
from guichet.registration.naming import key_mark, payment_id, request_hash
from guichet.registration.outcome import bumped
from guichet.registration.paying import OFFLINE_PREFIX
from guichet.registration.registration import HoldKind, Registration, long_hold
from guichet.registration.settling import Settling, cause_of
from guichet.registration.training import Training
from guichet.replies import Reply, key_reused, was_handled, with_handled
from guichet.retrying import with_fresh_state


@dataclass(frozen=True, slots=True)
class ChooseOffline:
    """A registrant chooses one of the organizer's own methods."""

    registration_id: str
    method_id: str
    idempotency_key: str
    actor: Actor


def choose_offline(command: ChooseOffline, *, settling: Settling) -> Reply[Registration]:
    """Keep the seat until the offline deadline. No session is opened, no fee is taken.

    Whoever holds a token can have typed anybody's address: a method is mailed when it is chosen,
    not when it is chosen again, and another one only after a while.

    Raises:
        Conflict: there is nothing to pay now.
        TooMany: another method was chosen a moment ago.
        Unavailable: an open session can't be ended at the moment.
    """
    records, clock = settling.records, settling.clock
    cause = cause_of(command.actor, "choose_offline", clock)
    asked = request_hash(OFFLINE_PREFIX + command.method_id)
    mark = key_mark(command.registration_id, "payments", command.idempotency_key)

    def attempt() -> Reply[Registration]:
        registration = records.registration(command.registration_id)
        training = None if registration is None else records.training(registration.training_id)
        if registration is None or training is None:
            raise not_found("registration")
        if was_handled(registration.handled_keys, mark, asked):
            return Reply(registration, replayed=True)
        if records.payment(payment_id(command.registration_id, command.idempotency_key)):
            raise key_reused()
        registration.require_hold()
        training.require_registrable(clock.now())
        if training.offline_method(command.method_id) is None:
            raise Invalid(
                "method_not_offered", "Choose one of the payment methods that are offered."
            )
        method = OFFLINE_PREFIX + command.method_id
        if registration.has_chosen_offline(method):
            return Reply.new(registration)
        _require_calm(registration, settling)
        if registration.open_payment_id is not None:
            settling.end_open_payment(registration, cause)
            raise ConcurrentUpdateError("the open session has just ended: decide again")
        ends_at = offline_deadline(training, registration.registered_at)
        hold = long_hold(HoldKind.OFFLINE, ends_at, session=settling.policy.session)
        chosen = registration.chose_offline(method, hold, now=clock.now())
        chosen = replace(chosen, handled_keys=with_handled(chosen.handled_keys, mark, asked))
        change = Change(
            registration,
            bumped(chosen),
            (Event("registration.offline_chosen", {"method": chosen.method}),),
            mails=(MailKind.OFFLINE_INSTRUCTIONS,),
        )
        records.save(cause, [change])
        return Reply.new(change.after)

    return with_fresh_state(attempt)


def _require_calm(registration: Registration, settling: Settling) -> None:
    """A mailbox gets instructions as seldom as links (REG-13)."""
    if registration.instructed_at is None:
        return
    since = settling.clock.now() - registration.instructed_at
    left = settling.policy.link_resend_seconds - int(since.total_seconds())
    if left > 0:
        raise TooMany(
            "too_many_requests",
            "Another way of paying was chosen a moment ago; try again later.",
            rule="REG-11",
            retry_after_seconds=left,
        )


def offline_deadline(training: Training, submitted_at: datetime) -> datetime:
    """The end of the day so many days after submission, in the training's zone; never after its start."""
    zone = ZoneInfo(training.time_zone)
    day = submitted_at.astimezone(zone).date() + timedelta(days=training.offline_deadline_days)
    end_of_day = datetime.combine(day + timedelta(days=1), time(), zone)
    return min(end_of_day.astimezone(submitted_at.tzinfo), training.starts_at)
