"""One page of a cancelled training: each registration ends, all that is left of its money goes back."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from guichet.errors import ConcurrentUpdateError, Unavailable
from guichet.events import Actor, Event
from guichet.ledger.journal import Cause, Change
from guichet.registration.cancellation import Cancellation, CancellationStatus, Tally
from guichet.registration.ending import Ending
from guichet.registration.registration import MoneyOutcome, Registration
from guichet.registration.settling import Settling, cause_of
from guichet.retrying import with_fresh_state

_PAGE: Final = 25
_ASKING_TIME: Final = timedelta(seconds=20)  # of a worker's 55: sessions are ended one by one


def run_cancellation(training_id: str, actor: Actor, *, settling: Settling) -> None:
    """Do the next page and write down how far it came; its entry in the journal brings the next.

    Each registration is a write of its own. Two workers at one page end each registration once,
    and the slower one writes down nothing.
    """
    run = settling.records.cancellation(training_id)
    now = settling.clock.now()
    if run is None or not run.is_due(now):
        return
    cause = cause_of(actor, "run_cancellation", settling.clock)
    page = settling.records.registrations_of(training_id, limit=_PAGE, after=run.cursor)
    tally = run.counting
    for registration in page.items:
        has_time = settling.clock.now() < now + _ASKING_TIME
        tally = _counted(tally, _ended(registration, run, settling, cause, has_time=has_time))
    moved = run.came_to(tally, page.after, began_at=now)
    try:
        settling.records.save(cause, [Change(run, moved, _events(moved))])
    except ConcurrentUpdateError:
        return  # another worker has written this page, and brings the next


def _events(run: Cancellation) -> tuple[Event, ...]:
    if run.status is CancellationStatus.DONE:
        return (Event("cancellation.done"),)
    return (Event("cancellation.continued"),) if run.cursor is not None else ()


def _counted(tally: Tally, after: Registration) -> Tally:
    if after.is_live:
        return tally.and_one(None)
    return tally if after.money_outcome is None else tally.and_one(after.money_outcome)


def _ended(
    registration: Registration,
    run: Cancellation,
    settling: Settling,
    cause: Cause,
    *,
    has_time: bool,
) -> Registration:
    """The registration once this pass has been there; as it was where a provider keeps it waiting."""
    if not registration.is_live and registration.money_outcome in _LAST:
        return registration
    ending = Ending(settling, run, cause)
    try:
        return with_fresh_state(lambda: ending.of(registration.registration_id, may_ask=has_time))
    except Unavailable:
        return registration


# Nothing of these changes any more, except by a person; None was over before the run came.
_LAST: Final = frozenset(
    {None, MoneyOutcome.NOTHING_TO_REFUND, MoneyOutcome.REFUNDED, MoneyOutcome.FAILED}
)
