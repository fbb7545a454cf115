"""How Stripe reads a request: keys, versions, parameters; each test cites its source."""

import json
import threading
from typing import Any

import pytest

from tests.support.stripe_calls import (
    OTHER_ORGANIZER,
    Answer,
    MovableClock,
    StripeCalls,
    session_params,
)


def test_a_repeated_key_gets_the_first_answer_and_does_nothing_more(calls: StripeCalls):
    """docs.stripe.com/api/idempotent_requests: status and body of the first are replayed."""
    first = calls.create_session(key="attempt-1")

    again = calls.create_session(key="attempt-1")

    assert again.json == first.json
    assert "Idempotent-Replayed" not in first.headers
    assert again.headers["Idempotent-Replayed"] == "true"
    assert len(calls.simulator.find_all("checkout.session")) == 1


def test_a_failed_answer_is_replayed_too_even_a_500(calls: StripeCalls):
    """docs.stripe.com/api/idempotent_requests: the result is kept, including 500 errors."""
    calls.simulator.configure_chaos({"api": [{"do": "server_error"}]})
    first = calls.create_session(key="attempt-1")

    again = calls.create_session(key="attempt-1")

    assert (first.status, again.status) == (500, 500)
    assert again.headers["Idempotent-Replayed"] == "true"


def test_a_key_with_other_parameters_is_refused(calls: StripeCalls):
    """docs.stripe.com/api/idempotent_requests; the message as in fjordllc/bootcamp#3928."""
    calls.create_session(key="attempt-1")

    other = calls.create_session(key="attempt-1", client_reference_id="reg_2")

    assert other.status == 400
    assert other.json["error"]["type"] == "idempotency_error"


def test_a_key_belongs_to_one_account(calls: StripeCalls):
    """docs.stripe.com/connect/direct-charges: the Stripe-Account header says whose call it is."""
    mine = calls.create_session(key="attempt-1")

    theirs = StripeCalls(calls.simulator, OTHER_ORGANIZER).create_session(key="attempt-1")

    assert theirs.json["id"] != mine.json["id"]


def test_a_refused_parameter_does_not_use_the_key_up(calls: StripeCalls):
    """docs.stripe.com/api/idempotent_requests: nothing is kept before execution begins."""
    refused = calls.create_session(key="attempt-1", mode="payments")

    corrected = calls.create_session(key="attempt-1")

    assert (refused.status, corrected.status) == (400, 200)


def test_a_key_is_forgotten_after_a_day(calls: StripeCalls, clock: MovableClock):
    """docs.stripe.com/api/idempotent_requests: keys at least 24 hours old are pruned."""
    first = calls.create_session(key="attempt-1")
    clock.advance(hours=23, minutes=59)
    same = calls.create_session(key="attempt-1")

    clock.advance(minutes=1)
    new = calls.create_session(key="attempt-1")

    assert same.json["id"] == first.json["id"]
    assert new.json["id"] != first.json["id"]


def test_a_second_call_while_the_first_is_in_flight_gets_409(calls: StripeCalls):
    """CONTRACTS 1.6: in flight is 409 `idempotency_key_in_use`; pretix/pretix#2165."""
    calls.simulator.configure_chaos({"api": [{"do": "slow", "seconds": 0.4}]})
    answers: list[Answer] = []
    slow = threading.Thread(target=lambda: answers.append(calls.create_session(key="attempt-1")))
    slow.start()
    while calls.simulator.chaos()["api"][0]["times"]:
        pass  # until the slow call has been admitted

    second = calls.create_session(key="attempt-1")
    slow.join()
    third = calls.create_session(key="attempt-1")

    assert (second.status, second.code()) == (409, "idempotency_key_in_use")
    assert answers[0].status == 200
    assert third.json == answers[0].json


@pytest.mark.parametrize(
    ("header", "value", "status"),
    [
        pytest.param("Authorization", "Bearer sk_test_wrong", 401, id="wrong key"),
        pytest.param("Authorization", "", 401, id="no key"),
        pytest.param("Authorization", "Basic ?", 401, id="unreadable key"),
        pytest.param("Stripe-Version", "2024-06-20", 400, id="another version"),
        pytest.param("Stripe-Version", "", 400, id="no version"),
        pytest.param("Stripe-Account", "acct_unknown", 403, id="unknown account"),
    ],
)
def test_who_calls_and_in_which_version_is_checked_first(
    calls: StripeCalls, header: str, value: str, status: int
):
    """CONTRACTS 1.1."""
    headers = calls.headers() | {header: value}

    answer = calls.simulator.handle("GET", "/v1/charges", headers)

    assert answer.status == status
    assert json.loads(answer.body)["error"]["type"] == "invalid_request_error"


@pytest.mark.parametrize(
    ("changes", "param"),
    [
        pytest.param({"success_url": None}, "success_url", id="no success_url"),
        pytest.param({"line_items": None}, "line_items", id="no line items"),
        pytest.param({"mode": None}, "mode", id="no mode"),
        pytest.param({"locale": "tlh"}, "locale", id="unknown locale"),
        pytest.param({"client_reference_id": "r" * 201}, "client_reference_id", id="too long"),
        pytest.param({"metadata": {"k" * 41: "v"}}, "metadata", id="long metadata key"),
        pytest.param({"metadata": {"k": "v" * 501}}, "metadata[k]", id="long metadata value"),
        pytest.param(
            {"metadata": {f"k{i}": "v" for i in range(51)}}, "metadata", id="51 metadata keys"
        ),
        pytest.param(
            {"payment_intent_data": {"application_fee_amount": 12001}},
            "payment_intent_data[application_fee_amount]",
            id="fee above amount",
        ),
    ],
)
def test_wrong_parameters_are_refused_and_named(
    calls: StripeCalls, changes: dict[str, Any], param: str
):
    """CONTRACTS 1.2."""
    answer = calls.post("/v1/checkout/sessions", session_params(**changes))

    assert (answer.status, answer.json["error"].get("param")) == (400, param)
    assert calls.simulator.find_all("checkout.session") == []


@pytest.mark.parametrize(
    "body",
    [
        pytest.param(b"mode=\xff", id="not UTF-8"),
        pytest.param(b"&".join([b"a=1"] * 501), id="too many fields"),
        pytest.param(b"mode=payment&mode[x]=1", id="a value and an object"),
        pytest.param(b"mode]=1", id="no name"),
    ],
)
def test_a_body_that_is_no_form_is_refused(calls: StripeCalls, body: bytes):
    """CONTRACTS 1.1: bodies are form-encoded, deep objects `a[b][c]`."""
    answer = calls.simulator.handle("POST", "/v1/checkout/sessions", calls.headers(), body)

    assert answer.status == 400


@pytest.mark.parametrize("path", ["amount_total", "payment_intent.metadata", "a.b.c.d.e"])
def test_only_references_can_be_expanded(calls: StripeCalls, path: str):
    """docs.stripe.com/api/expanding_objects: at most four levels, references only."""
    session = calls.pay()

    answer = calls.get(f"/v1/checkout/sessions/{session['id']}", {"expand": [path]})

    assert answer.status == 400
