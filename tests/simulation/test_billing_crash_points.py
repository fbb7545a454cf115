"""Every call of every story of an account that buys is the last one of its process once.

Or it gets no answer, and its process lives on. Then everything is restarted and the clock runs on: at
the end SUB-5, COL-8, BAD-1, BAD-2, BAD-3, BAD-5, BAD-9, BAD-11, BAD-12, BAD-14 and BAD-16 hold, and who
asked again with the same key has what they asked for, at the price that they were shown.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

import pytest

from tests.simulation.billing_aftermath import (
    assert_billing_is_well,
    assert_no_page_without_its_order,
)
from tests.simulation.billing_flow import BillingFlow, play, undisturbed
from tests.simulation.billing_flows import BILLING_FLOWS
from tests.simulation.billing_life import BillingLife
from tests.simulation.billing_outcome import Found
from tests.simulation.enumeration import (
    IS_WIDE,
    SHARES,
    distinct_points,
    picked_of,
    points_of,
    shared,
    told,
)
from tests.simulation.kills import Calls
from tests.simulation.losses import LossyCalls, loss_points
from tests.simulation.outside import Lost

_SHARES: Final = SHARES if IS_WIDE else 1
_EVERY_LOSS: Final = 9  # in the default run every so-manyth
_BESIDE: Final = {  # with every so-manyth kill, in the default run (0: none) and in the wide one
    "nothing_else": (Lost(), 4, 1),
    "everything_else": (Lost(messages=True, webhooks=True, people=True), 9, 1),
    "a_day": (Lost(day=True), 15, 1),
    "messages": (Lost(messages=True), 0, 2),
    "person": (Lost(people=True), 0, 2),
    "messages_and_person": (Lost(messages=True, people=True), 0, 2),
}

each_story = pytest.mark.parametrize("flow", [pytest.param(f, id=f.name) for f in BILLING_FLOWS])


@each_story
def test_a_story_in_which_nothing_goes_wrong_ends_as_told(flow: BillingFlow) -> None:
    life = BillingLife(after_write=assert_no_page_without_its_order)

    story = play(flow, life)

    assert life.refusals == list(flow.refusals)
    charges = sorted(Found(life.world).charges, key=lambda each: each.started_at)
    assert tuple(each.status for each in charges) == flow.attempts
    assert_billing_is_well(story, flow)


def _cases() -> Iterator[Any]:
    for flow in BILLING_FLOWS:
        for name, (lost, narrow, wide) in _BESIDE.items():
            told_in_time = not (lost.webhooks and flow.needs_webhooks)
            every = wide if IS_WIDE else narrow * flow.rarer
            if told_in_time and every:
                for share in range(_SHARES):
                    yield pytest.param(flow, lost, share, every, id=f"{flow.name}-{name}-{share}")


@pytest.mark.parametrize(("flow", "lost", "share", "every"), list(_cases()))
def test_a_process_may_die_at_any_call_col_8(
    flow: BillingFlow, lost: Lost, share: int, every: int
) -> None:
    calls, _ = undisturbed(flow)
    points = points_of(calls) if lost == Lost() else distinct_points(calls)
    struck = (
        shared(points, share, of=_SHARES, every=every)
        if IS_WIDE
        else picked_of(flow.name, calls, points, every=every, beside=repr(lost))
    )
    for point in struck:
        life = BillingLife(Calls(point), lost, after_write=assert_no_page_without_its_order)
        with told(point, life):
            story = play(flow, life)

            assert life.has_struck
            assert_billing_is_well(story, flow)


@pytest.mark.parametrize("share", range(_SHARES))
@each_story
def test_an_answer_may_get_lost_at_any_call_col_8(flow: BillingFlow, share: int) -> None:
    calls, _ = undisturbed(flow)
    points = (
        each
        for each in loss_points(calls.made, reads=IS_WIDE)
        if IS_WIDE or each.n >= calls.marked_at
    )
    lost = (
        shared(points, share, of=_SHARES)
        if IS_WIDE
        else picked_of(flow.name, calls, points, every=_EVERY_LOSS * flow.rarer, beside="an answer")
    )
    for point in lost:
        life = BillingLife(LossyCalls(lose=point), after_write=assert_no_page_without_its_order)
        with told(point, life):
            story = play(flow, life)

            assert life.has_struck
            assert_billing_is_well(story, flow)
