"""What surrounds a cancelled training in a `World`: an organizer's refunds, and the run's end."""

from __future__ import annotations

from guichet.access.membership import Member
from guichet.money import Money
from guichet.payments.refund import Refund
from guichet.registration.cancellation import Cancellation
from guichet.registration.registration import Registration
from guichet.registration.training import Training
from guichet.registration.use_cases.cancel_training import CancelTraining, cancel_training
from guichet.registration.use_cases.refund_payment import RefundPayment, refund_payment
from guichet.replies import Reply
from tests.support.organizing import actor_of
from tests.support.world import World


def cancel_all(world: World, training: Training, member: Member) -> Reply[Cancellation]:
    """The training is cancelled; nothing has run yet."""
    command = CancelTraining(
        training.training_id, "The trainer is ill.", "Sorry.", member, "cancel-1", actor_of(member)
    )
    return cancel_training(command, records=world.parts.records, clock=world.clock)


def run_of(world: World, training: Training) -> Cancellation:
    found = world.parts.records.cancellation(training.training_id)
    assert found is not None
    return found


def settle_all(world: World) -> None:
    """The run comes to its end: its last pass begins when no worker can be left from before."""
    world.settle_down()
    world.clock.advance(minutes=3)
    world.settle_down()


def refund(
    world: World, member: Member, registration: Registration, minor: int | None, key: str = "r-1"
) -> Refund:
    """An organizer returns some of what a registrant paid, or all of it."""
    payment = world.payment(registration)
    amount = None if minor is None else Money(minor, payment.amount.currency)
    command = RefundPayment(
        payment_id=payment.payment_id,
        amount=amount,
        reason="As agreed.",
        note=None,
        cancel_registration=False,
        member=member,
        idempotency_key=key,
        actor=actor_of(member),
    )
    return refund_payment(command, refunding=world.parts.refunding).value
