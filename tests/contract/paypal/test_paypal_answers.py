"""What each error answer of PayPal means to us: again, later, never; and what is told of it."""

import json
from pathlib import Path
from typing import Any

import pytest

from guichet.adapters.http import HttpResponse
from guichet.adapters.paypal.errors import (
    CAPTURE_REFUSALS,
    MAYBE_OURS,
    REFUSALS,
    failure,
    may_repeat,
    read_problem,
    refused_capture,
)
from guichet.payments.ports import ProviderRefusedError, SessionState
from tests.support.paypal import answer, problem


@pytest.mark.parametrize(
    ("given", "code"),
    [
        pytest.param(problem(403, "PERMISSION_DENIED"), "account_not_reachable", id="permission"),
        pytest.param(problem(403, "CONSENT_NEEDED"), "account_not_reachable", id="consent"),
        pytest.param(problem(403, name="NOT_AUTHORIZED"), "account_not_reachable", id="403"),
        pytest.param(problem(422, "CONSENT_NEEDED"), "account_not_reachable", id="consent, as 422"),
        pytest.param(problem(404, "INVALID_RESOURCE_ID"), "account_not_reachable", id="404"),
        pytest.param(problem(422, "CAPTURE_FULLY_REFUNDED"), "already_refunded", id="refunded"),
        pytest.param(problem(422, "REFUND_AMOUNT_EXCEEDED"), "amount_too_large", id="too much"),
        pytest.param(
            problem(422, "REFUND_FAILED_INSUFFICIENT_FUNDS"), "balance_insufficient", id="balance"
        ),
        pytest.param(problem(422, "TRANSACTION_DISPUTED"), "payment_disputed", id="disputed"),
        pytest.param(
            problem(422, "REFUND_TIME_LIMIT_EXCEEDED"), "refund_too_old_at_provider", id="too late"
        ),
        pytest.param(problem(422, "PLATFORM_FEE_EXCEEDED"), "platform_fee_not_allowed", id="fee"),
        pytest.param(
            problem(422, "PAYEE_ACCOUNT_RESTRICTED"), "account_can_not_receive", id="restricted"
        ),
        pytest.param(problem(422, "SOMETHING_NEW"), "request_refused", id="an unknown issue"),
        pytest.param(
            problem(400, "INVALID_PARAMETER_VALUE"), "request_refused", id="a request of ours"
        ),
        pytest.param(
            problem(422, "SOMETHING_NEW", "MAX_VALUE_EXCEEDED"), "amount_too_large", id="a second"
        ),
        pytest.param(problem(401), None, id="401: an operator mends the secret"),
        pytest.param(problem(409, "PREVIOUS_REQUEST_IN_PROGRESS"), None, id="in progress"),
        pytest.param(problem(422, "ORDER_COMPLETION_IN_PROGRESS"), None, id="completing"),
        pytest.param(problem(422, "PENDING_CAPTURE"), None, id="not settled yet"),
        pytest.param(problem(429, name="RATE_LIMIT_REACHED"), None, id="429"),
        pytest.param(problem(500), None, id="500"),
        pytest.param(problem(503), None, id="503"),
        pytest.param(HttpResponse(403, {}, b"<html>Access Denied"), None, id="a gateway's 403"),
        pytest.param(HttpResponse(400, {}, b'{"error_":"no"}'), None, id="not PayPal's 400"),
        pytest.param(HttpResponse(404, {}, b""), None, id="nobody's 404"),
        pytest.param(HttpResponse(302), None, id="a redirect"),
    ],
)
def test_an_error_is_a_refusal_of_ours_or_unknown(given: HttpResponse, code: str | None):
    """The error table; without a code, what the call did is not known."""
    error = failure(read_problem(given))

    told = error.code if isinstance(error, ProviderRefusedError) else None
    assert told == code


@pytest.mark.parametrize(
    ("given", "again"),
    [
        pytest.param(problem(409), True, id="409"),
        pytest.param(problem(422, "ORDER_COMPLETION_IN_PROGRESS"), True, id="completing"),
        pytest.param(problem(500), True, id="500"),
        pytest.param(problem(429), False, id="429 without a word"),
        pytest.param(answer(429, {}, retry_after="1"), True, id="429 told when"),
        pytest.param(
            answer(429, {}, retry_after="Wed, 21 Oct 2026 07:28:00 GMT"), False, id="a date"
        ),
        pytest.param(problem(422, "INSTRUMENT_DECLINED"), False, id="declined"),
        pytest.param(problem(404), False, id="404"),
    ],
)
def test_what_may_be_repeated_at_once(given: HttpResponse, *, again: bool):
    """CONTRACTS 2.5: the limit counts repeats too."""
    assert may_repeat(read_problem(given)) is again


def test_what_is_logged_of_an_error_names_paypals_id_and_nobody():
    """CONTRACTS 2.3: Paypal-Debug-Id; values and sentences repeat what was sent."""
    body = {
        "name": "UNPROCESSABLE_ENTITY",
        "message": "jo@example.org is not good",
        "debug_id": "other",
        "details": [
            {
                "field": "/payment_source/paypal/email_address",
                "value": "jo@example.org",
                "issue": "PAYER_CANNOT_PAY",
                "description": "jo@example.org can't pay",
            }
        ],
    }

    told = [
        str(failure(read_problem(answer(422, body, **each))))
        for each in ({"paypal_debug_id": "f00"}, {})
    ]

    start = "request_refused: PayPal answered 422 UNPROCESSABLE_ENTITY PAYER_CANNOT_PAY"
    field = "/payment_source/paypal/email_address"
    assert told == [f"{start} {field} f00", f"{start} {field} other"]


@pytest.mark.parametrize(
    "body",
    [b"", b"[]", b'"no"', b"\xff", b'{"name":1,"details":{}}', b'{"details":["x",{"issue":2}]}'],
)
def test_an_error_that_can_not_be_read_is_unknown(body: bytes):
    error = failure(read_problem(HttpResponse(422, {}, body)))

    assert not isinstance(error, ProviderRefusedError)
    assert str(error) == "PayPal answered 422"


@pytest.mark.parametrize(
    ("issues", "state"),
    [
        pytest.param(("INSTRUMENT_DECLINED",), SessionState.DECLINED, id="declined"),
        pytest.param(("PAYER_ACTION_REQUIRED",), SessionState.DECLINED, id="3-D Secure"),
        pytest.param(
            ("REDIRECT_PAYER_FOR_ALTERNATE_FUNDING",), SessionState.DECLINED, id="other funding"
        ),
        pytest.param(("ORDER_NOT_APPROVED",), SessionState.UNPAID, id="not approved"),
        pytest.param(("TRANSACTION_REFUSED",), SessionState.DENIED, id="refused"),
        pytest.param(("PAYER_CANNOT_PAY",), SessionState.DENIED, id="can't pay"),
        pytest.param(
            ("MAX_NUMBER_OF_PAYMENT_ATTEMPTS_EXCEEDED",), SessionState.DENIED, id="attempts"
        ),
        pytest.param(("COMPLIANCE_VIOLATION",), SessionState.DENIED, id="compliance"),
        pytest.param(("SOMETHING_NEW",), None, id="unknown"),
        pytest.param((), None, id="none"),
    ],
)
def test_a_refused_capture_leads_back_to_the_page_or_ends_the_order(
    issues: tuple[str, ...], state: SessionState | None
):
    """REG-8, CONTRACTS 2.3."""
    assert refused_capture(issues) is state


def test_every_issue_that_we_know_is_one_that_paypal_publishes(specs: Path):
    """CONTRACTS 2.3, 2.4: no issue is misspelt."""
    published = issues_of(specs, "paypal_orders_v2") | issues_of(specs, "paypal_payments_v2")

    known = set(REFUSALS) | set(CAPTURE_REFUSALS) | MAYBE_OURS

    assert known - published == set()


def issues_of(specs: Path, name: str) -> set[str]:
    return set(enums_of(json.loads((specs / "specs" / f"{name}.json").read_text())))


def enums_of(node: Any) -> list[str]:  # noqa: ANN401 - any part of a JSON document
    if isinstance(node, list):
        return [found for each in node for found in enums_of(each)]
    if not isinstance(node, dict):
        return []
    here = node.get("issue")
    listed = here.get("enum", []) if isinstance(here, dict) else []
    return [*listed, *(found for each in node.values() for found in enums_of(each))]
