"""A service by signed requests of our own: the four that functions use speak plain JSON.

boto3 does the same in four times the processor time (docs/decisions/0016); tries, pauses and
what is tried again are those of its standard mode.
"""

from __future__ import annotations

import json
import random
import time
from base64 import b64encode
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final
from zlib import crc32

from guichet.adapters.aws.connections import Connections, Reply
from guichet.adapters.aws.service import ServiceError, Shape
from guichet.adapters.aws.signing import Credentials, Signer
from guichet.adapters.http import NoAnswerError
from guichet.clock import SystemClock

TRIES: Final = 4
_PASSING_STATUSES: Final = frozenset({500, 502, 503, 504})
_TOO_MANY: Final = 429
_PASSING_CODES: Final = frozenset({"RequestTimeout", "RequestTimeoutException"})
_THROTTLING_CODES: Final = frozenset(
    {
        "LimitExceededException",
        "PriorRequestNotComplete",
        "ProvisionedThroughputExceededException",
        "RequestLimitExceeded",
        "RequestThrottled",
        "RequestThrottledException",
        "SlowDown",
        "ThrottledException",
        "Throttling",
        "ThrottlingException",
        "TooManyRequestsException",
        "TransactionInProgressException",
    }
)
_THROTTLED_PAUSE_SECONDS: Final = 1.0
_LONGEST_ASKED_PAUSE_SECONDS: Final = 5.0  # beyond our own
_FULL_ALLOWANCE: Final = 500
_REPEAT_COST: Final = 14
_THROTTLED_COST: Final = 5


@dataclass(frozen=True, slots=True)
class Dialect:
    """How a service wants to be spoken to. `target` leads its operations' names, or each has a path."""

    signing_name: str
    host: str
    content_type: str
    target: str = ""
    paths: Mapping[str, str] = field(default_factory=dict)
    first_pause_seconds: float = 0.05

    def address(self, region: str) -> str:
        """AWS's own, in the regions of its public cloud but China's."""
        return f"https://{self.host}.{region}.amazonaws.com"


DYNAMODB: Final = Dialect(
    "dynamodb",
    "dynamodb",
    "application/x-amz-json-1.0",
    target="DynamoDB_20120810",
    first_pause_seconds=0.025,
)
SQS: Final = Dialect("sqs", "sqs", "application/x-amz-json-1.0", target="AmazonSQS")
SECRETS_MANAGER: Final = Dialect(
    "secretsmanager", "secretsmanager", "application/x-amz-json-1.1", target="secretsmanager"
)
SES: Final = Dialect(
    "ses", "email", "application/json", paths={"SendEmail": "/v2/email/outbound-emails"}
)


class SignedService:
    """An `AwsService` over kept connections.

    Args:
        dialect: of the service.
        credentials: a function's own, good for its worker's life.
        region: where the service is.
        endpoint_url: another address than AWS's own, as the emulator has.
        pause: waits so many seconds before another try.
        read_seconds: how long an answer may let itself be waited for.
    """

    def __init__(
        self,
        dialect: Dialect,
        credentials: Credentials,
        region: str,
        endpoint_url: str | None = None,
        *,
        pause: Callable[[float], None] = time.sleep,
        read_seconds: float = 5.0,
    ) -> None:
        self._dialect = dialect
        self._signer = Signer(credentials, region, dialect.signing_name)
        self._connections = Connections(endpoint_url or dialect.address(region), read_seconds)
        self._pause = pause
        self._allowance = Allowance()

    def call(self, operation: str, request: Mapping[str, Any]) -> Shape:
        body = json.dumps(request, default=_blob, separators=(",", ":")).encode()
        taken, number = 0, 0
        while True:
            number += 1
            try:
                answer = self._sent(operation, body)
            except (ServiceError, NoAnswerError) as error:
                pause = _pause_seconds(error, number, self._dialect.first_pause_seconds)
                if pause is None or number == TRIES:
                    raise
                taken = _THROTTLED_COST if _is_throttling(error) else _REPEAT_COST
                if not self._allowance.take(taken):
                    raise
                self._pause(pause)
            else:
                self._allowance.give_back(taken or 1)
                return answer

    def close(self) -> None:
        """Close its connections; the next call opens another."""
        self._connections.close()

    def _sent(self, operation: str, body: bytes) -> Shape:
        """One try: signed anew, since a signature is good for minutes only."""
        path = self._connections.root + self._dialect.paths.get(operation, "/")
        headers = {"content-type": self._dialect.content_type, "host": self._connections.host}
        if self._dialect.target:
            headers["x-amz-target"] = f"{self._dialect.target}.{operation}"
        signed = self._signer.signed("POST", path, headers, body, SystemClock().now())
        return _read(self._connections.post(path, signed, body))


class Allowance:
    """How much may still be repeated: in an outage, repeating everything makes it worse.

    Successes fill it again.
    """

    def __init__(self) -> None:
        self._left = _FULL_ALLOWANCE

    def take(self, cost: int) -> bool:
        """Whether there was enough."""
        if cost > self._left:
            return False
        self._left -= cost
        return True

    def give_back(self, amount: int) -> None:
        self._left = min(self._left + amount, _FULL_ALLOWANCE)


def _read(reply: Reply) -> Shape:
    """The result.

    Raises:
        ServiceError: it is an error.
        NoAnswerError: it was damaged on its way.
    """
    checksum = reply.headers.get("x-amz-crc32")
    if checksum is not None and checksum != str(crc32(reply.content)):
        raise NoAnswerError("an answer that does not have its checksum")
    try:
        answer = json.loads(reply.content or b"{}")
    except ValueError:
        answer = None
    if not 200 <= reply.status < 300:
        raise _error(reply, answer if isinstance(answer, dict) else {})
    if not isinstance(answer, dict):
        raise NoAnswerError("an answer that is no JSON object")
    return answer


def _error(reply: Reply, answer: Shape) -> ServiceError:
    # In a header or in the body, with a namespace before `#` or an address behind `:`.
    said = reply.headers.get("x-amzn-errortype") or answer.get("__type") or answer.get("code")
    code = str(said or reply.status).rsplit("#", 1)[-1].split(":", 1)[0]
    message = str(answer.get("message") or answer.get("Message") or "")
    after = reply.headers.get("x-amz-retry-after", "")  # milliseconds
    seconds = int(after) / 1000 if after.isdecimal() else 0.0
    return ServiceError(reply.status, code, message, answer, seconds)


def _pause_seconds(
    error: ServiceError | NoAnswerError, number: int, first_seconds: float
) -> float | None:
    """How long to wait after the try of this number; None where another one is of no use."""
    if isinstance(error, NoAnswerError):
        asked = 0.0
    elif error.status in _PASSING_STATUSES or error.code in _PASSING_CODES or _is_throttling(error):
        asked = error.retry_after_seconds
    else:
        return None
    jitter = random.random  # callers that failed together must not meet again
    scale = _THROTTLED_PAUSE_SECONDS if _is_throttling(error) else first_seconds
    pause: float = jitter() * scale * 2 ** (number - 1)
    return max(pause, min(asked, pause + _LONGEST_ASKED_PAUSE_SECONDS))


def _is_throttling(error: ServiceError | NoAnswerError) -> bool:
    if isinstance(error, NoAnswerError):
        return False
    return error.code in _THROTTLING_CODES or error.status == _TOO_MANY


def _blob(value: object) -> str:
    if isinstance(value, bytes):
        return b64encode(value).decode()
    raise TypeError(f"{type(value).__name__} can't be sent")
