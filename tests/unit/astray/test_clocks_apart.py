"""The provider's clock differs from ours: four minutes do no harm, six are refused (EXT-2)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

import pytest

from guichet.registration.registration import RegistrationStatus
from local.simulators.paypal import PayPalSimulator
from local.simulators.stripe import StripeSimulator
from tests.support.organizing import cancel, manager
from tests.support.road import Road, return_of
from tests.support.world import (
    PAYPAL_URL,
    PAYPAL_WEBHOOK_ID,
    STRIPE_ACCOUNT,
    WEBHOOK_SECRET,
    TestClock,
    World,
    refusal_of,
)

R = RegistrationStatus
ADA = "ada@example.org"


@dataclass
class Wrong:
    """A provider's clock, ahead of ours by so many minutes."""

    ours: TestClock
    minutes: float = 0

    def __call__(self) -> datetime:
        return self.ours.at + timedelta(minutes=self.minutes)


@pytest.fixture
def clock() -> Wrong:
    return Wrong(TestClock())


@pytest.fixture
def world(clock: Wrong) -> World:
    made = World(clock=clock.ours)
    made.stripe = StripeSimulator(clock, webhook_secrets=(WEBHOOK_SECRET,))
    made.stripe.add_account(STRIPE_ACCOUNT, email="owner@atelier.example")
    made.paypal = PayPalSimulator(clock, webhook_ids=(PAYPAL_WEBHOOK_ID,), base_url=PAYPAL_URL)
    made.parts = made.container()
    made.link_paypal()
    return made


@pytest.mark.parametrize("minutes", [-4, 4])
def test_a_sale_is_the_same_by_a_clock_four_minutes_off_ext_2(
    minutes: int, clock: Wrong, world: World, road: Road
) -> None:
    training = world.training(capacity=1)
    registration = world.register(training)
    payment = road.start(registration)
    clock.minutes = minutes
    road.pay(payment)

    heard = world.deliver_webhooks()
    world.settle_down()

    assert heard, "the webhook alone: nobody came back"
    assert world.read(registration).status is R.CONFIRMED
    assert world.mails(ADA) == ["received", "confirmed"]
    world.assert_books_equal_the_providers()
    world.assert_seats_match(training)


@pytest.mark.parametrize("minutes", [-4, 4])
def test_a_return_is_the_same_by_a_clock_four_minutes_off_rfd_6(
    minutes: int, clock: Wrong, world: World, road: Road
) -> None:
    registration = world.register(world.training())
    payment = road.pending(registration)
    clock.minutes = minutes
    cancel(world, registration, manager(world))
    road.bank_decides(payment, settles=True)

    world.settle_down()

    assert return_of(world, payment).is_finished
    world.assert_books_equal_the_providers()


@pytest.mark.parametrize("minutes", [-4, 4])
def test_an_unpaid_hold_ends_once_by_a_clock_four_minutes_off_reg_4(
    minutes: int, clock: Wrong, world: World, road: Road
) -> None:
    training = world.training(capacity=1)
    registration = world.register(training)
    road.start(registration)
    clock.minutes = minutes

    world.clock.advance(minutes=31)
    world.settle_down()

    assert world.read(registration).status is R.EXPIRED
    assert world.mails(ADA) == ["received", "expired"]
    world.assert_seats_match(training)


@pytest.mark.parametrize("minutes", [-6, 6])
def test_stripes_deliveries_six_minutes_off_are_refused_and_the_sale_still_ends_ext_2(
    minutes: int, clock: Wrong, world: World
) -> None:
    road = Road(world, "stripe")
    registration = world.register(world.training())
    payment = road.start(registration)
    clock.minutes = minutes
    road.pay(payment)

    (webhook, *_) = world.stripe.take_webhooks()
    answer = world.post_webhook(webhook.headers, webhook.body)
    stored = world.parts.records.provider_event("stripe", webhook.event_id)
    world.clock.advance(minutes=31)
    world.settle_down()

    assert answer["statusCode"] == 400
    assert stored is None
    assert world.read(registration).status is R.CONFIRMED, "the end of the session asks"
    world.assert_books_equal_the_providers()


def test_paypals_deliveries_six_minutes_ahead_are_refused_and_the_sale_still_ends_ext_2(
    clock: Wrong, world: World
) -> None:
    road = Road(world, "paypal")
    registration = world.register(world.training())
    payment = road.start(registration)
    clock.minutes = 6
    road.pay(payment)

    (webhook,) = world.paypal.take_webhooks()
    answer = world.post_webhook(webhook.headers, webhook.body, provider="paypal")
    world.clock.advance(minutes=31)
    world.settle_down()

    assert answer["statusCode"] == 400
    assert world.read(registration).status is R.CONFIRMED
    world.assert_books_equal_the_providers()


def test_paypals_deliveries_of_before_are_taken_for_as_long_as_it_repeats_them_ext_2(
    clock: Wrong, world: World
) -> None:
    """Whether a repeat is dated anew is not documented: three days and some are allowed."""
    road = Road(world, "paypal")
    registration = world.register(world.training())
    payment = road.start(registration)
    road.pay(payment)
    (webhook,) = world.paypal.take_webhooks()

    world.clock.advance(days=3)
    in_time = world.post_webhook(webhook.headers, webhook.body, provider="paypal")
    world.clock.advance(days=2)
    late = world.post_webhook(webhook.headers, webhook.body, provider="paypal")

    assert (in_time["statusCode"], late["statusCode"]) == (200, 400)
    assert clock.minutes == 0


@pytest.mark.parametrize("minutes", [-4, 4])
def test_paypals_page_opens_by_a_clock_four_minutes_off_reg_4(
    minutes: int, clock: Wrong, world: World
) -> None:
    """It has no end of PayPal's: ours alone decides."""
    clock.minutes = minutes
    road = Road(world, "paypal")
    registration = world.register(world.training())

    road.pay(road.start(registration))
    world.settle_down()

    assert world.read(registration).status is R.CONFIRMED


def test_stripe_opens_no_page_that_ends_within_its_half_hour_and_nothing_is_kept_reg_4(
    clock: Wrong, world: World
) -> None:
    """Our 31 minutes are 27 by its clock: refused for good, so another way may be chosen at once."""
    clock.minutes = 4
    training = world.training(capacity=1)
    registration = world.register(training)

    refusal = refusal_of(lambda: Road(world, "stripe").start(registration))
    other = Road(world, "paypal")
    other.pay(other.start(registration, "pay-2"))
    world.settle_down()

    assert refusal.code == "request_refused"
    assert world.read(registration).status is R.CONFIRMED
    world.assert_books_equal_the_providers()
    world.assert_seats_match(training)
