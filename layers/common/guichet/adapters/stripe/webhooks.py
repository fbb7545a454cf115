"""Stripe's events at our door: who signed them, what they are, whom they hint at (EXT-2)."""

from __future__ import annotations

import hmac
import json
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from hashlib import sha256
from types import MappingProxyType
from typing import Any, Final

from guichet.errors import Invalid
from guichet.payments.cart_payment import names_cart_payment
from guichet.payments.ports import Hint
from guichet.payments.stored_method import names_charge, names_setup
from guichet.registration.provider_event import ProviderEvent

TOLERANCE_SECONDS: Final = 300

# What an endpoint is set up to receive (README): each tells of something that only asking shows.
ENDPOINT_EVENTS: Final = (
    "checkout.session.completed",
    "checkout.session.async_payment_succeeded",
    "checkout.session.async_payment_failed",
    "checkout.session.expired",
    "refund.created",
    "refund.updated",
    "refund.failed",
    "charge.dispute.created",
    "charge.dispute.updated",
    "charge.dispute.closed",
    "charge.dispute.funds_withdrawn",
    "charge.dispute.funds_reinstated",
    "account.updated",
    "account.application.deauthorized",
)

# About the organizer's account itself, which the envelope names.
_ACCOUNT_TYPES: Final = frozenset({"account.updated", "account.application.deauthorized"})

# Of the operator's own account, where methods are stored and charged; an endpoint's list of events
# takes 20 types at most.
OWN_ENDPOINT_EVENTS: Final = (
    *(each for each in ENDPOINT_EVENTS if each not in _ACCOUNT_TYPES),
    "payment_intent.succeeded",
    "payment_intent.payment_failed",
    "payment_intent.processing",
    "payment_intent.requires_action",
    "payment_intent.canceled",
    "payment_method.detached",
)

_DETACHED: Final = "payment_method.detached"
_SETUPS: Final = frozenset({"checkout.session", "setup_intent"})

_LONGEST_HEADER: Final = 4096
_MOST_SIGNATURES: Final = 20
_TIMESTAMP: Final = re.compile(r"[0-9]{1,12}", re.ASCII)
_EVENT_ID: Final = re.compile(r"[A-Za-z0-9_-]{1,255}", re.ASCII)
_TYPE: Final = re.compile(r"[A-Za-z0-9_.]{1,255}", re.ASCII)
_OUR_ID: Final = re.compile(r"[A-Za-z0-9_-]{1,128}", re.ASCII)  # what may stand in a key of a table

_HINTING: Final = MappingProxyType(
    {
        "checkout.session": ("payment_id",),
        "payment_intent": ("payment_id",),
        "charge": ("payment_id",),
        "refund": ("payment_id", "refund_id"),
    }
)


@dataclass(frozen=True, slots=True)
class StripeEvent:
    """The envelope of an event; what it carries is a snapshot, and no truth."""

    event_id: str
    kind: str
    account: str  # empty for the operator's own account
    livemode: bool
    api_version: str | None


def verify(
    raw_body: bytes, signature_header: str | None, secrets: Sequence[str], now: datetime
) -> None:
    """Answer only if one of our secrets signed these bytes within 5 minutes of now, either way.

    Every v1 is compared with every secret, in constant time; other schemes are ignored.

    Raises:
        Invalid: `signature_missing`, `_malformed`, `_invalid`, `_old` or `_future`.
    """
    timestamp, signatures = _parsed(signature_header)
    signed = timestamp.encode() + b"." + raw_body
    ours = [hmac.new(secret.encode(), signed, sha256).hexdigest() for secret in secrets if secret]
    # No short cut: how long it takes must not tell which secret or signature came close.
    matches = [
        hmac.compare_digest(mine.encode(), theirs.encode())
        for mine in ours
        for theirs in signatures
    ]
    if not any(matches):
        raise _refused("signature_invalid", "No signature was made with a secret of this endpoint.")
    age = now.timestamp() - int(timestamp)
    if age > TOLERANCE_SECONDS:
        raise _refused("signature_old", "The signature is older than 5 minutes.")
    if age < -TOLERANCE_SECONDS:
        raise _refused("signature_future", "The signature lies more than 5 minutes ahead.")


def parse_event(raw_body: bytes) -> StripeEvent:
    """Read the envelope of a verified event, of any type and API version.

    Raises:
        Invalid: `event_malformed`: no JSON, or without an id and a type.
    """
    event = _object(raw_body)
    account = event.get("account")
    version = event.get("api_version")
    return StripeEvent(
        event_id=_matching(event.get("id"), _EVENT_ID),
        kind=_matching(event.get("type"), _TYPE),
        account="" if account is None else _matching(account, _EVENT_ID),
        livemode=event.get("livemode") is True,
        api_version=version if isinstance(version, str) else None,
    )


def read_hint(event: ProviderEvent) -> Hint:
    """Whom to ask about: the ids of ours in the snapshot's metadata, or the account, else nobody.

    Refunds and disputes are named by Stripe's id too (RFD-4). An organizer can edit metadata, so a
    hint may be false: it only ever leads to a question. A cart is paid into the operator's own
    account alone, whose events name no account; so are invoices, by methods stored there.
    """
    if event.kind in _ACCOUNT_TYPES:
        return Hint(provider_account_id=event.provider_account_id or None)
    data = _object(event.body.encode()).get("data")
    snapshot = data.get("object") if isinstance(data, dict) else None
    if not isinstance(snapshot, dict):
        return Hint()
    metadata = snapshot.get("metadata")
    found = metadata if isinstance(metadata, dict) else {}
    own = None if event.provider_account_id else _own_hint(event.kind, snapshot, found)
    return _payment_hint(event, snapshot, found) if own is None else own


def _payment_hint(event: ProviderEvent, snapshot: dict[str, Any], metadata: dict[str, Any]) -> Hint:
    """An organizer's payment, refund or dispute; on the operator's own account a cart's payment."""
    kind, account = snapshot.get("object"), event.provider_account_id
    names = _HINTING.get(kind, ()) if isinstance(kind, str) else ()
    ids = {name: _our_id(metadata.get(name)) for name in names}
    theirs = _theirs(kind, snapshot.get("id"), account)
    payment_id = ids.get("payment_id")
    if payment_id is None or None in ids.values() or names_charge(payment_id):
        return theirs
    if not names_cart_payment(payment_id):
        return replace(theirs, **ids)
    if account:
        return theirs
    return Hint(cart_payment_id=payment_id, refund_id=ids.get("refund_id"))


def _own_hint(event_kind: str, snapshot: dict[str, Any], metadata: dict[str, Any]) -> Hint | None:
    """What is on the operator's own account: a stored method, its setup, or an invoice's payment."""
    kind = snapshot.get("object")
    if event_kind == _DETACHED:
        return Hint(detached_token=_our_id(snapshot.get("id")))
    if kind == "dispute":
        return Hint(disputed_charge_id=_reference(snapshot.get("payment_intent")))
    setup_id, payment_id = (_our_id(metadata.get(name)) for name in ("setup_id", "payment_id"))
    if setup_id is not None and names_setup(setup_id) and kind in _SETUPS:
        return Hint(setup_id=setup_id)
    if payment_id is not None and names_charge(payment_id) and kind in _HINTING:
        return Hint(invoice_payment_id=payment_id, refund_id=_our_id(metadata.get("refund_id")))
    return None


def _reference(value: object) -> str | None:
    """The id of another object, whether it was expanded or not."""
    return _our_id(value.get("id") if isinstance(value, dict) else value)


def _our_id(value: object) -> str | None:
    return value if isinstance(value, str) and _OUR_ID.fullmatch(value) else None


def _theirs(kind: object, object_id: object, account: str) -> Hint:
    """A hint by the provider's ids; nobody, where an object is not an organizer's."""
    if not account or not isinstance(object_id, str) or _EVENT_ID.fullmatch(object_id) is None:
        return Hint()
    if kind == "refund":
        return Hint(provider_refund_id=object_id, provider_account_id=account)
    if kind == "dispute":
        return Hint(provider_dispute_id=object_id, provider_account_id=account)
    return Hint()


def _parsed(header: str | None) -> tuple[str, list[str]]:
    """The one timestamp and all v1 signatures of a header."""
    if not header:
        raise _refused("signature_missing", "There is no Stripe-Signature header.")
    if len(header) > _LONGEST_HEADER:
        raise _malformed()
    timestamps: list[str] = []
    signatures: list[str] = []
    for part in header.split(","):
        scheme, separator, value = part.strip().partition("=")
        if not separator:
            raise _malformed()
        if scheme == "t":
            timestamps.append(value)
        elif scheme == "v1":
            signatures.append(value)
    # A header that came twice is joined by a comma: whose time would be meant?
    if len(timestamps) != 1 or _TIMESTAMP.fullmatch(timestamps[0]) is None:
        raise _malformed()
    if not 1 <= len(signatures) <= _MOST_SIGNATURES:
        raise _malformed()
    return timestamps[0], signatures


def _object(raw: bytes) -> dict[str, Any]:
    try:
        found = json.loads(raw)
    except (ValueError, RecursionError) as error:
        raise Invalid("event_malformed", "The body is no JSON.") from error
    if not isinstance(found, dict):
        raise Invalid("event_malformed", "The body is no JSON object.")
    return found


def _matching(value: object, pattern: re.Pattern[str]) -> str:
    if not isinstance(value, str) or pattern.fullmatch(value) is None:
        raise Invalid("event_malformed", "The event has no readable id, type or account.")
    return value


def _malformed() -> Invalid:
    return _refused("signature_malformed", "The Stripe-Signature header can't be read.")


def _refused(code: str, detail: str) -> Invalid:
    return Invalid(code, detail, rule="EXT-2")
