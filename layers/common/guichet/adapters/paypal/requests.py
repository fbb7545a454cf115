"""The JSON that we send to PayPal, as exact bytes: pure, so that a stored body can be made once."""

from __future__ import annotations

import json
from types import MappingProxyType
from typing import Any, Final
from urllib.parse import quote

from guichet.adapters.paypal.amounts import require_chargeable, to_paypal
from guichet.adapters.paypal.client import Call
from guichet.money import Money
from guichet.payments.attempt import Attempt, Capture
from guichet.payments.cart_payment import PREFIX as CART_PAYMENT
from guichet.payments.ports import SessionTexts
from guichet.payments.refund import SentRefund

CARD_METHOD: Final = "paypal_card"  # PayPal's page opens with a card form, without an account

# Our languages as PayPal's pages name them: five characters, else the page guesses.
LOCALES: Final = MappingProxyType(
    {
        "en": "en-US",
        "fr": "fr-FR",
        "de": "de-DE",
        "it": "it-IT",
        "es": "es-ES",
        "pt": "pt-BR",
        "nl": "nl-NL",
    }
)

ORDERS: Final = "/v2/checkout/orders"
_DISPUTES: Final = "/v1/customer/disputes"
_MOST_DISPUTES: Final = 50  # on a page, and more than one payment ever has
_LONGEST_TEXT: Final = 127  # description, brand_name, custom_id, invoice_id
_LONGEST_NOTE: Final = 255
_NOTHING: Final = "{}"  # a capture says nothing: what is captured is the order


def order_body(payment: Attempt, texts: SessionTexts, *, environment: str) -> str:
    """An order of one unit, captured only when we say so.

    It is paid to the payee, or, where none is known, to whose credentials ask. `invoice_id` is
    unique per seller, also between our environments and attempts: PayPal refuses the second
    capture under one. The fee is left out where it is 0 (BAD-15).

    Raises:
        Invalid: a currency that is not sold in, or too large an amount.
    """
    require_chargeable(payment.amount)
    unit: dict[str, Any] = {"amount": to_paypal(payment.amount)}
    if payment.payee:
        unit["payee"] = {"merchant_id": payment.payee}
    unit["custom_id"] = payment.payment_id
    unit["invoice_id"] = f"{environment}-{payment.purpose.value}-{_short(payment)}"
    if title := shown(texts.title):
        unit["description"] = title
    if payment.platform_fee:
        fees = [{"amount": to_paypal(payment.platform_fee)}]
        unit["payment_instruction"] = {"platform_fees": fees}
    context = {
        "shipping_preference": "NO_SHIPPING",
        "user_action": "PAY_NOW",
        "return_url": texts.success_url,
        "cancel_url": texts.cancel_url,
    }
    if locale := LOCALES.get(texts.language):
        context["locale"] = locale
    if brand := shown(texts.seller):
        context["brand_name"] = brand
    if payment.method == CARD_METHOD:
        context["landing_page"] = "GUEST_CHECKOUT"
    return json_bytes(
        {
            "intent": "CAPTURE",
            "purchase_units": [unit],
            "payment_source": {"paypal": {"experience_context": context}},
        }
    )


def refund_body(
    *,
    environment: str,
    refund_id: str,
    payment_id: str,
    capture: Capture,
    amount: Money,
    fee: Money,
    note: str | None = None,
) -> str:
    """A refund with what of our fee goes back: PayPal computes no share of it (RFD-3).

    `invoice_id` ends with the capture's id, so that the stored bytes say what they return; both
    ids of ours are in `custom_id`, so that an event about the refund needs no look-up. PayPal
    shows the note to the buyer.
    """
    body: dict[str, Any] = {
        "amount": to_paypal(amount),
        "custom_id": reference(payment_id, refund_id),
        "invoice_id": f"{environment}-{refund_id}.{capture.capture_id}",
    }
    if fee:
        body["payment_instruction"] = {"platform_fees": [{"amount": to_paypal(fee)}]}
    if line := shown(note or "", _LONGEST_NOTE):
        body["note_to_payer"] = line
    return json_bytes(body)


def reference(payment_id: str, refund_id: str) -> str:
    """What a refund of ours is known by at PayPal."""
    return f"{payment_id}.{refund_id}"


def open_order(payment: Attempt) -> Call:
    return Call("POST", ORDERS, payment.on_behalf_of, payment.request_body, payment.provider_key)


def get_order(payee: str | None, order_id: str | None) -> Call:
    return Call("GET", f"{ORDERS}/{path_id(order_id)}", payee)


def capture_order(payment: Attempt) -> Call:
    path = f"{ORDERS}/{path_id(payment.session_id)}/capture"
    return Call("POST", path, payment.on_behalf_of, _NOTHING, payment.capture_key)


def get_capture(payee: str | None, capture_id: str | None) -> Call:
    return Call("GET", f"/v2/payments/captures/{path_id(capture_id)}", payee or None)


def create_refund(refund: SentRefund) -> Call:
    path = f"/v2/payments/captures/{path_id(refunded_capture(refund))}/refund"
    return Call("POST", path, refund.on_behalf_of, refund.request_body, refund.refund_id)


def get_refund(payee: str | None, provider_refund_id: str | None) -> Call:
    return Call("GET", f"/v2/payments/refunds/{path_id(provider_refund_id)}", payee or None)


def get_dispute(payee: str, dispute_id: str) -> Call:
    return Call("GET", f"{_DISPUTES}/{path_id(dispute_id)}", payee or None)


def list_disputes(payee: str, capture_id: str) -> Call:
    query = f"disputed_transaction_id={path_id(capture_id)}&page_size={_MOST_DISPUTES}"
    return Call("GET", f"{_DISPUTES}?{query}", payee or None)


def refunded_capture(refund: SentRefund) -> str:
    """The capture that the stored bytes are about."""
    invoice_id: str = json.loads(refund.request_body)["invoice_id"]
    return invoice_id.rpartition(".")[2]


def asked_fee(refund: SentRefund) -> dict[str, Any] | None:
    """What of the fee the stored bytes ask to go back, as PayPal's money; None for nothing."""
    instruction = json.loads(refund.request_body).get("payment_instruction")
    return None if instruction is None else instruction["platform_fees"][0]["amount"]


def shown(text: str, longest: int = _LONGEST_TEXT) -> str:
    """One line of at most so many UTF-16 units, as PayPal counts; no character is cut in two."""
    line = "".join(each if each.isprintable() else " " for each in text)
    kept, units = [], 0
    for each in " ".join(line.split()):
        units += 2 if ord(each) > 0xFFFF else 1
        if units > longest:
            break
        kept.append(each)
    return "".join(kept).rstrip()


def _short(payment: Attempt) -> str:
    """What tells one attempt from the others of its purpose."""
    named = payment.payment_id.removeprefix("pay_").removeprefix(CART_PAYMENT)
    return f"{named}-{payment.attempt}"


def json_bytes(body: dict[str, Any]) -> str:
    """ASCII, keys in the order given, no spaces: the same bytes wherever they are made."""
    return json.dumps(body, separators=(",", ":"))


def path_id(value: str | None) -> str:
    if not value:
        raise ValueError("PayPal can only be asked about an object whose id is known")
    return quote(value, safe="")
