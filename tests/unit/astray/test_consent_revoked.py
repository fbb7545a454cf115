"""The organizer takes their consent back at the provider in the middle of a sale (PAY-5, REG-8, RFD-6)."""

from __future__ import annotations

from datetime import timedelta

import pytest

from guichet.errors import Conflict, Invalid
from guichet.events import Actor, ActorKind
from guichet.payments.payment import Payment, PaymentStatus
from guichet.payments.refund import RefundStatus
from guichet.registration.registration import Registration, RegistrationStatus
from guichet.registration.use_cases.resolve_payment import (
    Found,
    Resolution,
    ResolvePayment,
    resolve_payment,
)
from tests.support.organizing import cancel, manager, refused, unmoved
from tests.support.road import (
    CALLS,
    Road,
    alarms,
    assert_alarm_names,
    known,
    lost,
    return_of,
    time_passes,
)
from tests.support.world import PAYPAL_MERCHANT, START, STRIPE_ACCOUNT, World, refusal_of

R, P = RegistrationStatus, PaymentStatus
ADA, OFFICE = "ada@example.org", "office@atelier.example"
STAFF = Actor(ActorKind.OPERATOR, "sam", "command line")
CAPTURE = "POST /v2/checkout/orders/*/capture"


def revoke(road: Road) -> None:
    if road.provider == "stripe":
        road.world.stripe.deauthorize(STRIPE_ACCOUNT)
    else:
        road.world.paypal.revoke_consent(PAYPAL_MERCHANT)


def consent_again(road: Road) -> None:
    """The organizer consents once more: calls for that account are answered again."""
    if road.provider == "stripe":
        road.world.stripe.add_account(STRIPE_ACCOUNT, email="owner@atelier.example")
    else:
        road.world.paypal.add_merchant(PAYPAL_MERCHANT)


def test_nobody_starts_to_pay_an_account_that_left_us_pay_5(world: World, road: Road) -> None:
    registration = world.register(world.training())
    revoke(road)
    world.settle_down()

    refusal = refused(world, lambda: road.start(registration))

    assert isinstance(refusal, Invalid)
    assert refusal.code == "method_not_offered"
    assert "organizer_account_revoked" in world.mails(OFFICE)


def test_a_start_before_we_hear_of_it_is_refused_and_ends_nothing_pay_5(
    world: World, road: Road
) -> None:
    training = world.training(capacity=1)
    registration = world.register(training)
    road.hear_nothing()
    revoke(road)

    refusal = refusal_of(lambda: road.start(registration))
    other = Road(world, "paypal" if road.provider == "stripe" else "stripe")
    other.pay(other.start(registration, "pay-2"))
    world.settle_down()

    assert isinstance(refusal, Conflict)
    assert world.read(registration).status is R.CONFIRMED
    world.assert_books_equal_the_providers()
    world.assert_seats_match(training)


@pytest.mark.parametrize("heard", [True, False])
@pytest.mark.parametrize("approved", [True, False])
def test_an_order_whose_seller_left_before_its_capture_takes_nothing_pay_5(
    approved: bool,  # noqa: FBT001 - the case
    heard: bool,  # noqa: FBT001 - the case
    world: World,
) -> None:
    road = Road(world, "paypal")
    training = world.training(capacity=1)
    registration = world.register(training)
    payment = road.start(registration)
    if not heard:
        road.hear_nothing()
    if approved:
        road.pay(payment)
    revoke(road)
    road.come_back(registration)
    world.settle_down()

    time_passes(world, hours=2, minutes_each=10)

    assert world.paypal.captures() == []
    assert known(world, payment).status is P.ABANDONED
    assert world.read(registration).status is R.EXPIRED
    assert alarms(world) == []
    assert world.books() == {}
    world.assert_seats_match(training)


def test_stripes_page_of_a_seller_who_left_keeps_its_seat_until_a_day_after_its_end_pay_5(
    world: World,
) -> None:
    """Stripe can't be asked whether it was paid: long after nobody can pay, the lease ends."""
    road = Road(world, "stripe")
    training = world.training(capacity=1)
    registration = world.register(training)
    payment = road.start(registration)
    revoke(road)

    time_passes(world, hours=24)
    silent = world.read(registration).status
    time_passes(world, hours=2)

    assert silent is R.AWAITING_PAYMENT
    assert known(world, payment).status is P.EXPIRED
    assert world.read(registration).status is R.EXPIRED
    world.assert_seats_match(training)
    world.assert_books_equal_the_providers()


def in_doubt(world: World, do: str) -> tuple[Road, Registration, Payment]:
    """A capture was sent, its answer was lost, and then the seller left."""
    road = Road(world, "paypal")
    registration = world.register(world.training(capacity=1))
    payment = road.start(registration)
    road.pay(payment)
    road.disturb(lost(CAPTURE, do, 3), webhooks={"drop": -1})
    road.come_back(registration)
    revoke(road)
    assert known(world, payment).status is P.CAPTURING
    return road, registration, payment


def test_a_capture_in_doubt_whose_seller_left_is_parked_after_an_hour_reg_8(world: World) -> None:
    _, registration, payment = in_doubt(world, "lost_after")

    world.clock.advance(minutes=59)
    world.settle_down()
    early = known(world, payment).status
    time_passes(world, hours=2, minutes_each=10)

    assert early is P.CAPTURING
    assert known(world, payment).status is P.PARKED
    assert world.read(registration).status is R.PROCESSING, "the seat is kept"
    (alarm,) = alarms(world)
    assert alarm.reason == "payment.parked"
    assert_alarm_names(alarm, payment, "taken", "nothing-taken")


def test_what_is_parked_waits_for_its_person_and_nobody_else_reg_8(world: World) -> None:
    _, registration, payment = in_doubt(world, "lost_after")
    time_passes(world, hours=2, minutes_each=10)

    unmoved(world, lambda: world.upkeep() and None)
    time_passes(world, hours=7 * 24, minutes_each=24 * 60)

    assert known(world, payment).status is P.PARKED
    assert world.read(registration).status is R.PROCESSING
    assert len(alarms(world)) == 1


def resolve(
    world: World, payment: Payment, resolution: Resolution, found: Found | None = None
) -> None:
    command = ResolvePayment(payment.payment_id, resolution, found, STAFF)
    resolve_payment(command, settling=world.parts.settling)
    world.settle_down()


def found_at(road: Road) -> Found:
    """What the provider's own pages say of the one capture there is."""
    if road.provider == "stripe":
        (charge,) = road.world.stripe.find_all("charge")
        fees = road.world.stripe.books()["accounts"][STRIPE_ACCOUNT]["USD"]["stripe_fees"]
        return Found(str(charge["id"]), int(fees))
    (capture,) = road.world.paypal.captures()
    return Found(str(capture["id"]), int(capture["paypal_fee_minor"]))


def test_a_parked_capture_that_was_taken_confirms_as_found_reg_8(world: World) -> None:
    road, registration, payment = in_doubt(world, "lost_after")
    time_passes(world, hours=2, minutes_each=10)

    resolve(world, payment, Resolution.TAKEN, found_at(road))

    assert world.read(registration).status is R.CONFIRMED
    assert known(world, payment).status is P.CAPTURED
    assert world.mails(ADA) == ["received", "confirmed"]
    world.assert_books_equal_the_providers()


def test_a_parked_capture_that_was_not_taken_lets_the_buyer_pay_again_reg_8(world: World) -> None:
    _, registration, payment = in_doubt(world, "lost_before")
    time_passes(world, hours=2, minutes_each=10)

    resolve(world, payment, Resolution.NOTHING_TAKEN)
    again = world.read(registration)
    card = Road(world, "stripe")
    card.pay(card.start(again, "pay-2"))
    world.settle_down()

    assert known(world, payment).status is P.FAILED
    assert again.status is R.AWAITING_PAYMENT
    assert again.hold is not None
    assert again.hold.ends_at - world.clock.now() == timedelta(hours=72)
    assert world.mails(ADA) == ["received", "payment_failed", "confirmed"]
    assert world.paypal.captures() == []
    world.assert_books_equal_the_providers()


def test_a_parked_capture_taken_for_a_cancelled_registration_goes_back_once_it_can_reg_8(
    world: World,
) -> None:
    road, registration, payment = in_doubt(world, "lost_after")
    time_passes(world, hours=2, minutes_each=10)
    cancel(world, registration, manager(world))

    resolve(world, payment, Resolution.TAKEN, found_at(road))
    waiting = return_of(world, payment).status
    consent_again(road)
    time_passes(world, hours=3)

    assert waiting is RefundStatus.REQUESTED
    assert world.read(registration).status is R.CANCELLED
    assert return_of(world, payment).is_finished
    assert (road.taken(), road.returned()) == (1, 1)
    world.assert_books_equal_the_providers()


def test_a_capture_in_doubt_is_found_when_the_seller_comes_back_within_the_hour_reg_8(
    world: World,
) -> None:
    road, registration, _ = in_doubt(world, "lost_after")
    world.clock.advance(minutes=30)
    world.settle_down()

    consent_again(road)
    time_passes(world, hours=2, minutes_each=10)

    assert world.read(registration).status is R.CONFIRMED
    assert alarms(world) == []
    world.assert_books_equal_the_providers()


def test_a_pending_payment_whose_seller_left_waits_for_a_person_reg_8(
    world: World, road: Road
) -> None:
    """The bank may still decide: nobody can be asked, so somebody has to look."""
    training = world.training(starts_at=START + timedelta(days=90), capacity=1)
    registration = world.register(training)
    payment = road.pending(registration)
    revoke(road)

    time_passes(world, hours=72)

    assert world.read(registration).status is R.PROCESSING
    assert known(world, payment).status is P.PARKED
    (alarm,) = alarms(world)
    assert_alarm_names(alarm, payment, "taken", "nothing-taken")
    world.assert_seats_match(training)


@pytest.mark.parametrize("settles", [True, False])
def test_what_its_bank_did_meanwhile_is_found_by_a_person_reg_8(
    settles: bool,  # noqa: FBT001 - the case
    world: World,
    road: Road,
) -> None:
    training = world.training(starts_at=START + timedelta(days=90), capacity=1)
    registration = world.register(training)
    payment = road.pending(registration)
    revoke(road)
    time_passes(world, hours=3)
    road.bank_decides(payment, settles=settles)
    world.settle_down()

    if settles:
        resolve(world, payment, Resolution.TAKEN, found_at(road))
    else:
        resolve(world, payment, Resolution.NOTHING_TAKEN)

    assert world.read(registration).status is (R.CONFIRMED if settles else R.AWAITING_PAYMENT)
    assert world.mails(ADA)[-1] == ("confirmed" if settles else "payment_failed")
    world.assert_books_equal_the_providers()
    world.assert_seats_match(training)


@pytest.mark.parametrize("sent", [True, False])
def test_a_return_whose_seller_left_is_told_and_goes_on_when_they_come_back_rfd_6(
    sent: bool,  # noqa: FBT001 - the case
    world: World,
    road: Road,
) -> None:
    registration = world.register(world.training())
    payment = road.pending(registration)
    cancel(world, registration, manager(world))
    road.bank_decides(payment, settles=True)
    if sent:
        unheard = {"drop": -1, "types": ["*refund*", "*REFUND*"]}
        road.disturb(lost(CALLS[road.provider]["refund"], "lost_after", 3), webhooks=unheard)
    else:
        road.disturb(lost(CALLS[road.provider]["refund"], "lost_before", 3))
    world.settle_down()
    revoke(road)

    time_passes(world, hours=48)
    silent, told = return_of(world, payment), alarms(world)
    consent_again(road)
    time_passes(world, hours=24)

    assert silent.status is RefundStatus.REQUESTED, "never failed: nobody said so"
    assert {each.reason for each in told} == {"refund.unknown_for_long"}
    for alarm in told:
        assert_alarm_names(alarm, payment)
    assert return_of(world, payment).is_finished
    assert (road.taken(), road.returned()) == (1, 1)
    assert world.mails(ADA) == ["received", "cancelled", "money_returned"]
    world.assert_books_equal_the_providers()
