"""The API's door: who calls, what an idempotency key knows, what goes wrong on the way."""

import base64
import json
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from threading import RLock

from local.simulators.chaos import CallFault as AnyFault
from local.simulators.stripe import accounts, forms, idempotency, routes
from local.simulators.stripe.chaos import CallFault, Chaos
from local.simulators.stripe.errors import LostAnswerError, StripeError
from local.simulators.stripe.shapes import API_VERSION, PLATFORM, Json, SimResponse
from local.simulators.stripe.world import World


@dataclass(slots=True)
class _Attempt:
    """A call between its admission and its answer."""

    call: routes.Call
    answer: Callable[[routes.Call], Json]
    request_id: str
    key: str | None
    record: str | None


@dataclass(frozen=True, slots=True)
class Api:
    """Answers calls; holds the lock while it looks or acts, not while it dawdles."""

    world: World
    lock: RLock
    tick: Callable[[], None]
    api_key: str

    def handle(
        self, method: str, path: str, headers: Mapping[str, str], body: bytes = b""
    ) -> SimResponse:
        """Answer one call of `/v1`; `path` may carry a query.

        Raises:
            LostAnswerError: a knob broke the connection, before or after acting.
        """
        lowered = {name.lower(): value for name, value in headers.items()}
        route, _, query = path.partition("?")
        with self.lock:
            self.tick()
            world = self.world
            fault = world.chaos.fault_of_call(method, route)
            if fault is not None and fault.do == "lost_before":
                raise LostAnswerError(acted=False)
            try:
                _meet(world.chaos, fault)
                form = forms.decode(body if method == "POST" else query.encode())
                admitted = self._admit(method, route, lowered, form)
            except StripeError as error:
                return _refusal(error, world.new_id("req"))
        if isinstance(admitted, SimResponse):
            response = admitted
        else:
            if fault is not None and fault.do == "slow":
                time.sleep(fault.seconds)
            response = self._execute(admitted, fault)
        if fault is not None and fault.do == "lost_after":
            raise LostAnswerError(acted=True)
        return response

    def _admit(
        self, method: str, route: str, headers: Mapping[str, str], form: Json
    ) -> SimResponse | _Attempt:
        """Check who calls and what; an earlier answer under the key, or the call to make."""
        world = self.world
        self._authenticate(headers)
        account = headers.get("stripe-account", PLATFORM)
        accounts.require_connected(world, account)
        answer, ids = routes.find(method, route)
        call = routes.Call(world, account, route, form, ids)
        key = headers.get("idempotency-key") if method == "POST" else None
        record = None
        if key is not None:
            record = idempotency.record_id(account, key)
            canonical = json.dumps(form, sort_keys=True).encode()
            print_ = idempotency.fingerprint(route, canonical)
            earlier = idempotency.find(world, record, print_)
            if earlier is not None:
                return earlier
            idempotency.begin(world, record, print_)
        return _Attempt(call, answer, world.new_id("req"), key, record)

    def _execute(self, attempt: _Attempt, fault: AnyFault | None) -> SimResponse:
        with self.lock:
            world = self.world
            world.request = {"id": attempt.request_id, "idempotency_key": attempt.key}
            kept = False
            try:
                _break(fault)
                response = _success(attempt.answer(attempt.call), attempt)
                kept = True
            except StripeError as error:
                response = _refusal(error, attempt.request_id)
                kept = not error.validation
            finally:
                world.request = {"id": None, "idempotency_key": None}
                if attempt.record is not None and not kept:
                    idempotency.forget(world, attempt.record)
            if attempt.record is not None and kept:
                idempotency.keep(world, attempt.record, response)
            return response

    def _authenticate(self, headers: Mapping[str, str]) -> None:
        scheme, _, value = headers.get("authorization", "").partition(" ")
        if scheme.lower() == "basic":
            value = _basic_user(value)
        if value != self.api_key:
            shown = f"{value[:8]}{'*' * 12}" if value else "none"
            raise StripeError(f"Invalid API Key provided: {shown}", status=401, validation=True)
        version = headers.get("stripe-version")
        if version != API_VERSION:
            raise StripeError(
                f"Invalid Stripe API version: {version}. Guichet pins {API_VERSION}.",
                validation=True,
            )


def _basic_user(value: str) -> str:
    try:
        return base64.b64decode(value).decode().partition(":")[0]
    except ValueError:
        return ""


def _meet(chaos: Chaos, fault: AnyFault | None) -> None:
    """Refuse the call where a knob says so."""
    if chaos.down or (fault is not None and fault.do == "down"):
        raise StripeError("Stripe is unavailable.", status=503, kind="api_error", validation=True)
    if fault is None:
        return
    if fault.do == "rate_limited":
        raise StripeError(
            "Request rate limit exceeded.",
            status=429,
            code="rate_limit",
            validation=True,
            headers={"Retry-After": str(max(1, round(fault.seconds)))},
        )
    if fault.do == "in_use":
        raise idempotency.in_use("in flight elsewhere")
    if isinstance(fault, CallFault) and fault.do == "card_error":
        raise StripeError(
            "The card was declined.",
            status=402,
            code=fault.code,
            kind="card_error",
            validation=True,
        )


def _break(fault: AnyFault | None) -> None:
    """Break down inside the endpoint: this answer is kept under the key."""
    if fault is not None and fault.do == "server_error":
        raise StripeError("An error occurred.", status=500, kind="api_error")


def _success(answer: Json, attempt: _Attempt) -> SimResponse:
    headers = _headers(attempt.request_id)
    if attempt.key is not None:
        headers["Idempotency-Key"] = attempt.key
    if attempt.call.account != PLATFORM:
        headers["Stripe-Account"] = attempt.call.account
    return SimResponse(200, headers, json.dumps(answer).encode())


def _refusal(error: StripeError, request_id: str) -> SimResponse:
    headers = {**_headers(request_id), **error.headers}
    return SimResponse(error.status, headers, json.dumps(error.body()).encode())


def _headers(request_id: str) -> dict[str, str]:
    return {
        "Content-Type": "application/json",
        "Request-Id": request_id,
        "Stripe-Version": API_VERSION,
    }
