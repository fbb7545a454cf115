"""Whatever is due: ends of holds, unknown outcomes, and what a lost message left behind."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from guichet.clock import Clock
from guichet.errors import Unavailable
from guichet.registration.outbox import DueIndex, DueKind, DueWork

OVERDUE_AFTER: Final = timedelta(hours=1)
_MOST_OF_A_KIND: Final = 200  # a run; the next one comes within a minute

type Doers = Mapping[DueKind, Callable[[DueWork], None]]


@dataclass(frozen=True, slots=True)
class WorkDone:
    """What a run did; `failures` are told to whoever watches the function."""

    done: Mapping[str, int]
    waiting: int  # the provider does not answer: due again
    overdue: int  # still due an hour later
    failures: tuple[Exception, ...]


def do_due_work(
    *, index: DueIndex, doers: Doers, clock: Clock, has_time: Callable[[], bool]
) -> WorkDone:
    """Do what is due, each thing by itself: one that fails stops no other."""
    done: Counter[str] = Counter()
    failures: list[Exception] = []
    waiting = overdue = 0
    for kind, do in doers.items():
        for work in index.due(kind, now=clock.now(), limit=_MOST_OF_A_KIND):
            if not has_time():
                return WorkDone(done, waiting, overdue, tuple(failures))
            overdue += clock.now() - work.due_at > OVERDUE_AFTER
            try:
                do(work)
                done[kind] += 1
            except Unavailable:
                waiting += 1
            except Exception as error:  # noqa: BLE001 - kept, and raised together at the end
                error.add_note(f"{kind} {'/'.join(work.ids)}")
                failures.append(error)
    return WorkDone(done, waiting, overdue, tuple(failures))
