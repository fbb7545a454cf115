"""How orders and captures behave; each test cites its source (CONTRACTS: our collection of them)."""

from typing import Any

import pytest

from local.simulators.paypal import BuyerRefusedError, PayPalSimulator
from tests.support.paypal_calls import (
    MERCHANT,
    OTHER_MERCHANT,
    PARTNER,
    PayPalCalls,
    capture_of,
    fee,
    money,
    order_body,
)
from tests.support.stripe_calls import MovableClock


def test_an_order_with_a_payment_source_waits_for_its_payer(calls: PayPalCalls):
    """CONTRACTS 2.3: rel `payer-action` and PAYER_ACTION_REQUIRED, not `approve` and CREATED."""
    answer = calls.create_order()

    assert (answer.status, answer.json["status"]) == (201, "PAYER_ACTION_REQUIRED")
    assert answer.href("payer-action").endswith(f"/checkoutnow?token={answer.json['id']}")


def test_the_older_flow_without_a_payment_source_has_an_approve_link(calls: PayPalCalls):
    """CONTRACTS 2.3."""
    answer = calls.create_order(key="", payment_source=None)

    assert (answer.status, answer.json["status"]) == (201, "CREATED")
    assert answer.href("approve")


def test_an_order_with_a_payment_source_needs_a_request_id(calls: PayPalCalls):
    """CONTRACTS 2.3: 400 PAYPAL_REQUEST_ID_REQUIRED."""
    answer = calls.create_order(key="")

    assert (answer.status, answer.issue()) == (400, "PAYPAL_REQUEST_ID_REQUIRED")


def test_without_a_preference_an_answer_is_minimal(calls: PayPalCalls):
    """CONTRACTS 2.1: `Prefer` defaults to minimal: id, status and links."""
    order = calls.post("/v2/checkout/orders", order_body(), "order-1", Prefer="return=minimal")
    calls.simulator.approve(order.json["id"])
    path = f"/v2/checkout/orders/{order.json['id']}/capture"

    answer = calls.post(path, key="capture-1", Prefer="return=minimal")

    assert set(order.json) == set(answer.json) == {"id", "status", "links"}


def test_a_capture_tells_what_the_seller_gets(calls: PayPalCalls):
    """CONTRACTS 2.3: `seller_receivable_breakdown`; FEE-3: PayPal's list price is 2.9 % + 0.30."""
    capture = calls.pay(value="120.00", platform_fee="2.28")

    breakdown = capture["seller_receivable_breakdown"]
    assert capture["status"] == "COMPLETED"
    assert breakdown == {
        "gross_amount": money("120.00"),
        "paypal_fee": money("3.78"),
        "platform_fees": [{"amount": money("2.28"), "payee": {"merchant_id": PARTNER}}],
        "net_amount": money("113.94"),
    }


def test_nothing_moves_until_the_payer_has_approved(calls: PayPalCalls):
    """CONTRACTS 2.3: 422 ORDER_NOT_APPROVED."""
    order = calls.open_order()

    answer = calls.capture(order["id"])

    assert (answer.status, answer.issue()) == (422, "ORDER_NOT_APPROVED")
    assert calls.simulator.books()["merchants"] == {}


def test_approving_moves_nothing(calls: PayPalCalls):
    """CONTRACTS 2.7: CHECKOUT.ORDER.APPROVED is not paid."""
    order = calls.open_order()

    outcome = calls.simulator.approve(order["id"])

    found = calls.get(f"/v2/checkout/orders/{order['id']}").json
    assert found["status"] == "APPROVED"
    assert "payments" not in found["purchase_units"][0]
    assert outcome.redirect_url is not None
    assert outcome.redirect_url.startswith("https://organizer.example/return?registration=reg_1&")
    assert f"token={order['id']}&PayerID=" in outcome.redirect_url
    assert calls.simulator.books()["merchants"] == {}


def test_an_order_is_captured_once(calls: PayPalCalls):
    """CONTRACTS 2.3: 422 ORDER_ALREADY_CAPTURED under another request id."""
    capture = calls.pay()
    order_id = calls.simulator.orders()[0]["id"]

    answer = calls.capture(order_id, "capture-again")

    assert (answer.status, answer.issue()) == (422, "ORDER_ALREADY_CAPTURED")
    assert calls.simulator.books()["merchants"][MERCHANT]["USD"]["customer_paid"] == 12000
    assert capture_of(calls.get(f"/v2/checkout/orders/{order_id}").json)["id"] == capture["id"]


@pytest.mark.parametrize(
    ("instrument", "status", "reason"),
    [
        pytest.param("echeck", "PENDING", "ECHECK", id="an eCheck"),
        pytest.param("review", "PENDING", "PENDING_REVIEW", id="a review"),
        pytest.param("refused", "DECLINED", "DECLINED_BY_RISK_FRAUD_FILTERS", id="a risk"),
    ],
)
def test_a_completed_order_does_not_mean_money(
    calls: PayPalCalls, instrument: str, status: str, reason: str
):
    """CONTRACTS 2.3 and pitfall 9 (solidusio/solidus_paypal_commerce_platform#154)."""
    order = calls.open_order()
    calls.simulator.approve(order["id"], instrument)

    answer = calls.capture(order["id"])

    capture = capture_of(answer.json)
    assert (answer.status, answer.json["status"]) == (201, "COMPLETED")
    assert (capture["status"], capture["status_details"]["reason"]) == (status, reason)
    assert "net_amount" not in capture["seller_receivable_breakdown"]
    assert calls.simulator.books()["merchants"] == {}


def test_a_pending_capture_is_settled_or_denied_later(calls: PayPalCalls):
    """CONTRACTS 2.7: PAYMENT.CAPTURE.COMPLETED or .DENIED, days later."""
    settled = calls.pay("echeck", "order-1", invoice_id="one")
    denied = calls.pay("review", "order-2", invoice_id="two")

    calls.simulator.settle_capture(settled["id"])
    calls.simulator.deny_capture(denied["id"])

    found = [calls.get(f"/v2/payments/captures/{each['id']}").json for each in (settled, denied)]
    types = [each["event_type"] for each in calls.simulator.events()]
    assert [each["status"] for each in found] == ["COMPLETED", "DECLINED"]
    assert found[0]["supplementary_data"]["related_ids"]["order_id"]
    assert types[-2:] == ["PAYMENT.CAPTURE.COMPLETED", "PAYMENT.CAPTURE.DENIED"]
    assert calls.simulator.books()["merchants"][MERCHANT]["USD"]["customer_paid"] == 12000


def test_immediate_payment_shuts_out_echecks_and_not_reviews(calls: PayPalCalls):
    """CONTRACTS 2.3: IMMEDIATE_PAYMENT_REQUIRED; PENDING stays possible."""
    order = calls.open_order(context={"payment_method_preference": "IMMEDIATE_PAYMENT_REQUIRED"})

    with pytest.raises(BuyerRefusedError, match="not offered"):
        calls.simulator.approve(order["id"], "echeck")

    calls.simulator.approve(order["id"], "review")
    assert capture_of(calls.capture(order["id"]).json)["status"] == "PENDING"


def test_a_declined_instrument_sends_the_payer_back_to_the_same_order(calls: PayPalCalls):
    """CONTRACTS 2.3: INSTRUMENT_DECLINED, the buyer may pick another source."""
    order = calls.open_order()
    calls.simulator.approve(order["id"], "declined")

    refused = calls.capture(order["id"], "capture-1")

    assert (refused.status, refused.issue()) == (422, "INSTRUMENT_DECLINED")
    assert refused.href("redirect").endswith(f"token={order['id']}")
    calls.simulator.approve(order["id"], "balance")
    assert calls.capture(order["id"], "capture-2").status == 201


def test_a_declined_capture_under_the_same_request_id_stays_declined(calls: PayPalCalls):
    """CONTRACTS 2.5: a repeat returns what became of the first call; another try needs another id."""
    order = calls.open_order()
    calls.simulator.approve(order["id"])
    calls.simulator.decline_next_capture(order["id"])
    calls.capture(order["id"], "capture-1")
    calls.simulator.approve(order["id"])

    repeat = calls.capture(order["id"], "capture-1")

    assert (repeat.status, repeat.issue()) == (422, "INSTRUMENT_DECLINED")
    assert calls.capture(order["id"], "capture-2").status == 201


def test_tries_with_declined_instruments_have_an_end(calls: PayPalCalls):
    """CONTRACTS 2.3: MAX_NUMBER_OF_PAYMENT_ATTEMPTS_EXCEEDED."""
    order = calls.open_order()
    calls.simulator.approve(order["id"], "declined")

    issues = {calls.capture(order["id"], f"capture-{n}").issue() for n in range(11)}

    assert issues == {"INSTRUMENT_DECLINED", "MAX_NUMBER_OF_PAYMENT_ATTEMPTS_EXCEEDED"}


def test_six_hours_later_an_order_can_not_be_found_and_nobody_is_told(
    calls: PayPalCalls, clock: MovableClock
):
    """CONTRACTS 2.3: the approval window is six hours; there is no webhook for its end."""
    order = calls.open_order()

    clock.advance(hours=6)

    answer = calls.get(f"/v2/checkout/orders/{order['id']}")
    assert (answer.status, answer.issue()) == (404, "INVALID_RESOURCE_ID")
    assert calls.capture(order["id"]).status == 404
    assert calls.simulator.events() == []
    with pytest.raises(BuyerRefusedError, match="Nothing was charged"):
        calls.simulator.approve(order["id"])


def test_a_captured_order_is_never_forgotten(calls: PayPalCalls, clock: MovableClock):
    calls.pay()
    order_id = calls.simulator.orders()[0]["id"]

    clock.advance(days=400)
    calls.new_token()

    assert calls.get(f"/v2/checkout/orders/{order_id}").json["status"] == "COMPLETED"


def test_an_invoice_id_is_paid_once_per_merchant(calls: PayPalCalls, simulator: PayPalSimulator):
    """CONTRACTS 2.5 and pitfall 12 (woocommerce/woocommerce-paypal-payments#410): the lasting guard.

    Two orders may be open with one invoice id; one of them is captured.
    """
    first = calls.open_order("order-1", invoice_id="same")
    second = calls.open_order("order-2", invoice_id="same")
    for order in (first, second):
        simulator.approve(order["id"])
    calls.capture(first["id"], "capture-1")

    again = calls.capture(second["id"], "capture-2")
    other = PayPalCalls(simulator, OTHER_MERCHANT)

    assert (again.status, again.issue()) == (422, "DUPLICATE_INVOICE_ID")
    assert calls.create_order("order-3", invoice_id="same").issue() == "DUPLICATE_INVOICE_ID"
    assert other.create_order("order-4", invoice_id="same", merchant=OTHER_MERCHANT).status == 201


@pytest.mark.parametrize(
    ("changes", "status", "issue"),
    [
        pytest.param({"value": "120.001"}, 422, "DECIMAL_PRECISION", id="three decimals"),
        pytest.param(
            {"value": "120.00", "currency": "JPY", "platform_fee": None},
            422,
            "DECIMAL_PRECISION",
            id="decimals of a yen",
        ),
        pytest.param({"value": "0.00"}, 422, "CANNOT_BE_ZERO_OR_NEGATIVE", id="nothing"),
        pytest.param({"value": "-1.00"}, 422, "CANNOT_BE_ZERO_OR_NEGATIVE", id="less"),
        pytest.param({"currency": "XXX"}, 422, "INVALID_CURRENCY_CODE", id="no currency"),
        pytest.param({"value": "12,00"}, 400, "INVALID_PARAMETER_SYNTAX", id="a comma"),
        pytest.param({"platform_fee": "0.00"}, 422, "CANNOT_BE_ZERO_OR_NEGATIVE", id="no fee"),
        pytest.param(
            {"platform_fee": "120.01"}, 422, "INVALID_PLATFORM_FEES_AMOUNT", id="a fee above all"
        ),
        pytest.param(
            {"unit": {"payment_instruction": fee("1.00", "EUR")}},
            422,
            "MULTI_CURRENCY_ORDER",
            id="a fee in another currency",
        ),
        pytest.param(
            {
                "unit": {
                    "payment_instruction": {
                        "platform_fees": [
                            {"amount": money("1.00"), "payee": {"merchant_id": OTHER_MERCHANT}}
                        ]
                    }
                }
            },
            422,
            "INVALID_PLATFORM_FEES_ACCOUNT",
            id="a fee for somebody else",
        ),
        pytest.param(
            {"unit": {"payment_instruction": {"platform_fees": [{}, {}]}}},
            400,
            "INVALID_ARRAY_MAX_ITEMS",
            id="two fees",
        ),
        pytest.param({"purchase_units": [{}, {}]}, 400, "INVALID_ARRAY_MAX_ITEMS", id="two units"),
        pytest.param({"intent": "AUTHORIZE"}, 400, "NOT_SUPPORTED", id="another intent"),
        pytest.param({"merchant": "NOBODY2222222"}, 422, "PAYEE_ACCOUNT_INVALID", id="no payee"),
        pytest.param(
            {"unit": {"custom_id": "c" * 128}}, 400, "INVALID_STRING_LENGTH", id="a long custom id"
        ),
        pytest.param(
            {"unit": {"custom": "c"}}, 400, "INVALID_PARAMETER_SYNTAX", id="an unknown field"
        ),
        pytest.param(
            {"context": {"locale": "german"}}, 400, "INVALID_PARAMETER_SYNTAX", id="a language"
        ),
    ],
)
def test_an_order_that_asks_for_what_can_not_be_is_refused(
    calls: PayPalCalls, changes: dict[str, Any], status: int, issue: str
):
    """CONTRACTS 2.3 and 2.8, the published error schemas; BAD-15 for a fee of 0."""
    answer = calls.create_order(**changes)

    assert (answer.status, answer.issue()) == (status, issue)
    assert answer.json["debug_id"] == answer.headers["Paypal-Debug-Id"]


def test_whole_currencies_are_paid_whole(calls: PayPalCalls):
    """CONTRACTS 2.8: HUF, JPY and TWD take no decimals."""
    capture = calls.pay(value="12000", currency="JPY", platform_fee="228")

    breakdown = capture["seller_receivable_breakdown"]
    assert breakdown["paypal_fee"] == money("388", "JPY")
    assert breakdown["net_amount"] == money("11384", "JPY")


def test_a_guest_pays_by_card_where_the_seller_takes_cards(
    calls: PayPalCalls, simulator: PayPalSimulator
):
    """PAY-6: with a personal account there is the wallet alone."""
    order = calls.open_order(context={"landing_page": "GUEST_CHECKOUT"})
    offered = simulator.instruments(order["id"])

    simulator.change_merchant(MERCHANT, business=False)

    assert "card" in offered
    assert "card" not in simulator.instruments(order["id"])
