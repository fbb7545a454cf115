"""Stripe's idempotency keys: first answer replayed, other parameters refused, kept 24 hours."""

from hashlib import sha256

from local.simulators.stripe.errors import StripeError, invalid
from local.simulators.stripe.shapes import Json, SimResponse
from local.simulators.stripe.world import World

MAX_KEY_LENGTH = 255
KEPT_SECONDS = 24 * 3600


def record_id(account: str, key: str) -> str:
    """Keys are each account's own."""
    if len(key) > MAX_KEY_LENGTH:
        raise invalid(f"Idempotency keys must be at most {MAX_KEY_LENGTH} characters.")
    return f"{account}/{key}"


def fingerprint(path: str, body: bytes) -> str:
    return sha256(path.encode() + b"\n" + body).hexdigest()


def find(world: World, record: str, print_: str) -> SimResponse | None:
    """The first answer under this key, if there is one.

    Raises:
        StripeError: the key came with another request, or its first request is in flight.
    """
    kept = world.state.idempotency.get(record)
    if kept is None:
        return None
    key = record.split("/", 1)[1]
    if kept["fingerprint"] != print_:
        raise StripeError(
            "Keys for idempotent requests can only be used with the same parameters they were "
            f"first used with. Try using a key other than '{key}' if you meant to execute a "
            "different request.",
            kind="idempotency_error",
            validation=True,
        )
    if kept["status"] is None:
        raise in_use(key)
    headers = {**kept["headers"], "Idempotent-Replayed": "true"}
    return SimResponse(kept["status"], headers, kept["body"].encode())


def in_use(key: str) -> StripeError:
    return StripeError(
        "There is currently another in-progress request using this Idempotency Key (that "
        f"probably means you submitted twice, and the other request is still going through): {key}",
        status=409,
        code="idempotency_key_in_use",
        kind="idempotency_error",
        validation=True,
    )


def begin(world: World, record: str, print_: str) -> None:
    world.state.idempotency[record] = {
        "fingerprint": print_,
        "status": None,
        "headers": {},
        "body": "",
        "at": world.now(),
    }


def forget(world: World, record: str) -> None:
    """A refusal made before execution leaves no trace."""
    world.state.idempotency.pop(record, None)


def keep(world: World, record: str, response: SimResponse) -> None:
    kept: Json = world.state.idempotency[record]
    kept.update(status=response.status, headers=dict(response.headers), body=response.body.decode())


def prune(world: World) -> None:
    """Forget keys at least 24 hours old: the same key is then a new request."""
    limit = world.now() - KEPT_SECONDS
    keys = world.state.idempotency  # in order of time
    while keys:
        oldest = next(iter(keys))
        if keys[oldest]["at"] > limit:
            return
        del keys[oldest]
