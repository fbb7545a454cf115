"""What waits for a person: a mismatched payment is accepted or returned, by a person alone (REG-3)."""

from __future__ import annotations

import pytest

from guichet.events import Actor, ActorKind
from guichet.ledger.postings import LedgerAccount
from guichet.payments.payment import PaymentStatus
from guichet.payments.refund import RefundReason, RefundStatus
from guichet.registration.registration import Registration, RegistrationStatus
from guichet.registration.training import Training
from guichet.registration.use_cases.resolve_payment import (
    Found,
    Resolution,
    ResolvePayment,
    resolve_payment,
)
from tests.support.organizing import the_return, unmoved
from tests.support.world import World, refusal_of

R = RegistrationStatus
ADA = "ada@example.org"
STAFF = Actor(ActorKind.OPERATOR, "sam", "command line")


def mismatched(world: World, training: Training) -> Registration:
    """Another amount was captured than was asked."""
    registration = world.register(training, ADA)
    payment = world.start(registration)
    assert payment.session_id is not None
    world.stripe.configure_chaos({"capture": {"amount_minor": 11000}})
    world.stripe.pay(payment.session_id)
    world.stripe.clear_chaos()
    world.settle_down()
    assert world.read(registration).status is R.PROCESSING
    return registration


def resolve(
    world: World, registration: Registration, resolution: Resolution, found: Found | None = None
) -> None:
    payment_id = world.read(registration).last_payment_id
    assert payment_id is not None
    command = ResolvePayment(payment_id, resolution, found, STAFF)
    resolve_payment(command, settling=world.parts.settling)
    world.settle_down()


def last_payment_status(world: World, registration: Registration) -> PaymentStatus:
    payment_id = world.read(registration).last_payment_id
    assert payment_id is not None
    found = world.parts.records.payment(payment_id)
    assert found is not None
    return found.status


def test_a_mismatched_payment_that_is_accepted_confirms_and_moves_no_money_again_reg_3(
    world: World,
) -> None:
    training = world.training(capacity=1)
    registration = mismatched(world, training)
    books = world.books()

    resolve(world, registration, Resolution.ACCEPT)

    assert world.read(registration).status is R.CONFIRMED
    assert last_payment_status(world, registration) is PaymentStatus.CAPTURED
    assert world.mails(ADA) == ["received", "confirmed"]
    assert world.books() == books
    world.assert_seats_match(training)
    world.assert_books_equal_the_providers()


def test_a_mismatched_payment_that_is_returned_goes_back_whole_and_may_be_paid_again_reg_3(
    world: World,
) -> None:
    training = world.training(capacity=1)
    registration = mismatched(world, training)

    resolve(world, registration, Resolution.RETURN)
    refund = the_return(world, registration)
    world.clock.advance(hours=1)
    payment = world.start(world.read(registration), key="pay-2")
    assert payment.session_id is not None
    world.stripe.pay(payment.session_id)
    world.settle_down()

    assert (refund.status, refund.reason) == (RefundStatus.SUCCEEDED, RefundReason.MISMATCHED)
    assert world.mails(ADA) == ["received", "money_returned", "confirmed"]
    assert world.read(registration).status is R.CONFIRMED
    world.assert_seats_match(training)
    world.assert_books_equal_the_providers()


@pytest.mark.parametrize("again", [Resolution.ACCEPT, Resolution.RETURN])
@pytest.mark.parametrize("first", [Resolution.ACCEPT, Resolution.RETURN])
def test_a_decision_is_carried_out_once_reg_3(
    first: Resolution, again: Resolution, world: World
) -> None:
    registration = mismatched(world, world.training())
    resolve(world, registration, first)

    def decide_again() -> None:
        refusal = refusal_of(lambda: resolve(world, registration, again))
        assert refusal.code in {"payment_captured", "payment_mismatched"}

    unmoved(world, decide_again)


@pytest.mark.parametrize("resolution", list(Resolution))
def test_what_waits_for_nobody_is_not_resolved_reg_3(resolution: Resolution, world: World) -> None:
    registration = world.buy(world.training())
    found = Found("ch_1", 378) if resolution is Resolution.TAKEN else None

    def decide() -> None:
        refusal = refusal_of(lambda: resolve(world, registration, resolution, found))
        assert refusal.code == "payment_captured"

    unmoved(world, decide)
    assert world.books()[LedgerAccount.PROVIDER_BALANCE, "USD"] == 11394
