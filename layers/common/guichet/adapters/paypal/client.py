"""Calls of PayPal's API: authenticated, for one seller, repeated within a budget of seconds."""

from __future__ import annotations

import json
import time
from base64 import urlsafe_b64encode
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final
from zlib import crc32

from guichet.adapters.http import Http, HttpRequest, HttpResponse, NoAnswerError
from guichet.adapters.paypal.errors import failure, may_repeat, read_problem
from guichet.adapters.paypal.tokens import NoTokenNowError, Tokens
from guichet.payments.ports import (
    NOT_REACHABLE,
    ProviderRefusedError,
    ProviderUnavailableError,
)

TRIES: Final = 3
TRY_SECONDS: Final = 6.0
_SHORTEST_TRY_SECONDS: Final = 1.0
_FIRST_PAUSE_SECONDS: Final = 0.4
_LONGEST_PAUSE_SECONDS: Final = 5.0
_STALE_STATUSES: Final = frozenset({401, 403})  # a token may be older than a seller's consent

type Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Call:
    """One call. `body` is the stored JSON of a POST."""

    method: str
    path: str
    seller: str | None = None  # on whose behalf, by our own record; None: the operator's own
    body: str = ""
    key: str | None = None  # PayPal-Request-Id, under which a repeat is the same call


@dataclass(slots=True)
class Budget:
    """The seconds that all calls of one operation share; they end before the Lambda does."""

    ends_at: float
    elapsed: Callable[[], float]

    def left(self) -> float:
        return self.ends_at - self.elapsed()

    def try_seconds(self) -> float:
        """What the next try may take.

        Raises:
            ProviderUnavailableError: too little is left for one.
        """
        left = self.left()
        if left < _SHORTEST_TRY_SECONDS:
            raise ProviderUnavailableError("no time was left to call PayPal")
        return min(TRY_SECONDS, left)


class PayPalClient:
    """Sends calls and repeats them, with a token of ours (kept for the life of this object).

    Args:
        http: the seam through which all calls go.
        api_url: the API's root, such as `https://api-m.paypal.com`.
        client_id: the operator's.
        client_secrets: the next is used where PayPal refuses the first.
        pause: waits that many seconds between tries.
        bn_code: the operator's partner attribution id, if there is one.
        elapsed: a clock that only runs forward, in seconds.
        budget_seconds: what one operation, with all its tries, may take.
    """

    def __init__(
        self,
        http: Http,
        *,
        api_url: str,
        client_id: str,
        client_secrets: Sequence[str],
        pause: Callable[[float], None],
        bn_code: str | None = None,
        elapsed: Callable[[], float] = time.monotonic,
        budget_seconds: float = 10.0,
    ) -> None:
        self._http = http
        self._api_url = api_url.rstrip("/")
        self._client_id = client_id
        self._pause = pause
        self._bn_code = bn_code
        self._elapsed = elapsed
        self._budget_seconds = budget_seconds
        self._tokens = Tokens(
            http,
            api_url=api_url,
            client_id=client_id,
            client_secrets=client_secrets,
            elapsed=elapsed,
        )

    def budget(self) -> Budget:
        return Budget(self._elapsed() + self._budget_seconds, self._elapsed)

    def forget_token(self) -> None:
        """After a seller's consent: a token that was given before does not cover that seller."""
        self._tokens.forget()

    def send(self, call: Call, budget: Budget) -> Json:
        """Make the call, with the same bytes and key at each try.

        Raises:
            ProviderUnavailableError: no answer, or one that says later; what it did is unknown.
            PayPalRefusedError: PayPal said no.
            ProviderRefusedError: `NOT_REACHABLE`, the operator has no client there (any more).
        """
        if not self._client_id:
            raise ProviderRefusedError(NOT_REACHABLE, "there is no client id for PayPal")
        tries, unanswered = 0, False
        while True:
            tries += 1
            response, error = self._try(call, budget)
            unanswered = unanswered or response is None or response.status >= 500
            if response is not None and 200 <= response.status < 300:
                return _object(response)
            wait = _pause_seconds(call, tries, response)
            if tries >= TRIES or wait is None or budget.left() < wait + _SHORTEST_TRY_SECONDS:
                raise _given_up(response, unanswered=unanswered) from error
            self._pause(wait)

    def _try(self, call: Call, budget: Budget) -> tuple[HttpResponse | None, NoAnswerError | None]:
        """One try; once more with a new token where an older one is refused, which did nothing."""
        try:
            token = self._tokens.held()
            if token is not None:
                response = self._http.send(self._request(call, token, budget.try_seconds()))
                if response.status not in _STALE_STATUSES:
                    return response, None
                self._tokens.forget()
            token = self._tokens.fetch(budget.try_seconds)
            return self._http.send(self._request(call, token, budget.try_seconds())), None
        except NoTokenNowError as later:
            return later.response, None
        except NoAnswerError as lost:
            return None, lost

    def _request(self, call: Call, token: str, timeout_seconds: float) -> HttpRequest:
        headers = {"Authorization": f"Bearer {token}"}
        if self._bn_code:
            headers["PayPal-Partner-Attribution-Id"] = self._bn_code
        if call.seller is not None:
            headers["PayPal-Auth-Assertion"] = auth_assertion(self._client_id, call.seller)
        url = f"{self._api_url}{call.path}"
        if call.method == "GET":
            return HttpRequest("GET", url, headers, timeout_seconds=timeout_seconds)
        headers["Content-Type"] = "application/json"
        headers["Prefer"] = "return=representation"
        if call.key is not None:
            headers["PayPal-Request-Id"] = call.key
        return HttpRequest(call.method, url, headers, call.body.encode(), timeout_seconds)


def auth_assertion(client_id: str, seller: str) -> str:
    """An unsigned token that says for whom we act: both dots, nothing after the second."""
    parts = ({"alg": "none"}, {"iss": client_id, "payer_id": seller})
    return "".join(f"{_base64url(json.dumps(part, separators=(',', ':')))}." for part in parts)


def _base64url(text: str) -> str:
    return urlsafe_b64encode(text.encode()).rstrip(b"=").decode()


def _object(response: HttpResponse) -> Json:
    """The answer's object; no content (204) is an empty one."""
    if response.status == 204:
        return {}
    try:
        found = json.loads(response.body)
    except (ValueError, RecursionError) as error:
        raise ProviderUnavailableError("PayPal's answer is no JSON") from error
    if not isinstance(found, dict):
        raise ProviderUnavailableError("PayPal's answer is no object")
    return found


def _pause_seconds(call: Call, tries: int, response: HttpResponse | None) -> float | None:
    """How long to wait before the next try; None where there must be none."""
    backoff = min(_FIRST_PAUSE_SECONDS * (1 << (tries - 1)), _LONGEST_PAUSE_SECONDS)
    # Callers spread by what they ask for, not by chance: a run can be repeated exactly.
    spread = crc32(f"{call.path}{call.key}{tries}".encode()) / 2**32
    backoff *= 0.75 + spread / 2
    if response is None:
        return backoff
    problem = read_problem(response)
    if not may_repeat(problem):
        return None
    return max(backoff, float(problem.retry_after_seconds or 0))


def _given_up(response: HttpResponse | None, *, unanswered: bool) -> Exception:
    """What the last try says; of an earlier one without an answer a lost consent says nothing."""
    if response is None:
        return ProviderUnavailableError("PayPal gave no answer")
    refused = failure(read_problem(response))
    if unanswered and isinstance(refused, ProviderRefusedError) and refused.code == NOT_REACHABLE:
        return ProviderUnavailableError(f"a try was not answered, and then {refused}")
    return refused
