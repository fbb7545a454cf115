"""What a call of the API is, and what it is served by."""

import re
from collections.abc import Callable
from dataclasses import dataclass

from local.simulators.paypal.errors import PayPalError
from local.simulators.paypal.shapes import Json
from local.simulators.paypal.world import World


@dataclass(frozen=True, slots=True)
class Call:
    """One authenticated call: on whose behalf, what it says, what it prefers."""

    world: World
    token: Json
    seller: str | None
    body: Json
    raw: bytes
    query: dict[str, str]
    ids: tuple[str, ...]
    representation: bool


@dataclass(frozen=True, slots=True)
class Route:
    """A call that is served.

    `act` answers; where `kind` is set, a call with a PayPal-Request-Id is done once: `act`
    returns the id of what it made, and `show` shows that, then and at every repeat.
    """

    method: str
    pattern: re.Pattern[str]
    answer: Callable[[Call], Json] | None = None
    kind: str | None = None
    act: Callable[[Call], str] | None = None
    show: Callable[[Call, str], Json] | None = None
    status: int = 200
    needs_request_id: Callable[[Call], bool] = lambda _: False


def pattern_of(template: str) -> re.Pattern[str]:
    return re.compile(template.replace("{}", "([^/]+)"))


def require_own(call: Call) -> None:
    """The call must be for nobody else: what sellers have in the vault is not simulated.

    Raises:
        PayPalError: 403.
    """
    if call.seller is not None:
        raise PayPalError(403, "PERMISSION_DENIED")
