"""Refunds, the platform's part in them, and the simulator's books; each test cites its source."""

from typing import Any

import pytest

from local.simulators.paypal import PayPalSimulator
from tests.support.paypal_calls import MERCHANT, PARTNER, PayPalCalls, fee, money
from tests.support.stripe_calls import MovableClock


def book(simulator: PayPalSimulator, currency: str = "USD") -> dict[str, int]:
    found: dict[str, int] = simulator.books()["merchants"][MERCHANT][currency]
    return found


def test_an_empty_body_refunds_all_that_is_left(calls: PayPalCalls):
    """CONTRACTS 2.4."""
    capture = calls.pay()
    calls.refund(capture["id"], {"amount": money("20.00")}, "refund-1")

    answer = calls.refund(capture["id"], key="refund-2")

    breakdown = answer.json["seller_payable_breakdown"]
    assert (answer.status, answer.json["status"]) == (201, "COMPLETED")
    assert answer.json["amount"] == money("100.00")
    assert breakdown["total_refunded_amount"] == money("120.00")
    assert calls.get(f"/v2/payments/captures/{capture['id']}").json["status"] == "REFUNDED"


def test_the_platform_contributes_what_it_says_and_nothing_by_itself(calls: PayPalCalls):
    """CONTRACTS 2.4: the platform fee is not pro-rated."""
    capture = calls.pay()
    part = {"amount": money("60.00")}

    without = calls.refund(capture["id"], part, "refund-1")
    with_fee = calls.refund(capture["id"], {**part, "payment_instruction": fee("1.14")}, "refund-2")

    assert "platform_fees" not in without.json["seller_payable_breakdown"]
    assert with_fee.json["seller_payable_breakdown"]["platform_fees"] == [
        {"amount": money("1.14"), "payee": {"merchant_id": PARTNER}}
    ]
    assert with_fee.json["seller_payable_breakdown"]["net_amount"] == money("58.86")
    assert calls.simulator.books()["platform"]["USD"] == {
        "platform_fees": 228,
        "platform_fees_returned": 114,
        "balance": 114,
    }


def test_the_sum_of_contributions_is_bounded_by_the_fee(calls: PayPalCalls):
    """CONTRACTS 2.4: at most the fee, or what is left of it."""
    capture = calls.pay()
    body = {"amount": money("60.00"), "payment_instruction": fee("1.15")}

    answers = [calls.refund(capture["id"], body, f"refund-{n}") for n in (1, 2)]

    assert [each.issue() for each in answers] == [None, "PLATFORM_FEE_EXCEEDED"]


def test_without_a_fee_at_the_capture_none_can_be_contributed(calls: PayPalCalls):
    """The published description of PLATFORM_FEE_EXCEEDED; BAD-15."""
    capture = calls.pay(platform_fee=None)

    answer = calls.refund(capture["id"], {"payment_instruction": fee("0.01")})

    assert (answer.status, answer.issue()) == (422, "PLATFORM_FEE_EXCEEDED")


@pytest.mark.parametrize(
    ("body", "issue"),
    [
        pytest.param({"amount": money("120.01")}, "REFUND_AMOUNT_EXCEEDED", id="a cent too many"),
        pytest.param(
            {"amount": money("1.00", "EUR")}, "REFUND_CAPTURE_CURRENCY_MISMATCH", id="euros"
        ),
        pytest.param({"amount": money("0.00")}, "CANNOT_BE_ZERO_OR_NEGATIVE", id="nothing"),
        pytest.param({"amount": money("1.001")}, "DECIMAL_PRECISION", id="three decimals"),
        pytest.param(
            {"amount": money("1.00", "JPY")}, "DECIMALS_NOT_SUPPORTED", id="decimals of a yen"
        ),
        pytest.param(
            {"payment_instruction": fee("0.00")}, "CANNOT_BE_ZERO_OR_NEGATIVE", id="a fee of 0"
        ),
        pytest.param({"invoice_id": "test-reg_1-1-1"}, "DUPLICATE_INVOICE_ID", id="used invoice"),
    ],
)
def test_a_refund_that_can_not_be_is_refused(calls: PayPalCalls, body: dict[str, Any], issue: str):
    """CONTRACTS 2.4."""
    capture = calls.pay()

    answer = calls.refund(capture["id"], body)

    assert (answer.status, answer.issue()) == (422, issue)
    assert book(calls.simulator)["refunded"] == 0


@pytest.mark.parametrize(
    ("instrument", "issue"),
    [
        pytest.param("echeck", "PENDING_CAPTURE", id="pending"),
        pytest.param("refused", "REFUND_NOT_ALLOWED", id="declined"),
    ],
)
def test_only_what_was_received_is_refunded(calls: PayPalCalls, instrument: str, issue: str):
    """CONTRACTS 2.4: PENDING_CAPTURE."""
    capture = calls.pay(instrument)

    assert calls.refund(capture["id"]).issue() == issue


def test_a_capture_is_refunded_whole_once(calls: PayPalCalls):
    """CONTRACTS 2.4: CAPTURE_FULLY_REFUNDED."""
    capture = calls.pay()
    calls.refund(capture["id"], key="refund-1")

    assert calls.refund(capture["id"], key="refund-2").issue() == "CAPTURE_FULLY_REFUNDED"


@pytest.mark.parametrize(
    ("days", "issue"),
    [
        pytest.param(180, None, id="in time"),
        pytest.param(180.1, "REFUND_TIME_LIMIT_EXCEEDED", id="late"),
    ],
)
def test_after_180_days_nothing_is_refunded(
    calls: PayPalCalls, clock: MovableClock, days: float, issue: str | None
):
    """CONTRACTS 2.4."""
    capture = calls.pay()

    clock.advance(days=days)
    calls.new_token()

    assert calls.refund(capture["id"]).issue() == issue


def test_paypal_keeps_its_own_fee(calls: PayPalCalls):
    """FEE-3: PayPal normally keeps it; the books show it gone."""
    capture = calls.pay()

    answer = calls.refund(capture["id"], {"payment_instruction": fee("2.28")})

    assert answer.json["seller_payable_breakdown"]["paypal_fee"] == money("0.00")
    assert book(calls.simulator) == {
        "customer_paid": 12000,
        "refunded": 12000,
        "paypal_fees": 378,
        "platform_fees": 228,
        "platform_fees_returned": 228,
        "disputed": 0,
        "dispute_fees": 0,
        "provider_balance": -378,
    }


def test_a_refund_says_what_we_called_it(calls: PayPalCalls):
    """CONTRACTS 2.3: a refund's custom_id keeps to A-Za-z0-9-_., and pitfall 7: it is our key."""
    capture = calls.pay()
    body = {"custom_id": "pay_1.ref_1", "invoice_id": "test-ref_1", "note_to_payer": "Full"}
    made = calls.refund(capture["id"], body)

    found = calls.get(f"/v2/payments/refunds/{made.json['id']}").json

    assert {name: found[name] for name in body} == body
    assert made.href("up").endswith(capture["id"])


def test_a_pending_refund_moves_nothing_yet(calls: PayPalCalls):
    """CONTRACTS 2.4: PENDING with reason ECHECK."""
    capture = calls.pay()
    calls.simulator.configure_chaos({"refunds": {"pending": 1}})

    refund = calls.refund(capture["id"]).json

    assert (refund["status"], refund["status_details"]) == ("PENDING", {"reason": "ECHECK"})
    assert book(calls.simulator)["refunded"] == 0
    assert calls.simulator.settle_refund(refund["id"])["status"] == "COMPLETED"
    assert book(calls.simulator)["refunded"] == 12000


@pytest.mark.parametrize("knob", ["pending", "fail_later"])
def test_a_failed_refund_is_as_if_it_never_was(calls: PayPalCalls, knob: str):
    """CONTRACTS 2.7: PAYMENT.REFUND.FAILED; what was contributed comes back too."""
    capture = calls.pay()
    calls.simulator.configure_chaos({"refunds": {knob: 1}})
    body = {"payment_instruction": fee("2.28")}
    refund = calls.refund(capture["id"], body, "refund-1").json

    calls.simulator.fail_refund(refund["id"])

    found = calls.get(f"/v2/payments/captures/{capture['id']}").json
    assert calls.get(f"/v2/payments/refunds/{refund['id']}").json["status"] == "FAILED"
    assert (found["status"], book(calls.simulator)["refunded"]) == ("COMPLETED", 0)
    assert book(calls.simulator)["platform_fees_returned"] == 0
    assert calls.refund(capture["id"], body, "refund-2").status == 201


def test_a_refund_can_settle_or_fail_by_the_clock(calls: PayPalCalls, clock: MovableClock):
    pending = calls.pay(key="order-1", invoice_id="one")
    failing = calls.pay(key="order-2", invoice_id="two")
    knobs = {"pending": 1, "fail_later": 1, "after_seconds": 3600}
    calls.simulator.configure_chaos({"refunds": knobs})
    refunds = [
        calls.refund(each["id"], key=f"refund-{each['id']}").json["id"]
        for each in (pending, failing)
    ]

    clock.advance(hours=1)

    statuses = [calls.get(f"/v2/payments/refunds/{each}").json["status"] for each in refunds]
    assert statuses == ["COMPLETED", "FAILED"]


def test_a_refund_in_the_dashboard_bears_no_name_of_ours(calls: PayPalCalls):
    """CONTRACTS pitfall 8: compare total_refunded_amount; RFD-4: no fee comes back with it."""
    capture = calls.pay()

    made = calls.simulator.dashboard_refund(capture["id"], 5000)

    found = calls.get(f"/v2/payments/refunds/{made['id']}").json
    assert "custom_id" not in found
    assert "platform_fees" not in found["seller_payable_breakdown"]
    assert found["seller_payable_breakdown"]["total_refunded_amount"] == money("50.00")


def test_the_order_shows_its_refunds(calls: PayPalCalls):
    capture = calls.pay()
    refund = calls.refund(capture["id"], {"amount": money("1.00")}).json
    order_id = calls.simulator.orders()[0]["id"]

    payments = calls.get(f"/v2/checkout/orders/{order_id}").json["purchase_units"][0]["payments"]

    assert [each["id"] for each in payments["refunds"]] == [refund["id"]]
    assert payments["captures"][0]["status"] == "PARTIALLY_REFUNDED"


def test_fees_can_eat_a_small_payment(calls: PayPalCalls):
    """CONTRACTS 2.8 has no least amount: what is left may be less than nothing."""
    capture = calls.pay(value="0.31", platform_fee="0.01")

    assert capture["seller_receivable_breakdown"]["net_amount"] == money("-0.01")


def test_another_amount_or_currency_can_be_captured(calls: PayPalCalls):
    """CONTRACTS pitfall 10 (nopSolutions/nopCommerce#1089): a check has to find this."""
    calls.simulator.configure_chaos({"capture": {"amount_minor": 100, "currency": "EUR"}})

    capture = calls.pay()

    assert capture["amount"] == money("1.00", "EUR")
    assert book(calls.simulator, "EUR")["customer_paid"] == 100
