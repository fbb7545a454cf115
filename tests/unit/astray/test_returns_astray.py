"""Money on its way back goes astray: it returns once, or a person is told (RFD-3, RFD-6, BAD-13, BAD-15)."""

from __future__ import annotations

from dataclasses import replace

import pytest

from guichet.ledger.postings import LedgerAccount
from guichet.payments.fee import FeeSchedule
from guichet.payments.payment import Payment
from guichet.payments.refund import Refund, RefundStatus
from guichet.registration.registration import Registration
from guichet.registration.use_cases.start_payment import StartPayment, start_payment
from tests.support.organizing import cancel, manager
from tests.support.road import (
    CALLS,
    Road,
    alarms,
    assert_alarm_names,
    known,
    lost,
    return_of,
    time_passes,
)
from tests.support.samples import usd
from tests.support.world import REGISTRANT, World

ADA = "ada@example.org"
GONE = ["received", "cancelled", "money_returned"]


def owed_back(road: Road) -> Payment:
    """A payment that settles for a registration that was cancelled meanwhile: it goes back whole."""
    world = road.world
    registration = world.register(world.training(capacity=1))
    payment = road.pending(registration)
    cancel(world, registration, manager(world))
    road.bank_decides(payment, settles=True)
    return payment


def test_a_whole_return_gives_back_the_whole_fee_and_leaves_the_providers_rfd_3_fee_3(
    world: World, road: Road
) -> None:
    payment = owed_back(road)

    world.settle_down()

    capture = known(world, payment).capture
    assert capture is not None
    assert world.books() == {
        (LedgerAccount.PROVIDER_BALANCE, "USD"): -capture.provider_fee.amount_minor,
        (LedgerAccount.PROVIDER_FEE, "USD"): capture.provider_fee.amount_minor,
    }
    assert return_of(world, payment).fee == usd(228)
    assert world.mails(ADA) == GONE
    world.assert_books_equal_the_providers()


def test_a_return_that_pends_is_told_once_it_succeeded_rfd_6(world: World, road: Road) -> None:
    payment = owed_back(road)
    road.disturb(refunds={"pending": 1})
    time_passes(world, hours=6)
    pending, mails = return_of(world, payment), world.mails(ADA)

    road.settle_refund(pending)
    world.settle_down()

    assert pending.status is RefundStatus.SUBMITTED
    assert mails == ["received", "cancelled"]
    assert return_of(world, payment).is_finished
    assert world.mails(ADA) == GONE
    world.assert_books_equal_the_providers()


@pytest.mark.parametrize("heard", [True, False])
def test_a_return_that_pends_and_then_fails_alarms_and_leaves_nothing_owed_rfd_6(
    heard: bool,  # noqa: FBT001 - whether its webhook arrives
    world: World,
    road: Road,
) -> None:
    payment = owed_back(road)
    road.disturb(refunds={"pending": 1})
    world.settle_down()
    if not heard:
        road.hear_nothing()

    road.settle_refund(return_of(world, payment), fails=True)
    time_passes(world, hours=12)

    failed = return_of(world, payment)
    assert failed.status is RefundStatus.FAILED
    assert failed.is_finished
    (alarm,) = [each for each in alarms(world) if each.reason == "refund.failed"]
    assert_alarm_names(alarm, payment)
    assert alarm.facts["failure"] == failed.failure
    assert "money_returned" not in world.mails(ADA)
    assert world.books()[LedgerAccount.REGISTRANTS, "USD"] == -12000
    world.assert_books_equal_the_providers()


def test_a_return_that_fails_after_it_succeeded_alarms_and_the_books_follow_rfd_6(
    world: World, road: Road
) -> None:
    """At Stripe the fee has gone back by itself and is owed; at PayPal it comes back with the money."""
    payment = owed_back(road)
    world.settle_down()

    road.settle_refund(return_of(world, payment), fails=True)
    world.settle_down()

    assert return_of(world, payment).status is RefundStatus.FAILED
    (alarm,) = alarms(world)
    assert alarm.reason == "refund.failed"
    assert_alarm_names(alarm, payment)
    books = world.books()
    owed = -228 if road.provider == "stripe" else 0
    assert books.get((LedgerAccount.ORGANIZER_RECEIVABLE, "USD"), 0) == owed
    assert books[LedgerAccount.REGISTRANTS, "USD"] == -12000
    world.assert_books_equal_the_providers()


def test_a_return_that_the_provider_refuses_alarms_and_is_not_tried_again_rfd_6(
    world: World,
) -> None:
    """PayPal, whose organizer has taken the money out of the account."""
    road = Road(world, "paypal")
    payment = owed_back(road)
    issue = {"issue": "REFUND_FAILED_INSUFFICIENT_FUNDS", "status": 422}
    road.disturb({**lost(CALLS["paypal"]["refund"], "issue"), **issue})

    time_passes(world, hours=48)

    refund = return_of(world, payment)
    assert (refund.status, refund.failure) == (RefundStatus.FAILED, "balance_insufficient")
    (alarm,) = alarms(world)
    assert alarm.reason == "refund.failed"
    assert alarm.facts["failure"] == "balance_insufficient"
    assert_alarm_names(alarm, payment)
    assert road.returned() == 0
    world.assert_books_equal_the_providers()


def test_a_return_whose_webhook_comes_before_its_answer_is_in_the_books_once_bad_13(
    world: World, road: Road
) -> None:
    payment = owed_back(road)
    road.disturb(lost(CALLS[road.provider]["refund"], "lost_after", 3))

    world.settle_down()

    assert return_of(world, payment).is_finished, "by its event, at once"
    assert road.returned() == 1
    assert world.mails(ADA) == GONE
    world.assert_books_equal_the_providers()


def started_without_fee(road: Road, registration: Registration) -> Payment:
    parts = road.world.parts
    free = replace(parts.policy, platform_fee=FeeSchedule(0, {"USD": 0}))
    command = StartPayment(registration.registration_id, road.provider, "pay-1", REGISTRANT)
    settling = replace(parts.settling, policy=free)
    return start_payment(command, settling=settling, links=parts.links).value


def test_a_return_without_a_fee_asks_for_none_back_bad_15(world: World, road: Road) -> None:
    registration = world.register(world.training())
    payment = started_without_fee(road, registration)
    assert payment.session_id is not None
    if road.provider == "stripe":
        world.stripe.start_bank_debit(payment.session_id)
    else:
        world.paypal.approve(payment.session_id, "echeck")
    world.settle_down()
    cancel(world, registration, manager(world))
    road.bank_decides(payment, settles=True)

    world.settle_down()

    refund = return_of(world, payment)
    assert not refund.fee
    assert "platform_fees" not in refund.request_body
    assert refund.fee_request_body is None
    assert refund.is_finished
    assert world.mails(ADA) == GONE
    assert alarms(world) == []
    world.assert_books_equal_the_providers()


def test_the_bytes_of_a_return_are_stored_before_they_are_sent_and_sent_again_as_they_were_bad_11(
    world: World, road: Road
) -> None:
    payment = owed_back(road)
    road.disturb(lost(CALLS[road.provider]["refund"], "lost_before", 3))
    world.settle_down()
    unsent: Refund = return_of(world, payment)

    time_passes(world, hours=2)

    sent = return_of(world, payment)
    assert unsent.request_body == sent.request_body
    assert unsent.first_sent_at is not None
    assert sent.is_finished
    world.assert_books_equal_the_providers()
