"""An answer is lost at each call of the road: the sale still ends once, and right (BAD-2, BAD-11)."""

from __future__ import annotations

from datetime import timedelta

import pytest

from guichet.registration.registration import RegistrationStatus
from tests.support.organizing import cancel, manager
from tests.support.road import Road, known, lost, return_of, time_passes
from tests.support.world import World

R = RegistrationStatus
ADA = "ada@example.org"

SALE = [
    ("stripe", "POST /v1/checkout/sessions"),
    ("stripe", "GET /v1/checkout/sessions/*"),
    ("paypal", "POST /v1/oauth2/token"),
    ("paypal", "POST /v2/checkout/orders"),
    ("paypal", "GET /v2/checkout/orders/*"),
    ("paypal", "POST /v2/checkout/orders/*/capture"),
]
ENDING = [
    ("stripe", "POST /v1/checkout/sessions/*/expire"),
    ("stripe", "GET /v1/checkout/sessions/*"),
    ("paypal", "GET /v2/checkout/orders/*"),
]
RETURN = [
    ("stripe", "POST /v1/refunds"),
    ("stripe", "GET /v1/refunds"),
    ("stripe", "POST /v1/application_fees/*"),
    ("stripe", "GET /v1/application_fees/*"),
    ("paypal", "POST /v1/oauth2/token"),
    ("paypal", "POST /v2/payments/captures/*/refund"),
    ("paypal", "GET /v2/payments/captures/*"),
    ("paypal", "GET /v2/checkout/orders/*"),
    ("paypal", "GET /v2/payments/refunds/*"),
]
FAULTS = ["lost_before", "lost_after", "down", "server_error", "rate_limited"]


@pytest.mark.parametrize("fault", FAULTS)
@pytest.mark.parametrize("times", [pytest.param(1, id="once"), pytest.param(7, id="for a while")])
@pytest.mark.parametrize(("provider", "call"), SALE)
def test_a_sale_whose_answer_is_lost_anywhere_ends_in_one_confirmation_bad_2_bad_11(
    provider: str, call: str, times: int, fault: str, world: World
) -> None:
    road = Road(world, provider)
    training = world.training(capacity=1)
    registration = world.register(training)
    road.disturb(lost(call, fault, times))

    payment = road.insist(registration)
    road.pay(payment)
    road.come_back(registration)
    time_passes(world, hours=2, minutes_each=10)

    assert world.read(registration).status is R.CONFIRMED
    assert road.taken() == 1
    assert world.mails(ADA) == ["received", "confirmed"]
    assert world.alarms == []
    world.assert_books_equal_the_providers()
    world.assert_seats_match(training)


@pytest.mark.parametrize("fault", FAULTS)
@pytest.mark.parametrize(("provider", "call"), ENDING)
def test_a_hold_whose_end_meets_a_lost_answer_still_ends_bad_16(
    provider: str, call: str, fault: str, world: World
) -> None:
    road = Road(world, provider)
    training = world.training(capacity=1)
    registration = world.register(training)
    road.start(registration)
    road.disturb(lost(call, fault, 7))

    time_passes(world, hours=2, minutes_each=10)

    assert world.read(registration).status is R.EXPIRED
    assert world.mails(ADA) == ["received", "expired"]
    assert road.taken() == 0
    world.assert_books_equal_the_providers()
    world.assert_seats_match(training)


@pytest.mark.parametrize("fault", FAULTS)
@pytest.mark.parametrize("times", [pytest.param(1, id="once"), pytest.param(7, id="for a while")])
@pytest.mark.parametrize(("provider", "call"), RETURN)
def test_a_return_whose_answer_is_lost_anywhere_happens_once_bad_11_bad_13(
    provider: str, call: str, times: int, fault: str, world: World
) -> None:
    road = Road(world, provider)
    training = world.training()
    registration = world.register(training)
    payment = road.pending(registration)
    cancel(world, registration, manager(world))
    road.bank_decides(payment, settles=True)
    road.disturb(lost(call, fault, times))

    time_passes(world, hours=4, minutes_each=10)
    if fault == "server_error":
        time_passes(world, hours=24)  # Stripe keeps an error of its own as the answer for a day

    refund = return_of(world, payment)
    assert refund.is_finished
    assert refund.provider_fee_refund_id is not None
    assert (road.taken(), road.returned()) == (1, 1)
    assert world.mails(ADA) == ["received", "cancelled", "money_returned"]
    world.assert_books_equal_the_providers()
    world.assert_seats_match(training)


def test_a_page_that_opened_unheard_is_harmless_and_another_one_is_paid_bad_11(
    world: World, road: Road
) -> None:
    """The buyer never received the first page; its key is not used again."""
    registration = world.register(world.training())
    road.disturb(lost("POST /v*", "lost_after", 3))

    payment = road.insist(registration)
    road.pay(payment)
    world.settle_down()

    opened = known(world, payment)
    assert opened.attempt > 1
    assert opened.capture is not None
    assert opened.capture.captured_at - world.clock.now() < timedelta(seconds=1)
    assert road.taken() == 1
    world.assert_books_equal_the_providers()
