"""A provider's delivery, from the gateway's event to a stored event: verify, store, answer (EXT-2)."""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from typing import Any, Final

from guichet.adapters.stripe.client import API_VERSION
from guichet.adapters.stripe.webhooks import StripeEvent, parse_event, verify
from guichet.bootstrap import Container
from guichet.errors import Invalid, Refusal
from guichet.registration.provider_event import ProviderEvent
from guichet.registration.use_cases.receive_provider_event import receive_provider_event

MOST_BYTES: Final = 256 * 1024

type Answer = dict[str, Any]  # what the gateway takes
type Log = Any  # Powertools' logger


def answer_stripe(event: Mapping[str, Any], container: Container, log: Log) -> Answer:
    """Answer a delivery. Nothing but storing happens here, so that any burst is survived."""
    path = str(event.get("rawPath", ""))
    try:
        body = _raw_body(event)
        header = _headers(event).get("stripe-signature")
        verify(body, header, container.secrets.stripe_webhook_secrets, container.clock.now())
        delivered = parse_event(body)
    except Refusal as refusal:
        log.warning("delivery refused", code=refusal.code)
        return _problem(413 if refusal.code == "body_too_large" else 400, refusal, path)
    return _stored(delivered, body, container, log)


def _stored(delivered: StripeEvent, body: bytes, container: Container, log: Log) -> Answer:
    facts = {"event_id": delivered.event_id, "event_type": delivered.kind}
    if delivered.livemode is not container.settings.stripe_livemode:
        # A live Connect endpoint gets the test mode's events too; an error would get it disabled.
        log.info("event of the other mode ignored", **facts)
        return _ok("ignored")
    received = ProviderEvent(
        provider="stripe",
        event_id=delivered.event_id,
        kind=delivered.kind,
        provider_account_id=delivered.account or "",
        body=body.decode(),
        received_at=container.clock.now(),
    )
    new = receive_provider_event(received, records=container.records, clock=container.clock)
    log.info("event stored" if new else "event repeated", **facts)
    if delivered.api_version != API_VERSION:
        _alarm_other_version(log, delivered.api_version, facts)
    return _ok("stored" if new else "repeated")


def _alarm_other_version(log: Log, version: str | None, facts: Mapping[str, str]) -> None:
    """Stored all the same: we fetch the object ourselves. A person sets the endpoint's version."""
    from guichet.entry.metrics import needs_person  # noqa: PLC0415 - 100 ms, for a rare case

    log.error("event of another API version", api_version=version, **facts)
    needs_person("stripe_api_version")


def _raw_body(event: Mapping[str, Any]) -> bytes:
    """The bytes that were signed; the gateway may have encoded them."""
    text = str(event.get("body") or "")
    if len(text) > MOST_BYTES * 2:
        raise _too_large()
    try:
        body = (
            base64.b64decode(text, validate=True) if event.get("isBase64Encoded") else text.encode()
        )
    except ValueError as error:
        raise Invalid("body_malformed", "The body is not what the gateway says it is.") from error
    if len(body) > MOST_BYTES:
        raise _too_large()
    return body


def _too_large() -> Refusal:
    return Invalid("body_too_large", "An event has at most 256 KB.")


def _headers(event: Mapping[str, Any]) -> dict[str, str]:
    return {str(name).lower(): str(value) for name, value in (event.get("headers") or {}).items()}


def _ok(outcome: str) -> Answer:
    return {
        "statusCode": 200,
        "headers": {"content-type": "application/json"},
        "body": json.dumps({"received": outcome}),
    }


def _problem(status: int, refusal: Refusal, path: str) -> Answer:
    problem = {
        "type": f"urn:guichet:problem:{refusal.code}",
        "title": "The delivery was refused",
        "status": status,
        "detail": refusal.detail,
        "code": refusal.code,
        "instance": path,
        "errors": [],
    }
    return {
        "statusCode": status,
        "headers": {"content-type": "application/problem+json"},
        "body": json.dumps(problem),
    }
