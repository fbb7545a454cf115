"""The operator takes PayPal out of the secret while payments and accounts of it are left (REG-4, PAY-5)."""

from __future__ import annotations

import json

import pytest

from guichet.adapters.http import HttpRequest, HttpResponse
from guichet.bootstrap import Container
from guichet.errors import Conflict, Unavailable
from guichet.payments.account import PaymentAccountStatus
from guichet.payments.payment import PaymentStatus
from guichet.registration.registration import RegistrationStatus
from tests.support.organizing import cancel, manager
from tests.support.road import Road, alarms, assert_alarm_names, known, lost, return_of, time_passes
from tests.support.world import ACCOUNT, PAYPAL_MERCHANT, World, refusal_of, settings

R, P = RegistrationStatus, PaymentStatus
CAPTURE = "POST /v2/checkout/orders/*/capture"


class NobodyThere:
    """An `Http` that nothing is sent through."""

    def send(self, request: HttpRequest) -> HttpResponse:
        raise AssertionError(f"{request.method} {request.url}")


@pytest.fixture
def paypal(world: World) -> Road:
    return Road(world, "paypal")


def without_paypal(world: World) -> Container:
    """A worker's parts as soon as it has read the new secret."""
    secret = {"token_keys": ["k" * 43], "stripe_api_keys": ["sk_test_platform"]}
    return Container(
        settings(),
        dynamo=world.dynamo,
        clock=world.clock,
        http=NobodyThere(),
        secret_text=lambda: json.dumps(secret),
        pause=lambda _: None,
    )


def test_a_start_is_refused_and_another_method_can_be_chosen(world: World, paypal: Road) -> None:
    """REG-2: no error of ours, and no lease that stays."""
    registration = world.register(world.training())

    refusal = refusal_of(lambda: paypal.start(registration, parts=without_paypal(world)))

    assert isinstance(refusal, Conflict)
    assert world.read(registration).open_payment_id is None
    assert world.start(registration, "pay-2", method="stripe").status is P.OPEN


def test_an_approved_page_ends_with_its_hold_and_its_seat_is_free_reg_4(
    world: World, paypal: Road
) -> None:
    training = world.training(capacity=1)
    registration = world.register(training)
    paypal.hear_nothing()
    payment = paypal.start(registration)
    paypal.pay(payment)
    world.parts = without_paypal(world)

    time_passes(world, hours=2, minutes_each=10)

    assert known(world, payment).status is P.ABANDONED
    assert world.read(registration).status is R.EXPIRED
    assert alarms(world) == []
    world.assert_seats_match(training)


def test_a_capture_in_doubt_is_parked_for_a_person_reg_8(world: World, paypal: Road) -> None:
    registration = world.register(world.training(capacity=1))
    paypal.disturb(lost(CAPTURE), webhooks={"drop": -1})
    payment = paypal.start(registration)
    paypal.pay(payment)
    paypal.come_back(registration)
    world.parts = without_paypal(world)

    time_passes(world, hours=2, minutes_each=10)

    assert known(world, payment).status is P.PARKED
    assert world.read(registration).status is R.PROCESSING
    assert "payment.parked" in {alarm.reason for alarm in alarms(world)}


def test_an_account_that_nobody_can_be_asked_about_stays_as_it_was_pay_5(world: World) -> None:
    account = world.parts.people.payment_account(ACCOUNT, "paypal")
    assert account is not None

    refusal = refusal_of(
        lambda: without_paypal(world).linking.ask(account, world.cause("refresh_payment_account"))
    )

    kept = world.parts.people.payment_account_at("paypal", PAYPAL_MERCHANT)
    assert isinstance(refusal, Unavailable)
    assert kept is not None
    assert kept.status is PaymentAccountStatus.LINKED


def test_a_pending_capture_waits_for_a_person_reg_8(world: World, paypal: Road) -> None:
    registration = world.register(world.training(capacity=1))
    payment = paypal.pending(registration)
    world.parts = without_paypal(world)

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
    world.parts = without_paypal(world)
    time_passes(world, hours=24)
    told = {each.reason for each in alarms(world)}

    world.parts = before
    time_passes(world, hours=6)

    assert told == {"refund.unknown_for_long"}
    assert return_of(world, payment).is_finished
    assert (paypal.taken(), paypal.returned()) == (1, 1)
    world.assert_books_equal_the_providers()
