"""The API's own view of webhooks: certificates, events past, signatures checked by postback."""

import base64
import binascii
import json
from urllib.parse import urlsplit

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa

from local.simulators.paypal import certificates, webhooks
from local.simulators.paypal.errors import malformed, no_such
from local.simulators.paypal.shapes import Json
from local.simulators.paypal.world import World

_NEEDED = (
    *("auth_algo", "cert_url", "transmission_id", "transmission_sig"),
    *("transmission_time", "webhook_id"),
)


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


def listed(world: World, query: Json) -> Json:
    """Events, newest first, a page of them."""
    size = int(query.get("page_size", "10"))
    wanted = query.get("event_type")
    found = [
        kept["event"]
        for kept in reversed(world.state.events.values())
        if wanted is None or kept["event"]["event_type"] == wanted
    ]
    return {"events": found[:size], "count": len(found[:size]), "links": []}


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
