"""Refunds made on the provider's own pages have the same effects (RFD-4, RFD-7, BAD-6, BAD-13)."""

from datetime import timedelta

from guichet.ledger.postings import LedgerAccount
from guichet.payments.refund import RefundReason, RefundStatus
from guichet.registration.registration import RegistrationStatus
from tests.support.money_back import sold
from tests.support.road import Road
from tests.support.samples import usd


def test_a_refund_made_there_is_recorded_with_its_fee_rfd_4(road: Road) -> None:
    sale = sold(road)

    sale.refund_there(6000)
    road.world.settle_down()

    (refund,) = sale.refunds
    assert (refund.reason, refund.status) == (RefundReason.OUTSIDE, RefundStatus.SUCCEEDED)
    assert sale.fee_back() == usd(114)
    road.world.assert_books_equal_the_providers()


def test_paypal_returns_a_fee_only_by_our_call_so_it_is_account_credit_rfd_4(road: Road) -> None:
    sale = sold(road)

    sale.refund_there(6000)
    road.world.settle_down()

    credit = road.world.books().get((LedgerAccount.ORGANIZER_RECEIVABLE, "USD"), 0)
    assert credit == (114 if road.provider == "paypal" else 0)


def test_what_the_provider_gave_back_of_the_fee_is_not_given_again_rfd_4(road: Road) -> None:
    sale = sold(road)

    sale.refund_there(6000, with_fee=road.provider == "stripe")
    road.world.settle_down()
    sale.refund()
    road.world.settle_down()

    assert sale.fee_back() == usd(228)
    road.world.assert_books_equal_the_providers()


def test_several_refunds_made_there_and_here_add_up_rfd_3_rfd_4(road: Road) -> None:
    sale = sold(road, price=usd(10_000))

    sale.refund_there(3333)
    sale.refund_there(3333)
    road.world.settle_down()
    sale.refund()
    road.world.settle_down()

    assert sale.so_far.refunded == usd(10_000)
    assert sale.fee_back() == usd(190)
    road.world.assert_books_equal_the_providers()


def test_a_refund_made_there_that_fails_later_puts_everything_back_rfd_6(road: Road) -> None:
    sale = sold(road)
    made = sale.refund_there(6000)
    road.world.settle_down()

    road.simulator.fail_refund(made)
    road.world.settle_down()

    assert sale.so_far.left == usd(12_000)
    assert not sale.fee_back()
    road.world.assert_books_equal_the_providers()


def test_outside_the_window_the_fee_is_kept_rfd_4(road: Road) -> None:
    sale = sold(road)
    road.world.clock.advance(days=60, seconds=1)

    sale.refund_there(6000)
    road.world.settle_down()

    assert sale.so_far.refunded == usd(6000)
    assert not sale.fee_back()
    road.world.assert_books_equal_the_providers()


def test_its_time_at_the_provider_decides_however_late_we_hear_rfd_4(road: Road) -> None:
    sale = sold(road)
    road.world.clock.advance(days=59)
    sale.refund_there(6000)
    road.world.clock.at += timedelta(days=2)

    road.world.settle_down()

    assert sale.fee_back() == usd(114)


def test_whoever_is_refunded_in_full_from_outside_stays_and_the_organizer_is_asked_rfd_7(
    road: Road,
) -> None:
    sale = sold(road)

    sale.refund_there(6000)
    road.world.settle_down()
    before = road.world.mails("office@atelier.example")
    sale.refund_there(6000)
    road.world.settle_down()

    assert road.world.read(sale.registration).status is RegistrationStatus.CONFIRMED
    assert "organizer_refunded_outside" not in before
    assert road.world.mails("office@atelier.example").count("organizer_refunded_outside") == 1
    assert road.world.mails("ada@example.org").count("refunded") == 2


def test_hearing_of_it_again_changes_nothing_ext_2(road: Road) -> None:
    sale = sold(road)
    made = sale.refund_there(6000)
    road.world.settle_down()
    before = road.world.state()

    road.world.parts.outside.refund(
        road.provider, made, sale.payment.payee, road.world.cause("again")
    )

    assert road.world.state() == before


def test_our_own_refund_heard_of_before_its_answer_is_booked_once_bad_13(road: Road) -> None:
    sale = sold(road)
    road.disturb(
        {
            "do": "lost_after",
            "match": "POST /v1/refunds"
            if road.provider == "stripe"
            else "POST /v2/payments/captures/*/refund",
            "times": -1,
        }
    )

    assert sale.refund(6000).value.status is RefundStatus.REQUESTED
    road.calm()
    road.world.settle_down()

    assert road.returned() == 1
    assert [each.status for each in sale.refunds] == [RefundStatus.SUCCEEDED]
    assert sale.refunds[0].reason is RefundReason.ORGANIZER
    road.world.assert_books_equal_the_providers()
