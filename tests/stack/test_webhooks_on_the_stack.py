"""Providers' deliveries at the deployed door: who is refused, what is stored (EXT-2)."""

from __future__ import annotations

import json
import secrets
from datetime import timedelta
from typing import Any

import pytest

from local.seed import STRIPE_WEBHOOK_SECRET, parts_of
from local.simulators.stripe import API_VERSION
from local.simulators.stripe.webhooks import signature
from tests.support.deployed_stack import Answer, DeployedStack
from tests.support.paypal_deliveries import headers_for


def _event(**changed: Any) -> dict[str, Any]:  # noqa: ANN401 - fields of many types
    """An event of a type that nothing here follows."""
    return {
        "id": f"evt_{secrets.token_hex(8)}",
        "object": "event",
        "api_version": API_VERSION,
        "account": "acct_studio",
        "created": 1_790_000_000,
        "data": {"object": {"id": "po_1", "object": "payout"}},
        "livemode": False,
        "type": "payout.paid",
        **changed,
    }


def _signed(stack: DeployedStack, body: bytes, ago: timedelta = timedelta(0)) -> str:
    return signature(int((stack.now() - ago).timestamp()), body, (STRIPE_WEBHOOK_SECRET,))


def _delivered(
    stack: DeployedStack,
    body: bytes,
    header: str | None = None,
    content_type: str = "application/json; charset=utf-8",
) -> Answer:
    headers = {"content-type": content_type}
    if header is not None:
        headers["stripe-signature"] = header
    return stack.call("POST", "/v1/webhooks/stripe", body=body, headers=headers)


def _stored(stack: DeployedStack, event: dict[str, Any]) -> str | None:
    """The body in the inbox, if the event has reached it."""
    found = parts_of(stack.deployment).records.provider_event("stripe", event["id"])
    return found.body if found else None


@pytest.mark.parametrize(
    ("case", "code"),
    [
        ("missing", "signature_missing"),
        ("malformed", "signature_malformed"),
        ("of another body", "signature_invalid"),
        ("old", "signature_old"),
        ("of the future", "signature_future"),
    ],
)
def test_a_bad_signature_is_a_problem_and_nothing_is_stored_ext_2(
    deployed_stack: DeployedStack, case: str, code: str
) -> None:
    event = _event()
    body = json.dumps(event).encode()
    header = {
        "missing": None,
        "malformed": "t=now,v1=yes",
        "of another body": _signed(deployed_stack, b"{}"),
        "old": _signed(deployed_stack, body, ago=timedelta(seconds=330)),
        "of the future": _signed(deployed_stack, body, ago=timedelta(seconds=-330)),
    }[case]

    answer = _delivered(deployed_stack, body, header)

    assert answer.status == 400
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["code"] == code
    assert _stored(deployed_stack, event) is None


def test_an_unknown_type_is_stored_once_ext_2(deployed_stack: DeployedStack) -> None:
    event = _event()
    body = json.dumps(event).encode()

    answers = [_delivered(deployed_stack, body, _signed(deployed_stack, body)) for _ in range(2)]

    assert [(each.status, each.json()["received"]) for each in answers] == [
        (200, "stored"),
        (200, "repeated"),
    ]
    assert _stored(deployed_stack, event) == body.decode()


def test_an_event_of_the_other_mode_is_ignored_ext_2(deployed_stack: DeployedStack) -> None:
    event = _event(livemode=True)
    body = json.dumps(event).encode()

    answer = _delivered(deployed_stack, body, _signed(deployed_stack, body))

    assert (answer.status, answer.json()["received"]) == (200, "ignored")
    assert _stored(deployed_stack, event) is None


@pytest.mark.parametrize("content_type", ["application/json", "application/octet-stream"])
def test_the_signed_bytes_are_those_that_were_sent_ext_2(
    deployed_stack: DeployedStack, content_type: str
) -> None:
    """The gateway hands a body over as text, or encoded in base64 where it takes it for binary."""
    event = _event(description="Zoë paid 12 € – “at last” 🎉")
    body = json.dumps(event, ensure_ascii=False, indent=2).encode()

    answer = _delivered(deployed_stack, body, _signed(deployed_stack, body), content_type)

    assert (answer.status, answer.json()["received"]) == (200, "stored")
    assert _stored(deployed_stack, event) == body.decode()


def test_a_body_of_a_megabyte_is_refused_ext_2(deployed_stack: DeployedStack) -> None:
    event = _event(padding="x" * 1024 * 1024)
    body = json.dumps(event).encode()

    answer = _delivered(deployed_stack, body, _signed(deployed_stack, body))

    assert (answer.status, answer.json()["code"]) == (413, "body_too_large")
    assert _stored(deployed_stack, event) is None


@pytest.mark.parametrize(
    ("changed", "size", "status", "code"),
    [
        pytest.param({"paypal-auth-algo": None}, 100, 400, "signature_missing", id="missing"),
        pytest.param(
            {"paypal-auth-version": "v1"}, 100, 400, "signature_malformed", id="malformed"
        ),
        pytest.param({}, 100, 400, "signature_old", id="old"),
        pytest.param({}, 1024 * 1024, 413, "body_too_large", id="a megabyte"),
    ],
)
def test_a_bad_delivery_of_paypals_is_a_problem_and_nothing_is_stored_ext_2(
    deployed_stack: DeployedStack,
    changed: dict[str, str | None],
    size: int,
    status: int,
    code: str,
) -> None:
    event = {"id": f"WH-{secrets.token_hex(8)}", "event_type": "A.B", "padding": "x" * size}
    headers = headers_for(b"{}", at=deployed_stack.now() - timedelta(days=4)) | changed
    sent = {name: value for name, value in headers.items() if value is not None}

    answer = deployed_stack.call(
        "POST",
        "/v1/webhooks/paypal",
        body=json.dumps(event).encode(),
        headers={"content-type": "application/json", **sent},
    )

    assert (answer.status, answer.json()["code"]) == (status, code)
    found = parts_of(deployed_stack.deployment).records.provider_event("paypal", event["id"])
    assert found is None
