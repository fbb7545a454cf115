"""Deliveries as PayPal makes them, the server of its certificates, and forged bodies."""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from zlib import crc32

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding

from guichet.adapters.http import HttpRequest, HttpResponse
from tests.support.certificates import SIGNED_AT, rsa_key

HOST = "api.paypal.com"
CERTIFICATE_URL = f"https://{HOST}/v1/notifications/certs/CERT-360caa42-fca2a594-1a5f47cb"
WEBHOOK_ID = "1JE4291016473214C"


@dataclass
class CertificateServer:
    """An `Http` that serves what was put at an address, and remembers what was asked for."""

    held: dict[str, HttpResponse | Exception] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)

    def put(self, pem: str, url: str = CERTIFICATE_URL) -> None:
        self.held[url] = HttpResponse(200, {"content-type": "text/plain"}, pem.encode())

    def send(self, request: HttpRequest) -> HttpResponse:
        assert request.method == "GET"
        assert request.timeout_seconds <= 3
        self.asked.append(request.url)
        answer = self.held.get(request.url, HttpResponse(404, {}, b"not found"))
        if isinstance(answer, Exception):
            raise answer
        return answer


def an_event(**changed: Any) -> bytes:  # noqa: ANN401 - fields of many types
    """An event about a capture, as compact JSON."""
    event = {
        "id": "WH-58D329510W468432D-8HN650336L201105X",
        "event_version": "1.0",
        "create_time": "2026-11-22T09:00:00.000Z",
        "resource_type": "capture",
        "event_type": "PAYMENT.CAPTURE.COMPLETED",
        "resource": {"id": "12A34567BC123456S", "custom_id": "pay_p"},
    }
    return json.dumps(event | changed, separators=(",", ":")).encode()


def headers_for(
    body: bytes,
    *,
    at: datetime = SIGNED_AT,
    time: str | None = None,
    webhook_id: str = WEBHOOK_ID,
    url: str = CERTIFICATE_URL,
) -> dict[str, str]:
    """The headers of a delivery, their names in lower case, signed with `rsa_key`."""
    transmission_id = "4cce5920-5106-11ef-84e2-f38df3f70683"
    stamped = time or at.strftime("%Y-%m-%dT%H:%M:%SZ")
    text = f"{transmission_id}|{stamped}|{webhook_id}|{crc32(body)}".encode()
    signature = rsa_key().sign(text, padding.PKCS1v15(), hashes.SHA256())
    return {
        "paypal-transmission-id": transmission_id,
        "paypal-transmission-time": stamped,
        "paypal-transmission-sig": base64.b64encode(signature).decode(),
        "paypal-cert-url": url,
        "paypal-auth-algo": "SHA256withRSA",
        "paypal-auth-version": "v2",
    }


def gateway_event(
    body: bytes, headers: Mapping[str, str], path: str = "/v1/webhooks/paypal"
) -> dict[str, Any]:
    """What the gateway hands to the function."""
    return {
        "rawPath": path,
        "headers": dict(headers),
        "body": body.decode(),
        "isBase64Encoded": False,
    }


def twin_of(body: bytes, forged: Mapping[str, Any]) -> bytes:
    """Another JSON object with the same CRC-32: of letters, three bits each may be chosen freely.

    CRC-32 is affine over bits, so which of them to flip is a system of 32 linear equations.
    """
    letters = 40
    start = json.dumps(forged, separators=(",", ":")).encode()[:-1] + b',"pad":"'
    plain = start + b"A" * letters + b'"}'
    flips = [(len(start) + place, bit) for place in range(letters) for bit in (2, 4, 8)]
    effects = [crc32(_flipped(plain, [flip])) ^ crc32(plain) for flip in flips]
    chosen = _solved(effects, crc32(body) ^ crc32(plain))
    return _flipped(plain, [flip for place, flip in enumerate(flips) if chosen >> place & 1])


def _flipped(body: bytes, flips: list[tuple[int, int]]) -> bytes:
    changed = bytearray(body)
    for place, bit in flips:
        changed[place] ^= bit
    return bytes(changed)


def _solved(effects: list[int], wanted: int) -> int:
    """Which effects sum (exclusive or) to what is wanted, as a mask."""
    basis: dict[int, tuple[int, int]] = {}  # by highest bit: a sum, and of which effects
    for place, effect in enumerate(effects):
        rest, mask = _reduced(effect, 1 << place, basis)
        if rest:
            basis[rest.bit_length()] = (rest, mask)
    rest, mask = _reduced(wanted, 0, basis)
    assert rest == 0, "too few letters"
    return mask


def _reduced(value: int, mask: int, basis: Mapping[int, tuple[int, int]]) -> tuple[int, int]:
    while value and value.bit_length() in basis:
        other, others = basis[value.bit_length()]
        value, mask = value ^ other, mask ^ others
    return value, mask
