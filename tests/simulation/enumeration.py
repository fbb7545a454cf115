"""How the points of a story are shared out among workers, and how a failed one is told."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from functools import cache
from itertools import islice
from typing import Final

from tests.simulation.flows import Flow, play
from tests.simulation.kills import Call, KillPoint
from tests.simulation.life import Life
from tests.simulation.losses import READS

IS_WIDE: Final = bool(os.environ.get("SIMULATE"))  # set by `make simulate`
SHARES: Final = 8 if IS_WIDE else 2


@cache
def undisturbed(flow: Flow) -> tuple[Call, ...]:
    """The calls of a story in which nothing goes wrong."""
    life = Life()
    play(flow, life)
    return tuple(life.calls.made)


def points_of(calls: Sequence[Call]) -> Iterator[KillPoint]:
    """Every kill that leaves something of its own behind; in the wide run, every kill.

    After a read is before the call that follows it: nothing lies between but thoughts.
    """
    for n, call in enumerate(calls):
        yield KillPoint(n, "before")
        if IS_WIDE or call.name not in READS:
            yield KillPoint(n, "after")


def lasting_points(calls: Sequence[Call]) -> Iterator[KillPoint]:
    """The kills around what is written or sent."""
    for n, call in enumerate(calls):
        if call.name not in READS:
            yield KillPoint(n, "before")
            yield KillPoint(n, "after")


def shared[T](points: Iterable[T], share: int) -> Iterator[T]:
    """Every so-manyth point: each share has some of the beginning and some of the end."""
    return islice(points, share, None, SHARES)


@contextmanager
def told(point: object, life: Life) -> Iterator[None]:
    """A failure inside says where the fault struck and what was called before."""
    try:
        yield
    except Exception as error:
        calls = life.struck_at[-6:] or life.calls.made[-6:]
        lines = [f"  {call.name} {call.detail}" for call in calls]
        error.add_note("\n".join([f"{point} after", *lines]))
        raise
