"""Every request about stored accounts that we send to PayPal, held against its published types."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from guichet.adapters.http import HttpRequest
from guichet.adapters.paypal.amounts import CURRENCIES
from guichet.errors import Invalid
from guichet.languages import LANGUAGES
from guichet.money import Money
from guichet.payments.stored_method import MethodKind, MethodToken
from tests.support.methods import SETUP_TEXTS, a_charge, a_setup, known_as, with_setup_page
from tests.support.paypal_calls import PARTNER
from tests.support.paypal_methods import paypal_method_shop, stored_account
from tests.support.paypal_schema import PayPalSchema


@pytest.fixture(scope="session")
def schema(specs: Path) -> PayPalSchema:
    return PayPalSchema.load(specs)


@pytest.fixture(scope="module")
def sent() -> list[HttpRequest]:
    """A page in each language, a charge in each currency, and all that can be asked about them."""
    shop = paypal_method_shop(bn_code="Guichet_SP")
    for language in LANGUAGES:
        texts = replace(SETUP_TEXTS, language=language)
        setup = a_setup(
            shop.provider, kind=MethodKind.PAYPAL, setup_id=f"set_{language}", texts=texts
        )
        shop.provider.end_setup(with_setup_page(shop.provider, setup)[0])
    token = stored_account(shop).token
    other = stored_account(shop, setup_id="set_2", customer_id=token.customer_id).token
    shop.provider.find_method(token)
    for currency in sorted(CURRENCIES):
        charge = a_charge(
            shop.provider,
            token,
            payment_id=f"ipy_{currency}",
            amount=Money(11_800, currency),
            payee=PARTNER if currency == "CHF" else "",
        )
        shop.provider.ask_charge(known_as(charge, shop.provider.charge(charge)))
    late = a_charge(shop.provider, token, payment_id="ipy_late")
    shop.clock.advance(hours=8)
    shop.provider.ask_charge(late)
    shop.provider.detach(other)
    return shop.http.sent


def test_each_request_is_as_paypal_publishes_it(sent: list[HttpRequest], schema: PayPalSchema):
    """EXT-2, COL-1: unknown fields and headers are forbidden, listed values are the only ones."""
    assert {fault for request in sent for fault in schema.faults(request)} == set()
    assert {schema.route(each) for each in sent} == {
        "POST /v1/oauth2/token",
        "POST /v3/vault/setup-tokens",
        "GET /v3/vault/setup-tokens/{id}",
        "POST /v3/vault/payment-tokens",
        "GET /v3/vault/payment-tokens/{id}",
        "DELETE /v3/vault/payment-tokens/{id}",
        "POST /v2/checkout/orders",
        "GET /v2/checkout/orders/{id}",
        "GET /v1/notifications/webhooks-events",
    }


def test_no_request_acts_for_a_seller_or_takes_a_fee(sent: list[HttpRequest]):
    """CONTRACTS 2.1: an assertion is for what is another's."""
    assert not [each for each in sent if "PayPal-Auth-Assertion" in each.headers]
    assert not [each for each in sent if b"platform_fees" in each.body or b'"card"' in each.body]


def test_each_call_that_makes_something_has_a_key_of_its_own(sent: list[HttpRequest]):
    """BAD-11; the order that nobody can pay needs none, and has none."""
    making = [each for each in sent if each.method == "POST" and "oauth2" not in each.url]

    without = [json.loads(each.body) for each in making if "PayPal-Request-Id" not in each.headers]
    keys = {each.headers.get("PayPal-Request-Id") for each in making}
    assert [set(each) for each in without] == [{"intent", "purchase_units"}]
    assert {"set_1-1", "set_1-1-token", "ipy_CHF-1"} <= keys


def test_the_charge_is_the_merchants_own_act():
    """CONTRACTS 2.6: paid from the vault, without the customer."""
    token = MethodToken(
        provider="paypal", kind=MethodKind.PAYPAL, customer_id="c1", token_id="8kk845fk"
    )

    charge = a_charge(paypal_method_shop().provider, token, amount=Money(11_850, "CHF"))

    assert json.loads(charge.request_body) == {
        "intent": "CAPTURE",
        "purchase_units": [
            {
                "amount": {"currency_code": "CHF", "value": "118.50"},
                "invoice_id": "dev-inv_1-1-1",
                "custom_id": "ipy_1",
                "description": "Invoice IE-2026-000042",
            }
        ],
        "payment_source": {
            "paypal": {
                "vault_id": "8kk845fk",
                "stored_credential": {
                    "payment_initiator": "MERCHANT",
                    "usage": "SUBSEQUENT",
                    "usage_pattern": "UNSCHEDULED_POSTPAID",
                },
            }
        },
    }


@pytest.mark.parametrize(
    ("amount", "code"),
    [
        pytest.param(Money(100, "SEK"), "currency_not_supported", id="not sold in"),
        pytest.param(Money(10**18, "EUR"), "amount_too_large", id="too much"),
    ],
)
def test_what_can_not_be_charged_is_refused_before_anything_is_stored(amount: Money, code: str):
    shop = paypal_method_shop()
    token = MethodToken(provider="paypal", kind=MethodKind.PAYPAL, customer_id="c", token_id="t")

    with pytest.raises(Invalid) as refused:
        a_charge(shop.provider, token, amount=amount)

    assert refused.value.code == code
    assert shop.http.sent == []


@pytest.mark.parametrize("kind", [MethodKind.CARD, MethodKind.BANK_DEBIT])
def test_a_card_is_not_paypals_to_store(kind: MethodKind):
    provider = paypal_method_shop().provider
    setup = a_setup(provider, kind=MethodKind.PAYPAL)

    with pytest.raises(ValueError, match=kind):
        provider.setup_body(replace(setup, kind=kind), SETUP_TEXTS)
