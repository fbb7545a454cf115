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
    distinct_points,
    picked,
    points_of,
    shared,
    told,
    undisturbed,
)
from tests.simulation.flow import Flow, play
from tests.simulation.flows import FLOWS
from tests.simulation.kills import Calls
from tests.simulation.life import Life
from tests.simulation.outside import Lost

_SHARES: Final = SHARES if IS_WIDE else 1
_BESIDE: Final = {  # with every so-manyth kill, in the default run (0: none) and in the wide one
    "nothing_else": (Lost(), 3, 1),
    "everything_else": (Lost(messages=True, webhooks=True, people=True), 9, 1),
    "a_day": (Lost(day=True), 12, 1),
    "messages": (Lost(messages=True), 0, 2),
    "person": (Lost(people=True), 0, 2),
    "messages_and_person": (Lost(messages=True, people=True), 0, 2),
}


def _cases() -> Iterator[Any]:
    for flow in FLOWS:
        for name, (lost, narrow, wide) in _BESIDE.items():
            # Only a provider's own word tells of late money until its lists are compared (EXT-3).
            told_in_time = not (lost.webhooks and flow.needs_webhooks)
            every = wide if IS_WIDE else narrow
            if told_in_time and every:
                for share in range(_SHARES):
                    yield pytest.param(flow, lost, share, every, id=f"{flow.name}-{name}-{share}")


@pytest.mark.parametrize(("flow", "lost", "share", "every"), list(_cases()))
def test_a_process_may_die_at_any_call(flow: Flow, lost: Lost, share: int, every: int) -> None:
    calls = undisturbed(flow)
    points = points_of(calls) if lost == Lost() else distinct_points(calls)
    struck = (
        shared(points, share, of=_SHARES, every=every)
        if IS_WIDE
        else picked(flow, points, every=every, beside=repr(lost))
    )
    for point in struck:
        life = Life(Calls(point), lost, after_write=assert_no_freed_seat_can_be_paid)
        with told(point, life):
            story = play(flow, life)

            assert life.has_struck
            assert_all_is_well(story, flow)


@pytest.mark.parametrize("flow", [pytest.param(flow, id=flow.name) for flow in FLOWS])
def test_a_story_in_which_nothing_goes_wrong_ends_as_told(flow: Flow) -> None:
    life = Life(after_write=assert_no_freed_seat_can_be_paid)

    story = play(flow, life)

    assert_all_is_well(story, flow)
