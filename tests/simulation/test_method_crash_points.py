"""Every call of every story about payment methods is the last one of its process once (COL-1, COL-10).

Who asked gets no answer and asks again with the same key; time goes on; upkeep does what is due. In
the end there is one method for each that was agreed to, at the provider as here, told of once.
"""

from __future__ import annotations

from functools import cache

import pytest

from tests.simulation.kills import Calls, KillPoint, kill_points
from tests.simulation.method_flows import (
    METHOD_FLOWS,
    MethodFlow,
    Storing,
    assert_methods_are_well,
)

each_story = pytest.mark.parametrize("flow", [pytest.param(f, id=f.name) for f in METHOD_FLOWS])


def played(flow: MethodFlow, kill: KillPoint | None = None) -> Storing:
    story = Storing(Calls(kill))
    flow.play(story)
    story.end()
    return story


@cache
def _calls(flow: MethodFlow) -> Calls:
    return played(flow).calls


@each_story
def test_a_story_in_which_nothing_goes_wrong_ends_as_told(flow: MethodFlow) -> None:
    assert_methods_are_well(played(flow), flow)


@each_story
def test_whatever_call_is_the_last_everything_comes_right(flow: MethodFlow) -> None:
    for kill in kill_points(_calls(flow).made):
        story = played(flow, kill)

        assert story.calls.is_dead, kill
        try:
            assert_methods_are_well(story, flow)
        except AssertionError as error:
            error.add_note(f"killed {kill.when} {_calls(flow).made[kill.n]}")
            raise
