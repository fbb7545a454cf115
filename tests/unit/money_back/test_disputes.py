"""Chargebacks: opened they block refunds, lost they are one, won they leave nothing (RFD-4, FEE-3)."""

from dataclasses import replace

import pytest

from guichet.payments.dispute import DisputeStatus
from guichet.payments.ports import FoundDispute
from guichet.payments.refund import RefundReason
from guichet.registration.disputing import Disputed, outcome_of
from guichet.registration.registration import RegistrationStatus
from tests.support.money_back import sold
from tests.support.road import Road, lost, time_passes
from tests.support.samples import usd
from tests.support.world import World, refusal_of

OFFICE = "office@atelier.example"


def test_an_open_dispute_blocks_refunds_and_alerts_rfd_4(road: Road) -> None:
    sale = sold(road)

    sale.dispute()
    road.world.settle_down()

    refusal = refusal_of(sale.refund)
    assert (refusal.code, refusal.rule) == ("refund_disputed", "RFD-4")
    assert not sale.refunds
    assert "dispute.opened" in road.world.alarms
    assert road.world.mails(OFFICE)[-1] == "organizer_dispute_opened"
    road.world.assert_books_equal_the_providers()


def test_a_lost_dispute_is_a_refund_with_its_fee_rfd_4(road: Road) -> None:
    sale = sold(road)
    dispute = sale.dispute()
    road.world.settle_down()

    sale.lose(dispute)
    road.world.settle_down()

    (refund,) = sale.refunds
    assert (refund.reason, refund.amount) == (RefundReason.CHARGEBACK, usd(12_000))
    assert sale.fee_back() == usd(228)
    assert road.world.read(sale.registration).status is RegistrationStatus.CONFIRMED
    assert road.world.mails(OFFICE).count("organizer_dispute_closed") == 1
    road.world.assert_books_equal_the_providers()


@pytest.mark.parametrize("how", ["win", "withdraw"])
def test_a_dispute_that_is_not_lost_has_no_effect_rfd_4(road: Road, how: str) -> None:
    sale = sold(road)
    dispute = sale.dispute()
    road.world.settle_down()

    getattr(sale, how)(dispute)
    road.world.settle_down()

    (known,) = road.world.parts.records.refunds_of(sale.payment_id).disputes
    assert known.status in {DisputeStatus.WON, DisputeStatus.WITHDRAWN}
    assert not sale.refunds
    road.world.assert_books_equal_the_providers()
    assert sale.refund().value.amount == usd(12_000)


def test_a_dispute_after_a_partial_refund_takes_the_rest_and_the_fee_adds_up_rfd_3(
    road: Road,
) -> None:
    sale = sold(road)
    sale.refund(2000)
    road.world.settle_down()

    sale.lose(sale.dispute(10_000))
    road.world.settle_down()

    assert not sale.so_far.left
    assert sale.fee_back() == usd(228)
    road.world.assert_books_equal_the_providers()


def test_outside_the_window_a_lost_dispute_keeps_the_fee_rfd_4(road: Road) -> None:
    sale = sold(road)
    road.world.clock.advance(days=61)

    sale.lose(sale.dispute())
    road.world.settle_down()

    assert sale.so_far.refunded == usd(12_000)
    assert not sale.fee_back()
    road.world.assert_books_equal_the_providers()


def test_won_on_appeal_the_money_and_the_debt_for_the_fee_come_back_rfd_6(
    world: World,
) -> None:
    road = Road(world, "stripe")  # PayPal's outcome is final
    sale = sold(road)
    dispute = sale.dispute()
    sale.lose(dispute)
    road.world.settle_down()

    road.world.stripe.appeal_dispute(dispute)
    sale.win(dispute)
    road.world.settle_down()

    assert sale.so_far.left == usd(12_000)
    road.world.assert_books_equal_the_providers()


def test_an_inquiry_moves_no_money_rfd_4(world: World) -> None:
    road = Road(world, "stripe")  # PayPal withholds nothing before it decides
    sale = sold(road)
    before = road.world.books()

    road.world.stripe.open_dispute(sale.capture_id, inquiry=True)
    road.world.settle_down()

    assert road.world.books() == before
    assert refusal_of(sale.refund).code == "refund_disputed"


def test_money_taken_after_a_dispute_was_lost_is_a_refund_all_the_same_rfd_4(world: World) -> None:
    road = Road(world, "stripe")
    sale = sold(road)
    dispute = sale.dispute()
    sale.lose(dispute)
    provider = world.parts.providers["stripe"]
    lost = provider.find_dispute(dispute, payee=sale.payment.payee)
    capture = sale.payment.capture
    assert capture is not None

    def record(found: FoundDispute) -> None:
        file = world.parts.records.refunds_of(sale.payment_id)
        disputed = Disputed(sale.payment, capture, file, found, pays_the_seat=True)
        outcome = outcome_of(disputed, provider=provider, refunding=world.parts.refunding)
        world.parts.records.save(world.cause("test"), outcome.changes, outcome.steps)

    record(replace(lost, withheld=usd(0)))
    record(lost)

    assert [each.amount for each in sale.refunds] == [usd(12_000)]
    world.settle_down()
    world.assert_books_equal_the_providers()


def test_a_chargeback_whose_fee_waits_alarms_an_hour_after_it_was_learned_of_rfd_6(
    world: World,
) -> None:
    road = Road(world, "stripe")
    sale = sold(road)
    world.clock.advance(days=20)
    road.disturb(lost("POST /v1/application_fees/*/refunds", "lost_before"))
    sale.lose(sale.dispute())

    world.settle_down()
    before = list(world.alarms)
    time_passes(world, hours=2)

    assert "refund.unknown_for_long" not in before
    assert "refund.unknown_for_long" in world.alarms


def test_a_withdrawn_inquiry_that_a_bank_takes_up_blocks_and_alerts_again_rfd_4(
    world: World,
) -> None:
    sale = sold(Road(world, "stripe"))
    dispute = sale.dispute()
    provider = world.parts.providers["stripe"]
    found = provider.find_dispute(dispute, payee=sale.payment.payee)
    capture = sale.payment.capture
    assert capture is not None

    def told(status: DisputeStatus) -> tuple[str, ...]:
        file = world.parts.records.refunds_of(sale.payment_id)
        disputed = Disputed(
            sale.payment, capture, file, replace(found, status=status), pays_the_seat=True
        )
        outcome = outcome_of(disputed, provider=provider, refunding=world.parts.refunding)
        world.parts.records.save(world.cause("test"), outcome.changes, outcome.steps)
        return tuple(event.name for change in outcome.changes for event in change.events)

    names = [told(each) for each in (DisputeStatus.WITHDRAWN, DisputeStatus.OPEN)]

    assert names == [("dispute.withdrawn",), ("dispute.opened",)]
    assert refusal_of(sale.refund).code == "refund_disputed"
