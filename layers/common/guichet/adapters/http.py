"""The one seam to other people's HTTP servers: a request goes out, an answer comes back or none does."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol


@dataclass(frozen=True, slots=True)
class HttpRequest:
    """A request with its exact bytes, so that it can be stored and sent again unchanged."""

    method: str
    url: str
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""
    timeout_seconds: float = 10.0
    most_bytes: int | None = None  # of the answer's body; a longer one counts as none


@dataclass(frozen=True, slots=True)
class HttpResponse:
    """An answer; header names are lower case."""

    status: int
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""


class NoAnswerError(Exception):
    """The request may or may not have arrived: nothing is known about what it did."""


class Http(Protocol):
    """Sends one request once.

    Raises:
        NoAnswerError: connection refused or lost, no answer in time, or one longer than asked for.
    """

    def send(self, request: HttpRequest) -> HttpResponse: ...
