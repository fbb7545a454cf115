"""Calls of Stripe's API: authenticated, versioned, repeated within a budget of seconds."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final
from zlib import crc32

from guichet.adapters.http import Http, HttpRequest, HttpResponse, NoAnswerError
from guichet.adapters.stripe.errors import failure, may_repeat, read_problem
from guichet.payments.ports import ProviderUnavailableError

API_VERSION: Final = "2026-10-28.endive"

TRIES: Final = 3
TRY_SECONDS: Final = 6.0
_SHORTEST_TRY_SECONDS: Final = 1.0
_FIRST_PAUSE_SECONDS: Final = 0.4
_LONGEST_PAUSE_SECONDS: Final = 5.0

type Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Call:
    """One call. `form` is the stored body of a POST, or the query of a GET."""

    method: str
    path: str
    account: str | None = None  # whose object it is; None: the operator's own
    form: str = ""
    key: str | None = None  # the idempotency key of a POST


@dataclass(frozen=True, slots=True)
class Answer:
    """A success: its object, and the account for which Stripe answered."""

    json: Json
    account: str


@dataclass(slots=True)
class Budget:
    """The seconds that all calls of one operation share; they end before the Lambda does."""

    ends_at: float
    elapsed: Callable[[], float]

    def left(self) -> float:
        return self.ends_at - self.elapsed()


@dataclass(frozen=True, slots=True)
class StripeClient:
    """Sends calls and repeats them. `api_keys`: the first is used, the next where Stripe refuses it."""

    http: Http
    api_url: str
    api_keys: Sequence[str]
    pause: Callable[[float], None]
    elapsed: Callable[[], float] = time.monotonic
    budget_seconds: float = 10.0

    def budget(self) -> Budget:
        return Budget(self.elapsed() + self.budget_seconds, self.elapsed)

    def send(self, call: Call, budget: Budget) -> Answer:
        """Make the call, with the same bytes and key at each try.

        Raises:
            ProviderUnavailableError: no answer, or one that says later; what it did is unknown.
            ProviderRefusedError: Stripe said no.
        """
        tries = 0
        while True:
            tries += 1
            response, error = self._try(call, budget)
            if response is not None and 200 <= response.status < 300:
                return _answer(call, response)
            wait = _pause_seconds(call, tries, response)
            if tries >= TRIES or wait is None or budget.left() < wait + _SHORTEST_TRY_SECONDS:
                raise _given_up(response) from error
            self.pause(wait)

    def _try(self, call: Call, budget: Budget) -> tuple[HttpResponse | None, NoAnswerError | None]:
        """One try, with each API key until one is accepted: a refused key has done nothing."""
        response: HttpResponse | None = None
        for api_key in self.api_keys:
            left = budget.left()
            if left < _SHORTEST_TRY_SECONDS:
                raise ProviderUnavailableError("no time was left to call Stripe")
            try:
                response = self.http.send(
                    _request(self.api_url, call, api_key, min(TRY_SECONDS, left))
                )
            except NoAnswerError as lost:
                return None, lost
            if response.status != 401:
                break
        if response is None:
            raise ProviderUnavailableError("there is no API key for Stripe")
        return response, None


def _request(api_url: str, call: Call, api_key: str, timeout_seconds: float) -> HttpRequest:
    headers = {"Authorization": f"Bearer {api_key}", "Stripe-Version": API_VERSION}
    if call.account is not None:
        headers["Stripe-Account"] = call.account
    url = f"{api_url.rstrip('/')}{call.path}"
    if call.method == "GET":
        url = f"{url}?{call.form}" if call.form else url
        return HttpRequest("GET", url, headers, timeout_seconds=timeout_seconds)
    headers["Content-Type"] = "application/x-www-form-urlencoded"
    if call.key is not None:
        headers["Idempotency-Key"] = call.key
    return HttpRequest(call.method, url, headers, call.form.encode(), timeout_seconds)


def _answer(call: Call, response: HttpResponse) -> Answer:
    try:
        found = json.loads(response.body)
    except ValueError as error:
        raise ProviderUnavailableError("Stripe's answer is no JSON") from error
    if not isinstance(found, dict):
        raise ProviderUnavailableError("Stripe's answer is no object")
    return Answer(found, response.headers.get("stripe-account", call.account or ""))


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


def _given_up(response: HttpResponse | None) -> Exception:
    if response is None:
        return ProviderUnavailableError("Stripe gave no answer")
    return failure(read_problem(response))
