"""A card page and PayPal's before one buyer, both acted upon: one payment is kept (BAD-1)."""

from __future__ import annotations

from itertools import islice, permutations
from typing import Final

import pytest

from guichet.registration.registration import RegistrationStatus
from tests.simulation.contenders import CARD_FIRST, PAYPAL_FIRST, Pages, TwoPages
from tests.simulation.enumeration import EVERY_PLACE, IS_WIDE, SHARES, shared
from tests.simulation.turns import Turns, explore

S = RegistrationStatus
_NAMES: Final = ("card", "order", "card_told", "order_told", "expiry", "return")
_SEEDS: Final = range(500 if IS_WIDE else 24)

whichever_came_first = pytest.mark.parametrize(
    "pages",
    [pytest.param(CARD_FIRST, id="card-first"), pytest.param(PAYPAL_FIRST, id="paypal-first")],
)


@whichever_came_first
@pytest.mark.parametrize("share", range(SHARES))
def test_every_order_of_two_payments_and_their_words_keeps_one_bad_1(
    pages: Pages, share: int
) -> None:
    orders = islice(permutations(_NAMES), 0, None, 1 if IS_WIDE else 12)
    for order in shared(orders, share):
        contest = TwoPages(pages)

        for name in order:
            contest.acts[name]()

        assert contest.end() is S.CONFIRMED, order


@whichever_came_first
@pytest.mark.parametrize("share", range(SHARES))
def test_calls_around_two_payments_may_interleave_in_any_way_bad_1(
    pages: Pages, share: int
) -> None:
    for seed in shared(_SEEDS, share):
        contest = TwoPages(pages)
        with contest.turns as turns:
            for name in _NAMES:
                turns.actor(name, contest.acts[name])

            schedule = turns.run_seeded(seed)

        assert contest.end() is S.CONFIRMED, schedule


@whichever_came_first
@pytest.mark.parametrize("asker", ["card_told", "order_told", "expiry", "return"])
def test_the_other_page_may_be_paid_between_any_two_calls_about_one_bad_1(
    pages: Pages, asker: str
) -> None:
    """The page in force is paid, and somebody acts on that while the buyer goes on to the other."""
    contests: list[TwoPages] = []
    is_card = pages.second == "stripe"
    paid, other = ("card", "order") if is_card else ("order", "card")

    def start() -> Turns:
        contests.append(TwoPages(pages))
        contests[-1].acts[paid]()
        contests[-1].turns.actor(asker, contests[-1].acts[asker])
        contests[-1].turns.actor("buyer", contests[-1].acts[other])
        return contests[-1].turns

    for turns in explore(start, preemptions=2 if IS_WIDE else 1, every=EVERY_PLACE):
        assert contests.pop().end() is S.CONFIRMED, turns.schedule
