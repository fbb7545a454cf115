"""PayPal's events at our door: who signed them, and what they are (EXT-2)."""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from zlib import crc32

from guichet.adapters.paypal.certificates import Certificates
from guichet.adapters.paypal.hints import MERCHANT_TYPES, json_object, readable_id
from guichet.errors import Invalid

# PayPal repeats for three days, up to 25 times, so about every three hours; whether a repeat bears
# a new time isn't documented. Twice that beyond the three days, the last one is still in time.
LONGEST_AGO: Final = timedelta(days=3, hours=6)
FURTHEST_AHEAD: Final = timedelta(minutes=5)

# What a webhook is set up to receive (README): each tells of something that only asking shows.
ENDPOINT_EVENTS: Final = (
    "CHECKOUT.ORDER.APPROVED",
    "CHECKOUT.PAYMENT-APPROVAL.REVERSED",
    "PAYMENT.CAPTURE.PENDING",
    "PAYMENT.CAPTURE.COMPLETED",
    "PAYMENT.CAPTURE.DENIED",
    "PAYMENT.CAPTURE.DECLINED",
    "PAYMENT.CAPTURE.REFUNDED",
    "PAYMENT.CAPTURE.REVERSED",
    "PAYMENT.REFUND.PENDING",
    "PAYMENT.REFUND.FAILED",
    "CUSTOMER.DISPUTE.CREATED",
    "CUSTOMER.DISPUTE.UPDATED",
    "CUSTOMER.DISPUTE.RESOLVED",
    "MERCHANT.ONBOARDING.COMPLETED",
    "MERCHANT.PARTNER-CONSENT.REVOKED",
    "VAULT.PAYMENT-TOKEN.DELETED",
    "VAULT.PAYMENT-TOKEN.DELETION-INITIATED",
)

_ALGORITHM: Final = "SHA256withRSA"
_VERSION: Final = "v2"
_LONGEST_HEADER: Final = 2048
_TRANSMISSION_ID: Final = re.compile(r"[A-Za-z0-9-]{1,64}", re.ASCII)
_TIME: Final = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,9})?(Z|[+-]\d\d:\d\d)", re.ASCII)
_EVENT_ID: Final = re.compile(r"[A-Za-z0-9_-]{1,255}", re.ASCII)
_TYPE: Final = re.compile(r"[A-Za-z0-9_.-]{1,255}", re.ASCII)


@dataclass(frozen=True, slots=True)
class PayPalEvent:
    """The envelope of an event; what it carries is a snapshot, and no truth."""

    event_id: str
    kind: str
    merchant: str  # empty where it is not about a merchant


@dataclass(frozen=True, slots=True)
class _Transmission:
    """What the headers of a delivery say."""

    transmission_id: str
    time: str  # as it was signed
    signature: bytes
    certificate_url: str

    @classmethod
    def parse(cls, headers: Mapping[str, str]) -> _Transmission:
        held = {
            name: _header(headers, f"paypal-{name}")
            for name in (
                "transmission-id",
                "transmission-time",
                "transmission-sig",
                "cert-url",
                "auth-algo",
                "auth-version",
            )
        }
        if held["auth-algo"] != _ALGORITHM or held["auth-version"] != _VERSION:
            raise _malformed()
        if _TRANSMISSION_ID.fullmatch(held["transmission-id"]) is None:
            raise _malformed()
        try:
            signature = base64.b64decode(held["transmission-sig"], validate=True)
        except (binascii.Error, ValueError) as error:
            raise _malformed() from error
        return cls(held["transmission-id"], held["transmission-time"], signature, held["cert-url"])

    @property
    def at(self) -> datetime:
        if _TIME.fullmatch(self.time) is None:
            raise _malformed()
        try:
            return datetime.fromisoformat(self.time)
        except ValueError as error:
            raise _malformed() from error

    def signed_text(self, webhook_id: str, raw_body: bytes) -> bytes:
        """What PayPal signs: of the body no more than a checksum, hence we believe no body."""
        return f"{self.transmission_id}|{self.time}|{webhook_id}|{crc32(raw_body)}".encode()


def verify(
    raw_body: bytes,
    headers: Mapping[str, str],
    webhook_ids: Sequence[str],
    certificates: Certificates,
    now: datetime,
) -> None:
    """Answer only if PayPal signed this delivery to one of our webhooks, within its repeats.

    The signature holds the body's CRC-32 alone, so whoever knows one delivery can make others:
    an event may lead to a question to PayPal and to nothing else.

    Args:
        raw_body: the bytes as they came.
        headers: names in lower case; what came twice is joined by a comma.
        webhook_ids: PayPal's ids of our webhooks; without one nothing is taken.
        certificates: who signs.
        now: what PayPal's time is compared with.

    Raises:
        Invalid: `signature_missing`, `_malformed`, `_invalid`, `_old` or `_future`, or what is
            wrong with the certificate.
        Unavailable: the certificate can't be had now.
    """
    transmission = _Transmission.parse(headers)
    ago = now - transmission.at
    if ago > LONGEST_AGO:
        raise _refused("signature_old", "The delivery is older than PayPal repeats any.")
    if -ago > FURTHEST_AHEAD:
        raise _refused("signature_future", "The delivery lies more than 5 minutes ahead.")
    ours = [each for each in webhook_ids if each]
    if not ours:
        raise _invalid()
    signer = certificates.signer(transmission.certificate_url, now)
    texts = [transmission.signed_text(each, raw_body) for each in ours]
    if not any(signer.signed(transmission.signature, text) for text in texts):
        raise _invalid()


def parse_event(raw_body: bytes) -> PayPalEvent:
    """Read the envelope of a verified event of any type.

    Raises:
        Invalid: `event_malformed`: no JSON in UTF-8, or without an id and a type.
    """
    event = json_object(raw_body)
    kind = _matching(event.get("event_type"), _TYPE)
    resource = event.get("resource")
    merchant = resource.get("merchant_id") if isinstance(resource, dict) else None
    known = kind.startswith(MERCHANT_TYPES) and readable_id(merchant)
    return PayPalEvent(_matching(event.get("id"), _EVENT_ID), kind, known or "")


def _header(headers: Mapping[str, str], name: str) -> str:
    value = headers.get(name)
    if not value:
        raise _refused("signature_missing", f"There is no {name} header.")
    # What came twice is joined by a comma, which none of them holds: which would be meant?
    if len(value) > _LONGEST_HEADER or "," in value:
        raise _malformed()
    return value


def _matching(value: object, pattern: re.Pattern[str]) -> str:
    if not isinstance(value, str) or pattern.fullmatch(value) is None:
        raise Invalid("event_malformed", "The event has no readable id or type.")
    return value


def _malformed() -> Invalid:
    return _refused("signature_malformed", "PayPal's headers can't be read.")


def _invalid() -> Invalid:
    return _refused("signature_invalid", "PayPal did not sign this for a webhook of ours.")


def _refused(code: str, detail: str) -> Invalid:
    return Invalid(code, detail, rule="EXT-2")
