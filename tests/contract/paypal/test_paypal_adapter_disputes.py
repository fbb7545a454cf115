"""Disputes, and refunds made at PayPal, as our adapter finds them at the simulated PayPal."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from guichet.adapters.paypal.hints import read_hint
from guichet.adapters.paypal.webhooks import ENDPOINT_EVENTS, parse_event
from guichet.money import Money
from guichet.payments.dispute import DisputeStatus
from guichet.payments.payment import Payment
from guichet.payments.ports import (
    NOT_REACHABLE,
    FoundDispute,
    FoundRefund,
    Hint,
    ProviderRefusedError,
    RefundReport,
)
from guichet.payments.refund import Refund, RefundReason, RefundStatus
from guichet.registration.provider_event import ProviderEvent
from tests.support.paypal import a_refund
from tests.support.paypal_calls import MERCHANT, OTHER_MERCHANT
from tests.support.paypal_shop import PayPalShop, a_sale, balances

NOTHING = Money(0, "USD")
WHOLE, CHARGE = Money(12000, "USD"), Money(2000, "USD")


def found(shop: PayPalShop, dispute_id: str) -> FoundDispute:
    return shop.provider.find_dispute(dispute_id, payee=MERCHANT)


def money_of(dispute: FoundDispute) -> tuple[DisputeStatus, Money, Money]:
    return dispute.status, dispute.withheld, dispute.fee


def hints(shop: PayPalShop) -> list[tuple[str, Hint]]:
    """What the events hint at that an endpoint of ours would receive now."""
    told = []
    for webhook in shop.simulator.take_webhooks():
        event = parse_event(webhook.body)
        if event.kind in ENDPOINT_EVENTS:
            stored = ProviderEvent(
                "paypal", event.event_id, event.kind, "", webhook.body.decode(), shop.clock()
            )
            told.append((event.kind, read_hint(stored)))
    return told


def made_there(
    payment: Payment, provider: str | None, amount: Money, reason: RefundReason
) -> Refund:
    """A refund as we record one that nobody asked us for."""
    return Refund(
        refund_id="ref_x",
        payment_id=payment.payment_id,
        registration_id=payment.registration_id,
        training_id=payment.training_id,
        account_id=payment.account_id,
        provider="paypal",
        payee=payment.payee,
        amount=amount,
        fee=NOTHING,
        reason=reason,
        requested_at=payment.started_at,
        request_body="",
        fee_request_body=None,
        platform_fee_id=None,
        provider_refund_id=provider,
    )


def test_a_refund_made_at_paypal_is_found_by_its_event_rfd_4(shop: PayPalShop):
    """RFD-4: whose it is, of which payment, when it was made, and that no fee came back."""
    _, capture = a_sale(shop)
    hints(shop)
    made = shop.simulator.dashboard_refund(capture.capture_id, 5000)

    ((kind, hint),) = hints(shop)

    assert (kind, hint) == (
        "PAYMENT.CAPTURE.REFUNDED",
        Hint(provider_account_id=MERCHANT, provider_refund_id=made["id"]),
    )
    assert shop.provider.find_refund(made["id"], payee=MERCHANT) == FoundRefund(
        provider_refund_id=made["id"],
        capture_id=capture.capture_id,
        payment_id="pay_1",
        refund_id=None,
        status=RefundStatus.SUCCEEDED,
        amount=Money(5000, "USD"),
        made_at=shop.clock(),
        failure=None,
        fee_returned=NOTHING,
    )


def test_a_refund_of_ours_is_found_as_ours_bad_13(shop: PayPalShop):
    """BAD-13: the webhook is there before the call returns; it names both of our ids."""
    payment, capture = a_sale(shop)
    hints(shop)
    report = shop.provider.refund(a_refund(shop.provider, payment, capture))

    refund = shop.provider.find_refund(report.provider_refund_id, payee=MERCHANT)

    assert (refund.payment_id, refund.refund_id) == ("pay_1", "ref_1")
    assert refund.fee_returned == capture.platform_fee
    asked_for = Hint(
        "pay_1",
        "ref_1",
        provider_account_id=MERCHANT,
        provider_refund_id=report.provider_refund_id,
    )
    assert hints(shop) == [("PAYMENT.CAPTURE.REFUNDED", asked_for)]
    assert shop.provider.fee_returned_there(payment) == NOTHING


def test_a_refund_made_at_paypal_can_fail_later_rfd_6(shop: PayPalShop):
    payment, capture = a_sale(shop)
    shop.simulator.configure_chaos({"refunds": {"pending": 1}})
    made = shop.simulator.dashboard_refund(capture.capture_id, 5000)
    recorded = made_there(payment, made["id"], Money(5000, "USD"), RefundReason.OUTSIDE)
    pending = shop.provider.find_refund(made["id"], payee=MERCHANT)
    assert shop.provider.ask_refund(recorded) == RefundReport(RefundStatus.SUBMITTED, made["id"])

    shop.simulator.fail_refund(made["id"])

    failed = shop.provider.find_refund(made["id"], payee=MERCHANT)
    assert (pending.status, pending.failure) == (RefundStatus.SUBMITTED, None)
    assert (failed.status, failed.failure) == (RefundStatus.FAILED, "failed")
    assert shop.provider.ask_refund(recorded) == RefundReport(
        RefundStatus.FAILED, made["id"], "failed"
    )
    assert balances(shop) == (11394, 228)


def test_several_refunds_made_at_paypal_are_each_found_rfd_4(shop: PayPalShop):
    payment, capture = a_sale(shop)
    ids = [
        shop.simulator.dashboard_refund(capture.capture_id, amount)["id"]
        for amount in (5000, 5000, 2000)
    ]

    amounts = [shop.provider.find_refund(each, payee=MERCHANT).amount for each in ids]

    assert amounts == [Money(5000, "USD"), Money(5000, "USD"), Money(2000, "USD")]
    assert balances(shop) == (-378 - 228, 228)
    recorded = made_there(payment, ids[0], Money(5000, "USD"), RefundReason.OUTSIDE)
    assert shop.provider.ask_refund(recorded) == RefundReport(RefundStatus.SUCCEEDED, ids[0])


def test_a_chargeback_is_never_asked_about_as_a_refund(shop: PayPalShop):
    """RFD-4: it is a dispute that was lost; PayPal knows no refund of that name."""
    payment, _ = a_sale(shop)

    assert (
        shop.provider.ask_refund(made_there(payment, None, WHOLE, RefundReason.CHARGEBACK)) is None
    )


def test_an_open_dispute_takes_nothing_and_blocks_refunds_rfd_4(shop: PayPalShop):
    payment, capture = a_sale(shop)
    hints(shop)
    dispute = shop.simulator.open_dispute(capture.capture_id)

    ((kind, hint),) = hints(shop)

    assert (kind, hint) == (
        "CUSTOMER.DISPUTE.CREATED",
        Hint(provider_account_id=MERCHANT, provider_dispute_id=dispute["id"]),
    )
    assert found(shop, dispute["id"]) == FoundDispute(
        provider_dispute_id=dispute["id"],
        capture_id=capture.capture_id,
        payment_id="pay_1",
        status=DisputeStatus.OPEN,
        amount=WHOLE,
        withheld=NOTHING,
        fee=NOTHING,
        opened_at=shop.clock(),
        reason="MERCHANDISE_OR_SERVICE_NOT_RECEIVED",
    )
    with pytest.raises(ProviderRefusedError) as caught:
        shop.provider.refund(a_refund(shop.provider, payment, capture))
    assert caught.value.code == "payment_disputed"
    assert balances(shop) == (11394, 228)


@pytest.mark.parametrize(
    ("decision", "told", "balance"),
    [
        pytest.param("lose", (DisputeStatus.LOST, WHOLE, CHARGE), -606 - 2000, id="lost"),
        pytest.param("win", (DisputeStatus.WON, NOTHING, NOTHING), 11394, id="won"),
        pytest.param(
            "withdraw", (DisputeStatus.WITHDRAWN, NOTHING, NOTHING), 11394, id="withdrawn"
        ),
        pytest.param("pay_out", (DisputeStatus.WON, NOTHING, NOTHING), 11394, id="paid by PayPal"),
    ],
)
def test_a_decided_chargeback_says_what_it_took_rfd_4(
    shop: PayPalShop, decision: str, told: tuple[DisputeStatus, Money, Money], balance: int
):
    """RFD-4, FEE-3: the amount and PayPal's charge for it; the platform's fee stays."""
    _, capture = a_sale(shop)
    dispute = shop.simulator.open_dispute(capture.capture_id, chargeback=True)

    shop.simulator.decide_dispute(dispute["id"], decision)

    assert money_of(found(shop, dispute["id"])) == told
    assert balances(shop) == (balance, 228)


def test_a_lost_chargeback_is_told_by_a_reversal_and_by_a_decision_rfd_4(shop: PayPalShop):
    """The reversal names the capture in a link alone: by that its dispute is found."""
    _, capture = a_sale(shop)
    dispute = shop.simulator.open_dispute(capture.capture_id, chargeback=True)
    hints(shop)

    reversal = shop.simulator.lose_dispute(dispute["id"])["reversal"]

    assert hints(shop) == [
        (
            "PAYMENT.CAPTURE.REVERSED",
            Hint(
                provider_account_id=MERCHANT,
                provider_refund_id=reversal,
                reversed_capture_id=capture.capture_id,
            ),
        ),
        (
            "CUSTOMER.DISPUTE.RESOLVED",
            Hint(provider_account_id=MERCHANT, provider_dispute_id=dispute["id"]),
        ),
    ]
    (lost,) = shop.provider.disputes_of(capture.capture_id, payee=MERCHANT)
    assert lost == found(shop, dispute["id"])


def test_money_that_is_taken_at_once_is_withheld_while_the_dispute_is_open(shop: PayPalShop):
    """RFD-4: a bank may take it before anybody decides; a won one gives all of it back."""
    _, capture = a_sale(shop)
    dispute = shop.simulator.open_dispute(capture.capture_id, chargeback=True, takes_at_once=True)
    opened = found(shop, dispute["id"])
    taken = balances(shop)

    shop.simulator.win_dispute(dispute["id"])

    assert money_of(opened) == (DisputeStatus.OPEN, WHOLE, CHARGE)
    assert taken == (-606 - 2000, 228)
    assert money_of(found(shop, dispute["id"])) == (DisputeStatus.WON, NOTHING, NOTHING)
    assert balances(shop) == (11394, 228)


def test_an_appealed_loss_stands_until_it_is_won(shop: PayPalShop):
    _, capture = a_sale(shop)
    dispute = shop.simulator.open_dispute(capture.capture_id, chargeback=True)
    shop.simulator.lose_dispute(dispute["id"])
    shop.simulator.appeal_dispute(dispute["id"])
    appealed = found(shop, dispute["id"])

    shop.simulator.win_dispute(dispute["id"])

    assert money_of(appealed) == (DisputeStatus.LOST, WHOLE, CHARGE)
    assert money_of(found(shop, dispute["id"])) == (DisputeStatus.WON, NOTHING, NOTHING)


def test_a_dispute_of_a_part_takes_a_part(shop: PayPalShop):
    """RFD-4: a dispute within PayPal costs nothing but what it gives back."""
    _, capture = a_sale(shop)
    dispute = shop.simulator.open_dispute(capture.capture_id, 5000)
    shop.simulator.escalate_dispute(dispute["id"])
    open_ = found(shop, dispute["id"])

    shop.simulator.lose_dispute(dispute["id"])

    part = Money(5000, "USD")
    lost = found(shop, dispute["id"])
    assert (open_.status, open_.amount) == (DisputeStatus.OPEN, part)
    assert money_of(lost) == (DisputeStatus.LOST, part, NOTHING)


def test_a_dispute_takes_no_more_than_what_is_left(shop: PayPalShop):
    """What was refunded meanwhile in PayPal's dashboard is not taken twice."""
    _, capture = a_sale(shop)
    dispute = shop.simulator.open_dispute(capture.capture_id, chargeback=True)
    shop.simulator.dashboard_refund(capture.capture_id, 5000)

    shop.simulator.lose_dispute(dispute["id"])

    assert found(shop, dispute["id"]).withheld == Money(7000, "USD")
    assert balances(shop) == (-606 - 2000, 228)


def test_all_disputes_of_a_capture_are_listed_oldest_first(shop: PayPalShop):
    _, capture = a_sale(shop)
    assert shop.provider.disputes_of(capture.capture_id, payee=MERCHANT) == []
    first = shop.simulator.open_dispute(capture.capture_id, 1000)
    shop.simulator.withdraw_dispute(first["id"])
    shop.clock.advance(hours=1)
    second = shop.simulator.open_dispute(capture.capture_id, 2000)

    listed = shop.provider.disputes_of(capture.capture_id, payee=MERCHANT)

    assert [each.provider_dispute_id for each in listed] == [first["id"], second["id"]]
    assert [each.status for each in listed] == [DisputeStatus.WITHDRAWN, DisputeStatus.OPEN]


@pytest.mark.parametrize(
    "ask",
    [
        pytest.param(lambda shop, ids, payee: shop.provider.find_refund(ids[0], payee=payee)),
        pytest.param(lambda shop, ids, payee: shop.provider.find_dispute(ids[1], payee=payee)),
        pytest.param(lambda shop, ids, payee: shop.provider.disputes_of(ids[2], payee=payee)),
    ],
    ids=["a refund", "a dispute", "the disputes"],
)
def test_nothing_is_told_of_a_seller_who_left_or_is_another_pay_4(
    shop: PayPalShop, ask: Callable[[PayPalShop, tuple[str, ...], str], object]
):
    """PAY-4: a hint may name anybody; PayPal answers for those who consent, about their own."""
    _, capture = a_sale(shop)
    refund = shop.simulator.dashboard_refund(capture.capture_id, 5000)
    dispute = shop.simulator.open_dispute(capture.capture_id)
    ids = (refund["id"], dispute["id"], capture.capture_id)
    shop.simulator.add_merchant(OTHER_MERCHANT)
    shop.simulator.revoke_consent(OTHER_MERCHANT)

    with pytest.raises(ProviderRefusedError) as caught:
        ask(shop, ids, OTHER_MERCHANT)

    assert caught.value.code == NOT_REACHABLE


def test_what_is_unknown_to_paypal_is_not_reachable(shop: PayPalShop):
    a_sale(shop)

    for ask in (shop.provider.find_refund, shop.provider.find_dispute):
        with pytest.raises(ProviderRefusedError) as caught:
            ask("NONE", payee=MERCHANT)
        assert caught.value.code == NOT_REACHABLE
    assert shop.provider.disputes_of("NONE", payee=MERCHANT) == []


def test_a_chargeback_that_took_the_money_refuses_refunds(shop: PayPalShop):
    """CONTRACTS 2.4: REFUND_NOT_PERMITTED_DUE_TO_CHARGEBACK."""
    payment, capture = a_sale(shop)
    dispute = shop.simulator.open_dispute(capture.capture_id, 5000, chargeback=True)
    shop.simulator.lose_dispute(dispute["id"])
    part = a_refund(shop.provider, payment, capture, amount=Money(1000, "USD"))

    with pytest.raises(ProviderRefusedError) as caught:
        shop.provider.refund(replace(part, first_sent_at=shop.clock()))

    assert caught.value.code == "payment_disputed"


def test_the_note_reaches_the_buyer_rfd_1(shop: PayPalShop):
    """CONTRACTS 2.4: note_to_payer, one line of at most 255."""
    payment, capture = a_sale(shop)
    body = shop.provider.refund_body(
        refund_id="ref_1",
        payment_id=payment.payment_id,
        capture=capture,
        amount=capture.amount,
        fee=capture.platform_fee,
        note=f"The room is flooded.\n{'Sorry! ' * 60}",
    )
    shop.provider.refund(replace(a_refund(shop.provider, payment, capture), request_body=body))

    (made,) = shop.simulator.refunds()

    assert made["note"].startswith("The room is flooded. Sorry! ")
    assert 250 < len(made["note"]) <= 255
