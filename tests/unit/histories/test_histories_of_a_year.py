"""BAD-14, MON-4, SUB-2 to SUB-18: whatever an account does in a year, the bill is the preview."""

from __future__ import annotations

import os
from collections import Counter
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Final

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.support.history import History
from tests.support.history_checks import check
from tests.support.story import BEGIN, ZONES, Act
from tests.support.verified import assert_verified

IS_WIDE: Final = bool(os.environ.get("SIMULATE"))  # set by `make simulate`

# How often each is chosen; time passes most.
WEIGHTS: Final = {
    "pass": 12,
    "subscribe": 6,
    "change": 8,
    "add": 6,
    "at_renewal": 3,
    "cancel": 3,
    "withdraw": 2,
    "reactivate": 4,
    "trial": 2,
    "subscribe_from_trial": 3,
    "past_due": 3,
    "suspend": 4,
    "restore": 4,
    "dun": 4,
    "pay": 1,
    "assign": 2,
    "release": 1,
    "move": 2,
    "come_back": 2,
    "give_up": 1,
}
NAMES: Final = [name for name, weight in WEIGHTS.items() for _ in range(weight)]
# Any day, and those that months are too short for.
BEGINNINGS: Final = [
    *(BEGIN + timedelta(days=days) for days in range(0, 100, 9)),
    *(datetime(2026, 12, day, 10, tzinfo=UTC) for day in (29, 30, 31)),
    *(datetime(2027, 1, day, 10, tzinfo=UTC) for day in (28, 29, 30, 31)),
]
NUMBERS: Final = st.integers(0, 60)
ACTS: Final = st.builds(Act, st.sampled_from(NAMES), NUMBERS, NUMBERS, NUMBERS, NUMBERS)


def lived(begin: datetime, zone: str, acts: list[Act], *, flat_tax: bool) -> History:
    """A history with all its checks: after each act, and once more after a rest."""
    history = History(begin, zone, flat_tax)
    for act in acts:
        history.do(act)
        check(history)
    history.do(Act("pass", 39, 1, 7, 1))
    check(history)
    assert_verified(history.world.dynamo, history.world.clock.now())
    return history


@settings(
    max_examples=1000 if IS_WIDE else 60,
    derandomize=not IS_WIDE,  # the same histories each time; `make simulate` draws new ones
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
@given(
    st.sampled_from(BEGINNINGS),
    st.sampled_from(ZONES),
    st.lists(ACTS, min_size=15, max_size=40),
    st.booleans(),
)
def test_what_is_billed_is_what_was_shown_and_what_the_rules_make_it(
    begin: datetime,
    zone: str,
    acts: list[Act],
    flat_tax: bool,  # noqa: FBT001 - drawn
) -> None:
    lived(begin, zone, acts, flat_tax=flat_tax)


# What a proof over histories would be worth little without.
REACHED: Final = frozenset(
    {
        *WEIGHTS.keys() - {"pass", "dun"},
        "previewed renewal",
        "several periods late",
        "restored with a new period",
        "left",
        "declined",
        "abandoned",
        "trialing to free",
        "trialing to expired",
        "active to expired",
        "past_due to expired",
        "suspended to expired",
        "balance_due",
        "cancellation_absent",
        "cancellation_pending",
        "credited_by_order",
        "frequency_changes_at_once",
        "nothing_to_change",
        "order_pending",
        "overdue",
        "seats_all_assigned",
        "seats_below_assigned",
        "taken_off_at_renewal",
    }
)


def test_long_histories_hold_and_reach_all_that_may_happen() -> None:
    happened: Counter[str] = Counter()

    for seed in range(600 if IS_WIDE else 60):
        happened += by_chance(seed).happened

    assert set(happened) >= REACHED, REACHED - set(happened)


def by_chance(seed: int) -> History:
    chance = Random(seed)  # noqa: S311 - no secret
    acts = [Act(chance.choice(NAMES), *(chance.randint(0, 60) for _ in "abcd")) for _ in range(60)]
    begin = chance.choice(BEGINNINGS)
    return lived(begin, chance.choice(ZONES), acts, flat_tax=bool(seed % 2))
