"""PayPal's road: an order that the buyer approves and we capture, by intent and record (REG-2, BAD-2)."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass, replace

import pytest

from guichet.adapters.http import Http, HttpRequest, HttpResponse
from guichet.errors import Unavailable
from guichet.payments.payment import CaptureMethod, PaymentStatus
from guichet.registration.registration import Registration, RegistrationStatus
from tests.support.world import ACCOUNT, PAYPAL_MERCHANT, World

R = RegistrationStatus
ADA = "ada@example.org"


@pytest.fixture
def shop(world: World) -> World:
    world.link_paypal()
    return world


def approved(world: World, method: str = "paypal", instrument: str = "balance") -> Registration:
    """A buyer who has agreed and not come back; nobody has been told."""
    registration = world.register(world.training(capacity=1))
    payment = world.start(registration, method=method)
    assert payment.session_id is not None
    world.paypal.approve(payment.session_id, instrument=instrument)
    return registration


@dataclass
class During:
    """An `Http` on which something happens while a capture is on its way."""

    inner: Http
    world: World
    registration: Registration
    met: Exception | None = None

    def send(self, request: HttpRequest) -> HttpResponse:
        if request.url.endswith("/capture") and self.met is None:
            payment_id = self.world.read(self.registration).open_payment_id
            assert payment_id is not None
            try:
                self.world.parts.settling.ask(payment_id, self.world.cause("settle_payment"))
            except Unavailable as busy:
                self.met = busy
        return self.inner.send(request)


@pytest.mark.parametrize(("method", "instrument"), [("paypal", "balance"), ("paypal_card", "card")])
def test_an_approved_order_is_captured_once_and_confirms_fee_2(
    method: str, instrument: str, shop: World
) -> None:
    registration = approved(shop, method, instrument)

    shop.come_back(registration)
    shop.settle_down()

    payment = shop.payment(registration)
    assert shop.read(registration).status is R.CONFIRMED
    assert payment.capture is not None
    assert payment.capture.method is CaptureMethod.PAYPAL
    assert payment.capture.payee == PAYPAL_MERCHANT
    assert len(shop.paypal.captures()) == 1
    assert shop.mails(ADA) == ["received", "confirmed"]
    shop.assert_books_equal_the_providers()


def test_who_comes_while_a_capture_is_on_its_way_sends_no_second_one_bad_2(shop: World) -> None:
    registration = approved(shop)
    meeting = During(shop.http, shop, registration)

    shop.come_back(registration, shop.container(http=meeting))
    shop.settle_down()

    assert isinstance(meeting.met, Unavailable)
    assert meeting.met.code == "payment_in_flight"
    assert shop.read(registration).status is R.CONFIRMED
    assert len(shop.paypal.captures()) == 1
    shop.assert_books_equal_the_providers()


def test_an_order_approved_unheard_is_captured_when_its_hold_ends_reg_4(shop: World) -> None:
    shop.paypal.configure_chaos({"webhooks": {"drop": -1}})
    registration = approved(shop)

    shop.clock.advance(minutes=32)
    shop.settle_down()

    assert shop.read(registration).status is R.CONFIRMED
    shop.assert_books_equal_the_providers()


def test_a_hold_that_ends_tries_a_declined_instrument_once_more_and_no_oftener_reg_4(
    shop: World,
) -> None:
    """Nobody is there to choose another one; who is later finds the same page (BAD-16)."""
    shop.paypal.configure_chaos({"webhooks": {"drop": -1}})
    registration = approved(shop, instrument="declined")
    order_id = shop.payment(registration).session_id
    assert order_id is not None

    shop.clock.advance(minutes=32)
    shop.settle_down()

    assert shop.read(registration).status is R.EXPIRED
    assert shop.paypal.kept_order(order_id)["declined"] == 1
    shop.paypal.clear_chaos()
    shop.clock.advance(minutes=1)
    shop.paypal.approve(order_id)
    shop.settle_down()
    assert shop.read(registration).status is R.CONFIRMED
    shop.assert_books_equal_the_providers()


@pytest.mark.parametrize("seat_left", [True, False])
def test_an_order_approved_late_is_captured_only_where_a_seat_is_left_reg_4_bad_16(
    seat_left: bool,  # noqa: FBT001 - the case
    shop: World,
) -> None:
    training = shop.training(capacity=1)
    registration = shop.register(training)
    payment = shop.start(registration, method="paypal")
    assert payment.session_id is not None
    shop.clock.advance(minutes=32)
    shop.settle_down()
    if not seat_left:
        shop.register(training, "bob@example.org")

    shop.paypal.approve(payment.session_id)
    shop.settle_down()

    assert shop.read(registration).status is (R.CONFIRMED if seat_left else R.EXPIRED)
    assert len(shop.paypal.captures()) == int(seat_left)
    shop.assert_seats_match(training)
    shop.assert_books_equal_the_providers()


def test_an_order_of_a_cancelled_registration_is_never_captured_reg_8(shop: World) -> None:
    registration = shop.register(shop.training())
    payment = shop.start(registration, method="paypal")
    assert payment.session_id is not None
    other = shop.start(registration, key="pay-2")
    assert other.session_id is not None
    shop.stripe.pay(other.session_id)
    shop.settle_down()

    shop.paypal.approve(payment.session_id)
    shop.settle_down()

    assert shop.read(registration).paid_payment_id == other.payment_id
    assert not shop.paypal.captures()
    shop.assert_books_equal_the_providers()


def test_an_order_is_ended_while_paypal_does_not_answer_for_only_we_could_capture_it_bad_1(
    shop: World,
) -> None:
    """The newer page of somebody whose late card payment has bought the seat."""
    registration = shop.register(shop.training())
    card = shop.start(registration)
    order = shop.start(registration, key="pay-2", method="paypal")
    assert card.session_id is not None
    assert order.session_id is not None
    shop.stripe.configure_chaos({"pay_expired": 1})
    shop.paypal.configure_chaos({"down": True})

    shop.stripe.pay(card.session_id)
    shop.settle_down()
    shop.paypal.clear_chaos()
    shop.paypal.approve(order.session_id)
    shop.settle_down()

    left = shop.parts.records.payment(order.payment_id)
    assert left is not None
    assert left.status is PaymentStatus.ABANDONED
    assert shop.read(registration).paid_payment_id == card.payment_id
    assert not shop.paypal.captures()
    shop.assert_books_equal_the_providers()


@pytest.mark.parametrize(("settles", "ends"), [(True, R.CONFIRMED), (False, R.AWAITING_PAYMENT)])
def test_an_echeck_keeps_the_seat_until_its_bank_decides_reg_8(
    settles: bool,  # noqa: FBT001 - the case
    ends: RegistrationStatus,
    shop: World,
) -> None:
    registration = approved(shop, instrument="echeck")
    shop.settle_down()
    pending = shop.read(registration).status
    shop.clock.advance(days=3)
    shop.settle_down()

    (capture,) = shop.paypal.pending_captures()
    act = shop.paypal.settle_capture if settles else shop.paypal.deny_capture
    act(capture["id"])
    shop.settle_down()

    assert pending is R.PROCESSING
    assert shop.read(registration).status is ends
    shop.assert_books_equal_the_providers()


def test_a_capture_whose_answer_is_lost_is_unknown_and_keeps_the_seat_reg_8(shop: World) -> None:
    lost = {"do": "lost_after", "match": "POST /v2/checkout/orders/*/capture", "times": 3}
    down = {"do": "down", "match": "GET /v2/checkout/orders/*", "times": -1}
    registration = approved(shop)
    shop.paypal.configure_chaos({"api": [lost], "webhooks": {"drop": -1}})

    with pytest.raises(Unavailable):
        shop.come_back(registration)
    unknown = shop.read(registration).status
    attempt = shop.parts.records.payment(shop.read(registration).last_payment_id or "")
    shop.paypal.configure_chaos({"api": [down]})
    shop.clock.advance(hours=30)
    shop.settle_down()
    still = shop.read(registration).status
    shop.paypal.clear_chaos()
    shop.clock.advance(hours=6)
    shop.settle_down()

    assert attempt is not None
    assert attempt.status is PaymentStatus.CAPTURING
    assert (unknown, still) == (R.PROCESSING, R.PROCESSING)
    assert set(shop.alarms) == {"payment.unknown_for_long"}
    assert shop.read(registration).status is R.CONFIRMED
    assert len(shop.paypal.captures()) == 1
    shop.assert_books_equal_the_providers()


def test_an_approved_order_of_an_account_just_unlinked_is_not_captured_pay_4(shop: World) -> None:
    registration = approved(shop)
    account = shop.parts.people.payment_account(ACCOUNT, "paypal")
    assert account is not None
    gone = replace(account.unlinked(now=shop.clock.now()), version=account.version + 1)
    shop.parts.people.save_payment_account(shop.cause("unlink"), account, gone)

    shop.come_back(registration)
    shop.settle_down()

    fresh = shop.read(registration)
    assert fresh.status is R.AWAITING_PAYMENT
    assert fresh.open_payment_id is None, "another way of paying can be chosen"
    assert not shop.paypal.captures()


def test_looking_again_and_again_at_a_declined_order_wears_it_out_no_further_bad_10(
    shop: World,
) -> None:
    registration = approved(shop, instrument="declined")

    for _ in range(60):
        shop.clock.advance(seconds=6)
        with suppress(Unavailable):  # it rests
            shop.come_back(registration)
    (worn,) = shop.paypal.orders()
    shop.paypal.approve(str(worn["id"]), instrument="balance")
    shop.clock.advance(minutes=6)
    shop.come_back(registration)

    payment = shop.payment(registration)
    assert payment.capture_count < 10, "PayPal gives an order up after ten tries"
    assert shop.read(registration).status is R.CONFIRMED
    shop.assert_books_equal_the_providers()


def test_a_late_yes_a_moment_after_a_decline_is_not_forgotten_reg_4(shop: World) -> None:
    shop.paypal.configure_chaos({"webhooks": {"drop": -1}})
    registration = approved(shop, instrument="declined")
    order_id = shop.payment(registration).session_id
    assert order_id is not None
    shop.clock.advance(minutes=32)
    shop.settle_down()
    shop.paypal.clear_chaos()

    shop.paypal.approve(order_id)
    shop.settle_down()
    at_once = shop.read(registration).status
    shop.clock.advance(minutes=11)
    shop.settle_down()

    assert at_once is R.EXPIRED
    assert shop.read(registration).status is R.CONFIRMED
    shop.assert_books_equal_the_providers()
