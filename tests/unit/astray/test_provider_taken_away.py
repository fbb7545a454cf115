"""The operator takes PayPal's client out of the secret while people pay: all of it still ends (REG-8)."""

from __future__ import annotations

import json

import pytest

from guichet.bootstrap import Container
from guichet.payments.payment import PaymentStatus
from guichet.registration.registration import RegistrationStatus
from tests.support.organizing import cancel, manager
from tests.support.road import (
    Road,
    alarms,
    assert_alarm_names,
    known,
    lost,
    return_of,
    time_passes,
)
from tests.support.world import WEBHOOK_SECRET, World, refusal_of, settings

R, P = RegistrationStatus, PaymentStatus
ADA = "ada@example.org"
CAPTURE = "POST /v2/checkout/orders/*/capture"


@pytest.fixture
def paypal(world: World) -> Road:
    return Road(world, "paypal")


def take_away(world: World) -> None:
    """From now on every worker knows Stripe alone; PayPal's deliveries verify no more."""
    secret = {
        "token_keys": ["k" * 43],
        "stripe_api_keys": ["sk_test_platform"],
        "stripe_webhook_secrets": [WEBHOOK_SECRET],
    }
    world.parts = Container(
        settings(),
        dynamo=world.dynamo,
        clock=world.clock,
        http=world.http,
        secret_text=lambda: json.dumps(secret),
        pause=lambda _: None,
    )
    world.paypal.configure_chaos({"webhooks": {"drop": -1}})


def test_who_starts_at_paypal_is_refused_and_stripe_sells_on_reg_8(
    world: World, paypal: Road
) -> None:
    registration = world.register(world.training())
    take_away(world)

    refusal = refusal_of(lambda: paypal.start(registration))
    card = Road(world, "stripe")
    card.pay(card.start(registration, "pay-2"))
    world.settle_down()

    assert refusal.code == "account_not_reachable"
    assert world.read(registration).status is R.CONFIRMED
    world.assert_books_equal_the_providers()


def test_an_approved_page_is_given_up_with_its_hold_reg_8(world: World, paypal: Road) -> None:
    training = world.training(capacity=1)
    registration = world.register(training)
    payment = paypal.start(registration)
    take_away(world)
    paypal.pay(payment)

    time_passes(world, hours=2, minutes_each=10)

    assert known(world, payment).status is P.ABANDONED
    assert world.read(registration).status is R.EXPIRED
    assert world.paypal.captures() == []
    assert alarms(world) == []
    world.assert_books_equal_the_providers()
    world.assert_seats_match(training)


def test_a_capture_that_is_unknown_then_waits_for_a_person_reg_8(
    world: World, paypal: Road
) -> None:
    registration = world.register(world.training(capacity=1))
    payment = paypal.start(registration)
    paypal.pay(payment)
    paypal.disturb(lost(CAPTURE, "lost_after", 3), webhooks={"drop": -1})
    paypal.come_back(registration)
    take_away(world)

    time_passes(world, hours=3, minutes_each=10)

    assert known(world, payment).status is P.PARKED
    assert world.read(registration).status is R.PROCESSING
    (alarm,) = alarms(world)
    assert_alarm_names(alarm, payment, "taken", "nothing-taken")


def test_a_pending_capture_then_waits_for_a_person_reg_8(world: World, paypal: Road) -> None:
    registration = world.register(world.training(capacity=1))
    payment = paypal.pending(registration)
    take_away(world)

    time_passes(world, hours=3)

    assert known(world, payment).status is P.PARKED
    (alarm,) = alarms(world)
    assert_alarm_names(alarm, payment, "taken", "nothing-taken")


def test_a_return_goes_on_once_the_client_is_put_back_rfd_6(world: World, paypal: Road) -> None:
    registration = world.register(world.training())
    payment = paypal.pending(registration)
    cancel(world, registration, manager(world))
    paypal.bank_decides(payment, settles=True)
    paypal.disturb(lost("POST /v2/payments/captures/*/refund", "lost_before", 3))
    world.settle_down()
    before = world.parts
    take_away(world)
    time_passes(world, hours=24)
    told = {each.reason for each in alarms(world)}

    world.parts = before
    time_passes(world, hours=6)

    assert told == {"refund.unknown_for_long"}
    assert return_of(world, payment).is_finished
    assert (paypal.taken(), paypal.returned()) == (1, 1)
    assert world.mails(ADA)[-1] == "money_returned"
    world.assert_books_equal_the_providers()
