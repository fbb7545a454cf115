"""Two deaths in one life: a process dies at a call, and one of those that mend it dies at another.

Of all pairs `PAIRS` many are drawn by the seed `SEED`, the same number of each story; that is far
from all, which are some 175,000. A pair takes about 0.07 s of a core, with finding it: the 4,000 of
the wide run (`make simulate`) some 2.5 minutes on two cores. Another seed draws others.
"""

from __future__ import annotations

import os
import random
from collections import deque
from collections.abc import Iterator
from typing import Final

import pytest

from tests.simulation.aftermath import assert_all_is_well, assert_no_freed_seat_can_be_paid
from tests.simulation.enumeration import IS_WIDE, distinct_points, told, undisturbed
from tests.simulation.flow import Flow, play
from tests.simulation.flows import FLOWS
from tests.simulation.kills import Calls, KillPoint
from tests.simulation.life import Life

_PAIRS: Final = int(os.environ.get("PAIRS", "4000" if IS_WIDE else "0"))
_SEED: Final = os.environ.get("SEED", "1")
_SECONDS: Final = 4  # of each first death so many second ones: finding them costs one story
_SHARES: Final = 4

if not _PAIRS:
    pytest.skip("`make simulate` runs it, or PAIRS=<number>", allow_module_level=True)


def _pairs(flow: Flow, share: int) -> Iterator[tuple[KillPoint, KillPoint]]:
    """Drawn ones: the second is a call that is made because of the first death, or after it."""
    draw = random.Random(f"{_SEED} {flow.name} {share}")  # noqa: S311 - repeatable, not secret
    firsts = list(distinct_points(undisturbed(flow)))
    for _ in range(max(1, _PAIRS // (len(FLOWS) * _SHARES * _SECONDS))):
        first = draw.choice(firsts)
        seconds = list(distinct_points(_after(flow, first)))
        for second in draw.sample(seconds, min(_SECONDS, len(seconds))):
            yield first, second


def _after(flow: Flow, first: KillPoint) -> Calls:
    """The calls of the story from the first death on."""
    life = Life(Calls(first))
    play(flow, life)
    return life.calls


@pytest.mark.parametrize("share", range(_SHARES))
@pytest.mark.parametrize("flow", [pytest.param(flow, id=flow.name) for flow in FLOWS])
def test_who_mends_after_a_death_may_die_as_well(flow: Flow, share: int) -> None:
    for first, second in _pairs(flow, share):
        life = Life(
            Calls(first),
            later=deque([Calls(second)]),
            after_write=assert_no_freed_seat_can_be_paid,
        )
        with told((first, second), life):
            story = play(flow, life)

            assert len(life.strikes) == 2
            assert_all_is_well(story, flow)
