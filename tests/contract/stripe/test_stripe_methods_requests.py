"""Every request about stored methods that we send to Stripe, held against its published types."""

from dataclasses import replace

import pytest

from guichet.adapters.http import HttpRequest
from guichet.adapters.stripe.amounts import CURRENCIES
from guichet.errors import Invalid
from guichet.languages import LANGUAGES
from guichet.money import Money
from guichet.payments.stored_method import MethodKind, MethodToken
from local.simulators.stripe import forms
from tests.support.methods import (
    SETUP_TEXTS,
    MethodShop,
    a_charge,
    a_setup,
    known_as,
    method_shop,
    stored,
    with_setup_page,
)
from tests.support.provider_specs import StripeSchema

DEBITED = {"USD": "us_bank_account", "EUR": "sepa_debit", "GBP": "bacs_debit"}


def stores(shop: MethodShop) -> None:
    """A page of each kind, in each language, and what follows it."""
    for language in LANGUAGES:
        texts = replace(SETUP_TEXTS, language=language)
        setup = a_setup(shop.provider, setup_id=f"set_{language}", texts=texts)
        shop.provider.end_setup(with_setup_page(shop.provider, setup)[0])
    for currency in DEBITED:
        shop.provider.find_method(
            stored(shop, "bank", setup_id=f"set_{currency}", currency=currency).token
        )
    shop.provider.detach(stored(shop, setup_id="set_gone").token)


def charges(shop: MethodShop) -> None:
    """A charge of each kind, in each currency, and all that can be asked about it."""
    card = stored(shop, setup_id="set_card").token
    for currency in sorted(CURRENCIES):
        money, name = Money(11_800, currency), f"ipy_{currency}"
        charge = a_charge(shop.provider, card, payment_id=name, amount=money)
        shop.provider.charge(charge)
        shop.provider.ask_charge(charge)
    for currency in DEBITED:
        bank = stored(shop, "bank", setup_id=f"set_{currency}2", currency=currency).token
        money, name = Money(11_800, currency), f"ipy_{currency}_debit"
        charge = a_charge(shop.provider, bank, payment_id=name, amount=money)
        charge = known_as(charge, shop.provider.charge(charge))
        shop.simulator.settle_charge(charge.provider_charge_id or "")
        shop.simulator.return_charge(charge.provider_charge_id or "")
        shop.provider.ask_charge(charge)
    asked = stored(shop, "authentication_required", setup_id="set_sca").token
    charge = a_charge(shop.provider, asked, payment_id="ipy_sca")
    charge = known_as(charge, shop.provider.charge(charge))
    shop.provider.open_action(charge)
    shop.provider.cancel_charge(charge)


@pytest.fixture(scope="module")
def sent() -> list[HttpRequest]:
    shop = method_shop()
    stores(shop)
    charges(shop)
    return shop.http.sent


def test_each_request_is_as_stripe_publishes_it(sent: list[HttpRequest], schema: StripeSchema):
    """EXT-2, COL-1: unknown parameters are forbidden, listed values are the only ones."""
    assert {fault for request in sent for fault in schema.faults(request)} == set()
    assert {schema.route(each) for each in sent} == {
        "POST /v1/customers",
        "POST /v1/checkout/sessions",
        "GET /v1/checkout/sessions/{session}",
        "POST /v1/checkout/sessions/{session}/expire",
        "GET /v1/payment_methods/{payment_method}",
        "POST /v1/payment_methods/{payment_method}/detach",
        "POST /v1/payment_intents",
        "GET /v1/payment_intents",
        "GET /v1/payment_intents/{intent}",
        "POST /v1/payment_intents/{intent}/confirm",
        "POST /v1/payment_intents/{intent}/cancel",
        "GET /v1/disputes",
    }


def test_no_request_names_an_account_or_carries_a_card(sent: list[HttpRequest]):
    """COL-1: tokens alone; CONTRACTS 1.4: the operator's own account."""
    assert {each.headers.get("Stripe-Account") for each in sent} == {None}
    words = (b"card[number]", b"card%5Bnumber", b"application_fee", b"payment_method_data")
    assert not [each for each in sent for word in words if word in each.body]


def test_each_call_that_makes_something_has_a_key_of_its_own(sent: list[HttpRequest]):
    """BAD-11."""
    making = [
        each
        for each in sent
        if each.method == "POST"
        and each.url.endswith(("/customers", "/checkout/sessions", "/payment_intents"))
    ]

    keys = [each.headers["Idempotency-Key"] for each in making]
    by_key: dict[str, tuple[str, bytes]] = {}
    for key, each in zip(keys, making, strict=True):
        assert by_key.setdefault(key, (each.url, each.body)) == (each.url, each.body)
    assert {"set_de-1", "set_de-1-customer", "ipy_EUR-1"} <= set(keys)


@pytest.mark.parametrize(("currency", "kind"), DEBITED.items())
def test_the_page_of_a_bank_account_takes_nothing_else(currency: str, kind: str):
    """COL-10."""
    setup = a_setup(method_shop().provider, kind=MethodKind.BANK_DEBIT, currency=currency)

    form = forms.decode(setup.request_body.encode())

    assert (form["mode"], form["allowed_payment_method_types"]) == ("setup", [kind])
    assert ("payment_method_options" in form) is (currency == "USD")
    assert "currency" not in form
    ours = {"setup_id": "set_1", "account_id": "acc_1"}
    assert form["metadata"] == form["setup_intent_data"]["metadata"] == ours


def test_a_charge_says_whose_it_is_and_that_nobody_is_there():
    """COL-8: what a list is searched for later."""
    shop = method_shop()

    charge = a_charge(shop.provider, stored(shop, "bank").token)

    form = forms.decode(charge.request_body.encode())
    assert form["metadata"] == {
        "payment_id": "ipy_1",
        "invoice_id": "inv_1",
        "charge_key": "ipy_1-1",
    }
    assert (form["confirm"], form["off_session"]) == ("true", "true")
    assert (form["amount"], form["currency"]) == ("11850", "eur")
    assert form["mandate"] == charge.method.mandate_id
    assert form["allowed_payment_method_types"] == ["sepa_debit"]
    assert form["capture_method"] == "automatic"


@pytest.mark.parametrize(
    ("kind", "amount", "code"),
    [
        pytest.param(
            MethodKind.CARD, Money(100, "SEK"), "currency_not_supported", id="not sold in"
        ),
        pytest.param(
            MethodKind.CARD, Money(100_000_000, "EUR"), "amount_too_large", id="nine digits"
        ),
        pytest.param(
            MethodKind.BANK_DEBIT, Money(100, "CHF"), "bank_debit_not_supported", id="no debit"
        ),
    ],
)
def test_what_can_not_be_charged_is_refused_before_anything_is_stored(
    kind: MethodKind, amount: Money, code: str
):
    shop = method_shop()
    token = MethodToken(provider="stripe", kind=kind, customer_id="cus_1", token_id="pm_1")

    with pytest.raises(Invalid) as refused:
        a_charge(shop.provider, token, amount=amount)

    assert refused.value.code == code
    assert shop.http.sent == []


def test_a_connected_account_is_not_stripes_to_store():
    with pytest.raises(ValueError, match="paypal"):
        a_setup(method_shop().provider, kind=MethodKind.PAYPAL, customer_id="cus_1")


def test_a_method_is_stored_for_somebody():
    shop = method_shop()
    setup = a_setup(shop.provider)

    with pytest.raises(ValueError, match="customer"):
        shop.provider.setup_body(replace(setup, customer_id=None), SETUP_TEXTS)
