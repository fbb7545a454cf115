"""A provider's delivery, from the gateway's event to a stored event: verify, store, answer (EXT-2)."""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from typing import Any, Final

from guichet.adapters.stripe import webhooks as stripe
from guichet.adapters.stripe.client import API_VERSION
from guichet.bootstrap import Container
from guichet.errors import Invalid, Refusal, Unavailable
from guichet.registration.provider_event import ProviderEvent
from guichet.registration.use_cases.receive_provider_event import receive_provider_event

MOST_BYTES: Final = 256 * 1024

type Answer = dict[str, Any]  # what the gateway takes
type Log = Any  # Powertools' logger


def answer_delivery(event: Mapping[str, Any], container: Container, log: Log) -> Answer:
    """Answer a delivery of the provider that the path names."""
    answers = {"/v1/webhooks/paypal": answer_paypal, "/v1/webhooks/stripe": answer_stripe}
    return answers[_path(event)](event, container, log)


def answer_stripe(event: Mapping[str, Any], container: Container, log: Log) -> Answer:
    """Answer a delivery. Nothing but storing happens here, so that any burst is survived."""
    try:
        body = _raw_body(event)
        header = _headers(event).get("stripe-signature")
        secrets = container.secrets.all_stripe_webhook_secrets
        stripe.verify(body, header, secrets, container.clock.now())
        delivered = stripe.parse_event(body)
    except Refusal as refusal:
        return _refused(refusal, event, log)
    if delivered.livemode is not container.settings.stripe_livemode:
        # A live Connect endpoint gets the test mode's events too; an error would get it disabled.
        facts = {"event_id": delivered.event_id, "event_type": delivered.kind}
        log.info("event of the other mode ignored", **facts)
        return _ok("ignored")
    answer = _stored(
        ProviderEvent(
            provider="stripe",
            event_id=delivered.event_id,
            kind=delivered.kind,
            provider_account_id=delivered.account,
            body=body.decode(),
            received_at=container.clock.now(),
        ),
        container,
        log,
    )
    if delivered.api_version != API_VERSION:
        # Stored all the same: we fetch the object ourselves. A person sets the endpoint's version.
        log.error(
            "event of another API version",
            api_version=delivered.api_version,
            event_id=delivered.event_id,
            event_type=delivered.kind,
        )
        _alarm("stripe_api_version")
    return answer


def answer_paypal(event: Mapping[str, Any], container: Container, log: Log) -> Answer:
    """Answer a delivery; a certificate that can't be had now is a 503, which PayPal repeats."""
    from guichet.adapters.paypal import webhooks as paypal  # noqa: PLC0415 - on PayPal's road only
    from guichet.adapters.paypal.certificates import UNTRUSTED  # noqa: PLC0415 - same

    try:
        body = _raw_body(event)
        paypal.verify(
            body,
            _headers(event),
            container.secrets.all_paypal_webhook_ids,
            container.certificates,
            container.clock.now(),
        )
        delivered = paypal.parse_event(body)
    except Refusal as refusal:
        if refusal.code == UNTRUSTED:
            # PayPal itself served it, so it is PayPal's change of authority that we don't know.
            _alarm(UNTRUSTED)
        return _refused(refusal, event, log)
    return _stored(
        ProviderEvent(
            provider="paypal",
            event_id=delivered.event_id,
            kind=delivered.kind,
            provider_account_id=delivered.merchant,
            body=body.decode(),
            received_at=container.clock.now(),
        ),
        container,
        log,
    )


def _stored(received: ProviderEvent, container: Container, log: Log) -> Answer:
    new = receive_provider_event(received, records=container.records, clock=container.clock)
    log.info(
        "event stored" if new else "event repeated",
        event_id=received.event_id,
        event_type=received.kind,
    )
    return _ok("stored" if new else "repeated")


def _refused(refusal: Refusal, event: Mapping[str, Any], log: Log) -> Answer:
    """The problem as an answer. No header and no body is logged: one delivery's make another's."""
    log.warning("delivery refused", code=refusal.code, path=_path(event))
    status = 413 if refusal.code == "body_too_large" else 400
    if isinstance(refusal, Unavailable):
        status = 503
    return _problem(status, refusal, _path(event))


def _alarm(reason: str) -> None:
    from guichet.entry.metrics import needs_person  # noqa: PLC0415 - 100 ms, for a rare case

    needs_person(reason)


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
    """Names in lower case; one that came twice, in whatever case, is joined as the gateway does."""
    joined: dict[str, str] = {}
    for name, value in (event.get("headers") or {}).items():
        lower = str(name).lower()
        joined[lower] = f"{joined[lower]},{value}" if lower in joined else str(value)
    return joined


def _path(event: Mapping[str, Any]) -> str:
    return str(event.get("rawPath", ""))


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
