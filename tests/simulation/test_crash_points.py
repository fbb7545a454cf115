"""Every call of every story is the last one of its process once, before and after it acts.

Then everything is restarted and the clock runs on: at the end MON-4, REG-4, REG-5, REG-8, REG-13,
BAD-2, BAD-3, BAD-8, BAD-11 and BAD-16 hold, whatever was lost beside the process.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

import pytest

from tests.simulation.aftermath import assert_all_is_well, assert_no_freed_seat_can_be_paid
from tests.simulation.enumeration import (
    IS_WIDE,
    SHARES,
    lasting_points,
    points_of,
    shared,
    told,
    undisturbed,
)
from tests.simulation.flows import FLOWS, Flow, play
from tests.simulation.kills import Calls
from tests.simulation.life import Life
from tests.simulation.outside import Lost

_BESIDE: Final = {
    "nothing_else": Lost(),
    "everything_else": Lost(messages=True, webhooks=True, people=True),
    "a_day": Lost(day=True),
    "messages": Lost(messages=True),
    "person": Lost(people=True),
    "messages_and_person": Lost(messages=True, people=True),
}
_NARROW: Final = frozenset({"nothing_else", "everything_else"})
_RETURNING: Final = frozenset({"late_without_a_seat", "cancelled_while_paying", "debit_cancelled"})


def _cases() -> Iterator[Any]:
    for flow in FLOWS:
        for name, lost in _BESIDE.items():
            # Only Stripe's own word tells of late money until its lists are compared (EXT-3).
            told_in_time = not (lost.webhooks and flow.needs_webhooks)
            wanted = name in _NARROW or (lost.day and flow.name in _RETURNING)
            if told_in_time and (IS_WIDE or wanted):
                for share in range(SHARES):
                    yield pytest.param(flow, lost, share, id=f"{flow.name}-{name}-{share}")


@pytest.mark.parametrize(("flow", "lost", "share"), list(_cases()))
def test_a_process_may_die_at_any_call(flow: Flow, lost: Lost, share: int) -> None:
    calls = undisturbed(flow)
    points = points_of(calls) if IS_WIDE or lost == Lost() else lasting_points(calls)
    for point in shared(points, share):
        life = Life(Calls(point), lost, after_write=assert_no_freed_seat_can_be_paid)
        with told(point, life):
            story = play(flow, life)

            assert life.struck_at
            assert_all_is_well(story, flow)


@pytest.mark.parametrize("flow", [pytest.param(flow, id=flow.name) for flow in FLOWS])
def test_a_story_in_which_nothing_goes_wrong_ends_as_told(flow: Flow) -> None:
    life = Life(after_write=assert_no_freed_seat_can_be_paid)

    story = play(flow, life)

    assert_all_is_well(story, flow)
