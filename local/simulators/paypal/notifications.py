"""The API's own view of webhooks: certificates, events past, signatures checked by postback."""

import base64
import binascii
import json
from collections.abc import Mapping
from datetime import datetime
from urllib.parse import urlencode, urlsplit

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa

from local.simulators.paypal import certificates, webhooks
from local.simulators.paypal.errors import malformed, no_such
from local.simulators.paypal.shapes import Json, link
from local.simulators.paypal.world import World

_NEEDED = (
    *("auth_algo", "cert_url", "transmission_id", "transmission_sig"),
    *("transmission_time", "webhook_id"),
)
_MOST_EVENTS = 300


def verification(world: World, raw: bytes, body: Json) -> Json:
    """Whether the simulator itself sent this; the event counts as the bytes it was posted with.

    Raises:
        PayPalError: 400, a field is missing.
    """
    for name in _NEEDED:
        if not isinstance(body.get(name), str):
            raise malformed("MISSING_REQUIRED_PARAMETER", f"/{name}")
    if not isinstance(body.get("webhook_event"), dict):
        raise malformed("MISSING_REQUIRED_PARAMETER", "/webhook_event")
    genuine = body["webhook_id"] in world.webhook_ids and _is_signed(world, body, _event(raw))
    return {"verification_status": "SUCCESS" if genuine else "FAILURE"}


def _event(raw: bytes) -> bytes:
    """The event as it stands in the posted text: written anew it would have another sum."""
    text = raw.decode()
    decoder = json.JSONDecoder()
    start = text.index("{", text.index(":", text.index('"webhook_event"')))
    _, end = decoder.raw_decode(text, start)
    return text[start:end].encode()


def _is_signed(world: World, body: Json, event: bytes) -> bool:
    name = urlsplit(body["cert_url"]).path.rpartition("/")[2]
    found = certificates.pem(world, name)
    if found is None or body["auth_algo"] != "SHA256withRSA":
        return False
    key = x509.load_pem_x509_certificate(found.encode()).public_key()
    text = webhooks.signed_text(
        body["transmission_id"], body["transmission_time"], body["webhook_id"], event
    )
    try:
        signature = base64.b64decode(body["transmission_sig"], validate=True)
        if not isinstance(key, rsa.RSAPublicKey):
            return False
        key.verify(signature, text, padding.PKCS1v15(), hashes.SHA256())
    except (binascii.Error, InvalidSignature):
        return False
    return True


def listed(world: World, query: Mapping[str, str]) -> Json:
    """Events from `start_time` to `end_time`, both within, newest first, a page of them.

    The link to the next page goes on below the last event of this one, whatever happens since.

    Raises:
        PayPalError: 400, a size or a time that can't be read.
    """
    size = query.get("page_size", "10")
    if not size.isdecimal() or not 1 <= int(size) <= _MOST_EVENTS:
        raise malformed("INVALID_PARAMETER_VALUE", "page_size", size)
    start, end = (_instant(query, name) for name in ("start_time", "end_time"))
    wanted, below = query.get("event_type"), query.get("index_id")
    events = [kept["event"] for kept in reversed(world.state.events.values())]
    if below is not None:
        ids = [each["id"] for each in events]
        events = events[ids.index(below) + 1 :] if below in ids else []
    found = [
        each
        for each in events
        if wanted in {None, each["event_type"]}
        and (start is None or datetime.fromisoformat(each["create_time"]) >= start)
        and (end is None or datetime.fromisoformat(each["create_time"]) <= end)
    ]
    page = found[: int(size)]
    address = f"{world.base_url}/v1/notifications/webhooks-events/"
    links = [link(f"{address}?{urlencode(query)}", "self")]
    if len(found) > len(page):
        last = page[-1]
        onward = {"move_to": "next", "index_time": last["create_time"], "index_id": last["id"]}
        links.append(link(f"{address}?{urlencode({**query, **onward})}", "next"))
    return {"events": page, "count": len(page), "links": links}


def _instant(query: Mapping[str, str], name: str) -> datetime | None:
    value = query.get(name)
    if value is None:
        return None
    try:
        found = datetime.fromisoformat(value)
    except ValueError as error:
        raise malformed("INVALID_PARAMETER_SYNTAX", name, value) from error
    if found.tzinfo is None:
        raise malformed("INVALID_PARAMETER_SYNTAX", name, value)
    return found


def find(world: World, event_id: str) -> Json:
    """Raises PayPalError with 404 if there is none."""
    kept = world.state.events.get(event_id)
    if kept is None:
        raise no_such()
    event: Json = kept["event"]
    return event


def resend(world: World, event_id: str) -> Json:
    """Queue an event once more, signed anew."""
    event = find(world, event_id)
    webhooks.queue(world, event_id, world.now())
    return event
