"""Disputes, as the simulated Stripe tells of them."""

from dataclasses import replace

import pytest

from guichet.adapters.stripe.webhooks import ENDPOINT_EVENTS, parse_event, read_hint
from guichet.money import Money
from guichet.payments.dispute import DisputeStatus
from guichet.payments.ports import (
    FoundDispute,
    Hint,
    ProviderRefusedError,
    ProviderUnavailableError,
)
from guichet.payments.refund import RefundStatus
from guichet.registration.provider_event import ProviderEvent
from tests.support.stripe import PRICE, STARTED_AT, Shop, a_refund, a_sale, capture_of
from tests.support.stripe_calls import ORGANIZER

DISPUTE_FEE = Money(1500, "USD")


def found(shop: Shop, dispute_id: str) -> FoundDispute:
    return shop.provider.find_dispute(dispute_id, payee=ORGANIZER)


def taken(shop: Shop, dispute_id: str) -> tuple[DisputeStatus, int, int]:
    """Where a dispute stands, what it withholds and what it cost, in USD cents."""
    dispute = found(shop, dispute_id)
    return dispute.status, dispute.withheld.amount_minor, dispute.fee.amount_minor


def test_a_chargeback_withholds_its_amount_and_costs_a_fee(shop: Shop):
    """RFD-4, FEE-3: opened, part of the payment."""
    capture = capture_of(a_sale(shop))
    shop.clock.advance(days=2)
    made = shop.simulator.open_dispute(capture.intent_id, 5000, reason="product_not_received")

    dispute = found(shop, made["id"])

    assert dispute == FoundDispute(
        provider_dispute_id=made["id"],
        capture_id=capture.capture_id,
        payment_id="pay_1",
        status=DisputeStatus.OPEN,
        amount=Money(5000, "USD"),
        withheld=Money(5000, "USD"),
        fee=DISPUTE_FEE,
        opened_at=shop.clock(),
        reason="product_not_received",
    )


def test_a_won_chargeback_gives_back_the_money_and_keeps_the_fee(shop: Shop):
    """RFD-4: unless the bank's scheme returns it."""
    made = shop.simulator.open_dispute(capture_of(a_sale(shop)).intent_id)
    shop.simulator.submit_dispute(made["id"])
    other = shop.simulator.open_dispute(capture_of(a_sale(shop, payment_id="pay_2")).intent_id)
    opened = taken(shop, made["id"])

    shop.simulator.win_dispute(made["id"])
    shop.simulator.win_dispute(other["id"], return_fee=True)

    assert opened == (DisputeStatus.OPEN, 12000, 1500)
    assert taken(shop, made["id"]) == (DisputeStatus.WON, 0, 1500)
    assert taken(shop, other["id"]) == (DisputeStatus.WON, 0, 0)


def test_a_lost_chargeback_withholds_until_its_appeal_is_won(shop: Shop):
    """RFD-4: lost while the appeal is open."""
    made = shop.simulator.open_dispute(capture_of(a_sale(shop)).intent_id)
    shop.simulator.lose_dispute(made["id"])
    lost = taken(shop, made["id"])
    shop.simulator.appeal_dispute(made["id"])
    appealed = taken(shop, made["id"])

    shop.simulator.win_dispute(made["id"])

    assert lost == appealed == (DisputeStatus.LOST, 12000, 1500)
    assert taken(shop, made["id"]) == (DisputeStatus.WON, 0, 1500)


def test_a_won_chargeback_can_be_lost_after_all(shop: Shop):
    """RFD-4: what a bank decides it may decide once more."""
    made = shop.simulator.open_dispute(capture_of(a_sale(shop)).intent_id)
    shop.simulator.win_dispute(made["id"])

    shop.simulator.lose_dispute(made["id"])

    assert taken(shop, made["id"]) == (DisputeStatus.LOST, 12000, 1500)


@pytest.mark.parametrize("end", ["withdraw_dispute", "prevent_dispute"])
def test_an_inquiry_withholds_nothing_and_ends_as_withdrawn(shop: Shop, end: str):
    """RFD-4: `warning_closed` and `prevented`."""
    made = shop.simulator.open_dispute(capture_of(a_sale(shop)).intent_id, inquiry=True)
    opened = taken(shop, made["id"])

    getattr(shop.simulator, end)(made["id"])

    assert opened == (DisputeStatus.OPEN, 0, 0)
    assert taken(shop, made["id"]) == (DisputeStatus.WITHDRAWN, 0, 0)


def test_an_inquiry_that_becomes_a_chargeback_takes_the_money_then(shop: Shop):
    made = shop.simulator.open_dispute(capture_of(a_sale(shop)).intent_id, inquiry=True)
    shop.simulator.submit_dispute(made["id"])

    shop.simulator.escalate_dispute(made["id"])

    assert taken(shop, made["id"]) == (DisputeStatus.OPEN, 12000, 1500)


def test_all_disputes_of_a_capture_are_told_and_no_others(shop: Shop):
    """RFD-4: the newest first."""
    capture = capture_of(a_sale(shop))
    shop.simulator.open_dispute(capture_of(a_sale(shop, payment_id="pay_2")).intent_id)
    nothing = shop.provider.disputes_of(capture.capture_id, payee=ORGANIZER)
    first = shop.simulator.open_dispute(capture.intent_id, 100)
    second = shop.simulator.open_dispute(capture.intent_id, 200)

    told = shop.provider.disputes_of(capture.capture_id, payee=ORGANIZER)

    assert nothing == []
    assert told == [found(shop, second["id"]), found(shop, first["id"])]
    assert {each.payment_id for each in told} == {"pay_1"}


def test_a_disputed_payment_is_not_refunded_until_that_is_won(shop: Shop):
    """RFD-4, RFD-5: Stripe refuses too."""
    payment = a_sale(shop)
    refund = a_refund(shop.provider, payment, capture_of(payment))
    made = shop.simulator.open_dispute(capture_of(payment).intent_id)
    with pytest.raises(ProviderRefusedError) as caught:
        shop.provider.refund(refund)
    shop.simulator.win_dispute(made["id"])

    report = shop.provider.refund(replace(refund, refund_id="ref_2"))

    assert caught.value.code == "payment_disputed"
    assert report.status is RefundStatus.SUCCEEDED


def test_an_answer_that_was_lost_says_nothing_about_a_dispute(shop: Shop):
    made = shop.simulator.open_dispute(capture_of(a_sale(shop)).intent_id)
    shop.simulator.configure_chaos({"down": True})

    with pytest.raises(ProviderUnavailableError):
        found(shop, made["id"])


def test_each_event_of_a_dispute_hints_at_it(shop: Shop):
    """EXT-2, RFD-4: opened, answered, lost, appealed, won; our endpoint receives them all."""
    capture = capture_of(a_sale(shop))
    shop.simulator.take_webhooks()
    dispute_id = shop.simulator.open_dispute(capture.intent_id)["id"]
    shop.simulator.submit_dispute(dispute_id)
    shop.simulator.lose_dispute(dispute_id)
    shop.simulator.appeal_dispute(dispute_id)
    shop.simulator.win_dispute(dispute_id)

    brought = shop.simulator.take_webhooks()

    events = [(each, parse_event(each.body)) for each in brought]
    hints = {
        read_hint(
            ProviderEvent(
                "stripe",
                event.event_id,
                event.kind,
                event.account,
                each.body.decode(),
                STARTED_AT,
            )
        )
        for each, event in events
    }
    assert hints == {Hint(provider_dispute_id=dispute_id, provider_account_id=ORGANIZER)}
    kinds = {event.kind.removeprefix("charge.dispute.") for _, event in events}
    assert kinds == {"created", "updated", "closed", "funds_withdrawn", "funds_reinstated"}
    assert {event.kind for _, event in events} <= set(ENDPOINT_EVENTS)


def test_a_refund_under_way_fails_when_the_bank_takes_the_money(shop: Shop):
    """RFD-4: stripe-python, `charge_for_pending_refund_disputed`."""
    payment = a_sale(shop)
    shop.simulator.configure_chaos({"refunds": {"pending": 1}})
    refund = a_refund(shop.provider, payment, capture_of(payment), amount=PRICE)
    report = shop.provider.refund(refund)

    shop.simulator.open_dispute(capture_of(payment).intent_id)

    later = shop.provider.ask_refund(replace(refund, provider_refund_id=report.provider_refund_id))
    assert later is not None
    assert (later.status, later.failure) == (RefundStatus.FAILED, "payment_disputed")
