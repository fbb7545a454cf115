"""The few shapes that all simulated providers share."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, cast

type Json = dict[str, Any]


def copied[T](value: T) -> T:
    """Any JSON, with no part shared; several times as quick as `deepcopy`, which asks each part."""
    copy: Any = value
    if type(copy) is dict:
        copy = {name: copied(part) for name, part in copy.items()}
    elif type(copy) is list:
        copy = [copied(part) for part in copy]
    return cast(T, copy)


@dataclass(frozen=True, slots=True)
class SimResponse:
    """An answer of the API; `body` is JSON."""

    status: int
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""


@dataclass(frozen=True, slots=True)
class PendingWebhook:
    """One delivery, signed when taken. `url_hint` says which of the provider's endpoints."""

    event_id: str
    url_hint: str
    headers: Mapping[str, str]
    body: bytes
    event_type: str = ""


@dataclass(frozen=True, slots=True)
class BuyerOutcome:
    """What happened on the hosted page; `redirect_url` is where the browser goes, if it leaves.

    `kind` is `paid`, `approved`, `processing`, `declined`, `needs_authentication` or `cancelled`.
    """

    kind: str
    redirect_url: str | None = None
    message: str | None = None
