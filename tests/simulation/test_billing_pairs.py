"""Two deaths in one story of an account that buys: a process dies, and one of those that mend it does too.

As in `test_pairs.py`: `PAIRS` of all pairs, drawn by the seed `SEED`, in the wide run or where asked for.
"""

from __future__ import annotations

import os
import random
from collections import deque
from collections.abc import Iterator
from typing import Final

import pytest

from tests.simulation.billing_aftermath import (
    assert_billing_is_well,
    assert_no_page_without_its_order,
)
from tests.simulation.billing_flow import BillingFlow, play, undisturbed
from tests.simulation.billing_flows import BILLING_FLOWS
from tests.simulation.billing_life import BillingLife
from tests.simulation.enumeration import IS_WIDE, distinct_points, told
from tests.simulation.kills import Calls, KillPoint

_PAIRS: Final = int(os.environ.get("PAIRS", "2000" if IS_WIDE else "0"))
_SEED: Final = os.environ.get("SEED", "1")
_SECONDS: Final = 4  # of each first death so many second ones: finding them costs one story
_SHARES: Final = 2

if not _PAIRS:
    pytest.skip("`make simulate` runs it, or PAIRS=<number>", allow_module_level=True)


def _pairs(flow: BillingFlow, share: int) -> Iterator[tuple[KillPoint, KillPoint]]:
    """Drawn ones: the second is a call that is made because of the first death, or after it."""
    draw = random.Random(f"{_SEED} {flow.name} {share}")  # noqa: S311 - repeatable, not secret
    calls, _ = undisturbed(flow)
    firsts = list(distinct_points(calls))
    for _ in range(max(1, _PAIRS // (len(BILLING_FLOWS) * _SHARES * _SECONDS))):
        first = draw.choice(firsts)
        life = BillingLife(Calls(first))
        play(flow, life)
        seconds = list(distinct_points(life.calls))
        for second in draw.sample(seconds, min(_SECONDS, len(seconds))):
            yield first, second


@pytest.mark.parametrize("share", range(_SHARES))
@pytest.mark.parametrize("flow", [pytest.param(flow, id=flow.name) for flow in BILLING_FLOWS])
def test_who_mends_after_a_death_may_die_as_well_col_8(flow: BillingFlow, share: int) -> None:
    for first, second in _pairs(flow, share):
        life = BillingLife(
            Calls(first),
            later=deque([Calls(second)]),
            after_write=assert_no_page_without_its_order,
        )
        with told((first, second), life):
            story = play(flow, life)

            assert len(life.strikes) == 2
            assert_billing_is_well(story, flow)
