"""Every call of every story gets no answer once, whether it acted or not, and its process lives on.

A lost answer of the provider is unknown, never failed (REG-8, BAD-11, BAD-13); of the store, the
queue or the mail service it is an error after which everything is tried again.
"""

from __future__ import annotations

from typing import Final

import pytest

from tests.simulation.aftermath import assert_all_is_well, assert_no_freed_seat_can_be_paid
from tests.simulation.enumeration import IS_WIDE, SHARES, picked, shared, told, undisturbed
from tests.simulation.flow import Flow, play
from tests.simulation.flows import FLOWS
from tests.simulation.life import Life
from tests.simulation.losses import LossyCalls, loss_points

_EVERY: Final = 9  # in the default run every so-manyth
_SHARES: Final = SHARES if IS_WIDE else 1


@pytest.mark.parametrize("share", range(_SHARES))
@pytest.mark.parametrize("flow", [pytest.param(flow, id=flow.name) for flow in FLOWS])
def test_an_answer_may_get_lost_at_any_call(flow: Flow, share: int) -> None:
    calls = undisturbed(flow)
    points = (
        each
        for each in loss_points(calls.made, reads=IS_WIDE)
        if IS_WIDE or each.n >= calls.marked_at
    )
    lost = (
        shared(points, share, of=_SHARES)
        if IS_WIDE
        else picked(flow, points, every=_EVERY, beside="an answer")
    )
    for point in lost:
        life = Life(LossyCalls(lose=point), after_write=assert_no_freed_seat_can_be_paid)
        with told(point, life):
            story = play(flow, life)

            assert life.has_struck
            assert_all_is_well(story, flow)
