"""Events and their deliveries: queued, delayed, lost or doubled, signed when sent."""

import hmac
import json
from collections.abc import Sequence
from hashlib import sha256

from local.simulators.shapes import copied
from local.simulators.stripe.shapes import API_VERSION, PLATFORM, Json, PendingWebhook
from local.simulators.stripe.world import World

# Live retries go on for up to three days with growing pauses; the exact ones are not published.
RETRY_SECONDS = (5, 60, 300, 1800, 7200, 18000, 36000, 36000, 36000, 36000, 36000)


def emit(world: World, event_type: str, obj: Json, account: str) -> Json:
    """Record an event with a snapshot of its object, and queue its delivery."""
    faults = world.chaos.webhooks
    event: Json = {
        "id": world.new_id("evt"),
        "object": "event",
        "api_version": faults.api_version or API_VERSION,
        "created": world.now(),
        "data": {"object": copied(obj)},
        "livemode": world.livemode if faults.livemode is None else faults.livemode,
        "pending_webhooks": 1,
        "request": dict(world.request),
        "type": event_type,
    }
    if account != PLATFORM:
        event["account"] = account
    world.put(event, account)
    world.state.private[event["id"]] = {"delivered": False}
    if not world.chaos.take_drop(event_type):
        concerned = faults.concern(event_type)
        due_at = world.now() + (faults.delay_seconds if concerned else 0)
        copies = 1 + (faults.duplicate if concerned else 0)
        queue(world, event["id"], due_at, copies)
    return event


def queue(world: World, event_id: str, due_at: int, copies: int = 1) -> None:
    for _ in range(copies):
        world.state.deliveries.append({"event_id": event_id, "due_at": due_at, "attempt": 0})


def take(world: World, secrets: Sequence[str], limit: int | None = None) -> list[PendingWebhook]:
    """Remove and sign the deliveries that are due."""
    now = world.now()
    due = [each for each in world.state.deliveries if each["due_at"] <= now]
    if world.chaos.webhooks.reorder:
        due.reverse()
    due = due if limit is None else due[:limit]
    taken = {id(each) for each in due}
    world.state.deliveries = [each for each in world.state.deliveries if id(each) not in taken]
    for each in due:
        private = world.state.private[each["event_id"]]
        private["attempt"] = max(each["attempt"], private.get("attempt", 0))
        private["under_way"] = True
    return [_signed(world, each["event_id"], secrets) for each in due]


def _signed(world: World, event_id: str, secrets: Sequence[str]) -> PendingWebhook:
    event = world.state.objects[event_id]
    body = json.dumps(event, indent=2).encode()
    headers = {
        "Content-Type": "application/json; charset=utf-8",
        "User-Agent": "Stripe/1.0 (+https://stripe.com/docs/webhooks)",
        "Stripe-Signature": signature(world.now(), body, secrets),
    }
    endpoint = "connect" if "account" in event else "account"
    return PendingWebhook(event_id, endpoint, headers, body, event["type"])


def signature(timestamp: int, body: bytes, secrets: Sequence[str]) -> str:
    """A `Stripe-Signature` header with one v1 per secret (CONTRACTS 1.8)."""
    signed = f"{timestamp}.".encode() + body
    macs = [hmac.new(secret.encode(), signed, sha256).hexdigest() for secret in secrets]
    return ",".join([f"t={timestamp}", *(f"v1={mac}" for mac in macs)])


def failed(world: World, event_id: str) -> None:
    """Queue the next try, with a growing pause; after the last the event is left undelivered."""
    private = world.state.private[event_id]
    private["under_way"] = False
    attempt = private.get("attempt", 0)
    if attempt >= len(RETRY_SECONDS):
        return
    world.state.deliveries.append(
        {
            "event_id": event_id,
            "due_at": world.now() + RETRY_SECONDS[attempt],
            "attempt": attempt + 1,
        }
    )


def delivered(world: World, event_id: str) -> None:
    world.state.private[event_id].update(delivered=True, under_way=False)
    world.state.objects[event_id]["pending_webhooks"] = 0


def resume(world: World) -> None:
    """After a restart: what was taken, but neither delivered nor failed, is sent again."""
    for event in world.of_kind("event"):
        private = world.state.private[event["id"]]
        if private.get("under_way"):
            private["under_way"] = False
            queue(world, event["id"], world.now())
