"""A person's word about money whose registration has moved on meanwhile (REG-3, REG-4, REG-8)."""

from __future__ import annotations

from typing import Any

import pytest

from guichet.events import Actor, ActorKind
from guichet.payments.payment import Payment, PaymentStatus
from guichet.payments.refund import RefundReason
from guichet.registration.registration import Registration, RegistrationStatus
from guichet.registration.training import Training
from guichet.registration.use_cases.resolve_payment import (
    Found,
    Resolution,
    ResolvePayment,
    resolve_payment,
)
from tests.support.organizing import cancel, manager, refused
from tests.support.road import (
    Altered,
    Road,
    alarms,
    known,
    lost,
    others_take,
    return_of,
    time_passes,
)
from tests.support.world import PAYPAL_MERCHANT, World

R, P = RegistrationStatus, PaymentStatus
ADA = "ada@example.org"
STAFF = Actor(ActorKind.OPERATOR, "sam", "command line")
CAPTURE = "POST /v2/checkout/orders/*/capture"


@pytest.fixture
def paypal(world: World) -> Road:
    return Road(world, "paypal")


def decide(
    world: World, payment: Payment, resolution: Resolution, found: Found | None = None
) -> None:
    command = ResolvePayment(payment.payment_id, resolution, found, STAFF)
    resolve_payment(command, settling=world.parts.settling)


def resolve(
    world: World, payment: Payment, resolution: Resolution, found: Found | None = None
) -> None:
    decide(world, payment, resolution, found)
    world.settle_down()


def found_at(world: World) -> Found:
    (capture,) = world.paypal.captures()
    return Found(str(capture["id"]), int(capture["paypal_fee_minor"]))


def mismatched(road: Road, payment: Payment, *, late: bool = False) -> None:
    """A cent too few arrives."""
    road.disturb(capture={"amount_minor": 11999, "times": 1})
    if late:
        road.pay_ended(payment)
    else:
        road.pay(payment)
    road.world.settle_down()
    assert known(road.world, payment).status is P.MISMATCHED


def test_other_money_of_a_cancelled_registration_can_only_go_back_reg_8(
    world: World, road: Road
) -> None:
    registration = world.register(world.training())
    payment = road.start(registration)
    mismatched(road, payment)
    cancel(world, registration, manager(world))
    world.settle_down()

    refusal = refused(world, lambda: decide(world, payment, Resolution.ACCEPT))
    resolve(world, payment, Resolution.RETURN)

    assert refusal.code == "registration_cancelled"
    assert world.read(registration).status is R.CANCELLED
    assert return_of(world, payment).is_finished
    assert world.mails(ADA) == ["received", "cancelled", "money_returned"]
    world.assert_books_equal_the_providers()


@pytest.mark.parametrize("seat_left", [True, False])
def test_other_money_that_came_late_is_accepted_only_where_a_seat_is_left_reg_4(
    seat_left: bool,  # noqa: FBT001 - the case
    world: World,
    road: Road,
) -> None:
    training = world.training(capacity=1)
    registration = world.register(training)
    payment = road.start(registration)
    world.clock.advance(minutes=32)
    world.settle_down()
    mismatched(road, payment, late=True)
    if not seat_left:
        others_take(world, training)

    if seat_left:
        resolve(world, payment, Resolution.ACCEPT)
    else:
        refusal = refused(world, lambda: decide(world, payment, Resolution.ACCEPT))
        assert refusal.code == "training_full"
        resolve(world, payment, Resolution.RETURN)

    assert world.read(registration).status is (R.CONFIRMED if seat_left else R.EXPIRED)
    assert world.mails(ADA)[-1] == ("confirmed" if seat_left else "money_returned")
    world.assert_books_equal_the_providers()
    world.assert_seats_match(training)


def test_other_money_beside_a_payment_that_confirmed_can_only_go_back_bad_1(world: World) -> None:
    stripe, paypal = Road(world, "stripe"), Road(world, "paypal")
    registration = world.register(world.training())
    card = stripe.start(registration)
    wallet = paypal.start(registration, "pay-2")
    paypal.pay(wallet)
    world.settle_down()
    mismatched(stripe, card, late=True)

    refusal = refused(world, lambda: decide(world, card, Resolution.ACCEPT))
    resolve(world, card, Resolution.RETURN)

    assert refusal.code == "registration_confirmed"
    assert world.read(registration).paid_payment_id == wallet.payment_id
    assert (stripe.returned(), paypal.returned()) == (1, 0)
    world.assert_books_equal_the_providers()


def parked(
    world: World, paypal: Road, payment: Payment, registration: Registration, do: str
) -> None:
    """A capture was sent, nobody said what became of it, and nobody can be asked any more."""
    paypal.pay(payment)
    paypal.disturb(lost(CAPTURE, do, 3), webhooks={"drop": -1})
    paypal.come_back(registration)
    world.paypal.revoke_consent(PAYPAL_MERCHANT)
    time_passes(world, hours=2, minutes_each=10)
    assert known(world, payment).status is P.PARKED
    assert {each.reason for each in alarms(world)} == {"payment.parked"}
    world.paypal.clear_chaos()
    world.paypal.add_merchant(PAYPAL_MERCHANT)


def late_and_parked(
    world: World, paypal: Road, do: str = "lost_after"
) -> tuple[Training, Registration, Payment]:
    training = world.training(capacity=1)
    registration = world.register(training)
    payment = paypal.start(registration)
    world.clock.advance(minutes=32)
    world.settle_down()
    parked(world, paypal, payment, registration, do)
    assert world.read(registration).status is R.EXPIRED
    return training, registration, payment


@pytest.mark.parametrize("seat_left", [True, False])
def test_a_late_capture_found_by_a_person_gets_its_seat_or_goes_back_reg_4(
    seat_left: bool,  # noqa: FBT001 - the case
    world: World,
    paypal: Road,
) -> None:
    training, registration, payment = late_and_parked(world, paypal)
    if not seat_left:
        others_take(world, training)

    resolve(world, payment, Resolution.TAKEN, found_at(world))

    assert world.read(registration).status is (R.CONFIRMED if seat_left else R.EXPIRED)
    assert world.mails(ADA)[-1] == ("confirmed" if seat_left else "money_returned")
    if not seat_left:
        assert return_of(world, payment).reason is RefundReason.LATE_WITHOUT_SEAT
    assert paypal.taken() - paypal.returned() == int(seat_left)
    world.assert_books_equal_the_providers()
    world.assert_seats_match(training)


def test_a_late_capture_that_was_not_taken_leaves_the_registration_expired_reg_4(
    world: World, paypal: Road
) -> None:
    training, registration, payment = late_and_parked(world, paypal, "lost_before")

    resolve(world, payment, Resolution.NOTHING_TAKEN)

    assert known(world, payment).status is P.FAILED
    assert world.read(registration).status is R.EXPIRED
    assert world.mails(ADA) == ["received", "expired"]
    assert paypal.taken() == 0
    world.assert_seats_match(training)


@pytest.mark.parametrize("taken", [True, False])
def test_a_parked_capture_beside_a_stripe_page_that_was_paid_keeps_one_payment_bad_1(
    taken: bool,  # noqa: FBT001 - the case
    world: World,
    paypal: Road,
) -> None:
    stripe = Road(world, "stripe")
    training = world.training()
    registration = world.register(training)
    card = stripe.start(registration)
    wallet = paypal.start(registration, "pay-2")
    parked(world, paypal, wallet, registration, "lost_after" if taken else "lost_before")
    stripe.pay_ended(card)
    world.settle_down()
    confirmed = world.read(registration)

    if taken:
        resolve(world, wallet, Resolution.TAKEN, found_at(world))
    else:
        resolve(world, wallet, Resolution.NOTHING_TAKEN)

    assert (confirmed.status, confirmed.paid_payment_id) == (R.CONFIRMED, card.payment_id)
    assert world.read(registration).paid_payment_id == card.payment_id
    assert paypal.taken() == paypal.returned() == int(taken)
    assert world.mails(ADA).count("confirmed") == 1
    assert "payment_failed" not in world.mails(ADA)
    world.assert_books_equal_the_providers()
    world.assert_seats_match(training)


def test_a_parked_capture_of_a_cancelled_registration_that_was_not_taken_is_done_with_reg_8(
    world: World, paypal: Road
) -> None:
    training = world.training(capacity=1)
    registration = world.register(training)
    payment = paypal.start(registration)
    parked(world, paypal, payment, registration, "lost_before")
    cancel(world, registration, manager(world))

    resolve(world, payment, Resolution.NOTHING_TAKEN)

    assert known(world, payment).status is P.FAILED
    assert world.read(registration).status is R.CANCELLED
    assert world.mails(ADA) == ["received", "cancelled"]
    world.assert_books_equal_the_providers()
    world.assert_seats_match(training)


def without_fee(order: dict[str, Any]) -> None:
    """PayPal never says what it kept."""
    for unit in order["purchase_units"]:
        for capture in unit.get("payments", {}).get("captures", []):
            breakdown = capture["seller_receivable_breakdown"]
            breakdown.pop("paypal_fee", None)
            breakdown.pop("net_amount", None)


def test_a_capture_whose_answer_stays_unreadable_is_a_persons_to_find_fee_3(
    world: World, paypal: Road
) -> None:
    """It is asked about for ever: no rule ends it, and the money was taken."""
    training = world.training(capacity=1)
    registration = world.register(training)
    payment = paypal.start(registration)
    paypal.pay(payment)
    world.parts = world.container(http=Altered(world.http, "*/v2/checkout/orders/*", without_fee))
    paypal.come_back(registration)

    world.clock.advance(minutes=59)
    early = refused(world, lambda: decide(world, payment, Resolution.TAKEN, found_at(world)))
    time_passes(world, hours=24)
    unknown = known(world, payment).status
    resolve(world, payment, Resolution.TAKEN, found_at(world))

    assert early.code == "payment_capturing"
    assert unknown is P.CAPTURING
    assert world.read(registration).status is R.CONFIRMED
    assert paypal.taken() - paypal.returned() == 1
    world.assert_books_equal_the_providers()
    world.assert_seats_match(training)
