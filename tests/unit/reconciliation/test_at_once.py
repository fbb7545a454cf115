"""Comparisons that run at the same time, and with webhooks, write each thing once (EXT-3, BAD-13)."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest

from guichet.payments.refund import RefundReason
from tests.support.money_back import sold
from tests.support.reconciling import compare, findings
from tests.support.road import Road
from tests.support.samples import usd


@pytest.mark.parametrize("hears", [False, True], ids=["no webhook", "the webhook too"])
def test_a_refund_is_recorded_once_whoever_finds_it_first_ext_3_bad_13(
    road: Road, *, hears: bool
) -> None:
    world, sale = road.world, sold(road)
    if not hears:
        road.hear_nothing()
    sale.refund_there(4000)
    world.clock.advance(hours=1)

    with ThreadPoolExecutor(4) as workers:
        asked = [
            workers.submit(compare, world, by_hand=f"r{n}", since=world.clock.at.replace(hour=0))
            for n in range(3)
        ]
        heard = workers.submit(world.deliver_webhooks)
        assert all(each.result().finished for each in asked)
        heard.result()
    world.settle_down()

    assert [(each.amount, each.reason) for each in sale.refunds] == [
        (usd(4000), RefundReason.OUTSIDE)
    ]
    assert findings(world) == []
    world.assert_books_equal_the_providers()
