"""Refunds, webhooks of the provider's own refunds, and lost disputes that meet (RFD-1, RFD-4, RFD-5g)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from functools import partial
from typing import Final

import pytest

from guichet.entry.work import settle_message
from guichet.payments.refund import Refund, RefundReason, RefundStatus
from guichet.replies import Reply
from local.simulators.shapes import PendingWebhook
from tests.races.conftest import ROUNDS, at_once
from tests.support.money_back import Sale, sold
from tests.support.road import Road
from tests.support.samples import usd
from tests.support.world import World

R = RefundReason

_AT_ONCE: Final = 20
_CLICKS: Final = 8
_ROUNDS: Final = max(1, ROUNDS // 20)
_CAPTURED: Final = usd(12_000)

at_either = pytest.mark.parametrize("provider", ["stripe", "paypal"])


@at_either
def test_of_20_refunds_at_once_one_is_under_way_and_the_others_are_refused_rfd_5g(
    world: World, provider: str
) -> None:
    for sale in _sales(world, provider):
        sale.road.simulator.configure_chaos({"refunds": {"pending": 1}})

        answers = at_once([partial(sale.refund, 3000, key=f"key-{n}") for n in range(_AT_ONCE)])

        codes = Counter(each for each in answers if isinstance(each, str))
        (refund,) = sale.refunds
        assert codes == {"refund_in_progress": _AT_ONCE - 1}
        assert (refund.status, refund.amount) == (RefundStatus.SUBMITTED, usd(3000))
        sale.road.settle_refund(refund)
        _assert_all_agrees(sale)


@at_either
def test_20_refunds_at_once_never_return_more_than_was_captured_rfd_1(
    world: World, provider: str
) -> None:
    for sale in _sales(world, provider):
        answers = at_once([partial(sale.refund, 3500, key=f"key-{n}") for n in range(_AT_ONCE)])

        made = [each.value for each in answers if isinstance(each, Reply)]
        codes = {each for each in answers if isinstance(each, str)}
        assert 1 <= len(made) <= _CAPTURED.amount_minor // 3500
        assert codes <= {"refund_in_progress", "refund_exceeds_left"}
        assert {each.refund_id for each in made} == {each.refund_id for each in sale.refunds}
        _assert_all_agrees(sale)


@at_either
def test_one_key_many_times_at_once_is_one_refund_and_one_answer_reg_10(
    world: World, provider: str
) -> None:
    for sale in _sales(world, provider):
        answers = at_once([partial(sale.refund, 3500, key="once")] * _CLICKS)

        assert {_refund(each).refund_id for each in answers} == {
            each.refund_id for each in sale.refunds
        }
        assert len(sale.refunds) == 1
        _assert_all_agrees(sale)


@at_either
def test_a_refund_one_made_there_and_a_lost_dispute_at_once_end_in_the_same_books_rfd_3_rfd_4(
    world: World, provider: str
) -> None:
    for sale in _sales(world, provider):
        sale.refund_there(4333)
        sale.lose(sale.dispute(4334))
        webhooks = sale.road.simulator.take_webhooks()
        deliveries = [partial(_deliver, sale, each) for each in webhooks]
        acts: list[Callable[[], object]] = [partial(sale.refund, 3333), *deliveries, *deliveries]

        at_once(acts)

        _assert_all_agrees(sale)
        assert {each.reason: each.amount for each in sale.refunds} == {
            R.ORGANIZER: usd(3333),
            R.OUTSIDE: usd(4333),
            R.CHARGEBACK: usd(4334),
        }
        assert not sale.so_far.left
        assert sale.fee_back() == sale.payment.platform_fee


def _sales(world: World, provider: str) -> list[Sale]:
    if provider == "paypal":
        world.link_paypal()
    road = Road(world, provider)
    return [sold(road, f"buyer-{n}@example.org") for n in range(_ROUNDS)]


def _deliver(sale: Sale, webhook: PendingWebhook) -> None:
    """Stored, and the message that its journal entry becomes; what must wait is due again."""
    world, provider = sale.road.world, sale.road.provider
    answer = world.post_webhook(webhook.headers, webhook.body, provider=provider)
    assert answer["statusCode"] == 200
    settle_message({"do": "event", "provider": provider, "event_id": webhook.event_id}, world.parts)


def _refund(answer: Reply[Refund] | str) -> Refund:
    assert isinstance(answer, Reply), answer
    return answer.value


def _assert_all_agrees(sale: Sale) -> None:
    """Whatever waits is done; then nothing exceeds what came, and both books say the same."""
    world = sale.road.world
    for _ in range(3):
        world.clock.advance(minutes=2)
        world.settle_down()
    refunds = sale.refunds
    assert all(each.is_finished for each in refunds)
    assert sale.so_far.refunded.is_at_most(_CAPTURED)
    assert not sale.so_far.on_its_way
    fee, back = sale.payment.platform_fee.amount_minor, sale.so_far.refunded.amount_minor
    share = (2 * fee * back + _CAPTURED.amount_minor) // (2 * _CAPTURED.amount_minor)
    assert sale.fee_back() == usd(share)
    world.assert_books_equal_the_providers()
