"""The end of a hold: at its moment, after the provider, with all it held (REG-4, BAD-16)."""

from guichet.registration.registration import RegistrationStatus
from guichet.registration.training import Approval
from tests.support.organizing import (
    code,
    decide,
    unmoved,
    uses_of,
)
from tests.support.world import World

S = RegistrationStatus
ADA = "ada@example.org"


def test_a_hold_that_ends_frees_seat_address_and_code_and_says_so_reg_4_reg_5(
    world: World,
) -> None:
    training = world.training(capacity=1)
    made = code(world, total_uses=1, uses_per_email=1)
    registration = world.register(training, ADA, discount_code="EARLY")

    world.clock.advance(minutes=29, seconds=59)
    world.settle_down()
    before = world.read(registration).status
    world.clock.advance(seconds=1)
    world.settle_down()

    assert before is S.AWAITING_PAYMENT
    assert world.read(registration).status is S.EXPIRED
    assert world.mails(ADA) == ["received", "expired"]
    assert world.parts.records.seats(training.training_id).taken == 0
    assert uses_of(world, made) == 0
    assert world.register(training, ADA, discount_code="EARLY", idempotency_key="again").is_live


def test_a_session_is_expired_at_the_provider_before_its_seat_is_freed_bad_16(
    world: World,
) -> None:
    training = world.training(capacity=1)
    registration = world.register(training)
    payment = world.start(registration)
    assert payment.session_id is not None
    world.clock.advance(minutes=31)
    world.stripe.configure_chaos({"down": True})

    world.upkeep()
    waiting = world.read(registration).status
    world.stripe.clear_chaos()
    world.settle_down()

    assert waiting is S.AWAITING_PAYMENT, "the seat stays until the provider has answered"
    assert world.stripe.find(payment.session_id)["status"] == "expired"
    assert world.read(registration).status is S.EXPIRED
    world.assert_seats_match(training)


def test_a_hold_that_was_renewed_does_not_end_at_its_first_moment_reg_4(world: World) -> None:
    registration = world.register(world.training())
    world.clock.advance(minutes=20)
    world.start(registration)

    world.clock.advance(minutes=30)
    world.settle_down()

    assert world.read(registration).status is S.AWAITING_PAYMENT


def test_ending_an_ended_hold_does_nothing_reg_4(world: World) -> None:
    training = world.training()
    world.register(training)
    world.clock.advance(minutes=30)
    world.settle_down()

    unmoved(world, world.upkeep)


def test_money_paid_just_before_the_hold_ends_confirms_without_a_webhook_reg_4_bad_3(
    world: World,
) -> None:
    registration = world.register(world.training())
    payment = world.start(registration)
    assert payment.session_id is not None
    world.stripe.configure_chaos({"webhooks": {"drop": -1}})
    world.clock.advance(minutes=30)
    world.stripe.pay(payment.session_id)
    world.clock.advance(minutes=1)

    world.settle_down()

    assert world.read(registration).status is S.CONFIRMED
    assert world.mails(ADA) == ["received", "confirmed"]


def test_a_long_hold_keeps_no_unheard_payment_waiting_reg_4(world: World) -> None:
    """The webhook and the return page are lost; the session's end is a moment to ask."""
    training = world.training(approval=Approval.MANUAL)
    registration = world.register(training)
    decide(world, world.member("maria"), registration)
    payment = world.start(registration)
    assert payment.session_id is not None
    world.stripe.pay(payment.session_id)
    world.stripe.take_webhooks()

    world.clock.advance(minutes=32)
    world.upkeep()

    assert world.read(registration).status is S.CONFIRMED


def test_a_session_that_ends_before_a_long_hold_leaves_the_hold_alone_reg_4(world: World) -> None:
    training = world.training(approval=Approval.MANUAL)
    registration = world.register(training)
    decide(world, world.member("maria"), registration)
    world.start(registration)

    world.clock.advance(minutes=32)
    world.upkeep()

    fresh = world.read(registration)
    assert fresh.status is S.AWAITING_PAYMENT
    assert fresh.open_payment_id is None
    assert fresh.hold is not None
    assert fresh.hold.ends_at > world.clock.now()
