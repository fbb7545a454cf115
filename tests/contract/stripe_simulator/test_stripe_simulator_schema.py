"""What the simulator answers, held against Stripe's published types (PROVIDER_SPECS)."""

import json
import os
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator, ValidationError

from local.simulators.stripe import StripeSimulator
from tests.support.stripe_calls import (
    ORGANIZER,
    Answer,
    StripeCalls,
    charge_params,
    drain,
    setup_params,
)

SPECS = Path(
    os.environ.get("PROVIDER_SPECS")
    or Path(__file__).resolve().parents[3].parent / "shared" / "providers"
)


@pytest.fixture(scope="module")
def schemas() -> dict[str, Any]:
    path = SPECS / "specs" / "stripe_subset.json"
    if not path.exists():
        pytest.skip(f"{path} is absent: set PROVIDER_SPECS to the published provider types")
    spec = json.loads(path.read_text())
    return {name: _strict(schema) for name, schema in spec["components"]["schemas"].items()}


def _strict(schema: Any) -> Any:  # noqa: ANN401 - any part of a JSON document
    """OpenAPI 3.0 to JSON Schema; fields that Stripe does not publish are forbidden."""
    if isinstance(schema, list):
        return [_strict(each) for each in schema]
    if not isinstance(schema, dict):
        return schema
    strict = {
        name: _strict(value)
        for name, value in schema.items()
        if name not in {"nullable", "x-known-values"}
    }
    if "x-known-values" in schema and schema.get("type") == "string":
        strict["enum"] = schema["x-known-values"]
    if "properties" in schema:
        strict.setdefault("additionalProperties", False)
    return {"anyOf": [strict, {"type": "null"}]} if schema.get("nullable") else strict


def faults(schemas: dict[str, Any], obj: dict[str, Any]) -> list[str]:
    """How an object differs from its published type."""
    kind = obj["object"]
    root = {"$ref": f"#/components/schemas/{kind}", "components": {"schemas": schemas}}
    errors = Draft202012Validator(root).iter_errors(obj)
    return [
        f"{kind} {each.json_path}: {each.message}" for error in errors for each in _leaves(error)
    ]


def _leaves(error: ValidationError) -> list[ValidationError]:
    """The faults behind an `anyOf`, without those of branches for another kind of value."""
    inner = [leaf for each in error.context or [] for leaf in _leaves(each)]
    meant = [each for each in inner if each.validator not in {"type", "$ref"}]
    return meant or inner or [error]


def stored_and_charged(platform: StripeCalls) -> list[dict[str, Any]]:
    """Objects of methods that were stored, charged, asked about, returned and detached."""
    simulator = platform.simulator
    expand = {"expand": ["setup_intent.payment_method", "setup_intent.mandate", "customer"]}
    customer = platform.post("/v1/customers", {"email": "a@b.example", "name": "A"}).json
    sessions = []
    for kind, chosen in (
        *(("card", each) for each in ("visa", "stolen_card", "authentication_required", "3ds")),
        *((each, "bank") for each in ("us_bank_account", "sepa_debit", "bacs_debit")),
    ):
        params = setup_params(customer["id"], kind)
        session = platform.post("/v1/checkout/sessions", params).json
        simulator.agree(session["id"], chosen)
        shown = platform.get(f"/v1/checkout/sessions/{session['id']}", expand).json
        sessions.append(shown)
        method = shown["setup_intent"]["payment_method"]
        if method is not None:
            made = platform.post("/v1/payment_intents", charge_params(method)).json
            _decide(platform, made.get("error", {}).get("payment_intent") or made, method)
    last = simulator.find_all("payment_method")[-1]
    detached = platform.post(f"/v1/payment_methods/{last['id']}/detach").json
    page = {"customer": customer["id"], "limit": 100, "expand": ["data.latest_charge"]}
    lists = [
        *platform.get("/v1/payment_intents", page).json["data"],
        *platform.get("/v1/setup_intents", {"customer": customer["id"]}).json["data"],
        *platform.get(f"/v1/customers/{customer['id']}/payment_methods").json["data"],
        *platform.get("/v1/events", {"limit": 100}).json["data"],
        *simulator.find_all("mandate"),
    ]
    return [customer, detached, *sessions, *lists]


def _decide(platform: StripeCalls, intent: dict[str, Any], method: dict[str, Any]) -> None:
    """What a bank, or its customer, makes of a charge."""
    simulator, path = platform.simulator, f"/v1/payment_intents/{intent['id']}"
    if intent["status"] == "processing":
        simulator.settle_charge(intent["id"])
        simulator.return_charge(intent["id"])
    elif simulator.find(method["id"])["card"]["last4"] == "3184":
        ways = {"payment_method": method["id"], "return_url": "https://organizer.example"}
        platform.post(f"{path}/confirm", ways)
        platform.post(f"{path}/cancel")


def everything(calls: StripeCalls, platform: StripeCalls) -> list[dict[str, Any]]:
    """Objects from a busy day, expanded, as the API answers them."""
    simulator = calls.simulator
    expand = {"expand": ["payment_intent.latest_charge.balance_transaction", "line_items"]}
    opened = calls.open_session(allowed_payment_method_types=["card"], locale="fr")
    declined = calls.open_session()
    simulator.decline(declined["id"])
    asked = calls.open_session()
    simulator.pay(asked["id"], "3ds")
    debit = calls.open_session()
    simulator.start_bank_debit(debit["id"])
    paid = calls.pay()
    intent = paid["payment_intent"]
    refund = calls.post("/v1/refunds", {"payment_intent": intent, "amount": 100}).json
    simulator.fail_refund(refund["id"])
    simulator.configure_chaos({"refunds": {"pending": 1}})
    calls.post("/v1/refunds", {"payment_intent": intent, "amount": 200})
    simulator.open_dispute(intent, 300, inquiry=True)
    disputed = simulator.open_dispute(intent, 400)
    simulator.submit_dispute(disputed["id"])
    simulator.win_dispute(disputed["id"])
    fee = platform.get("/v1/application_fees").json["data"][0]
    platform.post(f"/v1/application_fees/{fee['id']}/refunds", {"amount": 1})
    sessions = [
        calls.get(f"/v1/checkout/sessions/{each['id']}", expand).json
        for each in (opened, declined, asked, debit, paid)
    ]
    paths = "payment_intents", "charges", "refunds", "disputes", "events", "balance_transactions"
    lists = [
        each for path in paths for each in calls.get(f"/v1/{path}", {"limit": 100}).json["data"]
    ]
    fees = platform.get("/v1/application_fees", {"expand": ["data.balance_transaction"]}).json
    fee_refunds = platform.get(f"/v1/application_fees/{fee['id']}/refunds").json
    account = calls.get("/v1/account").json
    stored = stored_and_charged(platform)
    return [*stored, *sessions, *lists, *fees["data"], *fee_refunds["data"], account]


def test_every_object_has_its_published_type(
    calls: StripeCalls, platform: StripeCalls, schemas: dict[str, Any]
):
    """Stripe's types of 2026-10-28.endive, as derived from stripe-python 16.1.0."""
    objects = everything(calls, platform)

    found = [fault for obj in objects for fault in faults(schemas, obj)]

    assert found == []
    assert {obj["object"] for obj in objects} >= {
        "checkout.session",
        "customer",
        "mandate",
        "payment_intent",
        "payment_method",
        "setup_intent",
        "charge",
        "refund",
        "dispute",
        "application_fee",
        "fee_refund",
        "balance_transaction",
        "event",
        "account",
    }


def test_every_event_carries_an_object_of_its_published_type(
    calls: StripeCalls,
    platform: StripeCalls,
    simulator: StripeSimulator,
    schemas: dict[str, Any],
):
    everything(calls, platform)
    simulator.deauthorize(ORGANIZER)

    events = drain(simulator)

    found = [fault for event in events for fault in faults(schemas, event)]
    known = [each["data"]["object"] for each in events]
    found += [fault for obj in known if obj["object"] in schemas for fault in faults(schemas, obj)]
    assert found == []
    assert {event["type"] for event in events} >= {
        "account.application.deauthorized",
        "application_fee.created",
        "application_fee.refunded",
        "charge.dispute.closed",
        "charge.dispute.created",
        "charge.dispute.funds_reinstated",
        "charge.dispute.funds_withdrawn",
        "charge.dispute.updated",
        "charge.refunded",
        "payment_intent.canceled",
        "payment_intent.requires_action",
        "payment_method.detached",
        "setup_intent.succeeded",
        "charge.succeeded",
        "checkout.session.completed",
        "payment_intent.payment_failed",
        "payment_intent.processing",
        "payment_intent.succeeded",
        "refund.created",
        "refund.failed",
    }


def declined(platform: StripeCalls) -> Answer:
    """A charge of a stolen card."""
    customer = platform.post("/v1/customers").json["id"]
    session = platform.post("/v1/checkout/sessions", setup_params(customer)).json
    platform.simulator.agree(session["id"], "stolen_card")
    (method,) = platform.simulator.find_all("payment_method")
    return platform.post("/v1/payment_intents", charge_params(method))


def test_refusals_have_the_published_shape(calls: StripeCalls, schemas: dict[str, Any]):
    root = {"$ref": "#/components/schemas/error", "components": {"schemas": schemas}}

    answers = [
        calls.create_session(payment_method_types=["card"]),
        calls.get("/v1/charges/ch_none"),
        calls.get("/v1/nothing"),
        declined(StripeCalls(calls.simulator, account=None)),
    ]

    for answer in answers:
        assert answer.status >= 400
        assert list(Draft202012Validator(root).iter_errors(answer.json)) == []
