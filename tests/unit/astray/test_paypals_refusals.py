"""What PayPal refuses, and what each refusal comes to over the whole road (REG-8, BAD-10)."""

from __future__ import annotations

from typing import Any

import pytest

from guichet.errors import Conflict
from guichet.payments.payment import PaymentStatus
from guichet.registration.registration import RegistrationStatus
from tests.support.road import Road, alarms, known, time_passes
from tests.support.world import World, refusal_of

R, P = RegistrationStatus, PaymentStatus
ADA = "ada@example.org"
OPEN = "POST /v2/checkout/orders"
CAPTURE = "POST /v2/checkout/orders/*/capture"


@pytest.fixture
def paypal(world: World) -> Road:
    return Road(world, "paypal")


def refusing(match: str, issue: str, status: int = 422, times: int = -1) -> dict[str, Any]:
    return {"do": "issue", "match": match, "issue": issue, "status": status, "times": times}


@pytest.mark.parametrize("times", [1, 7])
@pytest.mark.parametrize(
    ("issue", "status"),
    [
        pytest.param("ORDER_COMPLETION_IN_PROGRESS", 422, id="under way"),
        pytest.param("PREVIOUS_REQUEST_IN_PROGRESS", 409, id="the same request under way"),
        pytest.param("SOMETHING_NEW", 422, id="an issue that nobody knows"),
        pytest.param("INVALID_ACCOUNT_STATUS", 401, id="not signed in"),
        pytest.param("RATE_LIMIT_REACHED", 429, id="too many calls"),
        pytest.param("INTERNAL_SERVICE_ERROR", 500, id="an error of its own"),
    ],
)
def test_what_may_pass_is_tried_again_until_the_money_is_there_once_reg_8(
    issue: str, status: int, times: int, world: World, paypal: Road
) -> None:
    training = world.training(capacity=1)
    registration = world.register(training)
    paypal.disturb(refusing(CAPTURE, issue, status, times))
    paypal.pay(paypal.start(registration))
    paypal.come_back(registration)

    time_passes(world, hours=4, minutes_each=15)

    assert world.read(registration).status is R.CONFIRMED
    assert paypal.taken() == 1
    assert world.mails(ADA) == ["received", "confirmed"]
    world.assert_books_equal_the_providers()
    world.assert_seats_match(training)


@pytest.mark.parametrize(
    "issue",
    [
        "COMPLIANCE_VIOLATION",
        "DUPLICATE_INVOICE_ID",
        "MAX_NUMBER_OF_PAYMENT_ATTEMPTS_EXCEEDED",
        "PAYEE_ACCOUNT_RESTRICTED",
        "PAYEE_BLOCKED_TRANSACTION",
        "PAYER_CANNOT_PAY",
        "PLATFORM_FEE_PAYEE_CANNOT_BE_SAME_AS_PAYER",
        "TRANSACTION_REFUSED",
    ],
)
def test_what_never_passes_ends_the_page_and_the_buyer_chooses_again_at_once_bad_10(
    issue: str, world: World, paypal: Road
) -> None:
    training = world.training(capacity=1)
    registration = world.register(training)
    payment = paypal.start(registration)
    paypal.disturb(refusing(CAPTURE, issue, times=1))
    paypal.pay(payment)
    paypal.come_back(registration)
    world.settle_down()
    free = world.read(registration)
    card = Road(world, "stripe")

    card.pay(card.start(free, "pay-2"))
    world.settle_down()

    assert known(world, payment).status is P.FAILED
    assert (free.status, free.open_payment_id) == (R.AWAITING_PAYMENT, None)
    assert free.hold is not None
    assert world.read(registration).status is R.CONFIRMED
    assert world.paypal.captures() == []
    assert alarms(world) == []
    world.assert_books_equal_the_providers()
    world.assert_seats_match(training)


@pytest.mark.parametrize(
    "issue",
    ["INSTRUMENT_DECLINED", "PAYER_ACTION_REQUIRED", "REDIRECT_PAYER_FOR_ALTERNATE_FUNDING"],
)
def test_what_asks_for_the_buyer_sends_them_to_the_same_order_bad_10(
    issue: str, world: World, paypal: Road
) -> None:
    registration = world.register(world.training(capacity=1))
    payment = paypal.start(registration)
    paypal.disturb(refusing(CAPTURE, issue, times=1), webhooks={"drop": -1})
    paypal.pay(payment)
    paypal.come_back(registration)
    world.settle_down()
    waiting = known(world, payment).status
    same = paypal.start(world.read(registration), "pay-2")

    paypal.pay(same)
    world.clock.advance(seconds=10)
    paypal.come_back(registration)
    world.settle_down()

    assert waiting is P.OPEN
    assert same.redirect_url == payment.redirect_url
    assert world.read(registration).status is R.CONFIRMED
    assert paypal.taken() == 1
    world.assert_books_equal_the_providers()


@pytest.mark.parametrize(
    ("issue", "code"),
    [
        ("PAYEE_ACCOUNT_RESTRICTED", "account_can_not_receive"),
        ("PAYEE_ACCOUNT_INVALID", "account_can_not_receive"),
        ("PLATFORM_FEES_NOT_SUPPORTED", "platform_fee_not_allowed"),
        ("INVALID_CURRENCY_CODE", "request_refused"),
        ("DUPLICATE_INVOICE_ID", "request_refused"),
    ],
)
def test_a_page_that_paypal_refuses_to_open_leaves_every_other_way_open_reg_10(
    issue: str, code: str, world: World, paypal: Road
) -> None:
    training = world.training(capacity=1)
    registration = world.register(training)
    paypal.disturb(refusing(OPEN, issue))

    refusal = refusal_of(lambda: paypal.start(registration))
    card = Road(world, "stripe")
    card.pay(card.start(world.read(registration), "pay-2"))
    world.settle_down()

    assert isinstance(refusal, Conflict)
    assert refusal.code == code
    assert world.read(registration).status is R.CONFIRMED
    assert world.paypal.orders() == []
    world.assert_books_equal_the_providers()
    world.assert_seats_match(training)


def test_a_capture_that_is_not_permitted_though_its_order_can_be_read_took_nothing_pay_5(
    world: World, paypal: Road
) -> None:
    """A consent without the right to take payments: refused before it was carried out."""
    registration = world.register(world.training(capacity=1))
    payment = paypal.start(registration)
    paypal.disturb(refusing(CAPTURE, "PERMISSION_DENIED", 403))
    paypal.pay(payment)
    paypal.come_back(registration)

    time_passes(world, hours=3)

    assert known(world, payment).status is P.FAILED
    assert world.read(registration).status is R.EXPIRED
    assert world.paypal.captures() == []
    assert alarms(world) == []
    world.assert_books_equal_the_providers()
