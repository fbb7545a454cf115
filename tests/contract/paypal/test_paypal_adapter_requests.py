"""Every request that we can send to PayPal, held against the types that it publishes."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from guichet.adapters.http import HttpRequest
from guichet.adapters.paypal.amounts import CURRENCIES, MAX_AMOUNT_MINOR, from_paypal, to_paypal
from guichet.adapters.paypal.client import auth_assertion
from guichet.adapters.paypal.provider import PayPalProvider
from guichet.adapters.paypal.requests import shown
from guichet.errors import Invalid
from guichet.languages import LANGUAGES
from guichet.money import Money
from guichet.payments.payment import Payment
from guichet.payments.refund import Refund
from tests.support.paypal import (
    CAPTURE_ID,
    CLIENT_ID,
    FEE,
    PRICE,
    REFUND_ID,
    SELLER,
    TEXTS,
    ScriptedPayPal,
    a_capture_resource,
    a_dispute_resource,
    a_payment,
    a_refund,
    a_refund_resource,
    an_order,
    answer,
    capturing,
    known_as,
    provider_on,
    scripted,
    the_capture,
    with_page,
)
from tests.support.paypal_schema import PayPalSchema


@pytest.fixture(scope="session")
def schema(specs: Path) -> PayPalSchema:
    return PayPalSchema.load(specs)


def sent_by_a_whole_life() -> list[HttpRequest]:
    """Everything that a sale, its capture, its refund and the questions about them can send."""
    order = answer(201, an_order("PAYER_ACTION_REQUIRED"))
    pending = a_capture_resource("PENDING")
    http = ScriptedPayPal([order] * 100)
    provider = provider_on(http, bn_code="Guichet_SP")
    for currency in sorted(CURRENCIES):
        for language in LANGUAGES:
            texts = replace(TEXTS, language=language)
            money = Money(12000, currency)
            provider.open_session(a_payment(provider, amount=money, texts=texts))
    provider.open_session(a_payment(provider, platform_fee=Money(0, "USD")))
    provider.open_session(a_payment(provider, method="paypal_card"))
    page = with_page(provider)
    http.answers = [
        answer(200, an_order("APPROVED")),
        answer(201, an_order("COMPLETED", pending)),
        answer(200, pending),
        answer(201, a_refund_resource("PENDING")),
        answer(200, a_refund_resource()),
        answer(200, a_capture_resource()),
        answer(200, an_order("COMPLETED", a_capture_resource())),
    ]
    provider.end_session(page)
    report = provider.capture(capturing(page))
    provider.ask(replace(page, pending_capture_id=report.capture_id))
    refund = a_refund(provider, page, the_capture())
    sent = provider.refund(refund)
    provider.ask_refund(known_as(refund, sent.provider_refund_id))
    assert provider.ask_refund(refund) is None
    _asks_about_others(provider, http)
    return http.token_requests + http.sent


def _asks_about_others(provider: PayPalProvider, http: ScriptedPayPal) -> None:
    """What was refunded or disputed without us."""
    up = {"rel": "up", "href": f"https://paypal.invalid/v2/payments/captures/{CAPTURE_ID}"}
    by_hand = a_refund_resource(links=[up], create_time="2026-11-23T09:00:00Z")
    http.answers = [
        answer(200, by_hand),
        answer(200, a_capture_resource()),
        answer(200, {"items": [a_dispute_resource()]}),
        answer(200, a_dispute_resource()),
        answer(200, a_capture_resource()),
    ]
    provider.find_refund(REFUND_ID, payee=SELLER)
    provider.disputes_of(CAPTURE_ID, payee=SELLER)


@pytest.fixture(scope="module")
def sent() -> list[HttpRequest]:
    return sent_by_a_whole_life()


def test_each_request_is_as_paypal_publishes_it(sent: list[HttpRequest], schema: PayPalSchema):
    """EXT-2, FEE-2: unknown fields and headers are forbidden, listed values are the only ones."""
    faults = {fault for request in sent for fault in schema.faults(request)}

    assert faults == set()
    assert {schema.route(each) for each in sent} == {
        "POST /v1/oauth2/token",
        "POST /v2/checkout/orders",
        "GET /v2/checkout/orders/{id}",
        "POST /v2/checkout/orders/{id}/capture",
        "GET /v2/payments/captures/{capture_id}",
        "POST /v2/payments/captures/{capture_id}/refund",
        "GET /v2/payments/refunds/{refund_id}",
        "GET /v1/customer/disputes",
        "GET /v1/customer/disputes/{id}",
    }


def test_each_call_says_who_acts_for_whom(sent: list[HttpRequest]):
    """ACC-2, CONTRACTS 2.1: the seller is the one of our own record; one token serves them all."""
    token, *calls = sent

    assert token.body == b"grant_type=client_credentials"
    assert "PayPal-Auth-Assertion" not in token.headers
    for call in calls:
        assert call.headers["Authorization"] == "Bearer token-1"
        assert call.headers["PayPal-Auth-Assertion"] == auth_assertion(CLIENT_ID, SELLER)
        assert call.headers["PayPal-Partner-Attribution-Id"] == "Guichet_SP"
        assert 0 < call.timeout_seconds <= 6


def test_each_call_that_moves_something_has_our_own_key_and_asks_for_all(sent: list[HttpRequest]):
    """BAD-11, CONTRACTS 2.5: without the header the call is done twice."""
    moving = [each for each in sent[1:] if each.method == "POST"]

    assert {each.headers["Prefer"] for each in moving} == {"return=representation"}
    assert [each.headers["PayPal-Request-Id"] for each in moving[-3:]] == [
        "pay_1-1",
        "pay_1-1-c1",
        "ref_1",
    ]


def test_an_assertion_has_both_dots_and_no_signature():
    """CONTRACTS 2.1: issue-refund page."""
    assert auth_assertion("A21", "QKRY6BTWMQQ8C") == (
        "eyJhbGciOiJub25lIn0.eyJpc3MiOiJBMjEiLCJwYXllcl9pZCI6IlFLUlk2QlRXTVFROEMifQ."
    )


def test_the_stored_bytes_are_the_sent_bytes():
    provider, http = scripted(answer(201, an_order("CREATED")), answer(201, a_refund_resource()))
    payment: Payment = a_payment(provider)
    refund: Refund = a_refund(provider, payment, the_capture())

    provider.open_session(payment)
    provider.refund(refund)

    assert [each.body.decode() for each in http.sent] == [payment.request_body, refund.request_body]


def test_an_order_asks_for_one_captured_payment_with_our_fee_and_ids():
    """FEE-2, REG-3: the exact bytes; nothing in them is computed from the clock."""
    provider, _ = scripted()

    body = a_payment(provider).request_body

    assert body == (
        '{"intent":"CAPTURE","purchase_units":[{"amount":{"currency_code":"USD","value":"120.00"},'
        '"payee":{"merchant_id":"QKRY6BTWMQQ8C"},"custom_id":"pay_1","invoice_id":"dev-reg_1-1-1",'
        '"description":"First aid",'
        '"payment_instruction":{"platform_fees":[{"amount":{"currency_code":"USD","value":"2.28"}}]}}],'
        '"payment_source":{"paypal":{"experience_context":{"shipping_preference":"NO_SHIPPING",'
        '"user_action":"PAY_NOW","return_url":"https://organizer.example/registrations/reg_1/return",'
        '"cancel_url":"https://organizer.example/registrations/reg_1","locale":"en-US",'
        '"brand_name":"First Aid Society"}}}}'
    )


def test_a_refund_asks_for_its_amount_and_its_share_of_the_fee():
    """RFD-3, CONTRACTS 2.4: PayPal computes no share; both ids of ours come back in events."""
    provider, _ = scripted()
    payment = a_payment(provider)

    body = provider.refund_body(
        refund_id="ref_1",
        payment_id=payment.payment_id,
        capture=the_capture(),
        amount=Money(3333, "USD"),
        fee=Money(63, "USD"),
    )

    assert json.loads(body) == {
        "amount": {"currency_code": "USD", "value": "33.33"},
        "custom_id": "pay_1.ref_1",
        "invoice_id": f"dev-ref_1.{CAPTURE_ID}",
        "payment_instruction": {
            "platform_fees": [{"amount": {"currency_code": "USD", "value": "0.63"}}]
        },
    }
    assert provider.fee_refund_body(refund_id="ref_1", fee=Money(63, "USD")) is None


@pytest.mark.parametrize(
    ("note", "shown_note"),
    [
        pytest.param(None, None, id="none"),
        pytest.param("", None, id="empty"),
        pytest.param(" \n\t", None, id="nothing to read"),
        pytest.param("See you\nin spring.", "See you in spring.", id="two lines"),
        pytest.param("é" * 300, "é" * 255, id="too long"),
        pytest.param("😀" * 128, "😀" * 127, id="no character is cut in two"),
    ],
)
def test_a_note_to_the_buyer_is_one_line_that_fits(
    note: str | None, shown_note: str | None, schema: PayPalSchema
):
    """CONTRACTS 2.4: note_to_payer of at most 255."""
    provider, http = scripted(answer(201, a_refund_resource()))
    body = provider.refund_body(
        refund_id="ref_1",
        payment_id="pay_1",
        capture=the_capture(),
        amount=PRICE,
        fee=FEE,
        note=note,
    )

    provider.refund(
        replace(a_refund(provider, with_page(provider), the_capture()), request_body=body)
    )

    assert json.loads(http.sent[0].body).get("note_to_payer") == shown_note
    assert schema.faults(http.sent[0]) == []


def test_a_capture_and_a_refund_go_to_what_is_stored():
    provider, http = scripted(
        answer(201, an_order("COMPLETED", a_capture_resource())),
        answer(201, a_refund_resource()),
        answer(200, a_refund_resource()),
    )
    page = with_page(provider)
    refund = a_refund(provider, page, the_capture(platform_fee_id=None))

    provider.capture(capturing(page))
    provider.refund(refund)
    provider.ask_refund(known_as(refund, REFUND_ID))

    assert [each.url.removeprefix("https://paypal.invalid") for each in http.sent] == [
        f"/v2/checkout/orders/{page.session_id}/capture",
        f"/v2/payments/captures/{CAPTURE_ID}/refund",
        f"/v2/payments/refunds/{REFUND_ID}",
    ]
    assert http.sent[0].body == b"{}"


def test_a_fee_of_nothing_is_not_sent():
    """BAD-15: neither with the payment nor with its return."""
    provider, _ = scripted()
    payment = a_payment(provider, platform_fee=Money(0, "USD"))
    refund = a_refund(provider, payment, the_capture(platform_fee=Money(0, "USD")))

    assert "payment_instruction" not in payment.request_body
    assert "payment_instruction" not in refund.request_body


def test_paying_by_card_opens_the_page_with_its_card_form():
    """PAY-6."""
    provider, _ = scripted()

    bodies = [
        json.loads(a_payment(provider, method=m).request_body) for m in ("paypal_card", "paypal")
    ]

    contexts = [each["payment_source"]["paypal"]["experience_context"] for each in bodies]
    assert [each.get("landing_page") for each in contexts] == ["GUEST_CHECKOUT", None]


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        pytest.param(
            {"return_url": "https://x.example"}, "return_url", id="a field of another place"
        ),
        pytest.param({"intent": "TAKE"}, "'TAKE' is not one of", id="a value that is not listed"),
        pytest.param({"purchase_units": [{}]}, "'amount' is a required", id="no amount"),
        pytest.param(
            {"purchase_units": [{"amount": {"currency_code": "USD", "value": "1,5"}}]},
            "does not match",
            id="a comma",
        ),
        pytest.param(
            {
                "purchase_units": [
                    {"amount": {"currency_code": "USD", "value": "1.50"}, "description": "x" * 128}
                ]
            },
            "is too long",
            id="a long title",
        ),
    ],
)
def test_the_schema_refuses_what_paypal_refuses(
    schema: PayPalSchema, changes: dict[str, Any], told: str
):
    """The schema is no rubber stamp."""
    provider, _ = scripted()
    good = json.loads(a_payment(provider).request_body)
    url = "https://paypal.invalid/v2/checkout/orders"
    headers = {"Content-Type": "application/json"}

    faults = [
        schema.faults(HttpRequest("POST", url, headers, json.dumps(body).encode()))
        for body in (good, {**good, **changes})
    ]

    assert faults[0] == []
    assert any(told in fault for fault in faults[1])


def test_a_header_that_paypal_does_not_know_is_a_fault(schema: PayPalSchema):
    url = "https://paypal.invalid/v2/checkout/orders/8D5278164K216725B"

    assert schema.faults(HttpRequest("GET", url, {"Idempotency-Key": "k"})) != []
    assert schema.faults(HttpRequest("GET", url + "-1", {})) != []


@pytest.mark.parametrize(
    ("amount", "told"),
    [
        pytest.param(Money(12000, "NOK"), "currency_not_supported", id="not sold in"),
        pytest.param(Money(MAX_AMOUNT_MINOR + 1, "USD"), "amount_too_large", id="too large"),
    ],
)
def test_what_paypal_would_refuse_is_refused_before_it_is_stored(amount: Money, told: str):
    """MON-2, CONTRACTS 2.3: MAX_VALUE_EXCEEDED."""
    provider, _ = scripted()

    with pytest.raises(Invalid, match=told):
        a_payment(provider, amount=amount, platform_fee=Money(0, amount.currency))


@pytest.mark.parametrize(
    ("money", "value"),
    [
        pytest.param(PRICE, "120.00", id="two decimals"),
        pytest.param(FEE, "2.28", id="a fee"),
        pytest.param(Money(5, "EUR"), "0.05", id="cents"),
        pytest.param(Money(12000, "JPY"), "12000", id="yen have none"),
        pytest.param(Money(1_200_000, "HUF"), "12000", id="forints have none here"),
        pytest.param(Money(120_000, "TWD"), "1200", id="nor have new Taiwan dollars"),
    ],
)
def test_amounts_have_the_decimals_that_paypal_takes(money: Money, value: str):
    """MON-1, CONTRACTS 2.8: a decimal too many is an error there."""
    assert to_paypal(money) == {"currency_code": money.currency, "value": value}
    assert from_paypal(to_paypal(money)) == money


def test_a_fraction_that_paypal_has_not_is_never_sent():
    with pytest.raises(ValueError, match="fraction"):
        to_paypal(Money(12050, "HUF"))


@pytest.mark.parametrize(
    "value", ["", ".", "-1.00", "1,5", "1e3", "1.005", "٣", "1" * 33, 1.5, 1, None, True]
)
def test_what_is_no_amount_is_not_read(value: object):
    with pytest.raises(ValueError, match="amount"):
        from_paypal({"currency_code": "USD", "value": value})


@pytest.mark.parametrize("currency", ["", "usd", "USDX", "U$D", 840, None])
def test_an_amount_of_no_currency_is_not_read(currency: object):
    """MON-1."""
    with pytest.raises(ValueError, match="amount"):
        from_paypal({"currency_code": currency, "value": "1.00"})


@given(amount=st.integers(0, MAX_AMOUNT_MINOR), currency=st.sampled_from(sorted(CURRENCIES)))
def test_an_amount_comes_back_as_it_went(amount: int, currency: str):
    """MON-1."""
    assert from_paypal(to_paypal(Money(amount, currency))) == Money(amount, currency)


@given(title=st.text(), seller=st.text())
def test_whatever_a_title_holds_it_is_one_line_that_fits(title: str, seller: str):
    """PayPal counts UTF-16 units up to 127; a pair of them is never parted."""
    provider, _ = scripted()
    texts = replace(TEXTS, title=title, seller=seller)

    body = a_payment(provider, texts=texts).request_body

    order = json.loads(body.encode("ascii"))
    context = order["payment_source"]["paypal"]["experience_context"]
    for text in (order["purchase_units"][0].get("description"), context.get("brand_name")):
        assert text is None or 1 <= len(text.encode("utf-16-le")) // 2 <= 127
        assert text is None or text.isprintable()


@pytest.mark.parametrize(
    ("title", "kept"),
    [
        pytest.param("a" * 200, "a" * 127, id="letters"),
        pytest.param("a" * 126 + "😀", "a" * 126, id="an emoji that does not fit"),
        pytest.param("a" * 125 + "😀", "a" * 125 + "😀", id="an emoji that does"),
        pytest.param("First\taid\r\n today", "First aid today", id="more than a line"),
        pytest.param("a" * 126 + " b", "a" * 126, id="no space at the end"),
    ],
)
def test_a_title_is_cut_between_characters(title: str, kept: str):
    assert shown(title) == kept
