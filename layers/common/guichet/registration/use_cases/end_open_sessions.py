"""A training was closed: nobody may pay for it any more at an open session (REG-8)."""

from __future__ import annotations

from dataclasses import replace

from guichet.errors import ConcurrentUpdateError, Unavailable
from guichet.events import Actor, Event
from guichet.ledger.journal import Cause, Change
from guichet.registration.outcome import bumped
from guichet.registration.registration import RegistrationStatus
from guichet.registration.settling import Settling, cause_of
from guichet.registration.training import TrainingStatus
from guichet.retrying import with_fresh_state

_PAGE = 25


def end_open_sessions(training_id: str, actor: Actor, *, settling: Settling) -> None:
    """End every open session of a closed training; one that can't be ended holds up no other.

    Raises:
        Unavailable: the provider does not answer about one of them; it is due again.
    """
    records = settling.records
    cause = cause_of(actor, "end_open_sessions", settling.clock)
    training = records.training(training_id)
    if training is None or training.status is not TrainingStatus.CLOSED:
        return
    unanswered: Unavailable | None = None
    after: str | None = None
    while True:
        page = records.registrations_of(
            training_id, limit=_PAGE, after=after, status=RegistrationStatus.AWAITING_PAYMENT
        )
        for registration in page.items:
            if registration.open_payment_id is None:
                continue
            try:
                _end(registration.registration_id, settling, cause)
            except Unavailable as error:
                unanswered = error
        after = page.after
        if after is None:
            break
    if unanswered is not None:
        raise unanswered

    def finish() -> None:
        fresh = records.training(training_id)
        if fresh is None or fresh.ending_sessions_since is None:
            return
        done = bumped(replace(fresh, ending_sessions_since=None))
        records.save(cause, [Change(fresh, done, (Event("training.sessions_ended"),))])

    with_fresh_state(finish)


def _end(registration_id: str, settling: Settling, cause: Cause) -> None:
    """End its session, whoever moves it meanwhile."""

    def attempt() -> None:
        registration = settling.records.registration(registration_id)
        if registration is None or registration.open_payment_id is None:
            return
        if registration.status is RegistrationStatus.AWAITING_PAYMENT:
            settling.end_open_payment(registration, cause)
            raise ConcurrentUpdateError("the open session should have ended: look again")

    with_fresh_state(attempt)
