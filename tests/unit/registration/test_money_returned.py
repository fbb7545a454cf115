"""Money that buys no seat goes back whole, with its whole fee, once (REG-4, REG-8, RFD-3, RFD-6)."""

from dataclasses import replace

from guichet.ledger.postings import LedgerAccount
from guichet.payments.fee import FeeSchedule
from guichet.payments.refund import RefundReason, RefundStatus
from guichet.registration.registration import RegistrationStatus
from guichet.registration.use_cases.start_payment import StartPayment, start_payment
from tests.support.organizing import (
    cancel,
    code,
    late_payment,
    manager,
    mark,
    start_debit,
    the_return,
    unmoved,
    uses_of,
)
from tests.support.samples import usd
from tests.support.world import REGISTRANT, World

S = RegistrationStatus
ADA, BOB = "ada@example.org", "bob@example.org"


def test_late_money_gets_a_seat_if_one_is_left_reg_4(world: World) -> None:
    training = world.training()
    registration = late_payment(world, training, ADA)

    world.settle_down()

    assert world.read(registration).status is S.CONFIRMED
    assert world.mails(ADA) == ["received", "expired", "confirmed"]
    world.assert_seats_match(training)
    world.assert_books_equal_the_providers()


def test_late_money_without_a_seat_goes_back_with_its_whole_fee_reg_4_rfd_3(world: World) -> None:
    training = world.training(capacity=1)
    registration = late_payment(world, training, ADA)
    world.register(training, BOB)

    world.settle_down()

    assert world.read(registration).status is S.EXPIRED
    refund = the_return(world, registration)
    assert (refund.status, refund.reason) == (
        RefundStatus.SUCCEEDED,
        RefundReason.LATE_WITHOUT_SEAT,
    )
    assert (refund.amount, refund.fee) == (usd(12000), usd(228))
    assert refund.is_finished
    assert world.mails(ADA) == ["received", "expired", "money_returned"]
    assert world.books() == {
        (LedgerAccount.PROVIDER_BALANCE, "USD"): -378,
        (LedgerAccount.PROVIDER_FEE, "USD"): 378,
    }
    world.assert_books_equal_the_providers()
    world.assert_seats_match(training)


def test_late_money_goes_back_where_the_address_registered_anew_reg_12(world: World) -> None:
    training = world.training()
    registration = late_payment(world, training, ADA)
    again = world.register(training, ADA, idempotency_key="again")

    world.settle_down()

    assert world.read(registration).status is S.EXPIRED
    assert world.read(again).status is S.AWAITING_PAYMENT
    assert world.mails(ADA)[-1] == "money_returned"
    world.assert_books_equal_the_providers()
    world.assert_seats_match(training)


def test_late_money_goes_back_where_the_discount_is_used_up_reg_5(world: World) -> None:
    training = world.training()
    made = code(world, total_uses=1)
    registration = world.register(training, ADA, discount_code="EARLY")
    payment = world.start(registration)
    assert payment.session_id is not None
    world.stripe.configure_chaos({"pay_expired": 1})
    world.clock.advance(minutes=31)
    world.settle_down()
    world.register(training, BOB, discount_code="EARLY")
    world.stripe.pay(payment.session_id)

    world.settle_down()

    assert world.read(registration).status is S.EXPIRED
    assert uses_of(world, made) == 1
    world.assert_books_equal_the_providers()


def test_money_for_a_cancelled_registration_goes_back_reg_8(world: World) -> None:
    training = world.training()
    registration = world.register(training)
    session_id = start_debit(world, registration)
    cancel(world, registration, manager(world))
    world.stripe.settle_bank_debit(session_id)

    world.settle_down()

    assert world.read(registration).status is S.CANCELLED
    assert the_return(world, registration).reason is RefundReason.REGISTRATION_ENDED
    assert world.mails(ADA) == ["received", "cancelled", "money_returned"]
    world.assert_books_equal_the_providers()
    world.assert_seats_match(training)


def test_money_that_comes_twice_goes_back_once_reg_8_bad_11(world: World) -> None:
    training = world.training()
    registration = late_payment(world, training, ADA)
    mark(world, manager(world), registration)

    world.settle_down()

    assert world.read(registration).status is S.CONFIRMED
    assert the_return(world, registration).reason is RefundReason.PAID_TWICE
    assert world.mails(ADA)[-1] == "money_returned"
    world.assert_books_equal_the_providers()


def test_a_return_of_money_without_a_fee_asks_for_none_back_bad_15(world: World) -> None:
    free = replace(world.parts.policy, platform_fee=FeeSchedule(0, {"USD": 0}))
    settling = replace(world.parts.settling, policy=free)
    registration = world.register(world.training())
    command = StartPayment(registration.registration_id, "stripe", "pay-1", REGISTRANT)
    payment = start_payment(command, settling=settling, links=world.parts.links).value
    assert payment.session_id is not None
    world.stripe.start_bank_debit(payment.session_id)
    world.settle_down()
    cancel(world, registration, manager(world))
    world.stripe.settle_bank_debit(payment.session_id)

    world.settle_down()

    refund = the_return(world, registration)
    assert refund.fee_request_body is None
    assert refund.is_finished
    assert world.mails(ADA)[-1] == "money_returned"
    world.assert_books_equal_the_providers()


def test_a_return_that_is_pending_is_told_once_it_succeeded_rfd_6(world: World) -> None:
    training = world.training(capacity=1)
    registration = late_payment(world, training, ADA)
    world.register(training, BOB)
    world.stripe.configure_chaos({"refunds": {"pending": 1}})
    world.settle_down()
    pending = the_return(world, registration)

    assert pending.provider_refund_id is not None
    world.stripe.settle_refund(pending.provider_refund_id)
    world.settle_down()

    assert pending.status is RefundStatus.SUBMITTED
    assert not pending.owes_fee, "the fee follows the money"
    assert the_return(world, registration).is_finished
    assert world.mails(ADA).count("money_returned") == 1
    world.assert_books_equal_the_providers()


def test_a_return_that_fails_later_alarms_and_leaves_the_fee_owed_rfd_6(world: World) -> None:
    training = world.training(capacity=1)
    registration = late_payment(world, training, ADA)
    world.register(training, BOB)
    world.stripe.configure_chaos({"refunds": {"fail_later": 1}})
    world.settle_down()
    done = the_return(world, registration)

    assert done.provider_refund_id is not None
    world.stripe.fail_refund(done.provider_refund_id)
    world.settle_down()

    failed = the_return(world, registration)
    assert (failed.status, failed.failure) == (RefundStatus.FAILED, "expired_or_canceled_card")
    assert "refund.failed" in world.alarms
    books = world.books()
    assert books[LedgerAccount.ORGANIZER_RECEIVABLE, "USD"] == -228
    assert books[LedgerAccount.REGISTRANTS, "USD"] == -12000
    assert books[LedgerAccount.PROVIDER_BALANCE, "USD"] == 12000 - 378


def test_a_return_whose_answers_are_lost_happens_once_bad_11(world: World) -> None:
    training = world.training(capacity=1)
    late_payment(world, training, ADA)
    world.register(training, BOB)
    lost = {"do": "lost_after", "match": "POST /v1/refunds", "times": 5}
    world.stripe.configure_chaos({"api": [lost]})

    for _ in range(8):
        world.settle_down()
        world.clock.advance(minutes=11)
    world.settle_down()

    assert len(world.stripe.find_all("refund")) == 1
    assert world.mails(ADA).count("money_returned") == 1
    world.assert_books_equal_the_providers()


def test_a_hint_about_a_return_that_still_pends_is_taken_once_and_not_asked_every_minute_ext_2(
    world: World,
) -> None:
    training = world.training(capacity=1)
    registration = late_payment(world, training, ADA)
    world.register(training, BOB)
    world.stripe.configure_chaos({"refunds": {"pending": 1}})
    world.settle_down()
    world.clock.advance(hours=2)
    world.settle_down()
    asked = the_return(world, registration).version

    for _ in range(10):
        world.clock.advance(minutes=1)
        unmoved(world, world.upkeep)

    assert the_return(world, registration).version == asked
