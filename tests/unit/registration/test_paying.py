"""Starting, coming back, and money that is not what was asked (REG-2, REG-3, REG-10)."""

import pytest

from guichet.payments.payment import PaymentStatus
from guichet.payments.refund import RefundStatus
from guichet.registration.naming import return_id
from guichet.registration.registration import RegistrationStatus
from guichet.registration.training import Approval
from tests.support.organizing import decide, manager
from tests.support.world import World

S = RegistrationStatus
ADA, OFFICE = "ada@example.org", "office@atelier.example"


@pytest.mark.parametrize(
    ("knob", "amount_minor", "currency"),
    [
        pytest.param({"amount_minor": 11999}, 11999, "USD", id="a cent too few"),
        pytest.param({"amount_minor": 12001}, 12001, "USD", id="a cent too many"),
        pytest.param({"amount_minor": 1}, 1, "USD", id="less than both fees"),
        pytest.param({"currency": "EUR"}, 12000, "EUR", id="another currency"),
    ],
)
def test_another_amount_than_asked_is_held_alarmed_and_told_the_organizer_reg_3_reg_13(
    knob: dict[str, object], amount_minor: int, currency: str, world: World
) -> None:
    training = world.training()
    registration = world.register(training)
    payment = world.start(registration)
    assert payment.session_id is not None
    world.stripe.configure_chaos({"capture": knob})
    world.stripe.pay(payment.session_id)

    world.settle_down()
    world.clock.advance(days=3)
    world.settle_down()

    held = world.payment(registration)
    assert held.status is PaymentStatus.MISMATCHED
    assert held.capture is not None
    assert held.capture.amount.amount_minor == amount_minor
    assert held.capture.amount.currency == currency
    assert world.read(registration).status is S.PROCESSING
    assert world.alarms == ["payment.mismatched"]
    assert world.mails(ADA) == ["received"]
    assert world.mails(OFFICE) == ["organizer_payment_mismatched"]
    world.assert_books_equal_the_providers()
    world.assert_seats_match(training)


def test_two_starts_open_one_session_reg_10(world: World) -> None:
    registration = world.register(world.training())

    first = world.start(registration, "pay-1")
    replay = world.start(registration, "pay-1")
    second_tab = world.start(registration, "pay-2")

    assert first == replay == second_tab
    assert len(world.stripe.find_all("checkout.session")) == 1


def test_a_start_without_an_answer_keeps_the_hold_and_the_next_one_takes_over_reg_10(
    world: World,
) -> None:
    registration = world.register(world.training())
    lost = {"do": "lost_after", "match": "POST /v1/checkout/sessions", "times": 10}
    world.stripe.configure_chaos({"api": [lost]})
    with pytest.raises(Exception, match="provider_unavailable"):
        world.start(registration)
    world.stripe.clear_chaos()

    payment = world.start(registration)
    assert payment.session_id is not None
    world.stripe.pay(payment.session_id)
    world.settle_down()

    assert payment.attempt == 2
    assert world.read(registration).status is S.CONFIRMED
    world.assert_books_equal_the_providers()


def test_a_card_that_is_declined_may_be_tried_again_on_the_same_page(world: World) -> None:
    registration = world.register(world.training())
    payment = world.start(registration)
    assert payment.session_id is not None
    world.stripe.decline(payment.session_id)
    world.settle_down()

    world.stripe.pay(payment.session_id)
    world.settle_down()

    assert world.read(registration).status is S.CONFIRMED
    assert world.mails(ADA) == ["received", "confirmed"]
    world.assert_books_equal_the_providers()


def test_the_return_page_asks_at_most_every_5_seconds_reg_2(world: World) -> None:
    registration = world.register(world.training())
    payment = world.start(registration)
    assert payment.session_id is not None
    world.come_back(registration)
    world.stripe.pay(payment.session_id)

    too_soon = world.come_back(registration)
    world.clock.advance(seconds=5)
    later = world.come_back(registration)

    assert too_soon.status is S.AWAITING_PAYMENT
    assert later.status is S.CONFIRMED


def test_an_older_page_that_is_paid_ends_the_newer_one_bad_1(world: World) -> None:
    training = world.training(approval=Approval.MANUAL)
    registration = world.register(training)
    decide(world, manager(world), registration)
    older = world.start(registration, "pay-1")
    world.stripe.configure_chaos({"pay_expired": 1})
    world.clock.advance(minutes=32)
    world.settle_down()
    newer = world.start(registration, "pay-2")
    assert older.session_id is not None
    assert newer.session_id is not None

    world.stripe.pay(older.session_id)
    world.settle_down()

    assert world.read(registration).status is S.CONFIRMED
    assert world.read(registration).paid_payment_id == older.payment_id
    assert world.stripe.find(newer.session_id)["status"] == "expired"
    world.assert_books_equal_the_providers()


def test_a_newer_page_that_cant_be_ended_keeps_no_money_from_the_books_bad_1(world: World) -> None:
    training = world.training(approval=Approval.MANUAL)
    registration = world.register(training)
    decide(world, manager(world), registration)
    older = world.start(registration, "pay-1")
    world.stripe.configure_chaos({"pay_expired": 1})
    world.clock.advance(minutes=32)
    world.settle_down()
    newer = world.start(registration, "pay-2")
    assert older.session_id is not None
    assert newer.session_id is not None
    endless = {"do": "down", "match": "POST /v1/checkout/sessions/*/expire", "times": -1}
    world.stripe.configure_chaos({"pay_expired": 1, "api": [endless]})

    world.stripe.pay(older.session_id)
    world.settle_down()
    world.stripe.pay(newer.session_id)
    world.settle_down()

    assert world.read(registration).paid_payment_id == older.payment_id
    returned = world.parts.records.refund(newer.payment_id, return_id(newer.payment_id))
    assert returned is not None
    assert returned.status is RefundStatus.SUCCEEDED
    world.assert_books_equal_the_providers()
