"""Every request that we can send, held against the types that Stripe publishes."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from guichet.adapters.http import HttpRequest
from guichet.adapters.stripe.amounts import CURRENCIES, MAX_AMOUNT
from guichet.adapters.stripe.client import API_VERSION
from guichet.adapters.stripe.requests import session_form
from guichet.errors import Invalid
from guichet.languages import LANGUAGES
from guichet.money import Money
from guichet.payments.payment import Payment
from guichet.payments.ports import ProviderRefusedError
from local.simulators.stripe import StripeSimulator, forms
from local.simulators.stripe.in_process import SimulatorHttp
from tests.support import samples
from tests.support.provider_specs import StripeSchema
from tests.support.stripe import (
    STARTED_AT,
    TEXTS,
    RecordedHttp,
    Shop,
    a_payment,
    a_refund,
    captured,
    known_as,
    opened,
    provider_on,
)
from tests.support.stripe_calls import ORGANIZER, MovableClock, flat, session_params

SESSIONS = "https://stripe.invalid/v1/checkout/sessions"


def sent_by_a_whole_life() -> list[HttpRequest]:
    """Everything that a sale, its end, its refunds and its dispute can send."""
    clock = MovableClock()
    simulator = StripeSimulator(clock)
    simulator.add_account(ORGANIZER)
    http = RecordedHttp(SimulatorHttp(simulator))
    provider = provider_on(http)
    for currency in sorted(CURRENCIES):
        for language in LANGUAGES:
            texts = replace(TEXTS, language=language)
            money = Money(12000, currency)
            name = f"pay_{currency}_{language}"
            provider.open_session(a_payment(provider, payment_id=name, amount=money, texts=texts))
    provider.end_session(opened(provider, a_payment(provider, payment_id="pay_ended")))
    free = a_payment(provider, payment_id="pay_free", platform_fee=Money(0, "USD"))
    provider.open_session(free)
    payment = opened(provider, a_payment(provider))
    assert payment.session_id is not None
    simulator.pay(payment.session_id)
    capture = captured(provider.ask(payment))
    refund = a_refund(provider, payment, capture)
    for _ in range(101):  # more than a page
        simulator.dashboard_refund(capture.intent_id, 1)
    simulator.fail_refund(simulator.find_all("refund")[0]["id"])
    assert provider.ask_refund(refund) is None
    part = a_refund(provider, payment, capture, amount=Money(5000, "USD"), fee=Money(95, "USD"))
    report = provider.refund(part)
    provider.ask_refund(known_as(part, report.provider_refund_id))
    provider.return_fee(part)
    theirs = simulator.dashboard_refund(capture.intent_id, 100, refund_application_fee=True)
    provider.find_refund(theirs["id"], payee=ORGANIZER)
    provider.fee_returned_there(replace(payment, capture=capture))
    dispute = simulator.open_dispute(capture.intent_id)
    provider.find_dispute(dispute["id"], payee=ORGANIZER)
    provider.disputes_of(capture.capture_id, payee=ORGANIZER)
    return http.sent


@pytest.fixture(scope="module")
def sent() -> list[HttpRequest]:
    return sent_by_a_whole_life()


def test_each_request_is_as_stripe_publishes_it(sent: list[HttpRequest], schema: StripeSchema):
    """EXT-2, FEE-2: unknown parameters are forbidden, listed values are the only ones."""
    faults = {fault for request in sent for fault in schema.faults(request)}

    assert faults == set()
    assert {schema.route(each) for each in sent} == {
        "POST /v1/checkout/sessions",
        "GET /v1/checkout/sessions/{session}",
        "POST /v1/checkout/sessions/{session}/expire",
        "POST /v1/refunds",
        "GET /v1/refunds",
        "GET /v1/refunds/{refund}",
        "POST /v1/application_fees/{id}/refunds",
        "GET /v1/application_fees/{id}/refunds",
        "GET /v1/disputes/{dispute}",
        "GET /v1/disputes",
    }


def test_each_request_says_who_asks_for_whom_and_in_which_version(sent: list[HttpRequest]):
    """CONTRACTS 1.4: direct charges name the organizer's account; fees are the platform's own."""
    for request in sent:
        fees = "/v1/application_fees/" in request.url

        assert request.headers["Authorization"] == "Bearer sk_test_platform"
        assert request.headers["Stripe-Version"] == API_VERSION
        assert request.headers.get("Stripe-Account") == (None if fees else ORGANIZER)
        assert 0 < request.timeout_seconds <= 6


def test_each_call_that_creates_something_has_our_own_key(sent: list[HttpRequest]):
    """BAD-11, CONTRACTS 1.6."""
    creating = [each for each in sent if each.method == "POST" and not each.url.endswith("/expire")]

    keys = [each.headers["Idempotency-Key"] for each in creating]

    assert len(set(keys)) == len(keys)
    assert keys[-3:] == ["pay_1-1", "ref_1", "ref_1-fee"]


def test_the_stored_bytes_are_the_sent_bytes():
    provider = provider_on(http := RecordedHttp(SimulatorHttp(simulator_with_an_organizer())))
    payment: Payment = a_payment(provider)

    provider.open_session(payment)

    assert http.sent[0].body.decode() == payment.request_body


def simulator_with_an_organizer() -> StripeSimulator:
    simulator = StripeSimulator(MovableClock())
    simulator.add_account(ORGANIZER)
    return simulator


def test_a_session_asks_for_one_direct_charge_with_our_fee_and_ids():
    """FEE-2, REG-3: amount, fee, account's debit, both metadata, 31 minutes."""
    provider = provider_on(SimulatorHttp(simulator_with_an_organizer()))

    form = forms.decode(a_payment(provider).request_body.encode())

    assert form == {
        "mode": "payment",
        "client_reference_id": "reg_1",
        "customer_email": "buyer@example.org",
        "locale": "en",
        "success_url": TEXTS.success_url,
        "cancel_url": TEXTS.cancel_url,
        "expires_at": str(int(STARTED_AT.timestamp()) + 31 * 60),
        "adaptive_pricing": {"enabled": "false"},
        "allowed_payment_method_types": ["card", "us_bank_account"],
        "line_items": [
            {
                "quantity": "1",
                "price_data": {
                    "currency": "usd",
                    "unit_amount": "12000",
                    "product_data": {"name": "First aid"},
                },
            }
        ],
        "metadata": {"payment_id": "pay_1", "registration_id": "reg_1"},
        "payment_intent_data": {
            "application_fee_amount": "228",
            "capture_method": "automatic",
            "metadata": {"payment_id": "pay_1", "registration_id": "reg_1"},
        },
    }


def test_the_pinned_version_is_the_one_of_the_published_types(specs: Path):
    """CONTRACTS 1.1."""
    published = json.loads((specs / "specs" / "stripe_subset.json").read_text())

    assert published["info"]["version"] == API_VERSION


def test_a_fee_of_nothing_is_not_sent():
    """BAD-15."""
    provider = provider_on(SimulatorHttp(simulator_with_an_organizer()))

    body = a_payment(provider, platform_fee=Money(0, "USD")).request_body

    assert "application_fee_amount" not in body


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        pytest.param(
            {"payment_method_types": ["card"]}, "payment_method_types", id="gone since endive"
        ),
        pytest.param(
            {
                "line_items": [
                    {
                        "quantity": 1,
                        "price_data": {"unit_amount": 12000, "product_data": {"name": "First aid"}},
                    }
                ]
            },
            "'currency' is a required property",
            id="a missing currency",
        ),
    ],
)
def test_the_schema_refuses_what_stripe_refuses(
    schema: StripeSchema, changes: dict[str, Any], told: str
):
    """CONTRACTS 1.1: the schema is no rubber stamp."""
    good = HttpRequest("POST", SESSIONS, body=urlencode(flat(session_params())).encode())
    bad = HttpRequest("POST", SESSIONS, body=urlencode(flat(session_params(**changes))).encode())

    assert schema.faults(good) == []
    assert any(told in fault for fault in schema.faults(bad))


def test_an_amount_of_nine_digits_is_refused_by_us_and_by_stripe(shop: Shop):
    """CONTRACTS 1.7: at most 99999999."""
    largest = a_payment(shop.provider, amount=Money(MAX_AMOUNT, "USD"))
    beyond = replace(
        largest, attempt=2, request_body=largest.request_body.replace("99999999", "100000000")
    )

    shop.provider.open_session(largest)

    with pytest.raises(Invalid, match="amount_too_large"):
        a_payment(shop.provider, amount=Money(MAX_AMOUNT + 1, "USD"))
    with pytest.raises(ProviderRefusedError, match="amount_too_large"):
        shop.provider.open_session(beyond)
    assert len(shop.simulator.find_all("checkout.session")) == 1


def test_a_currency_that_is_not_sold_in_is_refused():
    """MON-2."""
    provider = provider_on(SimulatorHttp(simulator_with_an_organizer()))

    with pytest.raises(Invalid, match="currency_not_supported"):
        a_payment(provider, amount=Money(12000, "NOK"))


@given(title=st.text(min_size=1), email=st.text(min_size=1))
def test_whatever_a_title_holds_it_is_no_other_parameter(title: str, email: str):
    """Separators, brackets and non-ASCII letters stay inside their value."""
    texts = replace(TEXTS, title=title, email=email)
    try:
        title.encode()
        email.encode()
    except UnicodeEncodeError:
        return  # a lone surrogate is refused at the edge

    body = session_form(samples.payment(), texts)

    form = forms.decode(body.encode("ascii"))
    assert form["line_items"][0]["price_data"]["product_data"] == {"name": title}
    assert form["customer_email"] == email
