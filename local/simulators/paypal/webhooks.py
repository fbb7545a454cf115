"""Events and their deliveries: queued, delayed, lost or doubled, signed when first sent."""

import base64
import json
from zlib import crc32

from local.simulators.paypal import certificates
from local.simulators.paypal.shapes import Json, PendingWebhook, link, timestamp
from local.simulators.paypal.world import World
from local.simulators.shapes import copied

# Up to 25 tries over three days (developer.paypal.com/api/rest/webhooks); the pauses are not
# published. These grow, and end within three days.
RETRY_SECONDS = (5, 30, 120, 600, 1800, 3600, *((12600,) * 19))

_KINDS = {
    "CUSTOMER.DISPUTE": ("dispute", None),
    "CHECKOUT.ORDER": ("checkout-order", "2.0"),
    "MERCHANT.ONBOARDING": ("merchant-onboarding", None),
    "MERCHANT.PARTNER-CONSENT": ("partner-consent", None),
    "PAYMENT.CAPTURE": ("capture", "2.0"),
    "PAYMENT.REFUND": ("refund", "2.0"),
    "VAULT.PAYMENT-TOKEN": ("payment_token", "3.0"),
}
# These speak of a refund, although they are called after the capture.
_OF_REFUNDS = frozenset(("PAYMENT.CAPTURE.REFUNDED", "PAYMENT.CAPTURE.REVERSED"))


def emit(world: World, event_type: str, summary: str, resource: Json) -> Json:
    """Record an event with a snapshot of its resource, and queue its delivery."""
    kind, version = _KINDS[event_type.rpartition(".")[0]]
    event_id = f"WH-{world.new_id()}-{world.new_id()}"
    address = f"{world.base_url}/v1/notifications/webhooks-events/{event_id}"
    event: Json = {
        "id": event_id,
        "event_version": "1.0",
        "create_time": timestamp(world.now()).replace("Z", ".000Z"),
        "resource_type": "refund" if event_type in _OF_REFUNDS else kind,
        "resource_version": version,
        "event_type": event_type,
        "summary": summary,
        "resource": copied(resource),
        "links": [link(address, "self"), link(f"{address}/resend", "resend", "POST")],
    }
    if version is None:
        del event["resource_version"]
    world.state.events[event_id] = {"event": event, "delivered": False, "under_way": False}
    if not world.chaos.take_drop(event_type):
        faults = world.chaos.webhooks
        concerned = faults.concern(event_type)
        due_at = world.now() + (faults.delay_seconds if concerned else 0)
        queue(world, event_id, due_at, 1 + (faults.duplicate if concerned else 0))
    return event


def queue(world: World, event_id: str, due_at: int, copies: int = 1) -> None:
    for _ in range(copies):
        world.state.deliveries.append(
            {"event_id": event_id, "due_at": due_at, "attempt": 0, "headers": None}
        )


def take(world: World, limit: int | None = None) -> list[PendingWebhook]:
    """Remove and sign the deliveries that are due."""
    now = world.now()
    due = [each for each in world.state.deliveries if each["due_at"] <= now]
    if world.chaos.webhooks.reorder:
        due.reverse()
    due = due if limit is None else due[:limit]
    taken = {id(each) for each in due}
    world.state.deliveries = [each for each in world.state.deliveries if id(each) not in taken]
    return [_taken(world, each) for each in due]


def _taken(world: World, delivery: Json) -> PendingWebhook:
    kept = world.state.events[delivery["event_id"]]
    kept["attempt"] = max(delivery["attempt"], kept.get("attempt", 0))
    kept["under_way"] = True
    body = json.dumps(kept["event"], separators=(",", ":")).encode()
    # Whether a retry is stamped and signed anew is not documented: here it is not, so that
    # a receiver has to take what is three days old.
    if delivery["headers"] is None:
        delivery["headers"] = _signed(world, body)
    kept["headers"] = delivery["headers"]
    event_type = kept["event"]["event_type"]
    return PendingWebhook(
        delivery["event_id"], "webhook", dict(delivery["headers"]), body, event_type
    )


def _signed(world: World, body: bytes) -> Json:
    digits = world.new_hex()
    shape = (digits[:8], digits[8:12], f"1{digits[12:15]}", f"8{digits[15:18]}", digits[18:30])
    transmission_id, sent_at = "-".join(shape), timestamp(world.now())
    name = certificates.current(world)
    text = signed_text(transmission_id, sent_at, world.webhook_ids[0], body)
    signature = base64.b64encode(certificates.signature(world, text)).decode()
    return {
        "Content-Type": "application/json; charset=UTF-8",
        "User-Agent": "PayPal/AUHD-1.0-1",
        "PAYPAL-AUTH-ALGO": "SHA256withRSA",
        "PAYPAL-AUTH-VERSION": "v2",
        "PAYPAL-CERT-URL": f"{world.base_url}/v1/notifications/certs/{name}",
        "PAYPAL-TRANSMISSION-ID": transmission_id,
        "PAYPAL-TRANSMISSION-SIG": signature,
        "PAYPAL-TRANSMISSION-TIME": sent_at,
    }


def signed_text(transmission_id: str, sent_at: str, webhook_id: str, body: bytes) -> bytes:
    """What the signature binds: of the body nothing but its CRC32 (CONTRACTS 2.7)."""
    return f"{transmission_id}|{sent_at}|{webhook_id}|{crc32(body)}".encode()


def failed(world: World, event_id: str) -> None:
    """Queue the next try, with a growing pause; after the last the event is left undelivered."""
    kept = world.state.events[event_id]
    kept["under_way"] = False
    attempt = kept.get("attempt", 0)
    if attempt < len(RETRY_SECONDS):
        world.state.deliveries.append(
            {
                "event_id": event_id,
                "due_at": world.now() + RETRY_SECONDS[attempt],
                "attempt": attempt + 1,
                "headers": kept.get("headers"),
            }
        )


def delivered(world: World, event_id: str) -> None:
    world.state.events[event_id].update(delivered=True, under_way=False)


def resume(world: World) -> None:
    """After a restart: what was taken, but neither delivered nor failed, is sent again."""
    for event_id, kept in world.state.events.items():
        if kept["under_way"]:
            kept["under_way"] = False
            queue(world, event_id, world.now())
