"""Which points of a story are struck, how they are shared out, and how a failed one is told.

Between two calls of a process lie only thoughts, and a call that reads leaves nothing: a death
differs from another only by the process and by the last thing that it has written or sent. The
default run strikes every so-manyth of those, the wide one (`make simulate`) all of them, and, where
nothing else is lost, before and after each call.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from functools import cache
from itertools import islice
from typing import Final

from tests.simulation.flow import Flow, play
from tests.simulation.kills import Calls, KillPoint, kill_points
from tests.simulation.life import Life
from tests.simulation.losses import is_lasting

IS_WIDE: Final = bool(os.environ.get("SIMULATE"))  # set by `make simulate`
SHARES: Final = 8 if IS_WIDE else 2


@cache
def undisturbed(flow: Flow) -> Calls:
    """The calls of a story in which nothing goes wrong."""
    life = Life()
    play(flow, life)
    return life.calls


def points_of(calls: Calls) -> Iterator[KillPoint]:
    """Every kill that differs from the others; in the wide run, every kill."""
    return kill_points(calls.made) if IS_WIDE else distinct_points(calls)


def distinct_points(calls: Calls) -> Iterator[KillPoint]:
    """A process that did nothing, and each that died after something that lasts."""
    starts = set(calls.starts)
    for n, call in enumerate(calls.made):
        if n < calls.marked_at and not IS_WIDE:
            continue
        if n in starts:
            yield KillPoint(n, "before")
        if is_lasting(call):
            yield KillPoint(n, "after")


def shared[T](points: Iterable[T], share: int, *, of: int = SHARES, every: int = 1) -> Iterator[T]:
    """Every so-manyth point: each share has some of the beginning and some of the end.

    Args:
        points: of which each share takes its own.
        share: which one, from 0.
        of: how many shares there are.
        every: leaves the others to the wide run.
    """
    return islice(points, share * every, None, of * every)


@contextmanager
def told(point: object, life: Life) -> Iterator[None]:
    """A failure inside says where the faults struck and what was called before."""
    try:
        yield
    except Exception as error:
        calls = [call for struck in life.strikes or [life.calls.made] for call in struck[-6:]]
        lines = [f"  {call.name} {call.detail}" for call in calls]
        error.add_note("\n".join([f"{point} after", *lines]))
        raise
