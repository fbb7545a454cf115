"""What webhooks alone would have told is found within a day, and repaired by rule (EXT-3)."""

import pytest

from guichet.payments.dispute import DisputeStatus
from guichet.payments.payment import PaymentStatus
from guichet.payments.refund import RefundReason, RefundStatus
from guichet.registration.registration import RegistrationStatus
from tests.support.money_back import Sale, sold
from tests.support.own_account import a_cart_payment, with_page
from tests.support.reconciling import compare, findings, run_of
from tests.support.road import Road, time_passes
from tests.support.samples import usd
from tests.support.world import World


@pytest.fixture
def sale(road: Road) -> Sale:
    made = sold(road)
    road.hear_nothing()
    return made


def settled(world: World) -> None:
    """The nightly run, and what it woke."""
    world.clock.advance(hours=12)
    compare(world)
    world.settle_down()


def test_a_refund_made_there_that_no_webhook_told_of_is_recorded_ext_3_rfd_4(sale: Sale) -> None:
    world = sale.road.world
    sale.refund_there(5000)
    world.settle_down()
    assert not sale.refunds

    settled(world)

    (refund,) = sale.refunds
    assert (refund.status, refund.reason) == (RefundStatus.SUCCEEDED, RefundReason.OUTSIDE)
    assert refund.amount == usd(5000)
    assert findings(world) == []
    world.assert_books_equal_the_providers()


def test_a_dispute_opened_and_lost_in_silence_is_recorded_ext_3_rfd_4(sale: Sale) -> None:
    world = sale.road.world
    sale.lose(sale.dispute())

    settled(world)

    (dispute,) = sale.so_far.disputes
    (refund,) = sale.refunds
    assert dispute.status is DisputeStatus.LOST
    assert (refund.reason, refund.amount) == (RefundReason.CHARGEBACK, usd(12000))
    assert findings(world) == []
    world.assert_books_equal_the_providers()


def test_our_refund_that_fails_there_later_fails_here_ext_3_rfd_6(sale: Sale) -> None:
    world = sale.road.world
    made = sale.refund(4000).value
    world.settle_down()
    (refund,) = sale.refunds
    sale.road.settle_refund(refund, fails=True)

    settled(world)

    assert sale.refunds[0].refund_id == made.refund_id
    assert sale.refunds[0].status is RefundStatus.FAILED
    assert findings(world) == []


def test_a_sale_that_nobody_told_of_is_confirmed_ext_3(road: Road) -> None:
    world = road.world
    road.hear_nothing()
    registration = world.register(world.training())
    payment = road.start(registration)
    road.pay(payment)

    world.clock.advance(minutes=10)
    compare(world)
    world.settle_down()

    assert world.read(registration).status is RegistrationStatus.CONFIRMED
    assert world.payment(registration).status is PaymentStatus.CAPTURED
    assert findings(world) == []
    world.assert_books_equal_the_providers()


def test_a_second_comparison_changes_nothing_ext_3(sale: Sale) -> None:
    world = sale.road.world
    sale.refund_there(5000)
    settled(world)
    before, runs = world.state(), len(world.journal())

    world.clock.advance(minutes=5)
    again = compare(world)

    assert again.finished == []
    assert world.state() == before
    assert len(world.journal()) == runs


def test_the_next_days_comparison_changes_no_money_ext_3(sale: Sale) -> None:
    world = sale.road.world
    sale.refund_there(5000)
    settled(world)
    books, refunds = world.books(), sale.refunds

    time_passes(world, hours=24)
    compare(world)
    world.settle_down()

    assert (world.books(), sale.refunds) == (books, refunds)
    assert run_of(world, sale.road.provider).counts.repaired == 0
    assert findings(world) == []


@pytest.mark.parametrize("name", ["stripe", "paypal"])
def test_a_cart_paid_in_silence_is_an_event_for_billing_and_no_finding_ext_3(
    world: World, name: str
) -> None:
    provider = world.parts.billing_providers("ie")[name]
    payment = a_cart_payment(provider, name, now=world.clock.now())
    _, page = with_page(provider, payment)
    if name == "stripe":
        world.stripe.pay(page)
    else:
        world.paypal.approve(page)
    Road(world, name).hear_nothing()

    settled(world)

    received = [each for each in world.state() if str(each["pk"]).startswith("INBOX#")]
    assert {each["status"] for each in received} == {"applied"}
    assert findings(world) == []
    assert world.books() == {}
