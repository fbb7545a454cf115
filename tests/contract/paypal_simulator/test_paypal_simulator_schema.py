"""What the simulator answers, held against PayPal's published types (PROVIDER_SPECS)."""

import json
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from local.simulators.paypal import PayPalSimulator
from local.simulators.paypal.vault import ACCOUNTS
from tests.support.paypal_calls import (
    MERCHANT,
    PARTNER,
    Answer,
    PayPalCalls,
    exchange_body,
    fee,
    money,
    order_body,
    refer,
    setup_body,
    vault_order,
)
from tests.support.provider_specs import require_specs

type Json = dict[str, Any]

_FILES = (
    *("oauth", "orders_v2", "payments_v2", "partner_referrals_v2"),
    *("merchant_integrations_v1", "webhooks_v1", "disputes_v1", "vault_v3"),
)
# Later than the published files of 2024-02 (CONTRACTS 2.3)
_LATER_VALUES = {"DECLINED_BY_RISK_FRAUD_FILTERS"}


@pytest.fixture(scope="module")
def documents() -> list[Json]:
    folder = require_specs() / "specs"
    return [_read(folder / f"paypal_{name}.json") for name in _FILES]


@cache
def _read(path: Path) -> Json:
    found: Json = json.loads(path.read_text())
    return found


class Recorder(PayPalCalls):
    """Calls whose answers are kept with what was asked."""

    answers: list[tuple[str, str, Answer]]

    def send(self, method: str, path: str, headers: dict[str, str], body: bytes) -> Answer:
        answer = super().send(method, path, headers, body)
        self.__dict__.setdefault("answers", []).append((method, path.partition("?")[0], answer))
        return answer


def faults(documents: list[Json], method: str, path: str, answer: Answer) -> list[str]:
    """How an answer differs from what is published for its call and status."""
    document, operation = _operation(documents, method, path)
    responses = operation["responses"]
    response = responses.get(str(answer.status)) or responses.get("default") or {}
    if "$ref" in response:
        response = document["components"]["responses"][response["$ref"].rsplit("/", 1)[1]]
    schema = response.get("content", {}).get("application/json", {}).get("schema")
    if schema is None:
        return []
    root = {**_plain(schema), "components": {"schemas": _schemas(document)}}
    return [
        f"{method} {path} {answer.status} {each.json_path}: {each.message}"
        for each in Draft202012Validator(root).iter_errors(answer.json)
    ]


def _operation(documents: list[Json], method: str, path: str) -> tuple[Json, Json]:
    for document in documents:
        for template, operations in document["paths"].items():
            pattern = re.sub(r"\{[^}]+\}", "[^/]+", template)
            if re.fullmatch(pattern, path) and method.lower() in operations:
                return document, operations[method.lower()]
    raise AssertionError(f"PayPal publishes no {method} {path}")


def _schemas(document: Json) -> Json:
    return {name: _plain(schema) for name, schema in document["components"]["schemas"].items()}


def _plain(schema: Any) -> Any:  # noqa: ANN401 - any part of a JSON document
    """OpenAPI 3.0 to JSON Schema, with the values that were added later."""
    if isinstance(schema, list):
        return [_plain(each) for each in schema]
    if not isinstance(schema, dict):
        return schema
    plain = {name: _plain(value) for name, value in schema.items() if name != "nullable"}
    if isinstance(plain.get("enum"), list) and "CHARGEBACK" in plain["enum"]:
        plain["enum"] = [*plain["enum"], *sorted(_LATER_VALUES)]
    return plain


def unknown_fields(documents: list[Json], name: str, value: Json) -> Iterator[str]:
    """Fields of an answered object that its published type does not have."""
    for document in documents:
        if name in document["components"]["schemas"]:
            schemas = document["components"]["schemas"]
            known = _properties(schemas, schemas[name])
            yield from (each for each in value if each not in known)
            return
    raise AssertionError(f"PayPal publishes no {name}")


def _properties(schemas: Json, schema: Json) -> Json:
    if "$ref" in schema:
        return _properties(schemas, schemas[schema["$ref"].rsplit("/", 1)[1]])
    known: Json = dict(schema.get("properties", {}))
    for part in schema.get("allOf", ()):
        known |= _properties(schemas, part)
    return known


def a_busy_day(calls: Recorder) -> None:
    """A sale of each kind, refunds of each kind, and refusals."""
    simulator = calls.simulator
    calls.ask_token("paypal-client", "wrong")
    for number, instrument in enumerate(("balance", "card", "echeck", "review", "refused")):
        capture = calls.pay(instrument, f"order-{number}", invoice_id=f"invoice-{number}")
        calls.get(f"/v2/checkout/orders/{simulator.orders()[-1]['id']}")
        calls.get(f"/v2/payments/captures/{capture['id']}")
    capture = simulator.captures()[0]
    body = {
        "amount": money("20.00"),
        "custom_id": "pay_1.ref_1",
        "payment_instruction": fee("0.38"),
    }
    made = calls.refund(capture["id"], body, "refund-1").json
    calls.get(f"/v2/payments/refunds/{made['id']}")
    simulator.configure_chaos({"refunds": {"pending": 1}})
    pending = calls.refund(capture["id"], {"amount": money("1.00")}, "refund-2").json
    calls.get(f"/v2/payments/refunds/{pending['id']}")
    simulator.fail_refund(pending["id"])
    calls.get(f"/v2/payments/refunds/{pending['id']}")
    calls.get(f"/v2/checkout/orders/{simulator.orders()[0]['id']}")
    calls.post(
        "/v2/checkout/orders", order_body(invoice_id="minimal"), "m", Prefer="return=minimal"
    )
    _refusals(calls, capture["id"])
    refer(calls)
    calls.get(f"/v1/customer/partners/{PARTNER}/merchant-integrations/{MERCHANT}")
    _disputes(calls)
    calls.get("/v1/notifications/webhooks-events?page_size=50")


def the_vault(partner: Recorder) -> None:
    """Accounts that are stored, charged, listed and deleted, and refusals."""
    simulator, setups = partner.simulator, "/v3/vault/setup-tokens"
    tokens = "/v3/vault/payment-tokens"
    for number, account in enumerate(ACCOUNTS):
        setup = partner.post(setups, setup_body(), f"set-{number}").json
        partner.post(tokens, exchange_body(setup["id"]), f"early-{number}")
        simulator.approve_setup(setup["id"], account, f"{number}@example.org")
        partner.get(f"{setups}/{setup['id']}")
        token = partner.post(tokens, exchange_body(setup["id"]), f"token-{number}").json
        partner.post(tokens, exchange_body(setup["id"]), f"again-{number}")
        partner.get(f"{setups}/{setup['id']}")
        partner.get(f"{tokens}?customer_id={token['customer']['id']}")
        order = partner.post(
            "/v2/checkout/orders", vault_order(token["id"], f"vault-{number}"), f"ipy-{number}"
        )
        if order.status == 201:
            partner.get(f"/v2/checkout/orders/{order.json['id']}")
        partner.get(f"{tokens}/{token['id']}")
        assert partner.delete(f"{tokens}/{token['id']}").status == 204
    partner.post("/v2/checkout/orders", vault_order("none"), "ipy-none")
    partner.post(setups, {}, "set-none")
    partner.get(f"{tokens}/NONE1234")
    partner.get(f"{setups}/NONE1234")


def _disputes(calls: Recorder) -> None:
    """A dispute of each end, each shown while it is open and once it is decided."""
    simulator = calls.simulator
    for number, decision in enumerate(("lose", "win", "withdraw", "pay_out", "escalate")):
        capture = calls.pay(key=f"disputed-{number}", invoice_id=f"disputed-{number}")
        dispute = simulator.open_dispute(
            capture["id"], chargeback=number % 2 == 0, takes_at_once=number == 1
        )
        calls.get(f"/v1/customer/disputes/{dispute['id']}")
        simulator.decide_dispute(dispute["id"], decision)
        calls.get(f"/v1/customer/disputes/{dispute['id']}")
        calls.get(f"/v1/customer/disputes?disputed_transaction_id={capture['id']}")
    calls.get("/v1/customer/disputes/NONE")
    calls.get("/v1/customer/disputes?disputed_transaction_id=NONE")


def _refusals(calls: Recorder, capture_id: str) -> None:
    """Each status, as far as each call has it."""
    simulator = calls.simulator
    calls.create_order("order-a", value="1.001")
    calls.create_order("order-b", value="x")
    calls.create_order("")
    calls.create_order("order-c", invoice_id="invoice-0")
    calls.create_order("order-d", merchant="NOBODY2222222")
    calls.create_order("order-e", platform_fee="121.00")
    open_order = calls.open_order("order-f", invoice_id="open")
    calls.capture(open_order["id"], "capture-f")
    simulator.approve(open_order["id"], "declined")
    calls.capture(open_order["id"], "capture-g")
    calls.capture(simulator.orders()[0]["id"], "capture-h")
    calls.capture("NONE", "capture-i")
    calls.get("/v2/checkout/orders/NONE")
    calls.get("/v2/payments/captures/NONE")
    calls.get("/v2/payments/refunds/NONE")
    calls.refund("NONE", key="refund-0")
    calls.refund(capture_id, {"amount": money("121.00")}, "refund-a")
    calls.refund(capture_id, {"amount": money("1.00", "EUR")}, "refund-b")
    calls.refund(capture_id, {"payment_instruction": fee("9.00")}, "refund-c")
    calls.refund(simulator.captures()[2]["id"], {}, "refund-d")
    simulator.configure_chaos({"api": [{"do": "in_use"}]})
    calls.refund(capture_id, {}, "refund-e")
    other = {**calls.headers(), "Authorization": "Bearer none"}
    calls.send("GET", "/v2/checkout/orders/NONE", other, b"")
    calls.send("POST", f"/v2/payments/captures/{capture_id}/refund", other, b"{}")


def test_every_answer_is_of_its_published_type(simulator: PayPalSimulator, documents: list[Json]):
    """CONTRACTS 0: the published types of 2024-02."""
    calls = Recorder(simulator)
    partner = Recorder(simulator, merchant=None)

    a_busy_day(calls)
    the_vault(partner)

    statuses = {answer.status for _, _, answer in (*calls.answers, *partner.answers)}
    found = [
        fault
        for method, path, answer in (*calls.answers, *partner.answers)
        for fault in faults(documents, method, path, answer)
    ]
    assert found == []
    assert statuses == {200, 201, 204, 400, 401, 404, 409, 422}


def test_no_field_is_made_up(simulator: PayPalSimulator, documents: list[Json]):
    """A field that PayPal does not publish is one that Guichet could come to rely on."""
    calls = Recorder(simulator)
    a_busy_day(calls)
    partner = Recorder(simulator, merchant=None)
    the_vault(partner)
    orders = [simulator.order(each["id"]) for each in simulator.orders()]
    payments = [each["purchase_units"][0].get("payments", {}) for each in orders]
    objects = [
        *(("order", each) for each in orders),
        *(("purchase_unit", each["purchase_units"][0]) for each in orders),
        *(("capture", each) for found in payments for each in found.get("captures", [])),
        *(("refund", each) for found in payments for each in found.get("refunds", [])),
        *(("event", each) for each in simulator.events()),
        *(
            (kind, answer.json)
            for method, path, answer in partner.answers
            if answer.status in {200, 201}
            for kind in _vaulted(method, path)
        ),
        *(
            ("dispute", each["resource"])
            for each in simulator.events()
            if each["resource_type"] == "dispute"
        ),
    ]

    made_up = [
        (name, field) for name, each in objects for field in unknown_fields(documents, name, each)
    ]

    assert made_up == []


def _vaulted(method: str, path: str) -> list[str]:
    """The published type of what the vault answers."""
    if "/setup-tokens" in path:
        return ["setup_token_response"]
    if path.endswith("/payment-tokens") and method == "GET":
        return ["customer_vault_payment_tokens_response"]
    return ["payment_token_response"] if "/payment-tokens" in path else []


def test_events_are_shaped_as_the_published_samples(
    simulator: PayPalSimulator, documents: list[Json]
):
    """The samples' envelopes and resources (MANIFEST.json): what is in ours is in theirs, too."""
    del documents  # skips where they are absent
    calls = Recorder(simulator)
    a_busy_day(calls)
    the_vault(Recorder(simulator, merchant=None))
    simulator.revoke_consent(MERCHANT)
    samples = require_specs() / "events"
    compared = set()

    for event in simulator.events():
        file = samples / f"paypal__{event['event_type']}.json"
        if file.is_file():
            sample = json.loads(file.read_text())
            envelope = set(sample) - {"resource"}
            assert envelope <= set(event), event["event_type"]
            assert event["resource_type"] == sample["resource_type"]
            assert event.get("resource_version") == sample.get("resource_version")
            compared.add(event["event_type"])

    assert compared >= {
        "CHECKOUT.ORDER.APPROVED",
        "PAYMENT.CAPTURE.COMPLETED",
        "PAYMENT.CAPTURE.PENDING",
        "PAYMENT.CAPTURE.DECLINED",
        "PAYMENT.CAPTURE.REFUNDED",
        "PAYMENT.CAPTURE.REVERSED",
        "CUSTOMER.DISPUTE.CREATED",
        "MERCHANT.PARTNER-CONSENT.REVOKED",
        "VAULT.PAYMENT-TOKEN.CREATED",
    }
