"""What goes into the partner's own account: no assertion, no fee, its own books."""

from typing import Any

import pytest

from tests.support.paypal_calls import (
    CLIENT,
    MERCHANT,
    PARTNER,
    PayPalCalls,
    assertion,
    money,
    order_body,
)


def own_order(currency: str = "JPY", **unit: Any) -> dict[str, Any]:  # noqa: ANN401 - any field
    """An order that names nobody to be paid."""
    value = "12000" if currency == "JPY" else "120.00"
    body = order_body(value=value, currency=currency, platform_fee=None)
    del body["purchase_units"][0]["payee"]
    body["purchase_units"][0].update(unit)
    return body


def paid(partner: PayPalCalls, body: dict[str, Any]) -> dict[str, Any]:
    order = partner.post("/v2/checkout/orders", body, "order-1")
    assert order.status == 201, order.json
    partner.simulator.approve(order.json["id"])
    return partner.capture(order.json["id"]).json


@pytest.mark.parametrize("currency", ["JPY", "CHF", "USD"])
@pytest.mark.parametrize("named", [{}, {"payee": {"merchant_id": PARTNER}}], ids=["nobody", "us"])
def test_an_order_for_nobody_else_pays_the_partner(
    partner: PayPalCalls, currency: str, named: dict[str, Any]
):
    """CONTRACTS 2.1: an assertion is needed for what is a seller's alone."""
    order = paid(partner, own_order(currency, **named))

    assert order["purchase_units"][0]["payee"]["merchant_id"] == PARTNER
    books = partner.simulator.books()
    assert books["own"][currency]["customer_paid"] == 12000
    kept = books["own"][currency]["paypal_fees"]
    assert books["own"][currency]["provider_balance"] == 12000 - kept
    assert (books["merchants"], books["platform"]) == ({}, {})


def test_it_needs_no_sellers_consent_and_no_newer_token(partner: PayPalCalls):
    partner.simulator.add_merchant("ANEWERSELLER2")

    assert paid(partner, own_order())["status"] == "COMPLETED"


@pytest.mark.parametrize("seller", [MERCHANT, PARTNER])
def test_what_is_the_partners_own_is_asked_for_in_nobodys_name(partner: PayPalCalls, seller: str):
    order = partner.post("/v2/checkout/orders", own_order(), "order-1").json
    in_a_name = PayPalCalls(partner.simulator, merchant=seller, token=partner.token)
    path = f"/v2/checkout/orders/{order['id']}"

    answers = [
        in_a_name.get(path),
        in_a_name.capture(order["id"]),
        in_a_name.post("/v2/checkout/orders", own_order(), "order-2"),
    ]

    assert [(each.status, each.json["name"]) for each in answers] == [(403, "NOT_AUTHORIZED")] * 3
    assert partner.get(path).status == 200


def test_a_sellers_order_still_needs_its_name(calls: PayPalCalls, partner: PayPalCalls):
    order = calls.open_order()

    assert partner.get(f"/v2/checkout/orders/{order['id']}").status == 403


def test_a_fee_of_the_partners_own_payment_is_refused(partner: PayPalCalls):
    """CONTRACTS 2.3: a fee is a partner's, of what a seller is paid."""
    fee = {"platform_fees": [{"amount": money("228", "JPY")}]}

    answer = partner.post("/v2/checkout/orders", own_order(payment_instruction=fee), "order-1")

    assert (answer.status, answer.issue()) == (422, "PLATFORM_FEES_NOT_SUPPORTED")
    assert partner.simulator.orders() == []


def test_the_partners_refund_comes_out_of_its_own_balance(partner: PayPalCalls):
    order = paid(partner, own_order())
    (capture,) = order["purchase_units"][0]["payments"]["captures"]

    refund = partner.refund(capture["id"])

    assert (refund.status, refund.json["payer"]["merchant_id"]) == (201, PARTNER)
    assert partner.get(f"/v2/payments/refunds/{refund.json['id']}").json["status"] == "COMPLETED"
    assert partner.simulator.books()["own"]["JPY"]["refunded"] == 12000


def test_the_partner_reads_the_disputes_of_its_own_payments(
    calls: PayPalCalls, partner: PayPalCalls
):
    order = paid(partner, own_order())
    (capture,) = order["purchase_units"][0]["payments"]["captures"]
    theirs = calls.pay(key="order-2", invoice_id="test-reg_2-1-1")
    partner.simulator.open_dispute(theirs["id"])
    dispute = partner.simulator.open_dispute(capture["id"])

    listed = partner.get("/v1/customer/disputes").json["items"]

    assert [each["dispute_id"] for each in listed] == [dispute["id"]]


def test_an_invoice_id_is_the_partners_once(partner: PayPalCalls):
    """CONTRACTS 2.5: the lasting guard against a second payment."""
    paid(partner, own_order())

    again = partner.post("/v2/checkout/orders", own_order(), "order-2")

    assert (again.status, again.issue()) == (422, "DUPLICATE_INVOICE_ID")


def test_an_assertion_is_still_this_clients(partner: PayPalCalls):
    headers = partner.headers() | {"PayPal-Auth-Assertion": assertion(MERCHANT, f"{CLIENT[0]}-2")}

    assert partner.send("GET", "/v2/checkout/orders/X", headers, b"").status == 401
