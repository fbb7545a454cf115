"""Every call of every story gets no answer once, whether it acted or not, and its process lives on.

A lost answer of the provider is unknown, never failed (REG-8, BAD-11, BAD-13); of the store, the
queue or the mail service it is an error after which everything is tried again.
"""

from __future__ import annotations

import pytest

from tests.simulation.aftermath import assert_all_is_well, assert_no_freed_seat_can_be_paid
from tests.simulation.enumeration import IS_WIDE, SHARES, shared, told, undisturbed
from tests.simulation.flows import FLOWS, Flow, play
from tests.simulation.life import Life
from tests.simulation.losses import LossyCalls, loss_points


@pytest.mark.parametrize("share", range(SHARES))
@pytest.mark.parametrize("flow", [pytest.param(flow, id=flow.name) for flow in FLOWS])
def test_an_answer_may_get_lost_at_any_call(flow: Flow, share: int) -> None:
    for point in shared(loss_points(undisturbed(flow), reads=IS_WIDE), share):
        life = Life(LossyCalls(lose=point), after_write=assert_no_freed_seat_can_be_paid)
        with told(point, life):
            story = play(flow, life)

            assert life.struck_at
            assert_all_is_well(story, flow)
