"""Browsers and workers that meet at one account's orders, seats and periods: each thing happens once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from functools import partial
from typing import Final

import pytest

from guichet.events import Actor, ActorKind
from guichet.ledger.billable import BillableLine
from guichet.replies import Reply
from guichet.subscriptions.cart import Cart, CartStatus
from guichet.subscriptions.use_cases.assign_seat import AssignSeat, assign_seat
from guichet.subscriptions.use_cases.move_subscription import move_subscription
from guichet.subscriptions.use_cases.place_cart import PlacedCart
from tests.races.conftest import ROUNDS, at_once
from tests.support.billing import Billing
from tests.support.world import World

_AT_ONCE: Final = 20
_WORKERS: Final = 6
_PERIODS: Final = 3
_LATE_DAYS: Final = 30 * _PERIODS + 5
_ROUNDS: Final = max(1, ROUNDS // 5)
_SYSTEM: Final = Actor(ActorKind.SYSTEM, "upkeep", "upkeep")
_TRY_AGAIN: Final = {"payment_in_flight", "busy"}


@pytest.fixture
def billing(world: World) -> Billing:
    """One account; each round has a subscription of its own."""
    return Billing(world)


def _orders(billing: Billing) -> list[Cart]:
    return billing.parts().records.carts_of(billing.account_id, limit=1000, after=None).items


def _lines(billing: Billing, subscription_id: str) -> list[BillableLine]:
    return [line for line in billing.billed() if line.subscription_id == subscription_id]


def _placed(answers: Sequence[Reply[PlacedCart] | str]) -> tuple[list[PlacedCart], set[str]]:
    return (
        [each.value for each in answers if isinstance(each, Reply)],
        {each for each in answers if isinstance(each, str)},
    )


def test_20_browsers_that_place_one_preview_make_one_order_and_one_session_sub_5(
    billing: Billing,
) -> None:
    for _ in range(_ROUNDS):
        preview = billing.preview(billing.webinar())
        before = len(billing.world.stripe.find_all("checkout.session"))

        answers = at_once(
            [partial(billing.place, preview, key=f"place-{n}") for n in range(_AT_ONCE)]
        )

        placed, codes = _placed(answers)
        assert len({each.cart.cart_id for each in placed}) == 1
        assert codes <= _TRY_AGAIN
        assert len(billing.world.stripe.find_all("checkout.session")) == before + 1
        (cart,) = (each for each in _orders(billing) if each.is_open)
        page = billing.payment(cart.open_payment_id or "").session_id
        _pay_and_come_back(billing, page)


def _pay_and_come_back(billing: Billing, page: str | None) -> None:
    """All of them come back at once (BAD-2): the order is carried out, and billed, once."""
    assert page is not None
    billing.world.stripe.pay(page)
    (cart,) = (each for each in _orders(billing) if each.is_open)

    at_once([partial(billing.come_back, cart)] * _WORKERS)

    assert billing.cart(cart.cart_id).status is CartStatus.DONE
    billed = _lines(billing, cart.preview.touched[0].subscription_id)
    assert billed == list(cart.preview.now.lines)


def test_of_20_orders_for_one_subscription_at_once_one_waits_sub_5(
    billing: Billing,
) -> None:
    for n in range(_ROUNDS):
        bought = _bought(billing)
        wish = billing.wish("change", subscription_id=bought, plan_id="plus")
        previews = [billing.preview(wish) for _ in range(_AT_ONCE)]
        before = len(billing.world.stripe.find_all("checkout.session"))

        answers = at_once([partial(billing.place, each) for each in previews])

        placed, codes = _placed(answers)
        assert len(placed) == 1
        assert codes <= {"preview_stale", "order_pending", "busy"}
        open_ones = [each.cart_id for each in _orders(billing) if each.is_open]
        assert placed[0].cart.cart_id in open_ones
        assert len(open_ones) == n + 1
        assert len(billing.world.stripe.find_all("checkout.session")) == before + 1


def test_20_downgrades_at_once_give_one_credit_bad_5(billing: Billing) -> None:
    for _ in range(_ROUNDS):
        bought = _bought(billing, plan="pro")
        wish = billing.wish("change", subscription_id=bought, plan_id="starter")
        previews = [billing.preview(wish) for _ in range(_AT_ONCE)]

        answers = at_once([partial(billing.place, each) for each in previews])

        placed, codes = _placed(answers)
        assert len(placed) == 1
        assert codes <= {"preview_stale", "nothing_to_change", "busy"}
        assert billing.balance().credit_minor == 12_000 - 3_000


def test_20_assignments_of_two_seats_give_two_people_one_sub_14(billing: Billing) -> None:
    for _ in range(_ROUNDS):
        bought = _bought(billing, seats=2)

        answers = at_once([partial(_assign, billing, bought, n) for n in range(_AT_ONCE)])

        codes = Counter(each for each in answers if isinstance(each, str))
        assert codes == {"seats_all_assigned": _AT_ONCE - 2}
        records = billing.parts().records
        assert len(records.seats_of(bought, limit=100, after=None).items) == 2
        pool = records.pool(bought)
        assert pool is not None
        assert (pool.capacity, pool.assigned) == (2, 2)


def _assign(billing: Billing, subscription_id: str, n: int) -> None:
    command = AssignSeat(
        subscription_id,
        f"person-{n}@example.org",
        f"Person {n}",
        notify=False,
        is_member=False,
        member=billing.owner,
        idempotency_key=f"seat-{n}",
        actor=billing.actor(),
    )
    assign_seat(command, carts=billing.parts().carts)


def test_workers_that_renew_one_subscription_at_once_bill_each_period_once_bad_12(
    billing: Billing,
) -> None:
    bought = [_bought(billing) for _ in range(_ROUNDS)]
    billing.world.clock.advance(days=_LATE_DAYS)
    for subscription_id in bought:
        answers = at_once([partial(_move, billing, subscription_id)] * _WORKERS)

        assert {each for each in answers if isinstance(each, str)} <= {"busy"}
        _move(billing, subscription_id)  # what the others left to the next minute
        starts = [line.period.start for line in _lines(billing, subscription_id)]
        assert len(starts) == len(set(starts)) == 1 + _PERIODS
    owed = sum(bill.open_minor for bill in billing.balance().bills)
    assert owed == 3_000 * _PERIODS * _ROUNDS


def _move(billing: Billing, subscription_id: str) -> None:
    parts = billing.parts()
    move_subscription(
        billing.account_id, subscription_id, _SYSTEM, ordering=parts.ordering, usage=parts.usage
    )


def _bought(billing: Billing, plan: str = "starter", seats: int = 1) -> str:
    placed = billing.place(billing.preview(billing.webinar(plan, seats))).value
    assert placed.payment is not None
    assert placed.payment.session_id is not None
    billing.world.stripe.pay(placed.payment.session_id)
    billing.come_back(placed.cart)
    return placed.cart.preview.touched[0].subscription_id
