"""The port to one of AWS's services: an operation by its name, its request and answer as AWS's JSON."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol

type Shape = dict[str, Any]  # AWS's own untyped requests and answers; bytes are told as bytes


class AwsService(Protocol):
    """Calls one service, repeating what may pass a bounded number of times.

    Raises:
        ServiceError: it answered with an error, the last time too.
        NoAnswerError: it gave no answer; a write may have happened (`adapters.http`).
    """

    def call(self, operation: str, request: Mapping[str, Any]) -> Shape:
        """`operation` as AWS writes it: `GetItem`. A write is repeated with the same bytes."""
        ...


class ServiceError(Exception):
    """What a service answered instead of a result.

    Args:
        status: of HTTP.
        code: AWS's word for it, such as `ThrottlingException`; the status where it said none.
        message: AWS's sentence; may hold what was sent, so it is for looking at, not for logs.
        details: the whole answer, for errors that tell more, such as `CancellationReasons`.
        retry_after_seconds: when it wants to be asked again, 0 where it did not say.
    """

    def __init__(
        self,
        status: int,
        code: str,
        message: str = "",
        details: Shape | None = None,
        retry_after_seconds: float = 0.0,
    ) -> None:
        super().__init__(f"{status} {code}")
        self.status = status
        self.code = code
        self.message = message
        self.details = details or {}
        self.retry_after_seconds = retry_after_seconds
