"""The API's door: who calls, what a request id knows, what goes wrong on the way."""

import json
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from threading import RLock
from urllib.parse import parse_qsl

from local.simulators import chaos
from local.simulators.paypal import certificates, requests, routes, tokens
from local.simulators.paypal.calls import Call, Route
from local.simulators.paypal.chaos import CallFault
from local.simulators.paypal.errors import LostAnswerError, PayPalError, malformed
from local.simulators.paypal.shapes import Json, SimResponse
from local.simulators.paypal.world import World

_TOKEN = "/v1/oauth2/token"  # noqa: S105  a path
_CERTIFICATES = "/v1/notifications/certs/"


@dataclass(slots=True)
class _Attempt:
    """A call between its admission and its answer; `made` is what an earlier one made."""

    route: Route
    call: Call
    key: str | None
    made: str | None


@dataclass(slots=True)
class Api:
    """Answers calls; holds the lock while it looks or acts, not while it dawdles."""

    world: World
    lock: RLock
    tick: Callable[[], None]
    secrets: tuple[str, ...] = field(default=())

    def handle(
        self, method: str, path: str, headers: Mapping[str, str], body: bytes = b""
    ) -> SimResponse:
        """Answer one call of `/v1` to `/v3`; `path` may carry a query.

        Raises:
            LostAnswerError: a knob broke the connection, before or after acting.
        """
        lowered = {name.lower(): value for name, value in headers.items()}
        target, _, query = path.partition("?")
        with self.lock:
            self.tick()
            fault = self.world.chaos.fault_of_call(method, target)
            if fault is not None and fault.do == "lost_before":
                raise LostAnswerError(acted=False)
            try:
                self._meet(fault)
                admitted = self._admit(method, target, query, lowered, body)
            except PayPalError as error:
                return self._refusal(error)
        if isinstance(admitted, SimResponse):
            response = admitted
        else:
            if fault is not None and fault.do == "slow":
                time.sleep(fault.seconds)
            response = self._execute(admitted)
        if fault is not None and fault.do == "lost_after":
            raise LostAnswerError(acted=True)
        return response

    def _admit(
        self, method: str, target: str, query: str, headers: Mapping[str, str], body: bytes
    ) -> SimResponse | _Attempt:
        """Check who calls and what; an open call is answered, another is admitted."""
        if (method, target) == ("POST", _TOKEN):
            return self._token(headers, body)
        if method == "GET" and target.startswith(_CERTIFICATES):
            return self._certificate(target.removeprefix(_CERTIFICATES))
        token = tokens.require(self.world, headers)
        seller = tokens.asserted(self.world, headers)
        route, ids = routes.find(method, target)
        call = Call(
            world=self.world,
            token=token,
            seller=seller,
            body=_parsed(headers, body) if method == "POST" else {},
            raw=body,
            query=dict(parse_qsl(query)),
            ids=ids,
            representation="return=representation" in headers.get("prefer", ""),
        )
        return self._remembered(route, call, headers.get("paypal-request-id"))

    def _remembered(self, route: Route, call: Call, given: str | None) -> _Attempt:
        """Look whether the same call has been made before, and note that it is under way."""
        if given is None and route.needs_request_id(call):
            raise malformed("PAYPAL_REQUEST_ID_REQUIRED")
        if route.kind is None or given is None:
            return _Attempt(route, call, None, None)
        key = requests.key_of(route.kind, given)
        made = requests.find(self.world, key)
        if made is None:
            requests.begin(self.world, key, route.kind)
        return _Attempt(route, call, key, made)

    def _execute(self, attempt: _Attempt) -> SimResponse:
        with self.lock:
            route, call = attempt.route, attempt.call
            done = False
            try:
                if route.answer is not None:
                    return self._answer(route.status, route.answer(call))
                if route.act is None or route.show is None:
                    raise TypeError("a route answers, or acts and shows")
                if attempt.made is not None:
                    return self._answer(200, route.show(call, attempt.made))
                made = route.act(call)
                done = True
                if attempt.key is not None:
                    requests.keep(self.world, attempt.key, made)
                return self._answer(route.status, route.show(call, made))
            except PayPalError as error:
                if error.kept and attempt.key is not None and attempt.made is None:
                    requests.keep_refusal(self.world, attempt.key, error)
                    done = True
                return self._refusal(error)
            finally:
                if attempt.key is not None and attempt.made is None and not done:
                    requests.forget(self.world, attempt.key)

    def _meet(self, fault: chaos.CallFault | None) -> None:
        """Refuse the call where a knob says so."""
        if self.world.chaos.down or (fault is not None and fault.do == "down"):
            raise PayPalError(503)
        if fault is None:
            return
        if fault.do == "rate_limited":
            wait = {"Retry-After": str(max(1, round(fault.seconds)))}
            raise PayPalError(429, headers=wait)
        if fault.do == "in_use":
            raise requests.in_progress()
        if fault.do == "server_error":
            raise PayPalError(500)
        if isinstance(fault, CallFault) and fault.do == "issue":
            raise PayPalError(fault.status, fault.issue)

    def _token(self, headers: Mapping[str, str], body: bytes) -> SimResponse:
        try:
            issued = tokens.issue(self.world, self.secrets, headers, body)
        except tokens.TokenRefusedError as refusal:
            return self._answer(refusal.status, refusal.body)
        return self._answer(200, issued)

    def _certificate(self, name: str) -> SimResponse:
        found = certificates.pem(self.world, name)
        if found is None:
            return SimResponse(404, {"Content-Type": "text/plain"}, b"")
        return SimResponse(200, {"Content-Type": "application/x-pem-file"}, found.encode())

    def _refusal(self, error: PayPalError) -> SimResponse:
        debug_id = self._debug_id()
        return self._json(error.status, error.body(debug_id), {**error.headers}, debug_id)

    def _answer(self, status: int, body: Json) -> SimResponse:
        return self._json(status, body, {}, self._debug_id())

    def _json(self, status: int, body: Json, headers: dict[str, str], debug_id: str) -> SimResponse:
        if status == HTTPStatus.NO_CONTENT:
            return SimResponse(status, {"Paypal-Debug-Id": debug_id, **headers}, b"")
        own = {"Content-Type": "application/json", "Paypal-Debug-Id": debug_id}
        return SimResponse(status, {**own, **headers}, json.dumps(body).encode())

    def _debug_id(self) -> str:
        return self.world.new_hex()[:13]


def _parsed(headers: Mapping[str, str], body: bytes) -> Json:
    """The body of a call; none counts as an empty one.

    Raises:
        PayPalError: 415, it is not announced as JSON; 400, it is not JSON.
    """
    if headers.get("content-type", "").partition(";")[0].strip().lower() != "application/json":
        raise PayPalError(415)
    if not body.strip():
        return {}
    try:
        found = json.loads(body)
    except ValueError as error:
        raise malformed("MALFORMED_REQUEST_JSON") from error
    if not isinstance(found, dict):
        raise malformed("MALFORMED_REQUEST_JSON")
    return found
