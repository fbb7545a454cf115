"""A training that does not take place: who is told, and whose money goes back (RFD-1, REG-8)."""

from collections.abc import Callable
from typing import Any

import pytest

from guichet.access.membership import Member
from guichet.payments.refund import RefundReason, RefundStatus
from guichet.registration.naming import cancellation_refund_id
from guichet.registration.registration import MoneyOutcome, Registration, RegistrationStatus
from guichet.registration.training import Approval, Training, TrainingStatus
from tests.support.cancelling import refund, settle_all
from tests.support.gateway import Came
from tests.support.organizing import (
    cancel,
    close,
    code,
    decide,
    mark,
    pay_offline,
    start_debit,
    uses_of,
)
from tests.support.world import World, refusal_of

type Cancel = Callable[..., Came]
type Report = Callable[..., dict[str, Any]]

S = RegistrationStatus


def training_of(world: World, training: Training) -> Training:
    found = world.parts.records.training(training.training_id)
    assert found is not None
    return found


def test_everyone_is_told_and_refunded_with_the_whole_fee_rfd_1_rfd_3(
    world: World, cancelled: Cancel, report: Report
) -> None:
    training = world.training(capacity=10)
    ada = world.buy(training)
    bob = world.register(training, "bob@example.org")
    answer = cancelled(training.training_id, note="We are sorry.")
    assert answer.status == 202
    assert answer.headers["location"] == f"/v1/trainings/{training.training_id}/cancellation"
    assert answer.body["status"] == "running"

    settle_all(world)

    assert training_of(world, training).status is TrainingStatus.CANCELLED
    paid, unpaid = world.read(ada), world.read(bob)
    assert (paid.status, paid.money_outcome) == (S.CANCELLED, MoneyOutcome.REFUNDED)
    assert (unpaid.status, unpaid.money_outcome) == (S.CANCELLED, MoneyOutcome.NOTHING_TO_REFUND)
    assert paid.note == unpaid.note == "We are sorry."
    payment = world.payment(ada)
    refund = world.parts.records.refund(
        payment.payment_id, cancellation_refund_id(payment.payment_id)
    )
    assert refund is not None
    assert (refund.status, refund.reason) == (
        RefundStatus.SUCCEEDED,
        RefundReason.TRAINING_CANCELLED,
    )
    assert (refund.amount.amount_minor, refund.fee.amount_minor) == (12000, 228)
    assert "cancelled" in world.mails("ada@example.org")
    assert "cancelled" in world.mails("bob@example.org")
    world.assert_books_equal_the_providers()
    world.assert_seats_match(training)
    told = report(training.training_id)
    assert (told["status"], told["reason"]) == ("done", "The trainer is ill.")
    assert told["registrations"] == {
        "refunded": 1,
        "refunding": 0,
        "nothing_to_refund": 1,
        "returned_on_arrival": 0,
        "not_refunded": 0,
        "failed": 0,
        "waiting": 0,
    }
    assert told["not_refunded"] == []


def test_at_paypal_too_rfd_3(world: World, cancelled: Cancel) -> None:
    world.link_paypal()
    training = world.training()
    registration = world.register(training)
    payment = world.start(registration, method="paypal")
    assert payment.session_id is not None
    world.paypal.approve(payment.session_id)
    world.settle_down()
    assert world.read(registration).status is S.CONFIRMED

    cancelled(training.training_id)
    settle_all(world)

    assert world.read(registration).money_outcome is MoneyOutcome.REFUNDED
    world.assert_books_equal_the_providers()


def test_every_live_registration_ends_and_those_that_were_over_stay_reg_8(
    world: World, cancelled: Cancel, people: dict[str, Member]
) -> None:
    maria = people["maria"]
    training = world.training(capacity=20, approval=Approval.MANUAL)
    live: dict[str, Registration] = {}
    for name in ("pending", "awaiting", "session", "offline", "debit", "paid", "hand"):
        registration = world.register(training, f"{name}@example.org")
        if name != "pending":
            decide(world, maria, registration)
        live[name] = registration
    world.start(live["session"])
    pay_offline(world, live["offline"])
    start_debit(world, live["debit"])
    bought = world.start(live["paid"])
    assert bought.session_id is not None
    world.stripe.pay(bought.session_id)
    mark(world, maria, live["hand"])
    world.settle_down()
    rejected = world.register(training, "rejected@example.org")
    decide(world, maria, rejected, approve=False)
    gone = world.register(training, "gone@example.org")
    cancel(world, gone, maria)
    world.settle_down()
    mailed = len(world.mails("gone@example.org"))

    cancelled(training.training_id)
    settle_all(world)

    assert {world.read(each).status for each in live.values()} == {S.CANCELLED}
    assert world.read(rejected).status is S.REJECTED
    assert world.read(gone).money_outcome is None
    assert len(world.mails("gone@example.org")) == mailed
    assert {name: world.read(each).money_outcome for name, each in live.items()} == {
        "pending": MoneyOutcome.NOTHING_TO_REFUND,
        "awaiting": MoneyOutcome.NOTHING_TO_REFUND,
        "session": MoneyOutcome.NOTHING_TO_REFUND,
        "offline": MoneyOutcome.NOTHING_TO_REFUND,
        "debit": MoneyOutcome.RETURNED_ON_ARRIVAL,
        "paid": MoneyOutcome.REFUNDED,
        "hand": MoneyOutcome.NOT_REFUNDED,
    }
    assert world.parts.records.seats(training.training_id).taken == 0
    world.assert_books_equal_the_providers()


def test_a_code_used_by_who_never_paid_is_given_back_reg_5(world: World, cancelled: Cancel) -> None:
    made = code(world, total_uses=5)
    training = world.training()
    world.register(training, discount_code=made.code)
    assert uses_of(world, made) == 1

    cancelled(training.training_id)
    settle_all(world)

    assert uses_of(world, made) == 0


def test_a_closed_training_is_cancelled_too_and_its_sessions_end_reg_8(
    world: World, cancelled: Cancel
) -> None:
    training = world.training()
    registration = world.register(training)
    payment = world.start(registration)
    close(world, training)

    cancelled(training.training_id)
    settle_all(world)

    assert world.read(registration).status is S.CANCELLED
    assert payment.session_id is not None
    assert world.stripe.find(payment.session_id)["status"] == "expired"


def test_only_what_is_left_goes_back_rfd_1(
    world: World, cancelled: Cancel, people: dict[str, Member]
) -> None:
    training = world.training()
    ada = world.buy(training)
    refund(world, people["maria"], ada, 5000)
    world.settle_down()

    cancelled(training.training_id)
    settle_all(world)

    payment = world.payment(ada)
    found = world.parts.records.refunds_of(payment.payment_id)
    assert sorted(each.amount.amount_minor for each in found.refunds) == [5000, 7000]
    assert sum(each.fee.amount_minor for each in found.refunds) == 228
    world.assert_books_equal_the_providers()


def test_what_was_refunded_before_is_nothing_to_refund_rfd_5f(
    world: World, cancelled: Cancel, report: Report, people: dict[str, Member]
) -> None:
    training = world.training()
    ada = world.buy(training)
    refund(world, people["maria"], ada, None)
    world.settle_down()

    cancelled(training.training_id)
    settle_all(world)

    assert world.read(ada).money_outcome is MoneyOutcome.NOTHING_TO_REFUND
    assert report(training.training_id)["registrations"]["nothing_to_refund"] == 1


def test_nobody_registers_pays_or_is_marked_afterwards_reg_1(
    world: World, cancelled: Cancel, people: dict[str, Member]
) -> None:
    training = world.training()
    expired = world.register(training)
    world.clock.advance(minutes=31)
    world.settle_down()
    assert world.read(expired).status is S.EXPIRED

    cancelled(training.training_id)
    settle_all(world)

    assert refusal_of(lambda: world.register(training, "eve@example.org")).code == (
        "training_cancelled"
    )
    assert refusal_of(lambda: mark(world, people["maria"], expired)).code == "training_cancelled"


@pytest.mark.parametrize("buyer", ["pays", "pays a page that has ended"])
def test_a_sale_that_comes_late_goes_back_whole_reg_8(
    world: World, cancelled: Cancel, buyer: str
) -> None:
    training = world.training()
    registration = world.register(training)
    payment = world.start(registration)
    assert payment.session_id is not None
    if buyer == "pays":  # between the cancelling and the run
        cancelled(training.training_id)
        world.stripe.pay(payment.session_id)
    else:
        world.stripe.configure_chaos({"pay_expired": 1})
        cancelled(training.training_id)
        settle_all(world)
        world.stripe.pay(payment.session_id)
    settle_all(world)

    assert world.read(registration).status is S.CANCELLED
    books = world.stripe.books()["accounts"]["acct_atelier"]["USD"]
    assert books["customer_paid"] == books["refunded"] == 12000
    world.assert_books_equal_the_providers()
    world.assert_seats_match(training)


def test_a_session_that_cannot_be_ended_holds_up_nobody_else_bad_16(
    world: World, cancelled: Cancel, report: Report
) -> None:
    training = world.training(capacity=5)
    ada = world.register(training)
    world.start(ada)
    bob = world.buy(training, "bob@example.org")
    world.stripe.configure_chaos({"api": [{"do": "lost_before", "match": "*/expire", "times": -1}]})

    cancelled(training.training_id)
    world.settle_down()

    assert world.read(bob).status is S.CANCELLED
    assert world.read(ada).status is S.AWAITING_PAYMENT
    assert report(training.training_id)["registrations"]["waiting"] == 1

    world.stripe.clear_chaos()
    settle_all(world)

    assert world.read(ada).status is S.CANCELLED
    assert report(training.training_id)["status"] == "done"


def test_a_debit_that_settles_afterwards_goes_back_and_the_report_follows_reg_8(
    world: World, cancelled: Cancel, report: Report
) -> None:
    training = world.training()
    ada = world.register(training)
    session_id = start_debit(world, ada)

    cancelled(training.training_id)
    settle_all(world)

    told = report(training.training_id)
    assert told["status"] == "running"
    assert told["registrations"]["returned_on_arrival"] == 1
    assert [each["code"] for each in told["not_refunded"]] == ["refund_payment_pending"]

    world.stripe.settle_bank_debit(session_id)
    world.settle_down()
    world.clock.advance(hours=2)
    world.settle_down()

    told = report(training.training_id)
    assert (told["status"], told["registrations"]["refunded"]) == ("done", 1)
    assert told["not_refunded"] == []
    world.assert_books_equal_the_providers()


def test_a_debit_that_is_denied_afterwards_had_nothing_to_refund_reg_8(
    world: World, cancelled: Cancel, report: Report
) -> None:
    training = world.training()
    session_id = start_debit(world, world.register(training))

    cancelled(training.training_id)
    settle_all(world)
    world.stripe.deny_bank_debit(session_id)
    world.settle_down()
    world.clock.advance(hours=2)
    world.settle_down()

    told = report(training.training_id)
    assert (told["status"], told["registrations"]["nothing_to_refund"]) == ("done", 1)


def test_after_five_days_the_run_no_longer_waits_for_a_bank(
    world: World, cancelled: Cancel, report: Report
) -> None:
    training = world.training()
    start_debit(world, world.register(training))

    cancelled(training.training_id)
    for _ in range(11):
        settle_all(world)
        world.clock.advance(hours=12)
    settle_all(world)

    told = report(training.training_id)
    assert (told["status"], told["registrations"]["returned_on_arrival"]) == ("done", 1)


def test_a_refund_in_progress_is_waited_for_and_the_rest_goes_back_rfd_5g(
    world: World, cancelled: Cancel, report: Report, people: dict[str, Member]
) -> None:
    training = world.training()
    ada = world.buy(training)
    world.stripe.configure_chaos({"refunds": {"pending": 1}})
    earlier = refund(world, people["maria"], ada, 5000)
    world.settle_down()
    world.stripe.clear_chaos()

    cancelled(training.training_id)
    settle_all(world)
    told = report(training.training_id)
    assert world.read(ada).status is S.CANCELLED
    assert [each["code"] for each in told["not_refunded"]] == ["refund_in_progress"]

    assert earlier.provider_refund_id is not None
    world.stripe.settle_refund(earlier.provider_refund_id)
    world.settle_down()
    for _ in range(3):
        world.clock.advance(hours=2)
        world.settle_down()

    told = report(training.training_id)
    assert (told["status"], told["registrations"]["refunded"]) == ("done", 1)
    world.assert_books_equal_the_providers()
