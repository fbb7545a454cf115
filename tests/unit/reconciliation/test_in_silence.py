"""A refund, one made there and a lost dispute, in every order, and no webhook ever (EXT-3, RFD-4)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from itertools import permutations, product
from typing import Final

import pytest

from guichet.payments.refund import RefundStatus
from tests.support.money_back import Sale, sold
from tests.support.reconciling import compare, findings, run_of
from tests.support.road import Road
from tests.support.verified import assert_verified
from tests.support.world import World

# Shares of the fee of 2.28 that are no whole cents: 63.3, 82.3 and 82.3 minor units.
_PARTS: Final = {"refund": 3333, "there": 4333, "chargeback": 4334}


def acts_on(sale: Sale, *, with_fee: bool) -> dict[str, Callable[[], object]]:
    return {
        "refund": lambda: sale.refund(_PARTS["refund"]),
        "there": lambda: sale.refund_there(_PARTS["there"], with_fee=with_fee),
        "chargeback": lambda: sale.lose(sale.dispute(_PARTS["chargeback"])),
    }


def next_night(world: World) -> None:
    world.clock.at = world.clock.at.replace(hour=3, minute=10) + timedelta(days=1)
    compare(world)
    world.settle_down()


@pytest.mark.parametrize(
    ("provider", "with_fee"),
    [
        pytest.param("stripe", False, id="stripe"),
        pytest.param("stripe", True, id="stripe returns the fee, too"),
        pytest.param("paypal", False, id="paypal"),
    ],
)
@pytest.mark.parametrize("order", list(permutations(_PARTS)), ids=", ".join)
def test_nights_alone_bring_the_books_together_ext_3_rfd_3(
    order: tuple[str, ...], provider: str, *, with_fee: bool
) -> None:
    """Whichever of the acts have a night between them."""
    for nights in product((False, True), repeat=len(order) - 1):
        world = World()
        world.link_paypal()
        road = Road(world, provider)
        sale = sold(road)
        road.hear_nothing()
        acts = acts_on(sale, with_fee=with_fee)

        for name, is_night in zip(order, (*nights, True), strict=True):
            acts[name]()
            world.clock.advance(minutes=5)
            if is_night:
                next_night(world)

        world.assert_books_equal_the_providers()
        assert [each.status for each in sale.refunds] == [RefundStatus.SUCCEEDED] * len(order)
        assert not sale.so_far.left
        assert sale.fee_back() == sale.payment.platform_fee
        assert findings(world) == []
        assert_verified(world.dynamo, world.clock.now())
        next_night(world)
        assert run_of(world, provider).counts.repaired == 0
        world.assert_books_equal_the_providers()
