"""The JSON by which PayPal accounts are stored and charged off-session, as exact bytes."""

from __future__ import annotations

import json
from typing import Any, Final
from urllib.parse import quote

from guichet.adapters.paypal.amounts import require_chargeable, to_paypal
from guichet.adapters.paypal.client import Call
from guichet.adapters.paypal.requests import LOCALES, ORDERS, json_bytes, path_id, shown
from guichet.payments.ports import SessionTexts
from guichet.payments.stored_method import (
    CHARGE_PREFIX,
    MethodCharge,
    MethodKind,
    MethodSetup,
    MethodToken,
)

_SETUP_TOKENS: Final = "/v3/vault/setup-tokens"
_PAYMENT_TOKENS: Final = "/v3/vault/payment-tokens"
_MOST_TOKENS: Final = 20  # on a page, and more than one customer ever has (COL-1)


def setup_body(setup: MethodSetup, texts: SessionTexts) -> str:
    """A setup token: the customer agrees on PayPal's page that we charge later, without them.

    Texts with letters beyond ASCII may not stand in the description: there is none.

    Raises:
        ValueError: of a kind that PayPal does not store.
    """
    if setup.kind is not MethodKind.PAYPAL:
        raise ValueError(f"PayPal stores no {setup.kind}")
    context = {
        "shipping_preference": "NO_SHIPPING",
        "return_url": texts.success_url,
        "cancel_url": texts.cancel_url,
    }
    if locale := LOCALES.get(texts.language):
        context["locale"] = locale
    if brand := shown(texts.seller):
        context["brand_name"] = brand
    body: dict[str, Any] = {
        "payment_source": {"paypal": {"usage_type": "MERCHANT", "experience_context": context}}
    }
    if setup.customer_id:
        body["customer"] = {"id": setup.customer_id}
    return json_bytes(body)


def charge_body(charge: MethodCharge, *, description: str, environment: str) -> str:
    """An order that is captured as it is made, as the merchant's own act.

    Raises:
        Invalid: a currency that is not sold in, or too large an amount.
    """
    require_chargeable(charge.amount)
    unit = _unit(charge, environment)
    unit["custom_id"] = charge.payment_id
    if title := shown(description):
        unit["description"] = title
    wallet = {
        "vault_id": charge.method.token_id,
        "stored_credential": {
            "payment_initiator": "MERCHANT",
            "usage": "SUBSEQUENT",
            "usage_pattern": "UNSCHEDULED_POSTPAID",
        },
    }
    return json_bytes(
        {"intent": "CAPTURE", "purchase_units": [unit], "payment_source": {"paypal": wallet}}
    )


def invoice_id_of(charge: MethodCharge) -> str:
    """PayPal's lasting guard, as the stored bytes have it: one payment under one id, for ever."""
    unit = json.loads(charge.request_body)["purchase_units"][0]
    found: str = unit["invoice_id"]
    return found


def open_setup(setup: MethodSetup) -> Call:
    return Call("POST", _SETUP_TOKENS, body=setup.request_body, key=setup.provider_key)


def get_setup(setup: MethodSetup) -> Call:
    return Call("GET", f"{_SETUP_TOKENS}/{path_id(setup.session_id)}")


def store(setup: MethodSetup) -> Call:
    """The payment token of an approved setup: one, however often it is asked for under its key."""
    source = {"token": {"id": path_id(setup.session_id), "type": "SETUP_TOKEN"}}
    body = json_bytes({"payment_source": source})
    return Call("POST", _PAYMENT_TOKENS, body=body, key=f"{setup.provider_key}-token")


def list_tokens(customer_id: str) -> Call:
    query = f"customer_id={quote(customer_id, safe='')}&page_size={_MOST_TOKENS}"
    return Call("GET", f"{_PAYMENT_TOKENS}?{query}")


def get_token(token: MethodToken) -> Call:
    return Call("GET", f"{_PAYMENT_TOKENS}/{path_id(token.token_id)}")


def delete_token(token: MethodToken) -> Call:
    return Call("DELETE", f"{_PAYMENT_TOKENS}/{path_id(token.token_id)}")


def take(charge: MethodCharge) -> Call:
    return Call("POST", ORDERS, body=charge.request_body, key=charge.charge_key)


def try_invoice_id(charge: MethodCharge) -> Call:
    """An order that nobody can pay, as it names no source: refused where the id was paid under.

    Without a key: each time the question is a new one.
    """
    sent = json.loads(charge.request_body)["purchase_units"][0]
    unit = {name: sent[name] for name in ("amount", "payee", "invoice_id") if name in sent}
    return Call("POST", ORDERS, body=json_bytes({"intent": "CAPTURE", "purchase_units": [unit]}))


def _unit(charge: MethodCharge, environment: str) -> dict[str, Any]:
    unit: dict[str, Any] = {"amount": to_paypal(charge.amount)}
    if charge.payee:
        unit["payee"] = {"merchant_id": charge.payee}
    short = charge.charge_key.removeprefix(CHARGE_PREFIX)
    unit["invoice_id"] = f"{environment}-{charge.invoice_id}-{short}"
    return unit
