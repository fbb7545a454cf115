"""`PayPal-Request-Id`: a repeat does nothing and gets the latest state of what the first made."""

from types import MappingProxyType

from local.simulators.paypal.errors import PayPalError, malformed
from local.simulators.paypal.world import World

MAX_ID_LENGTH = 108
# CONTRACTS 2.5: orders are protected for six hours, payments for 45 days, the vault for three hours.
KEPT_SECONDS = MappingProxyType(
    {
        "order": 6 * 3600,
        "capture": 6 * 3600,
        "refund": 45 * 24 * 3600,
        "setup_token": 3 * 3600,
        "payment_token": 3 * 3600,
    }
)


def key_of(kind: str, request_id: str) -> str:
    """Where a call is remembered; an id means nothing to another kind of call.

    Raises:
        PayPalError: 400, the id is too long.
    """
    if not 1 <= len(request_id) <= MAX_ID_LENGTH:
        raise malformed("INVALID_STRING_LENGTH", "PayPal-Request-Id")
    return f"{kind}/{request_id}"


def find(world: World, key: str) -> str | None:
    """The id of what the first call with this key made, if there was one.

    What else the repeat says is not looked at: PayPal documents no comparison.

    Raises:
        PayPalError: 409 while the first call is under way; or what it was refused with.
    """
    kept = world.state.requests.get(key)
    if kept is None:
        return None
    if not kept["done"]:
        raise in_progress()
    if kept["refused"] is not None:
        raise PayPalError(422, kept["refused"], links=kept["links"], kept=True)
    return str(kept["made"])


def in_progress() -> PayPalError:
    return PayPalError(409, "PREVIOUS_REQUEST_IN_PROGRESS")


def begin(world: World, key: str, kind: str) -> None:
    world.state.requests[key] = {
        "done": False,
        "made": None,
        "refused": None,
        "links": [],
        "ends_at": world.now() + KEPT_SECONDS[kind],
    }


def forget(world: World, key: str) -> None:
    """A refusal of the request itself leaves no trace: the id may be used for a better one."""
    world.state.requests.pop(key, None)


def keep(world: World, key: str, made: str) -> None:
    world.state.requests[key].update(done=True, made=made)


def keep_refusal(world: World, key: str, error: PayPalError) -> None:
    world.state.requests[key].update(done=True, refused=error.issue, links=error.links)


def prune(world: World) -> None:
    """Forget ids whose time is over: the same id is then a new request."""
    now = world.now()
    over = [
        key for key, kept in world.state.requests.items() if kept["done"] and kept["ends_at"] <= now
    ]
    for key in over:
        del world.state.requests[key]
