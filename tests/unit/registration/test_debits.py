"""Bank debits: settled, denied, held again (REG-4, REG-8)."""

from datetime import timedelta

from guichet.registration.registration import HoldKind, RegistrationStatus
from tests.support.organizing import (
    refused,
    start_debit,
)
from tests.support.samples import NOW
from tests.support.world import World

S = RegistrationStatus
ADA = "ada@example.org"


def test_a_debit_keeps_its_seat_until_the_bank_settles_reg_4_reg_8(world: World) -> None:
    training = world.training()
    registration = world.register(training)
    session_id = start_debit(world, registration)
    world.clock.advance(days=5)
    world.settle_down()
    waiting = world.read(registration)

    world.stripe.settle_bank_debit(session_id)
    world.settle_down()

    assert (waiting.status, waiting.hold) == (S.PROCESSING, None)
    assert world.read(registration).status is S.CONFIRMED
    world.assert_seats_match(training)
    world.assert_books_equal_the_providers()


def test_a_denied_debit_is_held_for_72_hours_with_a_link_reg_8_reg_13(world: World) -> None:
    training = world.training()
    registration = world.register(training)
    session_id = start_debit(world, registration)
    world.clock.advance(days=2)
    world.stripe.deny_bank_debit(session_id)

    world.settle_down()

    denied = world.read(registration)
    assert denied.status is S.AWAITING_PAYMENT
    assert denied.hold is not None
    assert denied.hold.kind is HoldKind.DENIED_DEBIT
    assert denied.hold.ends_at == NOW + timedelta(days=2, hours=72)
    assert world.mails(ADA) == ["received", "payment_failed"]
    assert world.parts.links.token(denied) in world.mailer.taken[-1].mail.text
    world.assert_seats_match(training)


def test_after_a_denied_debit_the_card_confirms_reg_8(world: World) -> None:
    registration = world.register(world.training())
    world.stripe.deny_bank_debit(start_debit(world, registration))
    world.settle_down()
    world.clock.advance(hours=71, minutes=59)

    payment = world.start(registration, key="pay-2")
    assert payment.session_id is not None
    world.clock.advance(minutes=30)
    world.stripe.pay(payment.session_id)
    world.settle_down()

    assert world.read(registration).status is S.CONFIRMED
    world.assert_books_equal_the_providers()


def test_a_denied_debit_that_nobody_pays_expires_after_72_hours_reg_8(world: World) -> None:
    training = world.training()
    registration = world.register(training)
    world.stripe.deny_bank_debit(start_debit(world, registration))
    world.settle_down()

    world.clock.advance(hours=72)
    world.settle_down()

    assert world.read(registration).status is S.EXPIRED
    assert world.mails(ADA) == ["received", "payment_failed", "expired"]
    world.assert_seats_match(training)


def test_a_debit_denied_after_the_start_expires_reg_8(world: World) -> None:
    training = world.training(starts_at=NOW + timedelta(days=1))
    registration = world.register(training)
    session_id = start_debit(world, registration)
    world.clock.advance(days=1)
    world.stripe.deny_bank_debit(session_id)

    world.settle_down()

    assert world.read(registration).status is S.EXPIRED
    assert world.mails(ADA)[-1] == "expired"
    world.assert_seats_match(training)


def test_nothing_is_paid_beside_a_debit_that_is_under_way_reg_8(world: World) -> None:
    registration = world.register(world.training())
    start_debit(world, registration)

    refusal = refused(world, lambda: world.start(registration, key="pay-2"))

    assert refusal.code == "registration_processing"


def test_a_return_page_that_asks_all_the_time_puts_no_question_off_reg_8(world: World) -> None:
    registration = world.register(world.training())
    session_id = start_debit(world, registration)
    world.clock.advance(hours=2)
    world.settle_down()
    due = world.payment(registration)

    for _ in range(60):
        world.clock.advance(seconds=6)
        world.come_back(registration)
    asked = world.payment(registration)
    world.stripe.configure_chaos({"webhooks": {"drop": -1}})
    world.stripe.settle_bank_debit(session_id)
    world.clock.advance(hours=1)
    world.settle_down()

    assert asked == due
    assert world.read(registration).status is S.CONFIRMED
    world.assert_books_equal_the_providers()
