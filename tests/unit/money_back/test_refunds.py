"""An organizer returns money: in parts, to the cent, once (RFD-1, RFD-2, RFD-3, RFD-6)."""

import pytest

from guichet.payments.refund import RefundStatus
from guichet.registration.registration import RegistrationStatus
from tests.support.money_back import sold
from tests.support.road import Road
from tests.support.samples import usd
from tests.support.verified import assert_verified
from tests.support.world import refusal_of


def test_a_refund_in_three_parts_returns_exactly_the_whole_fee_rfd_1_rfd_3(road: Road) -> None:
    sale = sold(road, price=usd(10_000))

    fees = [sale.refund(part).value.fee for part in (3333, 3333, 3334)]
    road.world.settle_down()

    assert fees == [usd(63), usd(64), usd(63)]
    assert [each.status for each in sale.refunds] == [RefundStatus.SUCCEEDED] * 3
    assert sale.fee_back() == usd(190)
    assert not sale.so_far.left
    road.world.assert_books_equal_the_providers()


def test_a_refund_without_an_amount_returns_all_that_is_left_rfd_1(road: Road) -> None:
    sale = sold(road)
    sale.refund(2000)

    refund = sale.refund().value
    road.world.settle_down()

    assert refund.amount == usd(10_000)
    assert sale.so_far.refunded == usd(12_000)
    road.world.assert_books_equal_the_providers()


def test_a_refund_never_moves_a_registration_by_itself_rfd_7(road: Road) -> None:
    sale = sold(road)

    sale.refund()
    road.world.settle_down()

    assert road.world.read(sale.registration).status is RegistrationStatus.CONFIRMED
    assert road.world.mails("ada@example.org")[-1] == "refunded"


def test_a_refund_may_cancel_the_registration_in_the_same_write_rfd_6(road: Road) -> None:
    sale = sold(road)

    sale.refund(cancels=True, note="Get well soon.")
    road.world.settle_down()

    assert road.world.read(sale.registration).status is RegistrationStatus.CANCELLED
    assert road.world.parts.records.seats(sale.registration.training_id).taken == 0


def test_the_same_key_refunds_once_and_another_body_is_refused_reg_10(road: Road) -> None:
    sale = sold(road)

    first = sale.refund(1000, key="once")
    again = sale.refund(1000, key="once")
    other = refusal_of(lambda: sale.refund(2000, key="once"))
    road.world.settle_down()

    assert (first.replayed, again.replayed) == (False, True)
    assert other.code == "idempotency_key_reused"
    assert road.returned() == 1


def test_a_refund_that_fails_later_puts_the_amount_back_rfd_6(road: Road) -> None:
    sale = sold(road)
    refund = sale.refund(6000).value
    road.world.settle_down()

    road.settle_refund(refund, fails=True)
    road.world.settle_down()

    assert sale.so_far.left == usd(12_000)
    assert "organizer_refund_failed" in road.world.mails()
    road.world.assert_books_equal_the_providers()

    sale.refund()
    road.world.settle_down()

    assert sale.fee_back() == usd(228)
    road.world.assert_books_equal_the_providers()


@pytest.mark.parametrize(("seconds", "allowed"), [(0, True), (1, False)])
def test_the_window_is_60_times_24_hours_to_the_second_rfd_2(
    road: Road, seconds: int, *, allowed: bool
) -> None:
    sale = sold(road)
    capture = sale.payment.capture
    assert capture is not None
    road.world.clock.at = sale.so_far.refundable_until
    road.world.clock.advance(seconds=seconds)

    if allowed:
        assert sale.refund(100).value.amount == usd(100)
    else:
        refusal = refusal_of(lambda: sale.refund(100))
        assert (refusal.code, refusal.rule) == ("refund_window_over", "RFD-5b")
        assert not sale.refunds


def test_what_the_provider_gives_back_of_its_own_fee_is_recorded_as_it_says_fee_3(
    road: Road,
) -> None:
    sale = sold(road)
    road.simulator.configure_chaos({"refunds": {"own_fee_minor": 35}})

    here = sale.refund(2000).value
    sale.refund_there(1000)
    road.world.settle_down()

    assert [each.provider_fee_returned for each in sale.refunds] == [usd(35), usd(35)]
    road.world.assert_books_equal_the_providers()

    road.settle_refund(here, fails=True)
    road.world.settle_down()

    assert_verified(road.world.dynamo, now=road.world.clock.now())
    road.world.assert_books_equal_the_providers()
