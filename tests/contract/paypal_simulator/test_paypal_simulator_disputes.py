"""Disputes at the simulated PayPal: what is held, what moves, what is told, what is refused."""

from typing import Any

import pytest

from local.simulators.paypal import PayPalSimulator
from tests.support.paypal_calls import MERCHANT, OTHER_MERCHANT, PayPalCalls, money
from tests.support.stripe_calls import MovableClock

PATH = "/v1/customer/disputes"


def book(simulator: PayPalSimulator) -> dict[str, int]:
    found: dict[str, int] = simulator.books()["merchants"][MERCHANT]["USD"]
    return found


def told(simulator: PayPalSimulator) -> list[str]:
    return [each.event_type for each in simulator.take_webhooks()]


def shown(calls: PayPalCalls, dispute_id: str) -> dict[str, Any]:
    answer = calls.get(f"{PATH}/{dispute_id}")
    assert answer.status == 200, answer.json
    return answer.json


def test_an_open_dispute_moves_nothing_but_blocks_refunds(calls: PayPalCalls):
    """CONTRACTS 2.4: TRANSACTION_DISPUTED."""
    capture = calls.pay()
    before = book(calls.simulator)
    calls.simulator.take_webhooks()

    dispute = calls.simulator.open_dispute(capture["id"])

    assert book(calls.simulator) == before
    assert told(calls.simulator) == ["CUSTOMER.DISPUTE.CREATED"]
    assert calls.refund(capture["id"], key="refund-1").issue() == "TRANSACTION_DISPUTED"
    assert "money_movements" not in shown(calls, dispute["id"])
    calls.simulator.withdraw_dispute(dispute["id"])
    assert calls.refund(capture["id"], key="refund-2").status == 201


def test_a_lost_chargeback_takes_the_rest_and_a_fee(calls: PayPalCalls):
    """CONTRACTS 2.7: REVERSED is shaped as a refund, and names the capture in a link alone."""
    capture = calls.pay()
    calls.simulator.dashboard_refund(capture["id"], 2000)
    dispute = calls.simulator.open_dispute(capture["id"], 12000, chargeback=True)
    calls.simulator.take_webhooks()

    calls.simulator.lose_dispute(dispute["id"])

    entry = book(calls.simulator)
    assert (entry["refunded"], entry["disputed"], entry["dispute_fees"]) == (2000, 10000, 2000)
    assert entry["provider_balance"] == 12000 - 378 - 228 - 2000 - 10000 - 2000
    assert told(calls.simulator) == ["PAYMENT.CAPTURE.REVERSED", "CUSTOMER.DISPUTE.RESOLVED"]
    reversal = calls.simulator.events()[-2]["resource"]
    assert reversal["links"][1]["href"].endswith(capture["id"])
    assert reversal["amount"] == money("100.00")
    found = shown(calls, dispute["id"])
    assert found["dispute_outcome"] == {
        "outcome_code": "RESOLVED_BUYER_FAVOUR",
        "amount_refunded": money("100.00"),
    }
    assert [each["reason"] for each in found["money_movements"]] == [
        "DISPUTE_SETTLEMENT",
        "CHARGEBACK_FEE",
    ]
    assert calls.get(f"/v2/payments/captures/{capture['id']}").json["status"] == "REFUNDED"


def test_what_was_taken_comes_back_when_an_appeal_is_won(calls: PayPalCalls):
    capture = calls.pay()
    before = book(calls.simulator)
    dispute = calls.simulator.open_dispute(capture["id"], chargeback=True, takes_at_once=True)
    calls.simulator.lose_dispute(dispute["id"])
    calls.simulator.appeal_dispute(dispute["id"])

    calls.simulator.win_dispute(dispute["id"])

    assert book(calls.simulator) == before
    assert shown(calls, dispute["id"])["dispute_outcome"] == {
        "outcome_code": "RESOLVED_SELLER_FAVOUR"
    }
    assert calls.get(f"/v2/payments/captures/{capture['id']}").json["status"] == "COMPLETED"
    assert calls.refund(capture["id"]).status == 201


def test_a_payout_of_paypals_costs_the_seller_nothing(calls: PayPalCalls):
    capture = calls.pay()
    before = book(calls.simulator)
    dispute = calls.simulator.open_dispute(capture["id"])

    calls.simulator.decide_dispute(dispute["id"], "pay_out")

    (movement,) = shown(calls, dispute["id"])["money_movements"]
    assert movement["affected_party"] == "PAYMENT_PROCESSOR"
    assert book(calls.simulator) == before


@pytest.mark.parametrize("decision", ["lose", "win", "withdraw"])
def test_a_chargeback_refuses_refunds_only_while_it_has_the_money(
    calls: PayPalCalls, decision: str
):
    """CONTRACTS 2.4: REFUND_NOT_PERMITTED_DUE_TO_CHARGEBACK."""
    capture = calls.pay()
    dispute = calls.simulator.open_dispute(capture["id"], 5000, chargeback=True)
    calls.simulator.decide_dispute(dispute["id"], decision)

    refused = calls.refund(capture["id"], {"amount": money("1.00")})

    expected = "REFUND_NOT_PERMITTED_DUE_TO_CHARGEBACK" if decision == "lose" else None
    assert refused.issue() == expected


def test_a_dispute_is_decided_once(calls: PayPalCalls):
    capture = calls.pay()
    dispute = calls.simulator.open_dispute(capture["id"])
    with pytest.raises(ValueError, match="disputed already"):
        calls.simulator.open_dispute(capture["id"])
    calls.simulator.withdraw_dispute(dispute["id"])

    for decision in ("withdraw", "lose", "win", "pay_out", "escalate", "appeal"):
        with pytest.raises(ValueError, match="CANCELED_BY_BUYER"):
            calls.simulator.decide_dispute(dispute["id"], decision)
    with pytest.raises(KeyError):
        calls.simulator.decide_dispute(dispute["id"], "forget")


@pytest.mark.parametrize("amount_minor", [0, -1, 12001])
def test_no_more_is_disputed_than_was_paid(calls: PayPalCalls, amount_minor: int):
    capture = calls.pay()

    with pytest.raises(ValueError, match="left to dispute"):
        calls.simulator.open_dispute(capture["id"], amount_minor)


def test_what_never_came_is_not_disputed(calls: PayPalCalls):
    capture = calls.pay("echeck")

    with pytest.raises(ValueError, match="PENDING"):
        calls.simulator.open_dispute(capture["id"])


def test_a_reversal_is_no_refund_that_could_fail(calls: PayPalCalls):
    capture = calls.pay()
    dispute = calls.simulator.open_dispute(capture["id"])
    reversal = calls.simulator.lose_dispute(dispute["id"])["reversal"]

    with pytest.raises(ValueError, match="COMPLETED"):
        calls.simulator.fail_refund(reversal)


def test_a_seller_reads_its_own_disputes_with_its_leave(calls: PayPalCalls, clock: MovableClock):
    """CONTRACTS 2.2: READ_SELLER_DISPUTE; another's, and one without leave, are refused."""
    ids = []
    for number in range(3):
        capture = calls.pay(key=f"order-{number}", invoice_id=f"invoice-{number}")
        ids.append(calls.simulator.open_dispute(capture["id"])["id"])
        clock.advance(hours=1)
    other = PayPalCalls(calls.simulator, merchant=OTHER_MERCHANT)

    assert [each["dispute_id"] for each in calls.get(PATH).json["items"]] == ids[::-1]
    assert len(calls.get(f"{PATH}?page_size=2").json["items"]) == 2
    one = calls.get(f"{PATH}?disputed_transaction_id={capture['id']}").json["items"]
    assert [each["dispute_id"] for each in one] == ids[-1:]
    assert "items" not in other.get(PATH).json
    assert other.get(f"{PATH}/{ids[0]}").status == 403
    assert calls.get(f"{PATH}/NONE").status == 404
    for size in ("0", "51", "x"):
        assert calls.get(f"{PATH}?page_size={size}").status == 400
    merchant = calls.simulator._world.state.merchants[MERCHANT]  # noqa: SLF001 - as before it was asked for
    merchant["features"].remove("READ_SELLER_DISPUTE")
    assert calls.get(PATH).status == 403


def test_disputes_outlive_a_restart(calls: PayPalCalls, clock: MovableClock):
    capture = calls.pay()
    dispute = calls.simulator.open_dispute(capture["id"])
    restored = PayPalSimulator(clock)

    restored.restore(calls.simulator.snapshot())

    assert restored.disputes() == calls.simulator.disputes()
    assert restored.lose_dispute(dispute["id"])["outcome"] == "RESOLVED_BUYER_FAVOUR"


def test_events_are_listed_by_time_in_pages(
    calls: PayPalCalls, partner: PayPalCalls, clock: MovableClock
):
    """CONTRACTS 2.7: both ends are within; a page's link leads to what is older."""
    capture = calls.pay()
    began = clock.at
    for _ in range(5):
        clock.advance(minutes=1)
        calls.simulator.dashboard_refund(capture["id"], 100)
    path = "/v1/notifications/webhooks-events"
    window = "start_time=2026-11-22T09:00:00Z&end_time=2100-01-01T00:00:00Z"
    wanted = f"{window}&event_type=PAYMENT.CAPTURE.REFUNDED&page_size=2"
    pages = [partner.get(f"{path}?{wanted}").json]
    calls.simulator.dashboard_refund(capture["id"], 100)

    while links := [each["href"] for each in pages[-1]["links"] if each["rel"] == "next"]:
        pages.append(partner.get(f"{path}?{links[0].partition('?')[2]}").json)

    known = [
        each["id"]
        for each in calls.simulator.events()
        if each["event_type"] == "PAYMENT.CAPTURE.REFUNDED"
    ]
    assert [page["count"] for page in pages] == [2, 2, 1]
    assert [each["id"] for page in pages for each in page["events"]] == known[-2::-1]
    moment = began.strftime("%Y-%m-%dT%H:%M:%SZ")
    at_once = partner.get(f"{path}?start_time={moment}&end_time={moment}&page_size=50").json
    assert {each["event_type"] for each in at_once["events"]} >= {"PAYMENT.CAPTURE.COMPLETED"}


@pytest.mark.parametrize(
    "query",
    ["page_size=0", "page_size=301", "page_size=x", "start_time=today", "end_time=2026-11-22"],
)
def test_an_odd_question_about_events_is_refused(partner: PayPalCalls, query: str):
    assert partner.get(f"/v1/notifications/webhooks-events?{query}").status == 400
