"""What each answer of Stripe means to us: again, later, never."""

import inspect
import re
from pathlib import Path
from typing import Any

import pytest

from guichet.adapters.http import HttpResponse, NoAnswerError
from guichet.adapters.stripe.client import Answer, Call, StripeClient
from guichet.adapters.stripe.errors import failure, may_repeat, read_problem
from guichet.adapters.stripe.provider import StripeProvider
from guichet.payments.ports import (
    ProviderRefusedError,
    ProviderUnavailableError,
)
from tests.support.stripe import Pauses, ScriptedHttp, problem

OK = HttpResponse(200, {}, b'{"id":"re_1"}')
ACT = Call("POST", "/v1/refunds", "acct_1", "amount=1", "ref_1")


def a_client(*answers: HttpResponse | Exception, **changes: Any) -> StripeClient:  # noqa: ANN401
    return StripeClient(
        http=ScriptedHttp(list(answers)),
        api_url="https://stripe.invalid",
        api_keys=changes.pop("api_keys", ("sk_1",)),
        pause=Pauses(),
        **changes,
    )


@pytest.mark.parametrize(
    ("answer", "code"),
    [
        pytest.param(problem(403), "account_not_reachable", id="403"),
        pytest.param(problem(404), "account_not_reachable", id="404"),
        pytest.param(problem(400, code="account_invalid"), "account_not_reachable", id="account"),
        pytest.param(problem(404, code="resource_missing"), "missing_at_provider", id="missing"),
        pytest.param(problem(400, code="amount_too_small"), "amount_too_small", id="too small"),
        pytest.param(problem(400, code="amount_too_large"), "amount_too_large", id="too large"),
        pytest.param(
            problem(400, code="charge_already_refunded"), "already_refunded", id="refunded"
        ),
        pytest.param(problem(400, code="charge_disputed"), "payment_disputed", id="disputed"),
        pytest.param(
            problem(400, code="balance_insufficient"), "balance_insufficient", id="balance"
        ),
        pytest.param(
            problem(400, code="application_fees_not_allowed"),
            "platform_fee_not_allowed",
            id="fee",
        ),
        pytest.param(problem(400, code="email_invalid"), "email_refused", id="e-mail"),
        pytest.param(
            problem(402, type="card_error", code="card_declined"), "payment_refused", id="card"
        ),
        pytest.param(
            problem(400, type="invalid_request_error", code="parameter_unknown", param="x"),
            "request_refused",
            id="a parameter",
        ),
        pytest.param(problem(400), "request_refused", id="no code"),
        pytest.param(HttpResponse(400, {}, b"<html>"), "request_refused", id="no JSON"),
        pytest.param(HttpResponse(400, {}, b'{"error":"no"}'), "request_refused", id="a text"),
        pytest.param(
            problem(409, headers={"stripe-should-retry": "false"}, type="invalid_request_error"),
            None,
            id="409 not to be repeated: unknown",
        ),
        pytest.param(problem(401), None, id="401: an operator mends the key"),
        pytest.param(problem(400, type="idempotency_error"), None, id="a key used otherwise"),
        pytest.param(problem(400, type="api_error"), None, id="an error of theirs"),
        pytest.param(problem(424), None, id="424"),
        pytest.param(problem(429), None, id="429"),
        pytest.param(problem(500), None, id="500"),
        pytest.param(problem(503), None, id="503"),
        pytest.param(HttpResponse(302), None, id="a redirect"),
    ],
)
def test_an_error_is_a_refusal_of_ours_or_unknown(answer: HttpResponse, code: str | None):
    """The error table; without a code, what the call did is not known."""
    error = failure(read_problem(answer))

    told = error.code if isinstance(error, ProviderRefusedError) else None
    assert told == code


def test_what_is_logged_of_an_error_names_nobody():
    """Stripe's sentence repeats what was sent, such as an e-mail address."""
    answer = problem(
        400,
        headers={"request-id": "req_1"},
        code="email_invalid",
        type="invalid_request_error",
        param="customer_email",
        message="Invalid email address: jo@example.org",
    )

    told = str(failure(read_problem(answer)))

    assert told == (
        "email_refused: Stripe answered 400 invalid_request_error email_invalid customer_email req_1"
    )


@pytest.mark.parametrize(
    ("answer", "again"),
    [
        pytest.param(problem(409), True, id="409"),
        pytest.param(problem(500), True, id="500"),
        pytest.param(problem(503), True, id="503"),
        pytest.param(problem(429), False, id="429 without a word"),
        pytest.param(problem(429, headers={"retry-after": "1"}), True, id="429 told when"),
        pytest.param(problem(429, code="lock_timeout"), True, id="a lock"),
        pytest.param(problem(400), False, id="400"),
        pytest.param(problem(404), False, id="404"),
        pytest.param(problem(500, headers={"stripe-should-retry": "false"}), False, id="told no"),
        pytest.param(problem(400, headers={"stripe-should-retry": "true"}), True, id="told yes"),
        pytest.param(problem(429, headers={"retry-after": "soon"}), False, id="no number"),
    ],
)
def test_what_may_be_repeated_at_once(answer: HttpResponse, *, again: bool):
    """CONTRACTS 1.6: `Stripe-Should-Retry` wins."""
    assert may_repeat(read_problem(answer)) is again


@pytest.mark.parametrize(
    "first",
    [
        pytest.param(NoAnswerError("lost"), id="lost"),
        pytest.param(problem(409, code="idempotency_key_in_use"), id="in use"),
        pytest.param(problem(500), id="an error"),
    ],
)
def test_a_repeat_is_the_same_request(first: HttpResponse | Exception):
    """BAD-11."""
    stripe = a_client(first, OK)

    answer = stripe.send(ACT, stripe.budget())

    http, pauses = stripe.http, stripe.pause
    assert isinstance(http, ScriptedHttp)
    assert isinstance(pauses, Pauses)
    one, two = http.sent
    assert (one.body, one.headers) == (two.body, two.headers)
    assert len(pauses.taken) == 1
    assert 0.3 <= pauses.taken[0] <= 0.5
    assert answer == Answer({"id": "re_1"}, "acct_1")


def test_the_next_key_is_used_where_stripe_refuses_the_first():
    """A key that was rolled: no deployment is needed at the minute when the old one ends."""
    stripe = a_client(problem(401), OK, api_keys=("sk_old", "sk_new"))

    stripe.send(ACT, stripe.budget())

    http = stripe.http
    assert isinstance(http, ScriptedHttp)
    assert [each.headers["Authorization"] for each in http.sent] == [
        "Bearer sk_old",
        "Bearer sk_new",
    ]


@pytest.mark.parametrize("api_keys", [(), ("sk_1",), ("sk_1", "sk_2")])
def test_without_a_key_that_stripe_takes_nothing_is_known(api_keys: tuple[str, ...]):
    stripe = a_client(problem(401), problem(401), api_keys=api_keys)

    with pytest.raises(ProviderUnavailableError):
        stripe.send(ACT, stripe.budget())


def test_the_tries_of_one_operation_end_with_its_budget():
    """They end before the Lambda does: one that was killed has told nobody."""
    seconds = iter([0.0, 0.0, 6.0, 9.5])
    stripe = a_client(NoAnswerError("slow"), OK, elapsed=lambda: next(seconds))

    with pytest.raises(ProviderUnavailableError):
        stripe.send(ACT, stripe.budget())


def test_a_try_gets_no_more_time_than_is_left():
    seconds = iter([0.0, 7.5, 7.5])
    stripe = a_client(OK, elapsed=lambda: next(seconds))

    stripe.send(ACT, stripe.budget())

    http = stripe.http
    assert isinstance(http, ScriptedHttp)
    assert http.sent[0].timeout_seconds == 2.5


@pytest.mark.parametrize(
    "function", ["CheckoutFunction", "OrganizerFunction", "RefundFunction", "SettleFunction"]
)
def test_an_operation_ends_before_the_function_that_asked_for_it(function: str):
    template = (Path(__file__).resolve().parents[3] / "template.yaml").read_text()
    timeout = re.search(
        rf"^  {function}:$.*?^      Timeout: ([0-9]+)$", template, re.MULTILINE | re.DOTALL
    )

    budget = inspect.signature(StripeProvider).parameters["budget_seconds"].default

    assert timeout is not None
    assert budget + 3 <= int(timeout[1])


@pytest.mark.parametrize("body", [b"", b"<html>", b"[]", b"\xff"])
def test_a_success_that_can_not_be_read_tells_nothing(body: bytes):
    stripe = a_client(HttpResponse(200, {}, body))

    with pytest.raises(ProviderUnavailableError):
        stripe.send(ACT, stripe.budget())
