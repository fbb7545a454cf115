"""The shape of every item of billing: name, key, due entry, what its mails are about. No I/O.

Apart from `items.py`, so that who sells trainings loads no subscriptions.
"""

from __future__ import annotations

import json
from datetime import date, datetime, timedelta
from typing import Final

from guichet.adapters.dynamo import items, keys, own_refund_items
from guichet.adapters.dynamo.codec import decode, encode_fields, encode_stated
from guichet.adapters.dynamo.seam import Item, Key
from guichet.payments.attempt import PaymentStatus
from guichet.payments.cart_payment import CartPayment
from guichet.payments.own_refund import OwnRefund
from guichet.payments.schedule import next_question_at
from guichet.subscriptions.balance import AccountBalance
from guichet.subscriptions.cart import Cart, Preview
from guichet.subscriptions.ports import Aggregate
from guichet.subscriptions.seats import SeatAssignment
from guichet.subscriptions.subscription import Subscription
from guichet.subscriptions.usage import UsageMonth

# A preview is valid for minutes; an order keeps its own copy.
PREVIEW_KEPT: Final = timedelta(days=7)


def aggregate_name(value: Aggregate) -> str:  # noqa: PLR0911 - one answer a kind
    """The name under which the journal keeps an object's history."""
    match value:
        case Subscription():
            return f"subscription/{value.subscription_id}"
        case Cart():
            return f"cart/{value.cart_id}"
        case CartPayment():
            return f"cart_payment/{value.payment_id}"
        case OwnRefund():
            return own_refund_items.aggregate_name(value)
        case AccountBalance():
            return balance_name(value.account_id, value.selling_entity, value.currency)
        case SeatAssignment():
            return f"seat/{value.seat_id}"
        case UsageMonth():
            return usage_name(value.subscription_id, value.month)


def balance_name(account_id: str, selling_entity: str, currency: str) -> str:
    return f"balance/{account_id}-{selling_entity}-{currency}"


def usage_name(subscription_id: str, month: date) -> str:
    return f"usage_month/{subscription_id}-{month:%Y-%m}"


def key_of(value: Aggregate) -> Key:  # noqa: PLR0911 - same
    match value:
        case Subscription():
            return keys.subscription(value.account_id, value.subscription_id)
        case Cart():
            return keys.cart(value.account_id, value.cart_id)
        case CartPayment():
            return keys.cart_payment(value.payment_id)
        case OwnRefund():
            return keys.own_refund(value.refund_id)
        case AccountBalance():
            return keys.balance(value.account_id, value.selling_entity, value.currency)
        case SeatAssignment():
            return keys.seat(value.subscription_id, value.seat_id)
        case UsageMonth():
            return keys.usage_month(value.subscription_id, value.month)


def item_of(value: Aggregate, at: datetime) -> Item:
    """The whole item, as it is written at a moment, with its entry in the index of due work."""
    if isinstance(value, OwnRefund):
        return own_refund_items.item_of(value)
    fields = encode_stated(value)
    if isinstance(value, CartPayment) and value.request_body:
        fields["request_body"] = items.packed(value.request_body)
    return {**items.stored(key_of(value), fields), **due_of(value, at)}


def read_cart_payment(item: Item | None) -> CartPayment | None:
    """A stored attempt with the exact bytes that ask for its page."""
    if item is None:
        return None
    body = items.unpacked(str(item["request_body"])) if item["request_body"] else ""
    return decode(CartPayment, {**item, "request_body": body})


def preview_item(preview: Preview) -> Item:
    """A preview lies there for some days, and is forgotten; as one text, for nobody reads a part."""
    key = keys.preview(preview.account_id, preview.preview_id)
    expires_at = preview.expires_at + PREVIEW_KEPT
    text = json.dumps(encode_fields(preview), separators=(",", ":"))
    return {
        **items.stored(key, {"preview": items.packed(text)}),
        "expires_epoch": int(expires_at.timestamp()),
    }


def read_preview(item: Item | None) -> Preview | None:
    if item is None:
        return None
    return decode(Preview, json.loads(items.unpacked(str(item["preview"]))))


def due_of(value: Aggregate, at: datetime) -> Item:  # noqa: PLR0911 - same
    """When somebody has to look at it again; nothing where nobody has to."""
    match value:
        case Subscription():
            look_at = value.next_look_at()
            return items.due_entry("subscription", look_at) if look_at else {}
        case AccountBalance():
            return balance_due_of(value, at)
        case Cart(is_invoiced_itself=True):
            return items.due_entry("invoice", at)
        case Cart():
            look_at = value.next_look_at()
            return items.due_entry("cart", look_at) if look_at else {}
        case CartPayment(status=PaymentStatus.PROCESSING | PaymentStatus.CAPTURING):
            asked_at = next_question_at(value.started_at, value.asked_count)
            return items.due_entry("cart_payment", asked_at)
        case OwnRefund():
            return own_refund_items.due_of(value)
        case _:
            return {}


def balance_due_of(balance: AccountBalance, at: datetime) -> Item:
    """Credit pays what is open at once; then the day of the next bill is waited for."""
    if balance.has_credit_to_apply:
        return items.due_entry("balance", at)
    look_at = balance.next_invoice_at()
    return items.due_entry("invoice", look_at) if look_at else {}


def effect_about(value: Aggregate) -> Item:
    """What the mails of a change are about: ids, by which the newest state is read."""
    about: Item = {"account_id": value.account_id}
    match value:
        case Subscription() | UsageMonth():
            return {**about, "subscription_id": value.subscription_id}
        case Cart():
            return {**about, "cart_id": value.cart_id}
        case CartPayment():
            return {**about, "cart_id": value.cart_id, "payment_id": value.payment_id}
        case SeatAssignment():
            return {
                **about,
                "subscription_id": value.subscription_id,
                "seat_id": value.seat_id,
            }
        case AccountBalance():
            return about
        case OwnRefund():
            return own_refund_items.effect_about(value)
