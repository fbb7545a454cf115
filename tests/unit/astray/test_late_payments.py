"""A buyer pays when the hold is over: a seat that is left, or no money kept (REG-4, REG-8, BAD-16)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

import pytest

from guichet.adapters.http import Http, HttpRequest, HttpResponse
from guichet.payments.payment import PaymentStatus
from guichet.payments.refund import RefundReason
from guichet.registration.registration import RegistrationStatus
from guichet.registration.training import Training
from tests.support.organizing import cancel, change, close, code, manager, uses_of
from tests.support.road import Road, known, others_take, return_of
from tests.support.world import START, World

R = RegistrationStatus
ADA = "ada@example.org"


def test_a_late_payment_gets_the_seat_that_is_left_reg_4(world: World, road: Road) -> None:
    training = world.training(capacity=1)
    registration = world.register(training)
    payment = road.start(registration)
    world.clock.advance(minutes=32)
    world.settle_down()
    expired = world.read(registration).status

    road.pay_ended(payment)
    world.settle_down()

    assert expired is R.EXPIRED
    assert world.read(registration).status is R.CONFIRMED
    assert world.mails(ADA) == ["received", "expired", "confirmed"]
    assert road.taken() == 1
    assert world.alarms == []
    world.assert_books_equal_the_providers()
    world.assert_seats_match(training)


def test_a_late_payment_gets_its_seat_by_the_return_page_where_no_webhook_comes_reg_4(
    world: World, road: Road
) -> None:
    road.hear_nothing()
    training = world.training(capacity=1)
    registration = world.register(training)
    payment = road.start(registration)
    world.clock.advance(minutes=32)
    world.settle_down()

    road.pay_ended(payment)
    road.come_back(registration)
    world.settle_down()

    assert world.read(registration).status is R.CONFIRMED
    world.assert_books_equal_the_providers()
    world.assert_seats_match(training)


def test_a_late_payment_without_a_seat_leaves_no_money_here_reg_4(world: World, road: Road) -> None:
    training = world.training(capacity=1)
    registration = world.register(training)
    payment = road.start(registration)
    world.clock.advance(minutes=32)
    world.settle_down()
    others_take(world, training)

    road.pay_ended(payment)
    world.settle_down()

    assert world.read(registration).status is R.EXPIRED
    assert_no_money_kept(world, road)
    world.assert_seats_match(training)


def test_a_late_payment_without_its_discount_leaves_no_money_here_reg_5(
    world: World, road: Road
) -> None:
    training = world.training()
    made = code(world, total_uses=1)
    registration = world.register(training, discount_code="EARLY")
    payment = road.start(registration)
    world.clock.advance(minutes=32)
    world.settle_down()
    world.register(training, "bob@example.org", discount_code="EARLY")

    road.pay_ended(payment)
    world.settle_down()

    assert world.read(registration).status is R.EXPIRED
    assert uses_of(world, made) == 1
    assert road.taken() == road.returned()
    assert "confirmed" not in world.mails(ADA)
    world.assert_books_equal_the_providers()
    world.assert_seats_match(training)


def test_a_late_payment_beside_a_new_registration_of_the_address_leaves_no_money_here_reg_12(
    world: World, road: Road
) -> None:
    training = world.training()
    registration = world.register(training)
    payment = road.start(registration)
    world.clock.advance(minutes=32)
    world.settle_down()
    again = world.register(training, idempotency_key="again")

    road.pay_ended(payment)
    world.settle_down()

    assert world.read(registration).status is R.EXPIRED
    assert world.read(again).status is R.AWAITING_PAYMENT
    assert_no_money_kept(world, road)
    world.assert_seats_match(training)


@pytest.mark.parametrize(
    "state", [pytest.param("closed", id="closed"), pytest.param("started", id="started")]
)
def test_a_late_payment_for_a_training_that_takes_nobody_leaves_no_money_here_reg_4(
    state: str, world: World, road: Road
) -> None:
    training = world.training(starts_at=START + timedelta(hours=1))
    registration = world.register(training)
    payment = road.start(registration)
    world.clock.advance(minutes=32)
    world.settle_down()
    if state == "closed":
        close(world, training)
    else:
        world.clock.advance(hours=1)
    world.settle_down()

    road.pay_ended(payment)
    world.settle_down()

    assert world.read(registration).status is R.EXPIRED
    assert_no_money_kept(world, road)
    world.assert_seats_match(training)


def test_a_page_of_a_closed_training_is_ended_and_pays_nothing_reg_8(
    world: World, road: Road
) -> None:
    training = world.training()
    registration = world.register(training)
    payment = road.start(registration)
    close(world, training)
    world.clock.advance(minutes=10)
    world.settle_down()

    road.pay_ended(payment)
    world.settle_down()

    assert_money_is_where_its_seat_is(world, road, training.training_id)
    world.clock.advance(hours=3)
    world.settle_down()
    world.assert_books_equal_the_providers()
    world.assert_seats_match(training)


@pytest.mark.parametrize("by", ["registrant", "organizer"])
def test_a_payment_for_a_cancelled_registration_leaves_no_money_here_reg_8(
    by: str, world: World, road: Road
) -> None:
    training = world.training()
    registration = world.register(training)
    payment = road.start(registration)
    cancel(world, registration, manager(world) if by == "organizer" else None)
    world.settle_down()

    road.pay_ended(payment)
    world.settle_down()

    assert world.read(registration).status is R.CANCELLED
    assert_no_money_kept(world, road)
    world.assert_seats_match(training)


def test_a_pending_payment_that_settles_after_cancelling_goes_back_reg_8(
    world: World, road: Road
) -> None:
    training = world.training()
    registration = world.register(training)
    payment = road.pending(registration)
    cancel(world, registration, manager(world))

    world.clock.advance(days=5)
    road.bank_decides(payment, settles=True)
    world.settle_down()

    assert world.read(registration).status is R.CANCELLED
    assert return_of(world, payment).reason is RefundReason.REGISTRATION_ENDED
    assert return_of(world, payment).is_finished
    assert world.mails(ADA) == ["received", "cancelled", "money_returned"]
    assert (road.taken(), road.returned()) == (1, 1)
    world.assert_books_equal_the_providers()
    world.assert_seats_match(training)


def test_a_training_that_starts_while_a_payment_pends_keeps_its_registrant_reg_8(
    world: World, road: Road
) -> None:
    training = world.training(starts_at=START + timedelta(days=2))
    registration = world.register(training)
    payment = road.pending(registration)
    world.clock.advance(days=3)
    world.settle_down()

    road.bank_decides(payment, settles=True)
    world.settle_down()

    assert world.read(registration).status is R.CONFIRMED
    world.assert_books_equal_the_providers()
    world.assert_seats_match(training)


def test_an_approval_that_comes_too_late_is_captured_once_a_seat_is_free_again_reg_4(
    world: World,
) -> None:
    """PayPal alone: the money waits with the buyer, who comes back to the page."""
    road = Road(world, "paypal")
    training = world.training(capacity=1)
    registration = world.register(training)
    payment = road.start(registration)
    world.clock.advance(minutes=32)
    world.settle_down()
    other = world.register(training, "bob@example.org")
    road.pay(payment)
    world.settle_down()
    without_seat = world.read(registration).status
    cancel(world, other)

    world.clock.advance(minutes=1)
    road.come_back(registration)
    world.settle_down()

    assert without_seat is R.EXPIRED
    assert world.read(registration).status is R.CONFIRMED
    world.assert_books_equal_the_providers()
    world.assert_seats_match(training)


def test_a_raised_capacity_makes_room_for_a_late_payment_reg_4(world: World, road: Road) -> None:
    training = world.training(capacity=None)
    registration = world.register(training)
    payment = road.start(registration)
    world.clock.advance(minutes=32)
    world.settle_down()
    change(world, training, title="Renamed meanwhile")

    road.pay_ended(payment)
    world.settle_down()

    assert world.read(registration).status is R.CONFIRMED
    assert known(world, payment).amount == training.price
    world.assert_books_equal_the_providers()


def assert_no_money_kept(world: World, road: Road) -> None:
    """Stripe takes the buyer's money by itself, and it goes back; PayPal's is never taken."""
    takes_itself = road.provider == "stripe"
    assert road.taken() == road.returned() == int(takes_itself)
    assert ("money_returned" in world.mails(ADA)) is takes_itself
    assert "confirmed" not in world.mails(ADA)
    assert world.alarms == []
    world.assert_books_equal_the_providers()


def assert_money_is_where_its_seat_is(world: World, road: Road, training_id: str) -> None:
    """Whatever was taken and not returned confirms somebody, and the other way round."""
    page = world.parts.records.registrations_of(training_id, limit=10, after=None)
    confirmed = sum(each.status is R.CONFIRMED for each in page.items)
    assert road.taken() - road.returned() == confirmed


@pytest.mark.parametrize("seat_left", [True, False])
def test_a_pending_payment_that_was_begun_late_gets_what_is_left_when_it_settles_reg_4(
    seat_left: bool,  # noqa: FBT001 - the case
    world: World,
    road: Road,
) -> None:
    """An expired registration holds no seat while its bank takes its time."""
    training = world.training(capacity=1)
    registration = world.register(training)
    payment = road.start(registration)
    assert payment.session_id is not None
    world.clock.advance(minutes=32)
    world.settle_down()
    if road.provider == "stripe":
        world.stripe.configure_chaos({"pay_expired": 1})
        world.stripe.start_bank_debit(payment.session_id)
    else:
        world.paypal.approve(payment.session_id, "echeck")
    world.settle_down()
    pending = (known(world, payment).status, world.read(registration).status)
    if not seat_left:
        others_take(world, training)

    world.clock.advance(minutes=10)
    road.bank_decides(payment, settles=True)
    world.settle_down()

    assert pending == (PaymentStatus.PROCESSING, R.EXPIRED)
    assert world.read(registration).status is (R.CONFIRMED if seat_left else R.EXPIRED)
    assert world.mails(ADA)[-1] == ("confirmed" if seat_left else "money_returned")
    assert road.taken() - road.returned() == int(seat_left)
    world.assert_books_equal_the_providers()
    world.assert_seats_match(training)


def test_a_pending_payment_that_was_begun_late_and_denied_changes_nothing_reg_4(
    world: World, road: Road
) -> None:
    training = world.training(capacity=1)
    registration = world.register(training)
    payment = road.start(registration)
    assert payment.session_id is not None
    world.clock.advance(minutes=32)
    world.settle_down()
    if road.provider == "stripe":
        world.stripe.configure_chaos({"pay_expired": 1})
        world.stripe.start_bank_debit(payment.session_id)
    else:
        world.paypal.approve(payment.session_id, "echeck")
    world.settle_down()

    road.bank_decides(payment, settles=False)
    world.settle_down()

    assert known(world, payment).status is PaymentStatus.FAILED
    assert world.read(registration).status is R.EXPIRED
    assert world.mails(ADA) == ["received", "expired"]
    world.assert_books_equal_the_providers()
    world.assert_seats_match(training)


@dataclass
class SeatGoes:
    """An `Http` on which the last seat is taken while a capture is on its way."""

    inner: Http
    world: World
    training: Training
    gone: bool = False

    def send(self, request: HttpRequest) -> HttpResponse:
        if request.url.endswith("/capture") and not self.gone:
            self.gone = True
            others_take(self.world, self.training)
        return self.inner.send(request)


def test_a_seat_that_goes_while_a_late_capture_is_on_its_way_sends_the_money_back_reg_4(
    world: World,
) -> None:
    road = Road(world, "paypal")
    training = world.training(capacity=1)
    registration = world.register(training)
    payment = road.start(registration)
    world.clock.advance(minutes=32)
    world.settle_down()
    road.pay(payment)
    racing = SeatGoes(world.http, world, training)

    world.come_back(registration, world.container(http=racing))
    world.settle_down()

    assert racing.gone
    assert world.read(registration).status is R.EXPIRED
    assert return_of(world, payment).reason is RefundReason.LATE_WITHOUT_SEAT
    assert (road.taken(), road.returned()) == (1, 1)
    assert world.mails(ADA) == ["received", "expired", "money_returned"]
    world.assert_books_equal_the_providers()
    world.assert_seats_match(training)
