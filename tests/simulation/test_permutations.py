"""Return page, webhook, its duplicate, hold expiry and cancellation, in every order and interleaved."""

from __future__ import annotations

from itertools import combinations, islice, permutations
from typing import Final

import pytest

from guichet.registration.registration import RegistrationStatus
from tests.simulation.contenders import Contest
from tests.simulation.enumeration import IS_WIDE, SHARES, shared
from tests.simulation.turns import Turns, explore

S = RegistrationStatus
_NAMES: Final = ("return", "webhook", "duplicate", "expiry", "cancel")
_SEEDS: Final = range(3000 if IS_WIDE else 150)
_PREEMPTIONS: Final = 2 if IS_WIDE else 1

paid_or_not = pytest.mark.parametrize(
    ("is_paid", "end"),
    [pytest.param(True, S.CONFIRMED, id="paid"), pytest.param(False, S.CANCELLED, id="unpaid")],
)


@paid_or_not
def test_every_order_of_the_five_ends_the_same_bad_2_bad_4(
    *, is_paid: bool, end: RegistrationStatus
) -> None:
    """What was paid is confirmed; what was not is cancelled, whichever came first."""
    for order in permutations(_NAMES):
        contest = Contest(is_paid)

        for name in order:
            contest.acts[name]()

        assert contest.end() is end, order


@pytest.mark.parametrize("share", range(SHARES))
def test_a_payment_at_any_place_among_them_is_kept_with_its_seat_or_not_taken_reg_8(
    share: int,
) -> None:
    orders = islice(permutations((*_NAMES, "pay")), 0, None, 1 if IS_WIDE else 3)
    for order in shared(orders, share):
        contest = Contest(is_paid=False)

        for name in order:
            contest.pay() if name == "pay" else contest.acts[name]()

        is_in_time = order.index("pay") < min(order.index("cancel"), order.index("expiry"))
        assert contest.end() is (S.CONFIRMED if is_in_time else S.CANCELLED), order


@paid_or_not
@pytest.mark.parametrize("share", range(SHARES))
def test_calls_of_the_five_may_interleave_in_any_way_bad_2(
    *, is_paid: bool, end: RegistrationStatus, share: int
) -> None:
    for seed in shared(_SEEDS, share):
        contest = Contest(is_paid)
        with contest.turns as turns:
            for name in _NAMES:
                turns.actor(name, contest.acts[name])

            schedule = turns.run_seeded(seed)

        assert contest.end() is end, schedule


@paid_or_not
@pytest.mark.parametrize(
    "pair", [pytest.param(pair, id="-".join(pair)) for pair in combinations(_NAMES, 2)]
)
def test_each_pair_may_interrupt_one_another_anywhere_reg_4_bad_2(
    *, is_paid: bool, end: RegistrationStatus, pair: tuple[str, str]
) -> None:
    contests: list[Contest] = []

    def start() -> Turns:
        contests.append(Contest(is_paid))
        for name in pair:
            contests[-1].turns.actor(name, contests[-1].acts[name])
        return contests[-1].turns

    for turns in explore(start, preemptions=_PREEMPTIONS):
        expected = end if is_paid or "cancel" in pair else S.EXPIRED
        assert contests.pop().end() is expected, turns.schedule


@pytest.mark.parametrize("rival", _NAMES)
def test_a_buyer_may_pay_between_any_two_calls_of_another_bad_16(rival: str) -> None:
    """Money is kept with a seat, or was never taken: the page is expired before the seat is free."""
    contests: list[Contest] = []

    def start() -> Turns:
        contests.append(Contest(is_paid=False))
        contests[-1].turns.actor(rival, contests[-1].acts[rival])
        contests[-1].turns.actor("buyer", contests[-1].pay)
        return contests[-1].turns

    for turns in explore(start, preemptions=2):
        assert contests.pop().end() in {S.CONFIRMED, S.CANCELLED, S.EXPIRED}, turns.schedule
