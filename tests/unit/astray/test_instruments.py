"""What the buyer pays with is declined, asks for more, or takes days (REG-8, BAD-10)."""

from __future__ import annotations

from datetime import timedelta

import pytest

from guichet.payments.payment import PaymentStatus
from guichet.registration.registration import HoldKind, RegistrationStatus
from local.simulators.errors import BuyerRefusedError
from tests.support.road import Road, alarms, known, lost, time_passes
from tests.support.world import START, World

R, P = RegistrationStatus, PaymentStatus
ADA = "ada@example.org"


@pytest.fixture
def paypal(world: World) -> Road:
    return Road(world, "paypal")


@pytest.fixture
def stripe(world: World) -> Road:
    return Road(world, "stripe")


def test_a_declined_instrument_and_then_a_good_one_pay_on_the_same_order_bad_10(
    world: World, paypal: Road
) -> None:
    training = world.training(capacity=1)
    registration = world.register(training)
    payment = paypal.start(registration)
    assert payment.session_id is not None
    world.paypal.approve(payment.session_id, "declined")
    paypal.come_back(registration)
    declined = known(world, payment)
    again = paypal.start(world.read(registration), "pay-2")

    paypal.pay(payment)
    world.clock.advance(seconds=10)
    paypal.come_back(registration)
    world.settle_down()

    assert declined.status is P.OPEN
    assert again.session_id == payment.session_id, "the buyer is sent to the same page"
    assert known(world, payment).capture_count == 2, "each intent under a key of its own"
    assert world.read(registration).status is R.CONFIRMED
    assert world.mails(ADA) == ["received", "confirmed"]
    assert paypal.taken() == 1
    world.assert_books_equal_the_providers()
    world.assert_seats_match(training)


def test_a_declined_card_and_then_a_good_one_pay_on_the_same_page_bad_10(
    world: World, stripe: Road
) -> None:
    registration = world.register(world.training())
    payment = stripe.start(registration)
    assert payment.session_id is not None
    world.stripe.decline(payment.session_id)
    world.settle_down()
    declined = known(world, payment).status

    stripe.pay(payment)
    world.settle_down()

    assert declined is P.OPEN
    assert world.read(registration).status is R.CONFIRMED
    assert world.mails(ADA) == ["received", "confirmed"]
    world.assert_books_equal_the_providers()


def test_a_declined_buyer_who_gives_up_frees_the_seat_bad_10(world: World, road: Road) -> None:
    training = world.training(capacity=1)
    registration = world.register(training)
    payment = road.start(registration)
    assert payment.session_id is not None
    if road.provider == "stripe":
        world.stripe.decline(payment.session_id)
    else:
        world.paypal.approve(payment.session_id, "declined")
    road.come_back(registration)

    time_passes(world, hours=2, minutes_each=10)

    assert world.read(registration).status is R.EXPIRED
    assert world.mails(ADA) == ["received", "expired"]
    assert road.taken() == 0
    assert known(world, payment).status is P.EXPIRED
    assert alarms(world) == []
    world.assert_books_equal_the_providers()
    world.assert_seats_match(training)


def test_a_decline_that_is_heard_too_late_gives_its_buyer_time_to_pay_again_reg_8(
    world: World, paypal: Road
) -> None:
    """The buyer has left by then: a link by mail, and a hold as after a denied debit."""
    training = world.training(capacity=1)
    registration = world.register(training)
    payment = paypal.start(registration)
    assert payment.session_id is not None
    world.paypal.approve(payment.session_id, "declined")
    paypal.disturb(lost("POST /v2/checkout/orders/*/capture", "lost_before", 3))
    paypal.come_back(registration)
    unknown = world.read(registration).status

    time_passes(world, hours=1, minutes_each=10)
    held = world.read(registration)
    paypal.pay(paypal.start(held, "pay-2"))
    world.settle_down()

    assert unknown is R.PROCESSING
    assert held.status is R.AWAITING_PAYMENT
    assert known(world, payment).status is P.FAILED
    assert world.read(registration).status is R.CONFIRMED
    assert world.mails(ADA) == ["received", "payment_failed", "confirmed"]
    assert paypal.taken() == 1
    world.assert_books_equal_the_providers()
    world.assert_seats_match(training)


def test_a_return_page_that_asks_on_after_a_decline_leaves_the_order_tries_enough_bad_10(
    world: World, paypal: Road
) -> None:
    """PayPal counts the tries of one order: each decline makes us wait twice as long as the last."""
    registration = world.register(world.training())
    payment = paypal.start(registration)
    assert payment.session_id is not None
    world.paypal.approve(payment.session_id, "declined")
    for _ in range(15):
        world.clock.advance(seconds=6)
        paypal.come_back(registration)

    again = paypal.start(world.read(registration), "pay-2")
    paypal.pay(again)
    world.clock.advance(minutes=2)
    paypal.come_back(registration)
    world.settle_down()

    assert again.payment_id == payment.payment_id
    assert world.read(registration).status is R.CONFIRMED
    assert paypal.taken() == 1
    world.assert_books_equal_the_providers()


def test_a_capture_made_and_declined_by_risk_filters_ends_the_page_and_the_buyer_may_go_on_reg_8(
    world: World, paypal: Road
) -> None:
    training = world.training(capacity=1)
    registration = world.register(training)
    payment = paypal.start(registration)
    assert payment.session_id is not None
    world.paypal.approve(payment.session_id, "refused")
    world.settle_down()
    free = world.read(registration)

    paypal.pay(paypal.start(free, "pay-2"))
    world.settle_down()

    assert known(world, payment).status is P.FAILED
    assert (free.status, free.open_payment_id) == (R.AWAITING_PAYMENT, None)
    assert world.read(registration).status is R.CONFIRMED
    assert paypal.taken() == 1
    world.assert_books_equal_the_providers()
    world.assert_seats_match(training)


@pytest.mark.parametrize("instrument", ["echeck", "review"])
@pytest.mark.parametrize("settles", [True, False])
def test_a_pending_capture_of_five_days_keeps_its_seat_and_is_settled_or_denied_reg_8(
    settles: bool,  # noqa: FBT001 - the case
    instrument: str,
    world: World,
    paypal: Road,
) -> None:
    training = world.training(capacity=1)
    registration = world.register(training)
    payment = paypal.start(registration)
    assert payment.session_id is not None
    world.paypal.approve(payment.session_id, instrument)
    world.settle_down()

    time_passes(world, hours=5 * 24, minutes_each=360)
    waiting = world.read(registration).status
    paypal.bank_decides(payment, settles=settles)
    world.settle_down()

    after = world.read(registration)
    assert waiting is R.PROCESSING
    assert alarms(world) == [], "waiting for a bank is nobody's alarm"
    if settles:
        assert after.status is R.CONFIRMED
        assert world.mails(ADA) == ["received", "confirmed"]
    else:
        assert after.status is R.AWAITING_PAYMENT
        assert after.hold is not None
        assert after.hold.kind is HoldKind.DENIED_DEBIT
        assert after.hold.ends_at == world.clock.now() + timedelta(hours=72)
        assert world.mails(ADA) == ["received", "payment_failed"]
    world.assert_books_equal_the_providers()
    world.assert_seats_match(training)


def test_a_pending_capture_denied_after_the_start_frees_the_seat_reg_8(
    world: World, road: Road
) -> None:
    training = world.training(starts_at=START + timedelta(days=2), capacity=1)
    registration = world.register(training)
    payment = road.pending(registration)
    time_passes(world, hours=72, minutes_each=360)

    road.bank_decides(payment, settles=False)
    world.settle_down()

    assert world.read(registration).status is R.EXPIRED
    assert world.mails(ADA)[-1] == "expired"
    world.assert_books_equal_the_providers()
    world.assert_seats_match(training)


def test_a_card_waiting_for_3d_secure_is_neither_failed_nor_tried_again_bad_10(
    world: World, stripe: Road
) -> None:
    registration = world.register(world.training())
    payment = stripe.start(registration)
    assert payment.session_id is not None
    world.stripe.pay(payment.session_id, "3ds")
    world.settle_down()
    for _ in range(4):
        world.clock.advance(minutes=5)
        stripe.come_back(registration)
        world.settle_down()
    waiting = (known(world, payment).status, world.read(registration).status)
    same = stripe.start(world.read(registration), "pay-2")

    world.stripe.authenticate(payment.session_id)
    world.settle_down()

    assert waiting == (P.OPEN, R.AWAITING_PAYMENT)
    assert same.payment_id == payment.payment_id, "one page, one intent"
    assert len(world.stripe.find_all("payment_intent")) == 1
    assert world.read(registration).status is R.CONFIRMED
    assert world.mails(ADA) == ["received", "confirmed"]
    world.assert_books_equal_the_providers()


@pytest.mark.parametrize("how", ["fails", "is left"])
def test_a_3d_secure_that_ends_in_nothing_does_not_stay_pending_for_ever_bad_10(
    how: str, world: World, stripe: Road
) -> None:
    training = world.training(capacity=1)
    registration = world.register(training)
    payment = stripe.start(registration)
    assert payment.session_id is not None
    world.stripe.pay(payment.session_id, "3ds")
    if how == "fails":
        world.stripe.authenticate(payment.session_id, success=False)

    time_passes(world, hours=1, minutes_each=10)

    assert world.read(registration).status is R.EXPIRED
    assert known(world, payment).status is P.EXPIRED
    assert stripe.taken() == 0
    with pytest.raises(BuyerRefusedError):
        world.stripe.authenticate(payment.session_id)
    world.assert_books_equal_the_providers()
    world.assert_seats_match(training)


@pytest.mark.parametrize("captured_before", [True, False])
def test_an_order_that_paypal_forgot_ends_with_its_hold_and_answers_no_one_wrongly_reg_4(
    captured_before: bool,  # noqa: FBT001 - whether a capture had been tried, and was declined
    world: World,
    paypal: Road,
) -> None:
    """PayPal answers 404 for an order whose hours are over."""
    training = world.training(capacity=1)
    registration = world.register(training)
    payment = paypal.start(registration)
    assert payment.session_id is not None
    if captured_before:
        world.paypal.approve(payment.session_id, "declined")
        paypal.come_back(registration)
    world.clock.advance(hours=7)

    world.settle_down()
    world.clock.advance(minutes=1)
    shown = world.come_back(registration)

    assert shown.status is R.EXPIRED
    assert known(world, payment).status in {P.EXPIRED, P.ABANDONED}
    assert alarms(world) == []
    world.assert_books_equal_the_providers()
    world.assert_seats_match(training)


def test_a_page_that_was_declined_and_forgotten_lets_its_buyer_choose_another_way_bad_10(
    world: World, paypal: Road, stripe: Road
) -> None:
    """A hold of days, set by a denied eCheck: longer than PayPal remembers an order."""
    registration = world.register(world.training())
    first = paypal.pending(registration)
    paypal.bank_decides(first, settles=False)
    world.settle_down()
    second = paypal.start(world.read(registration), "pay-2")
    assert second.session_id is not None
    world.paypal.approve(second.session_id, "declined")
    paypal.come_back(registration)
    time_passes(world, hours=7)

    stripe.pay(stripe.start(world.read(registration), "pay-3"))
    world.settle_down()

    assert world.read(registration).status is R.CONFIRMED
    assert paypal.taken() == 0
    world.assert_books_equal_the_providers()
