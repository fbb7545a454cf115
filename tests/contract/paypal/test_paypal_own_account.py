"""A cart paid by PayPal's page into the operator's own account: acting for nobody, no fee taken."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from guichet.adapters.http import HttpRequest
from guichet.adapters.paypal.amounts import CURRENCIES
from guichet.adapters.paypal.client import auth_assertion
from guichet.adapters.paypal.hints import read_hint
from guichet.adapters.paypal.webhooks import parse_event
from guichet.languages import LANGUAGES
from guichet.money import Money
from guichet.payments.attempt import CaptureMethod, PaymentStatus
from guichet.payments.cart_payment import CartPayment
from guichet.payments.ports import Hint, ProviderRefusedError, SessionReport, SessionState
from guichet.registration.provider_event import ProviderEvent
from tests.support.own_account import CART_TEXTS, a_cart_payment, with_page
from tests.support.paypal import STARTED_AT, captured
from tests.support.paypal_calls import MERCHANT, PARTNER, PayPalCalls, money
from tests.support.paypal_schema import PayPalSchema
from tests.support.paypal_shop import PayPalShop, a_shop


@pytest.fixture(scope="session")
def schema(specs: Path) -> PayPalSchema:
    return PayPalSchema.load(specs)


def approved(shop: PayPalShop, instrument: str = "balance", **changes: Any) -> CartPayment:  # noqa: ANN401 - any field
    """A cart's payment whose buyer agreed, with our intent to capture it."""
    asked = a_cart_payment(shop.provider, "paypal", now=shop.clock(), **changes)
    payment, order_id = with_page(shop.provider, asked)
    shop.simulator.approve(order_id, instrument)
    return payment.capturing(shop.clock())


@pytest.fixture(scope="module")
def sent() -> list[HttpRequest]:
    """Everything that a cart's payment can send, in each currency and language."""
    shop = a_shop()
    for currency in sorted(CURRENCIES):
        for language in LANGUAGES:
            payment = approved(
                shop,
                payment_id=f"cpy_{currency}_{language}",
                amount=Money(11_800, currency),
                texts=replace(CART_TEXTS, language=language),
                method="paypal_card" if language == "en" else "paypal",
                payee=PARTNER if language == "fr" else "",
            )
            shop.provider.ask(payment)
            shop.provider.capture(payment)
    pending = approved(shop, "echeck", payment_id="cpy_pending")
    report = shop.provider.capture(pending)
    shop.provider.ask(replace(pending, pending_capture_id=report.capture_id))
    return shop.http.sent


def test_each_request_is_as_paypal_publishes_it(sent: list[HttpRequest], schema: PayPalSchema):
    """EXT-2: unknown fields and headers are forbidden, listed values are the only ones."""
    assert {fault for request in sent for fault in schema.faults(request)} == set()


def test_no_request_acts_for_a_seller_or_takes_a_fee(sent: list[HttpRequest]):
    """CONTRACTS 2.1: an assertion is for what is another's."""
    assert not [each for each in sent if "PayPal-Auth-Assertion" in each.headers]
    assert not [each for each in sent if b"platform_fees" in each.body]


@pytest.mark.parametrize(
    ("amount", "value"),
    [
        pytest.param(Money(11_800, "JPY"), "11800", id="yen have no decimals"),
        pytest.param(Money(11_850, "CHF"), "118.50", id="francs"),
    ],
)
def test_the_order_is_asked_for_by_the_cart(amount: Money, value: str):
    """MON-2, SUB-5: what is sold, by whom, in whichever billing currency."""
    payment = a_cart_payment(a_shop().provider, "paypal", amount=amount)

    order = json.loads(payment.request_body)

    assert order["purchase_units"] == [
        {
            "amount": {"currency_code": amount.currency, "value": value},
            "custom_id": "cpy_1",
            "invoice_id": "dev-crt_1-1-1",
            "description": "Webinar Pro, 5 seats",
        }
    ]
    context = order["payment_source"]["paypal"]["experience_context"]
    assert (context["brand_name"], context["locale"]) == ("Guichet Ireland Ltd", "de-DE")


@pytest.mark.parametrize("payee", ["", PARTNER])
@pytest.mark.parametrize("currency", ["AUD", "CAD", "CHF", "EUR", "GBP", "JPY", "USD"])
def test_what_a_customer_pays_is_the_operators_own(shop: PayPalShop, currency: str, payee: str):
    """MON-2, FEE-3: the whole amount, less what PayPal keeps and tells us."""
    payment = approved(shop, amount=Money(11_800, currency), payee=payee)

    capture = captured(shop.provider.capture(payment))

    assert payment.mismatches(capture) == ()
    assert payment.captured(capture).status is PaymentStatus.CAPTURED
    assert (capture.amount, capture.payee) == (Money(11_800, currency), PARTNER)
    assert (capture.platform_fee, capture.platform_fee_id) == (Money(0, currency), None)
    books = shop.simulator.books()
    assert books["own"][currency]["customer_paid"] == 11_800
    assert books["own"][currency]["paypal_fees"] == capture.provider_fee.amount_minor
    assert (books["merchants"], books["platform"]) == ({}, {})


def test_a_capture_is_taken_once_however_often_it_is_sent(shop: PayPalShop):
    """BAD-11, COL-8."""
    payment = approved(shop)

    assert shop.provider.capture(payment) == shop.provider.capture(payment)
    assert len(shop.simulator.captures()) == 1


def test_an_order_that_pays_another_is_never_captured(shop: PayPalShop):
    """REG-3: the configured account is compared before any money moves."""
    payment = replace(approved(shop, payee=PARTNER), payee="SOMEBODYELSE2")

    with pytest.raises(ProviderRefusedError) as refused:
        shop.provider.ask(payment)

    assert refused.value.code == "order_differs"
    assert shop.simulator.captures() == []


def test_an_echeck_is_asked_about_until_its_bank_settles_it(shop: PayPalShop):
    payment = approved(shop, "echeck")

    report = shop.provider.capture(payment)
    waiting = replace(payment, pending_capture_id=report.capture_id)
    asked = shop.provider.ask(waiting)
    assert report.capture_id is not None
    shop.simulator.settle_capture(report.capture_id)

    assert (report.state, asked.state) == (SessionState.PROCESSING, SessionState.PROCESSING)
    settled = captured(shop.provider.ask(waiting))
    assert waiting.mismatches(settled) == ()
    assert settled.method is CaptureMethod.PAYPAL


def test_a_declined_card_leaves_the_same_page_for_another(shop: PayPalShop):
    payment = approved(shop, "declined")

    assert shop.provider.capture(payment) == SessionReport(SessionState.DECLINED)
    assert shop.simulator.captures() == []


def test_the_operators_order_is_no_organizers(shop: PayPalShop):
    """ACC-2: asked for in a seller's name, what is the operator's own is refused."""
    payment = approved(shop)

    answer = shop.http.send(_in_the_name_of(MERCHANT, payment, shop))

    assert answer.status == 403


def _in_the_name_of(seller: str, payment: CartPayment, shop: PayPalShop) -> HttpRequest:
    shop.provider.ask(payment)
    asked = shop.http.sent[-1]
    headers = {**asked.headers, "PayPal-Auth-Assertion": auth_assertion("paypal-client", seller)}
    return replace(asked, headers=headers)


def test_each_event_of_a_cart_hints_at_its_payment(shop: PayPalShop):
    """EXT-2: by the custom id, in the order, its capture and what else repeats it."""
    payment = approved(shop)
    capture = captured(shop.provider.capture(payment))
    part = {"amount": money("100", "JPY"), "custom_id": "cpy_1.ref_1"}
    assert PayPalCalls(shop.simulator, merchant=None).refund(capture.capture_id, part).status == 201
    shop.simulator.open_dispute(capture.capture_id)
    shop.clock.advance(seconds=1)

    hints = {}
    for each in shop.simulator.take_webhooks():
        event = parse_event(each.body)
        stored = ProviderEvent(
            "paypal", event.event_id, event.kind, event.merchant, each.body.decode(), STARTED_AT
        )
        hints[event.kind] = read_hint(stored)

    refunded = hints.pop("PAYMENT.CAPTURE.REFUNDED")
    assert refunded == Hint(cart_payment_id="cpy_1", refund_id="ref_1")
    assert hints == dict.fromkeys(
        (
            "CHECKOUT.ORDER.APPROVED",
            "CHECKOUT.ORDER.COMPLETED",
            "PAYMENT.CAPTURE.COMPLETED",
            "CUSTOMER.DISPUTE.CREATED",
        ),
        Hint(cart_payment_id="cpy_1"),
    )
