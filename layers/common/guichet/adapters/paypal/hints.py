"""Whom PayPal's events hint at: whom to ask, never what to believe (EXT-2)."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from typing import Any, Final

from guichet.errors import Invalid
from guichet.payments.cart_payment import names_cart_payment
from guichet.payments.ports import Hint
from guichet.payments.stored_method import names_charge
from guichet.registration.provider_event import ProviderEvent

MERCHANT_TYPES: Final = ("MERCHANT.", "CUSTOMER.MERCHANT-INTEGRATION.")

_ID: Final = re.compile(r"[A-Za-z0-9_-]{1,128}", re.ASCII)  # what may stand in a key of a table
_TRACKING: Final = re.compile(r"([A-Za-z0-9_]{1,128})([-.][A-Za-z0-9_.-]*)?", re.ASCII)


def read_hint(event: ProviderEvent) -> Hint:
    """Whom to ask about: our ids in the snapshot's custom or tracking id, else PayPal's own.

    A hint may be false, as the body may be anybody's: it only ever leads to a question.
    """
    resource = json_object(event.body.encode()).get("resource")
    if not isinstance(resource, dict):
        return Hint()
    own = _own_hint(resource)
    if own is not None:
        return own
    for types, hint_at in _READERS:
        if event.kind.startswith(types):
            return hint_at(resource)
    return Hint()


def _own_hint(resource: Mapping[str, Any]) -> Hint | None:
    """A cart's or an invoice's payment, by what an order, a capture, a refund or a dispute repeats."""
    disputed = _first(resource.get("disputed_transactions")).get("custom")
    for told in (resource.get("custom_id"), _only_unit(resource).get("custom_id"), disputed):
        if isinstance(told, str) and (names_cart_payment(told) or names_charge(told)):
            payment_id, _, refund_id = told.partition(".")
            known = readable_id(payment_id)
            if known is None:
                return None
            if names_charge(known):
                return Hint(invoice_payment_id=known, refund_id=readable_id(refund_id))
            return Hint(cart_payment_id=known, refund_id=readable_id(refund_id))
    return None


def _token_hint(token: Mapping[str, Any]) -> Hint:
    """A stored account that its owner, or PayPal, took away: named by PayPal's id alone."""
    return Hint(detached_token=readable_id(token.get("id")))


def _merchant_hint(resource: Mapping[str, Any]) -> Hint:
    tracking = resource.get("tracking_id")
    found = _TRACKING.fullmatch(tracking) if isinstance(tracking, str) else None
    return Hint(
        payment_account_id=found[1] if found else None,
        provider_account_id=readable_id(resource.get("merchant_id")),
    )


def _order_hint(order: Mapping[str, Any]) -> Hint:
    return Hint(payment_id=readable_id(_only_unit(order).get("custom_id")))


def _capture_hint(capture: Mapping[str, Any]) -> Hint:
    return Hint(payment_id=readable_id(capture.get("custom_id")))


def _refund_hint(refund: Mapping[str, Any]) -> Hint:
    """Ours by `<payment>.<refund>` too, all by PayPal's id and whose it is (RFD-4).

    One that was made at PayPal may repeat its payment's custom id, which then says whose it is.
    """
    payment_id, refund_id = _references(refund)
    seller = _seller_of(refund)
    return Hint(
        payment_id=payment_id if refund_id or not seller else None,
        refund_id=refund_id,
        provider_account_id=seller,
        provider_refund_id=readable_id(refund.get("id")),
    )


def _reversal_hint(reversal: Mapping[str, Any]) -> Hint:
    """A reversal is shaped as a refund; which capture was reversed stands in a link alone.

    A bank may reverse without a dispute: then it counts as the refund that it looks like.
    """
    payment_id, _ = _references(reversal)
    seller = _seller_of(reversal)
    return Hint(
        payment_id=None if seller else payment_id,
        provider_account_id=seller,
        provider_refund_id=readable_id(reversal.get("id")),
        reversed_capture_id=_linked(reversal, "up"),
    )


def _dispute_hint(dispute: Mapping[str, Any]) -> Hint:
    disputed = _first(dispute.get("disputed_transactions"))
    seller = disputed.get("seller")
    return Hint(
        provider_account_id=readable_id(seller.get("merchant_id"))
        if isinstance(seller, dict)
        else None,
        provider_dispute_id=readable_id(dispute.get("dispute_id")),
    )


def _references(refund: Mapping[str, Any]) -> tuple[str | None, str | None]:
    """Our payment and refund, as far as a custom id names them."""
    custom_id = refund.get("custom_id")
    if not isinstance(custom_id, str):
        return None, None
    payment_id, separator, refund_id = custom_id.partition(".")
    if separator and (readable_id(payment_id) is None or readable_id(refund_id) is None):
        return None, None
    return readable_id(payment_id), readable_id(refund_id)


def _seller_of(refund: Mapping[str, Any]) -> str | None:
    """Who pays a refund is who was paid."""
    payer = refund.get("payer")
    return readable_id(payer.get("merchant_id")) if isinstance(payer, dict) else None


def _linked(resource: Mapping[str, Any], rel: str) -> str | None:
    """The id at the end of a link."""
    links = resource.get("links")
    for each in links if isinstance(links, list) else ():
        if isinstance(each, dict) and each.get("rel") == rel and isinstance(each.get("href"), str):
            return readable_id(each["href"].rpartition("/")[2])
    return None


def _first(listed: object) -> Mapping[str, Any]:
    first = listed[0] if isinstance(listed, list) and listed else None
    return first if isinstance(first, dict) else {}


def _only_unit(order: Mapping[str, Any]) -> Mapping[str, Any]:
    """Our orders have one unit; another's says nothing to us."""
    units = order.get("purchase_units")
    if not isinstance(units, list) or len(units) != 1 or not isinstance(units[0], dict):
        return {}
    return units[0]


# The first that fits: a refund's and a reversal's events are called after the capture.
_READERS: Final[tuple[tuple[tuple[str, ...], Callable[[Mapping[str, Any]], Hint]], ...]] = (
    (MERCHANT_TYPES, _merchant_hint),
    (("CHECKOUT.",), _order_hint),
    (("PAYMENT.CAPTURE.REFUNDED", "PAYMENT.REFUND."), _refund_hint),
    (("PAYMENT.CAPTURE.REVERSED",), _reversal_hint),
    (("CUSTOMER.DISPUTE.",), _dispute_hint),
    (("PAYMENT.CAPTURE.",), _capture_hint),
    (("VAULT.PAYMENT-TOKEN.DELET",), _token_hint),  # `…DELETED` and `…DELETION-INITIATED`
)


def readable_id(value: object) -> str | None:
    """The id, if that is what it is."""
    return value if isinstance(value, str) and _ID.fullmatch(value) else None


def json_object(raw: bytes) -> dict[str, Any]:
    """The body of an event.

    Raises:
        Invalid: `event_malformed`.
    """
    try:
        found = json.loads(raw.decode())  # strictly UTF-8, as it is stored
    except (ValueError, RecursionError) as error:
        raise Invalid("event_malformed", "The body is no JSON.") from error
    if not isinstance(found, dict):
        raise Invalid("event_malformed", "The body is no JSON object.")
    return found
