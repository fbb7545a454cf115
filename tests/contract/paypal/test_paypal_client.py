"""Calls of PayPal: tokens and secrets, what is repeated, and when it is given up."""

import inspect
import re
from base64 import b64decode
from pathlib import Path
from typing import Any

import pytest

from guichet.adapters.http import HttpResponse, NoAnswerError
from guichet.adapters.paypal.client import Call, PayPalClient
from guichet.adapters.paypal.errors import PayPalRefusedError
from guichet.adapters.paypal.provider import PayPalProvider
from guichet.payments.ports import NOT_REACHABLE, ProviderUnavailableError
from tests.support.paypal import (
    API_URL,
    CLIENT_ID,
    CLIENT_SECRET,
    SELLER,
    ScriptedPayPal,
    a_token,
    answer,
    problem,
)
from tests.support.stripe import Pauses

OK = answer(200, {"id": "X"})
ACT = Call("POST", "/v2/payments/captures/C/refund", SELLER, '{"a":1}', "ref_1")
LOST = NoAnswerError("lost")
IN_PROGRESS = problem(409, "PREVIOUS_REQUEST_IN_PROGRESS")


def a_client(http: ScriptedPayPal, **changes: Any) -> PayPalClient:  # noqa: ANN401 - any parameter
    return PayPalClient(
        http,
        api_url=API_URL,
        client_id=CLIENT_ID,
        client_secrets=changes.pop("client_secrets", (CLIENT_SECRET,)),
        pause=changes.pop("pause", Pauses()),
        **changes,
    )


def tokens_used(http: ScriptedPayPal) -> list[str]:
    return [each.headers["Authorization"].removeprefix("Bearer ") for each in http.sent]


def secrets_used(http: ScriptedPayPal) -> list[str]:
    basics = [each.headers["Authorization"].removeprefix("Basic ") for each in http.token_requests]
    return [b64decode(each).decode().partition(":")[2] for each in basics]


class Seconds:
    """A clock that only runs forward, when told."""

    def __init__(self) -> None:
        self.at = 0.0

    def __call__(self) -> float:
        return self.at


def test_one_token_serves_many_calls():
    """CONTRACTS 2.1."""
    client = a_client(http := ScriptedPayPal([OK, OK]))

    client.send(ACT, client.budget())
    client.send(ACT, client.budget())

    assert tokens_used(http) == ["token-1", "token-1"]
    assert len(http.token_requests) == 1


def test_a_token_is_renewed_before_it_ends():
    seconds = Seconds()
    client = a_client(http := ScriptedPayPal([OK, OK, OK]), elapsed=seconds)

    for at in (0.0, 31668 - 301.0, 31668 - 299.0):
        seconds.at = at
        client.send(ACT, client.budget())

    assert tokens_used(http) == ["token-1", "token-1", "token-2"]


def test_a_token_that_lives_shortly_is_used_for_half_of_its_life():
    seconds = Seconds()
    client = a_client(
        http := ScriptedPayPal([OK, OK, OK], tokens=[a_token("short", 60)]), elapsed=seconds
    )

    for at in (0.0, 29.0, 31.0):
        seconds.at = at
        client.send(ACT, client.budget())

    assert tokens_used(http) == ["short", "short", "token-2"]


@pytest.mark.parametrize("status", [401, 403])
def test_an_older_token_that_is_refused_is_replaced_once(status: int):
    """CONTRACTS 2.1: revoked, or given before a seller's consent (the stale token trap)."""
    refused = problem(status, "PERMISSION_DENIED")
    client = a_client(http := ScriptedPayPal([OK, refused, OK]))
    client.send(ACT, client.budget())

    client.send(ACT, client.budget())

    assert tokens_used(http) == ["token-1", "token-1", "token-2"]
    assert len({(each.body, each.headers["PayPal-Request-Id"]) for each in http.sent}) == 1


def test_a_new_token_that_is_refused_is_an_answer():
    client = a_client(http := ScriptedPayPal([problem(403, "PERMISSION_DENIED")]))

    with pytest.raises(PayPalRefusedError) as caught:
        client.send(ACT, client.budget())

    assert caught.value.code == NOT_REACHABLE
    assert tokens_used(http) == ["token-1"]


def test_a_call_that_stays_unauthorized_is_unknown():
    """An operator mends the secret; what was asked for is asked again."""
    client = a_client(http := ScriptedPayPal([OK, problem(401), problem(401)]))
    client.send(ACT, client.budget())

    with pytest.raises(ProviderUnavailableError):
        client.send(ACT, client.budget())

    assert tokens_used(http) == ["token-1", "token-1", "token-2"]


def test_a_forgotten_token_is_asked_for_anew():
    """CONTRACTS 2.1: after onboarding."""
    client = a_client(http := ScriptedPayPal([OK, OK]))
    client.send(ACT, client.budget())

    client.forget_token()
    client.send(ACT, client.budget())

    assert tokens_used(http) == ["token-1", "token-2"]


def test_the_next_secret_is_used_where_paypal_refuses_the_first():
    """EXT-2: a secret that was rolled needs no deployment at that minute."""
    http = ScriptedPayPal([OK], tokens=[answer(401, {"error": "invalid_client"}), a_token("good")])
    client = a_client(http, client_secrets=("old", "new"))

    client.send(ACT, client.budget())

    assert secrets_used(http) == ["old", "new"]
    assert tokens_used(http) == ["good"]


@pytest.mark.parametrize("secrets", [(), ("one",), ("one", "two")])
def test_without_a_secret_that_paypal_takes_nothing_is_sent(secrets: tuple[str, ...]):
    http = ScriptedPayPal([], tokens=[answer(401, {"error": "invalid_client"})] * 2)
    client = a_client(http, client_secrets=secrets)

    with pytest.raises(ProviderUnavailableError):
        client.send(ACT, client.budget())

    assert http.sent == []


@pytest.mark.parametrize(
    "given",
    [
        pytest.param(LOST, id="lost"),
        pytest.param(answer(503, {}), id="down"),
        pytest.param(answer(429, {}, retry_after="1"), id="told when"),
    ],
)
def test_a_token_that_can_not_be_had_now_is_asked_for_again(given: HttpResponse | Exception):
    client = a_client(http := ScriptedPayPal([OK], tokens=[given, a_token("good")]))

    client.send(ACT, client.budget())

    assert tokens_used(http) == ["good"]


@pytest.mark.parametrize(
    "given",
    [
        pytest.param(answer(403, {"error": "no"}), id="forbidden"),
        pytest.param(answer(400, {"error": "unsupported_grant_type"}), id="a request of ours"),
        pytest.param(HttpResponse(200, {}, b"<html>"), id="no JSON"),
        pytest.param(answer(200, {"access_token": "t"}), id="no end"),
        pytest.param(answer(200, {"access_token": "", "expires_in": 9}), id="an empty one"),
        pytest.param(answer(200, []), id="a list"),
    ],
)
def test_an_answer_without_a_token_is_no_refusal_of_the_call(given: HttpResponse):
    """The call was never sent: what it would have met is unknown."""
    client = a_client(http := ScriptedPayPal([], tokens=[given]))

    with pytest.raises(ProviderUnavailableError):
        client.send(ACT, client.budget())

    assert http.sent == []


@pytest.mark.parametrize(
    "first",
    [
        pytest.param(LOST, id="lost"),
        pytest.param(IN_PROGRESS, id="in progress"),
        pytest.param(problem(422, "ORDER_COMPLETION_IN_PROGRESS"), id="completing"),
        pytest.param(problem(500, name="INTERNAL_SERVER_ERROR"), id="an error"),
        pytest.param(HttpResponse(503, {}, b"<html>"), id="down"),
    ],
)
def test_a_repeat_is_the_same_request(first: HttpResponse | Exception):
    """BAD-11, CONTRACTS 2.5: a repeat answers what became of the first."""
    pauses = Pauses()
    client = a_client(http := ScriptedPayPal([first, OK]), pause=pauses)

    found = client.send(ACT, client.budget())

    one, two = http.sent
    assert (one.body, one.headers) == (two.body, two.headers)
    assert len(pauses.taken) == 1
    assert 0.3 <= pauses.taken[0] <= 0.5
    assert found == {"id": "X"}


@pytest.mark.parametrize("fault", [LOST, IN_PROGRESS, problem(500)])
def test_a_fault_that_stays_leaves_the_outcome_unknown(fault: HttpResponse | Exception):
    client = a_client(http := ScriptedPayPal([fault] * 3))

    with pytest.raises(ProviderUnavailableError):
        client.send(ACT, client.budget())

    assert len(http.sent) == 3


def test_a_short_wait_that_paypal_asks_for_is_waited():
    pauses = Pauses()
    client = a_client(ScriptedPayPal([answer(429, {}, retry_after="2"), OK]), pause=pauses)

    client.send(ACT, client.budget())

    assert pauses.taken == [2.0]


def test_a_long_wait_that_paypal_asks_for_is_passed_on():
    pauses = Pauses()
    client = a_client(ScriptedPayPal([answer(429, {}, retry_after="3600")]), pause=pauses)

    with pytest.raises(ProviderUnavailableError) as caught:
        client.send(ACT, client.budget())

    assert caught.value.retry_after_seconds == 3600
    assert pauses.taken == []


def test_the_tries_of_one_operation_end_with_its_budget():
    """They end before the Lambda does: one that was killed has told nobody."""
    seconds = Seconds()

    class SlowHttp(ScriptedPayPal):
        def send(self, request: Any) -> HttpResponse:  # noqa: ANN401 - the seam's own type
            seconds.at += 4.5
            return super().send(request)

    http = SlowHttp([LOST, OK])
    client = a_client(http, elapsed=seconds)

    with pytest.raises(ProviderUnavailableError):
        client.send(ACT, client.budget())

    assert len(http.sent) == 1


def test_a_try_gets_no_more_time_than_is_left():
    seconds = Seconds()
    client = a_client(http := ScriptedPayPal([OK]), elapsed=seconds)
    budget = client.budget()
    seconds.at = 7.5

    client.send(ACT, budget)

    assert http.token_requests[0].timeout_seconds == 2.5
    assert http.sent[0].timeout_seconds == 2.5


@pytest.mark.parametrize(
    "function", ["CheckoutFunction", "OrganizerFunction", "RefundFunction", "SettleFunction"]
)
def test_an_operation_ends_before_the_function_that_asked_for_it(function: str):
    template = (Path(__file__).resolve().parents[3] / "template.yaml").read_text()
    timeout = re.search(
        rf"^  {function}:$.*?^      Timeout: ([0-9]+)$", template, re.MULTILINE | re.DOTALL
    )

    budget = inspect.signature(PayPalProvider).parameters["budget_seconds"].default

    assert timeout is not None
    assert budget + 3 <= int(timeout[1])


@pytest.mark.parametrize("body", [b"", b"<html>", b"[]", b"\xff"])
def test_a_success_that_can_not_be_read_tells_nothing(body: bytes):
    client = a_client(ScriptedPayPal([HttpResponse(200, {}, body)]))

    with pytest.raises(ProviderUnavailableError):
        client.send(ACT, client.budget())


def test_no_content_is_an_answer():
    client = a_client(ScriptedPayPal([HttpResponse(204, {}, b"")]))

    assert client.send(ACT, client.budget()) == {}


def test_without_an_attribution_id_none_is_sent():
    client = a_client(http := ScriptedPayPal([OK]))

    client.send(Call("GET", "/v1/x"), client.budget())

    assert set(http.sent[0].headers) == {"Authorization"}
