"""Marked paid by hand, and the mark taken back (REG-7)."""

from datetime import timedelta

import pytest

from guichet.payments.payment import PaymentStatus
from guichet.registration.registration import HoldKind, PaidBy, RegistrationStatus
from guichet.registration.training import Approval
from tests.support.organizing import (
    cancel,
    code,
    manager,
    mark,
    refused,
    start_debit,
    unmoved,
    uses_of,
)
from tests.support.samples import NOW
from tests.support.world import World

S = RegistrationStatus
HOURS_72 = timedelta(hours=72)


def test_marking_paid_confirms_without_a_fee_reg_7(world: World) -> None:
    training = world.training()
    registration = world.register(training)

    marked = mark(world, manager(world), registration).value
    world.settle_down()

    assert (marked.status, marked.paid_by) == (S.CONFIRMED, PaidBy.HAND)
    assert marked.paid_payment_id is None
    assert not world.books()
    assert world.mails("ada@example.org") == ["received", "confirmed"]
    world.assert_seats_match(training)


def test_marking_paid_ends_the_open_session_first_reg_8_bad_16(world: World) -> None:
    registration = world.register(world.training())
    payment = world.start(registration)
    assert payment.session_id is not None

    mark(world, manager(world), registration)

    assert world.stripe.find(payment.session_id)["status"] == "expired"
    stored = world.parts.records.payment(payment.payment_id)
    assert stored is not None
    assert stored.status is PaymentStatus.EXPIRED


def test_marking_what_was_paid_meanwhile_keeps_the_payment_reg_7_bad_2(world: World) -> None:
    registration = world.register(world.training())
    payment = world.start(registration)
    assert payment.session_id is not None
    world.stripe.pay(payment.session_id)
    maria = manager(world)

    with pytest.raises(Exception, match="registration_confirmed"):
        mark(world, maria, registration)
    world.settle_down()

    assert world.read(registration).paid_by is PaidBy.PROVIDER
    assert world.mails("ada@example.org").count("confirmed") == 1
    world.assert_books_equal_the_providers()


def test_a_mark_waits_for_a_provider_that_does_not_answer_reg_8(world: World) -> None:
    registration = world.register(world.training())
    world.start(registration)
    maria = manager(world)
    world.stripe.configure_chaos({"down": True})

    assert refused(world, lambda: mark(world, maria, registration)).code == "provider_unavailable"


def test_a_debit_under_way_is_not_marked_over_reg_7_reg_8(world: World) -> None:
    registration = world.register(world.training())
    start_debit(world, registration)
    maria = manager(world)

    assert refused(world, lambda: mark(world, maria, registration)).code == (
        "registration_processing"
    )


def test_an_expired_one_is_marked_only_if_a_seat_is_left_reg_7_reg_8(world: World) -> None:
    training = world.training(capacity=1)
    made = code(world)
    ada = world.register(training, "ada@example.org", discount_code="EARLY")
    world.clock.advance(minutes=31)
    world.settle_down()
    bob = world.register(training, "bob@example.org")
    maria = manager(world)

    refusal = refused(world, lambda: mark(world, maria, ada))
    cancel(world, bob)
    marked = mark(world, maria, ada).value

    assert refusal.code == "training_full"
    assert marked.status is S.CONFIRMED
    assert uses_of(world, made) == 1
    world.assert_seats_match(training)


@pytest.mark.parametrize("by", ["pending", "cancelled"])
def test_what_is_not_approved_or_ended_for_good_is_not_marked_reg_8(by: str, world: World) -> None:
    registration = world.register(world.training(approval=Approval.MANUAL))
    maria = manager(world)
    if by == "cancelled":
        cancel(world, registration)

    refusal = refused(world, lambda: mark(world, maria, registration))

    assert refusal.code == f"registration_{world.read(registration).status}"


def test_a_mark_is_taken_back_until_the_start_with_a_new_hold_reg_7(world: World) -> None:
    training = world.training(starts_at=NOW + timedelta(days=10))
    registration = world.register(training)
    maria = manager(world)
    mark(world, maria, registration)

    back = mark(world, maria, registration, paid=False).value

    assert back.status is S.AWAITING_PAYMENT
    assert back.hold is not None
    assert (back.hold.kind, back.hold.ends_at) == (HoldKind.UNMARKED, NOW + HOURS_72)
    assert (back.paid_by, back.confirmed_at) == (None, None)
    world.assert_seats_match(training)
    assert world.start(back).status is PaymentStatus.OPEN


def test_no_mark_is_taken_back_after_the_start_reg_7(world: World) -> None:
    training = world.training(starts_at=NOW + timedelta(days=1))
    registration = world.register(training)
    maria = manager(world)
    mark(world, maria, registration)
    world.clock.advance(days=1)

    refusal = refused(world, lambda: mark(world, maria, registration, paid=False))

    assert refusal.code == "training_started"


def test_only_a_mark_is_taken_back_reg_7(world: World) -> None:
    training = world.training()
    bought = world.buy(training)
    waiting = world.register(training, "bob@example.org")
    maria = manager(world)

    for registration in (bought, waiting):
        refusal = refused(world, lambda it=registration: mark(world, maria, it, paid=False))  # type: ignore[misc]  # a lambda's default
        assert refusal.code == "not_marked_paid"


def test_marks_are_replayed_by_key_reg_10(world: World) -> None:
    registration = world.register(world.training())
    maria = manager(world)
    first = mark(world, maria, registration, key="key-1")

    unmoved(world, lambda: mark(world, maria, registration, key="key-1"))
    again = mark(world, maria, registration, key="key-1")
    refusal = refused(world, lambda: mark(world, maria, registration, key="key-2"))

    assert again.replayed
    assert again.value == first.value
    assert refusal.code == "registration_confirmed"
