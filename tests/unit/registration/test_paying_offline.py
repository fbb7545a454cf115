"""The organizer's own methods: a seat until a deadline, no session, no fee (REG-11)."""

from datetime import timedelta
from functools import partial

import pytest

from guichet.payments.payment import PaymentStatus
from guichet.registration.registration import HoldKind, PaidBy, RegistrationStatus
from guichet.registration.training import Approval, OfflineMethod
from tests.support.organizing import (
    change,
    decide,
    manager,
    mark,
    pay_offline,
    refused,
    unmoved,
)
from tests.support.samples import NOW
from tests.support.world import World

S = RegistrationStatus


def test_offline_keeps_the_seat_until_the_deadline_and_mails_instructions_reg_11(
    world: World,
) -> None:
    training = world.training()
    registration = world.register(training)

    chosen = pay_offline(world, registration).value
    world.settle_down()

    assert chosen.status is S.AWAITING_PAYMENT
    assert chosen.method == "offline:invoice"
    assert chosen.hold is not None
    assert chosen.hold.kind is HoldKind.OFFLINE
    assert chosen.hold.ends_at.isoformat() == "2026-11-29T23:00:00+00:00"
    assert world.mails("ada@example.org") == ["received", "offline_instructions"]
    assert "Pay within 7 days." in world.mailer.taken[-1].mail.text
    assert not world.stripe.find_all("checkout.session")


def test_an_offline_seat_expires_at_its_deadline_and_not_before_reg_11(world: World) -> None:
    training = world.training()
    registration = world.register(training)
    pay_offline(world, registration)

    world.clock.at = NOW + timedelta(days=7, hours=13, minutes=59)
    world.settle_down()
    before = world.read(registration).status
    world.clock.advance(minutes=1)
    world.settle_down()

    assert before is S.AWAITING_PAYMENT
    assert world.read(registration).status is S.EXPIRED
    assert world.mails("ada@example.org")[-1] == "expired"
    world.assert_seats_match(training)


def test_who_chose_offline_is_marked_paid_without_a_fee_reg_11_reg_7(world: World) -> None:
    registration = world.register(world.training())
    pay_offline(world, registration)

    mark(world, manager(world), registration)
    world.settle_down()

    assert world.read(registration).status is S.CONFIRMED
    assert world.mails("ada@example.org")[-1] == "confirmed"
    assert not world.books()


def test_choosing_offline_ends_an_open_session_first_reg_11_bad_16(world: World) -> None:
    registration = world.register(world.training())
    payment = world.start(registration)
    assert payment.session_id is not None

    chosen = pay_offline(world, registration).value

    assert world.stripe.find(payment.session_id)["status"] == "expired"
    assert chosen.open_payment_id is None


def test_who_chose_offline_may_still_pay_by_card_reg_11_reg_4(world: World) -> None:
    training = world.training()
    registration = world.register(training)
    pay_offline(world, registration)
    world.settle_down()
    world.clock.advance(days=3)

    payment = world.start(registration)
    assert payment.session_id is not None
    world.stripe.pay(payment.session_id)
    world.settle_down()

    assert world.read(registration).paid_by is PaidBy.PROVIDER
    assert world.mails("ada@example.org") == ["received", "offline_instructions", "confirmed"]
    world.assert_books_equal_the_providers()


def test_instructions_that_are_no_longer_asked_for_stop_no_other_mail_reg_11_reg_13(
    world: World,
) -> None:
    registration = world.register(world.training())
    pay_offline(world, registration)
    payment = world.start(registration)
    assert payment.session_id is not None
    world.stripe.pay(payment.session_id)

    world.settle_down()

    assert world.mails("ada@example.org") == ["received", "confirmed"]
    assert not [item for item in world.state() if str(item["pk"]).startswith("EFFECT#")]


def test_instructions_of_a_method_taken_away_meanwhile_are_not_sent_reg_11(world: World) -> None:
    training = world.training()
    registration = world.register(training)
    pay_offline(world, registration)
    change(world, training, offline_methods=())

    world.settle_down()

    assert world.mails("ada@example.org") == ["received"]


def test_who_was_approved_late_may_pay_by_card_after_choosing_offline_reg_4_reg_11(
    world: World,
) -> None:
    training = world.training(approval=Approval.MANUAL)
    registration = world.register(training)
    world.clock.advance(days=10)
    decide(world, manager(world), registration)
    pay_offline(world, registration)

    payment = world.start(registration)

    assert payment.status is PaymentStatus.OPEN


@pytest.mark.parametrize(
    ("method", "days", "refusal"),
    [
        pytest.param("cheque", 0, "method_not_offered", id="not offered"),
        pytest.param("invoice", 30, "training_started", id="started"),
    ],
)
def test_an_offline_choice_that_can_not_be_is_refused_and_nothing_is_written_reg_11(
    method: str, days: int, refusal: str, world: World
) -> None:
    registration = world.register(world.training())
    world.clock.advance(days=days)

    assert refused(world, lambda: pay_offline(world, registration, method)).code == refusal


def test_offline_is_refused_where_nothing_is_to_be_paid_reg_11_reg_8(world: World) -> None:
    training = world.training()
    bought = world.buy(training)

    assert refused(world, lambda: pay_offline(world, bought)).code == "registration_confirmed"


def test_an_offline_choice_is_replayed_by_key_reg_10(world: World) -> None:
    training = world.training()
    registration = world.register(training)
    pay_offline(world, registration)

    unmoved(world, lambda: pay_offline(world, registration))
    reused = refused(world, lambda: pay_offline(world, registration, "cheque"))

    assert pay_offline(world, registration).replayed
    assert reused.code == "idempotency_key_reused"


def test_one_key_serves_one_way_of_paying_reg_10(world: World) -> None:
    first = world.register(world.training(), "ada@example.org")
    second = world.register(world.training(), "bob@example.org")
    world.start(first, "key-1")
    pay_offline(world, second, key="key-1")

    then_offline = refused(world, lambda: pay_offline(world, first, key="key-1"))
    then_card = refused(world, lambda: world.start(second, "key-1"))

    assert {then_offline.code, then_card.code} == {"idempotency_key_reused"}


def test_choosing_the_same_method_again_changes_nothing_and_mails_nothing_reg_11_reg_13(
    world: World,
) -> None:
    registration = world.register(world.training())
    pay_offline(world, registration)
    world.settle_down()

    for n in range(5):
        unmoved(world, partial(pay_offline, world, registration, key=f"again-{n}"))
    world.settle_down()

    assert world.mails("ada@example.org") == ["received", "offline_instructions"]


def test_who_goes_to_and_fro_between_methods_fills_no_mailbox_reg_11_reg_13(world: World) -> None:
    cheque = OfflineMethod("cheque", "Cheque", "Send it.")
    invoice = OfflineMethod("invoice", "Invoice", "Pay it.")
    registration = world.register(world.training(offline_methods=(cheque, invoice)))
    pay_offline(world, registration)
    world.settle_down()

    too_soon = refused(world, lambda: pay_offline(world, registration, "cheque", key="k2"))
    world.clock.advance(minutes=5)
    pay_offline(world, registration, "cheque", key="k2")
    world.settle_down()

    assert (too_soon.code, too_soon.retry_after_seconds) == ("too_many_requests", 300)
    assert world.read(registration).method == "offline:cheque"
    assert world.mails("ada@example.org").count("offline_instructions") == 2
