"""Which points of a story are struck, how they are shared out, and how a failed one is told.

Between two calls of a process lie only thoughts, and a call that reads leaves nothing: a death
differs from another only by the process and by the last thing that it has written or sent. The wide
run (`make simulate`) strikes all of those, and, where nothing else is lost, before and after each
call. The default run picks some of each story: of what keeps messages and mails going, which is the
same in all stories, far fewer than of the rest, and others in each story.
"""

from __future__ import annotations

import os
import zlib
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from functools import cache
from itertools import islice
from typing import Final

from tests.simulation.flow import Flow, play
from tests.simulation.kills import Call, Calls, KillPoint, kill_points
from tests.simulation.life import Life
from tests.simulation.losses import LossPoint, is_lasting

IS_WIDE: Final = bool(os.environ.get("SIMULATE"))  # set by `make simulate`
SHARES: Final = 8 if IS_WIDE else 2
EVERY_PLACE: Final = 1 if IS_WIDE else 3  # at which one actor may interrupt another
_RARER: Final = 4  # what is the same in all stories is struck so much more rarely
_PLUMBING: Final = ("state EFFECT#", "state INBOX#", "state RATE#", "put state INBOX#")


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


def picked[P: (KillPoint, LossPoint)](
    flow: Flow, points: Iterable[P], *, every: int, beside: str = ""
) -> Iterator[P]:
    """As `picked_of` says, of a flow's undisturbed calls."""
    return picked_of(flow.name, undisturbed(flow), points, every=every, beside=beside)


def picked_of[P: (KillPoint, LossPoint)](
    name: str, calls: Calls, points: Iterable[P], *, every: int, beside: str = ""
) -> Iterator[P]:
    """Every so-manyth point of the default run; at least one of those that are this story's own.

    Args:
        name: of the story; it decides which ones.
        calls: those of the story when nothing goes wrong.
        points: all of them.
        every: of the story's own; the others are picked more rarely.
        beside: what else is lost, with which other points are picked.
    """
    starts = set(calls.starts)
    own: list[P] = []
    common: list[P] = []
    for point in points:
        if point.n >= calls.marked_at:
            is_common = _is_plumbing(calls.made[point.n]) or (
                point.when == "before" and point.n in starts
            )
            (common if is_common else own).append(point)
    offset = zlib.crc32(f"{name} {beside}".encode())
    yield from own[offset % min(every, len(own) or 1) :: every]
    yield from common[offset % (every * _RARER) :: every * _RARER]


def _is_plumbing(call: Call) -> bool:
    return call.name in {"queue", "mail"} or call.detail.startswith(_PLUMBING)


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
