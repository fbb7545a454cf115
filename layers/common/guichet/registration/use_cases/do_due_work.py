"""Whatever is due: ends of holds, unknown outcomes, and what a lost message left behind."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

from guichet.clock import Clock
from guichet.errors import Unavailable
from guichet.registration.outbox import DueIndex, DueKind, DueWork

OVERDUE_AFTER: Final = timedelta(hours=1)
AGAIN_AFTER: Final = timedelta(minutes=5)
_MOST_OF_A_KIND: Final = 200  # a run; the next one comes within a minute
# Each asks about many sessions, perhaps for longer than a run lives.
_SWEEPS: Final = frozenset({DueKind.TRAINING, DueKind.PAYMENT_ACCOUNT})

# Each answers whether the work is done; False: it is on its way, look again later.
type Doers = Mapping[DueKind, Callable[[DueWork], bool]]


@dataclass(slots=True)
class WorkDone:
    """What a run did; `failures` are told to whoever watches the function."""

    done: Counter[str] = field(default_factory=Counter)
    waiting: int = 0  # the provider does not answer, or a message is on its way: due again
    overdue: int = 0  # of these, what has been due for an hour
    failures: list[Exception] = field(default_factory=list)


def do_due_work(
    *, index: DueIndex, doers: Doers, clock: Clock, has_time: Callable[[], bool]
) -> WorkDone:
    """Do what is due, each thing by itself: one that fails stops no other, nor goes first again."""
    result = WorkDone()
    for kind, do in doers.items():
        for work in index.due(kind, now=clock.now(), limit=_MOST_OF_A_KIND):
            if not has_time():
                return result
            since: datetime | None = None
            if kind in _SWEEPS:  # beforehand: if this run dies in it, the next one does all else
                since = index.postpone(work, until=clock.now() + AGAIN_AFTER)
            if not _done(work, do, result):
                result.waiting += 1
                since = since or index.postpone(work, until=clock.now() + AGAIN_AFTER)
                result.overdue += clock.now() - since > OVERDUE_AFTER
    return result


def _done(work: DueWork, do: Callable[[DueWork], bool], result: WorkDone) -> bool:
    try:
        if do(work):
            result.done[work.kind] += 1
            return True
    except Unavailable:
        return False
    except Exception as error:  # noqa: BLE001 - kept, and raised together at the end
        error.add_note(f"{work.kind} {'/'.join(work.ids)}")
        result.failures.append(error)
    return False
