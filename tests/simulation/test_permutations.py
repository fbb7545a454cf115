"""Return page, webhook, its duplicate, hold expiry and cancellation, in every order and interleaved."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import combinations, islice, permutations
from typing import Final

import pytest

from guichet.registration.registration import RegistrationStatus
from tests.simulation.contenders import OnePage
from tests.simulation.enumeration import EVERY_PLACE, IS_WIDE, SHARES, shared
from tests.simulation.turns import Turns, explore

S = RegistrationStatus
_NAMES: Final = ("return", "webhook", "duplicate", "expiry", "cancel")
_SEEDS: Final = range(1000 if IS_WIDE else 40)
_PREEMPTIONS: Final = 2 if IS_WIDE else 1

paid_or_not = pytest.mark.parametrize("is_paid", [True, False], ids=["paid", "unpaid"])
at_either = pytest.mark.parametrize("provider", ["stripe", "paypal"])


def ends_of(provider: str, *, is_paid: bool) -> set[RegistrationStatus]:
    """Where a registration may stand when all five have acted at once.

    What was paid is confirmed. But an order that was only approved is nobody's money: whoever
    cancels before anybody asks about it is cancelled, and nothing is captured. Who cancels while
    a capture is on its way is asked to come again in a moment, and nobody here does.
    """
    if provider == "stripe":
        return {S.CONFIRMED if is_paid else S.CANCELLED}
    return {S.CONFIRMED, S.CANCELLED} if is_paid else {S.CANCELLED, S.EXPIRED}


def _orders(*, first: bool) -> Iterator[tuple[str, ...]]:
    """All of them in the wide run; every other one by default."""
    return islice(permutations(_NAMES), 0 if IS_WIDE else first, None, 1 if IS_WIDE else 2)


@paid_or_not
@at_either
def test_every_order_of_the_five_ends_the_same_bad_2_bad_4(provider: str, *, is_paid: bool) -> None:
    """What was paid is confirmed; what was not is cancelled, whichever came first."""
    for order in _orders(first=is_paid):
        contest = OnePage(is_paid=is_paid, provider=provider)

        for name in order:
            contest.acts[name]()

        assert contest.end() is end_of(order, provider, is_paid=is_paid), order


def end_of(order: Sequence[str], provider: str, *, is_paid: bool) -> RegistrationStatus:
    is_cancelled_first = provider == "paypal" and order[0] == "cancel"
    return S.CONFIRMED if is_paid and not is_cancelled_first else S.CANCELLED


@pytest.mark.parametrize("share", range(SHARES))
@at_either
def test_a_payment_at_any_place_among_them_is_kept_with_its_seat_or_not_taken_reg_8(
    provider: str, share: int
) -> None:
    orders = islice(permutations((*_NAMES, "pay")), 0, None, 1 if IS_WIDE else 8)
    for order in shared(orders, share):
        contest = OnePage(is_paid=False, provider=provider)

        for name in order:
            contest.pay() if name == "pay" else contest.acts[name]()

        assert contest.end() in _ends_of_payment(order, provider), order


def _ends_of_payment(order: Sequence[str], provider: str) -> set[RegistrationStatus]:
    """By card in time: kept. At PayPal: never where it was cancelled before.

    Else it is kept where somebody asks before it is cancelled; but an order whose instrument was
    just declined rests for a while, and who asks then takes nothing.
    """
    paid, cancelled, expired = (order.index(name) for name in ("pay", "cancel", "expiry"))
    if provider == "stripe":
        return {S.CONFIRMED if paid < min(cancelled, expired) else S.CANCELLED}
    return {S.CANCELLED} if cancelled < paid else {S.CONFIRMED, S.CANCELLED}


@paid_or_not
@pytest.mark.parametrize("share", range(SHARES))
@at_either
def test_calls_of_the_five_may_interleave_in_any_way_bad_2(
    provider: str, *, is_paid: bool, share: int
) -> None:
    for seed in shared(_SEEDS, share):
        contest = OnePage(is_paid=is_paid, provider=provider)
        with contest.turns as turns:
            for name in _NAMES:
                turns.actor(name, contest.acts[name])

            schedule = turns.run_seeded(seed)

        assert contest.end() in ends_of(provider, is_paid=is_paid), schedule


@paid_or_not
@at_either
@pytest.mark.parametrize(
    "pair", [pytest.param(pair, id="-".join(pair)) for pair in combinations(_NAMES, 2)]
)
def test_each_pair_may_interrupt_one_another_anywhere_reg_4_bad_2(
    pair: tuple[str, str], provider: str, *, is_paid: bool
) -> None:
    contests: list[OnePage] = []

    def start() -> Turns:
        contests.append(OnePage(is_paid=is_paid, provider=provider))
        for name in pair:
            contests[-1].turns.actor(name, contests[-1].acts[name])
        return contests[-1].turns

    for turns in explore(start, preemptions=_PREEMPTIONS, every=EVERY_PLACE):
        ends = ends_of(provider, is_paid=is_paid)
        if "cancel" not in pair:
            ends = {S.CONFIRMED} if is_paid else {S.EXPIRED}
        assert contests.pop().end() in ends, turns.schedule


@at_either
@pytest.mark.parametrize("rival", _NAMES)
def test_a_buyer_may_pay_between_any_two_calls_of_another_bad_16(rival: str, provider: str) -> None:
    """Money is kept with a seat, or was never taken: the page is expired before the seat is free."""
    contests: list[OnePage] = []

    def start() -> Turns:
        contests.append(OnePage(is_paid=False, provider=provider))
        contests[-1].turns.actor(rival, contests[-1].acts[rival])
        contests[-1].turns.actor("buyer", contests[-1].pay)
        return contests[-1].turns

    for turns in explore(start, preemptions=_PREEMPTIONS, every=EVERY_PLACE):
        assert contests.pop().end() in {S.CONFIRMED, S.CANCELLED, S.EXPIRED}, turns.schedule
