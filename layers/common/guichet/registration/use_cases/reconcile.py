"""Compare with the providers' books, repair what a rule covers, report the rest (EXT-3)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

from guichet.errors import ConcurrentUpdateError, invalid_field
from guichet.events import Actor
from guichet.ledger.journal import Cause
from guichet.payments.ports import ProviderUnavailableError
from guichet.payments.reconciliation import ReconciliationRun, RunKind, Target
from guichet.registration.reconciling import Reconciling

_LONGEST: Final = timedelta(days=366)  # by hand; the daily runs need a day or two
_LATE: Final = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Reconcile:
    """What is asked for: the day's run, or [since, until) by hand under a name of its own."""

    request: str
    actor: Actor
    window: tuple[datetime, datetime] | None = None

    @property
    def kind(self) -> RunKind:
        return RunKind.DAILY if self.window is None else RunKind.BY_HAND


@dataclass(slots=True)
class Reconciled:
    """What came of one call. What waits is gone on with by the next."""

    finished: list[ReconciliationRun] = field(default_factory=list)
    done_before: int = 0
    waiting: int = 0
    late: int = 0  # runs that were begun a day ago and only now go on
    failures: list[Exception] = field(default_factory=list)

    @property
    def findings(self) -> int:
        return sum(each.found for each in self.finished)


def reconcile(
    command: Reconcile, *, reconciling: Reconciling, has_time: Callable[[], bool]
) -> Reconciled:
    """Every account of every organizer, then the operator's own; a repeat changes nothing.

    One account's failure never keeps the others from being compared.

    Raises:
        Invalid: a window that is empty, too long, or not over yet.
    """
    if command.window is not None:
        _require_window(*command.window, reconciling.clock.now())
    outcome = Reconciled()
    for target in reconciling.targets():
        try:
            _one(command, target, outcome, reconciling, has_time)
        except (ProviderUnavailableError, ConcurrentUpdateError):
            outcome.waiting += 1  # what was read is kept; or somebody else is at it
        except Exception as error:  # noqa: BLE001 - raised by the function, after all others
            outcome.failures.append(error)
    return outcome


def _one(
    command: Reconcile,
    target: Target,
    outcome: Reconciled,
    reconciling: Reconciling,
    has_time: Callable[[], bool],
) -> None:
    """Go on with what was left, then with what is asked for."""
    while True:
        run = reconciling.planned(target, command.kind, command.request, command.window)
        if run is None:
            outcome.done_before += 1
            return
        now = reconciling.clock.now()
        outcome.late += now >= run.started_at + _LATE
        if not has_time():
            outcome.waiting += 1
            return
        after = reconciling.walk(run, Cause(command.actor, "reconcile", now), has_time)
        if not after.is_finished:
            outcome.waiting += 1
            return
        outcome.finished.append(after)
        if after.request == command.request:
            return


def _require_window(since: datetime, until: datetime, now: datetime) -> None:
    if not since < until <= now:
        raise invalid_field("/until", "window_empty", "It ends after it began, and not after now.")
    if until - since > _LONGEST:
        raise invalid_field("/since", "window_too_long", "At most 366 days at once.")
