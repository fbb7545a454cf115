"""Calls of the simulated Stripe without sockets, for tests that judge or use the simulator."""

import json
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from local.simulators.stripe import API_VERSION, StripeSimulator

ORGANIZER = "acct_organizer"
OTHER_ORGANIZER = "acct_other"


@dataclass
class MovableClock:
    """A clock that moves when told."""

    at: datetime = field(default_factory=lambda: datetime(2026, 11, 22, 9, 0, tzinfo=UTC))

    def __call__(self) -> datetime:
        return self.at

    def advance(self, **parts: float) -> None:
        self.at += timedelta(**parts)


@dataclass(frozen=True)
class Answer:
    status: int
    json: dict[str, Any]
    headers: dict[str, str]

    def code(self) -> str | None:
        code: str | None = self.json["error"].get("code")
        return code


def flat(params: dict[str, Any], prefix: str = "") -> list[tuple[str, str]]:
    """Nested parameters in Stripe's form encoding."""
    pairs: list[tuple[str, str]] = []
    for key, value in params.items():
        name = f"{prefix}[{key}]" if prefix else str(key)
        match value:
            case dict():
                pairs += flat(value, name)
            case list():
                pairs += flat({str(index): each for index, each in enumerate(value)}, name)
            case bool():
                pairs.append((name, str(value).lower()))
            case _:
                pairs.append((name, str(value)))
    return pairs


@dataclass(frozen=True)
class StripeCalls:
    """What a platform would send, for one connected account or (with none) for itself."""

    simulator: StripeSimulator
    account: str | None = ORGANIZER

    def headers(self) -> dict[str, str]:
        headers = {"Authorization": "Bearer sk_test_platform", "Stripe-Version": API_VERSION}
        return headers | ({"Stripe-Account": self.account} if self.account else {})

    def post(self, path: str, params: dict[str, Any] | None = None, key: str = "") -> Answer:
        headers = self.headers() | ({"Idempotency-Key": key} if key else {})
        return self._send("POST", path, headers, urlencode(flat(params or {})).encode())

    def get(self, path: str, params: dict[str, Any] | None = None) -> Answer:
        query = urlencode(flat(params or {}))
        return self._send("GET", f"{path}?{query}" if query else path, self.headers(), b"")

    def _send(self, method: str, path: str, headers: dict[str, str], body: bytes) -> Answer:
        answer = self.simulator.handle(method, path, headers, body)
        return Answer(answer.status, json.loads(answer.body), dict(answer.headers))

    def create_session(self, key: str = "", **changes: Any) -> Answer:  # noqa: ANN401 - any parameter
        return self.post("/v1/checkout/sessions", session_params(**changes), key)

    def open_session(self, **changes: Any) -> dict[str, Any]:  # noqa: ANN401 - any parameter
        answer = self.create_session(**changes)
        assert answer.status == 200, answer.json
        return answer.json

    def pay(self, **changes: Any) -> dict[str, Any]:  # noqa: ANN401 - any parameter
        """A session paid by card, as it is afterwards."""
        session = self.open_session(**changes)
        self.simulator.pay(session["id"])
        return self.simulator.find(session["id"])


def session_params(
    *,
    amount_minor: int = 12000,
    fee_minor: int | None = 228,
    currency: str = "usd",
    **changes: Any,  # noqa: ANN401 - any parameter
) -> dict[str, Any]:
    """What Guichet asks for when a registrant pays 120.00 USD, with changes."""
    data: dict[str, Any] = {"metadata": {"registration_id": "reg_1"}}
    if fee_minor is not None:
        data["application_fee_amount"] = fee_minor
    params: dict[str, Any] = {
        "mode": "payment",
        "success_url": "https://organizer.example/return?session={CHECKOUT_SESSION_ID}",
        "cancel_url": "https://organizer.example/cancel",
        "client_reference_id": "reg_1",
        "metadata": {"registration_id": "reg_1"},
        "line_items": [
            {
                "price_data": {
                    "currency": currency,
                    "unit_amount": amount_minor,
                    "product_data": {"name": "First aid"},
                },
                "quantity": 1,
            }
        ],
        "payment_intent_data": data,
    }
    params.update(changes)
    return {name: value for name, value in params.items() if value is not None}


def setup_params(
    customer: str,
    kind: str = "card",
    **changes: Any,  # noqa: ANN401 - any parameter
) -> dict[str, Any]:
    """What Guichet asks for when a customer stores a method, with changes."""
    params: dict[str, Any] = {
        "mode": "setup",
        "customer": customer,
        "success_url": "https://pay.example/return?session={CHECKOUT_SESSION_ID}",
        "cancel_url": "https://pay.example/methods",
        "client_reference_id": "set_1",
        "metadata": {"setup_id": "set_1"},
        "setup_intent_data": {"metadata": {"setup_id": "set_1"}},
        "allowed_payment_method_types": [kind],
    }
    params.update(changes)
    return {name: value for name, value in params.items() if value is not None}


def charge_params(method: dict[str, Any], **changes: Any) -> dict[str, Any]:  # noqa: ANN401 - same
    """What Guichet asks for when it charges a stored method 118.50, with changes."""
    currencies = {"us_bank_account": "usd", "bacs_debit": "gbp"}
    params: dict[str, Any] = {
        "amount": 11_850,
        "currency": currencies.get(method["type"], "eur"),
        "customer": method["customer"],
        "payment_method": method["id"],
        "allowed_payment_method_types": [method["type"]],
        "off_session": True,
        "confirm": True,
        "return_url": "https://pay.example/return",
        "metadata": {"payment_id": "ipy_1"},
    }
    params.update(changes)
    return {name: value for name, value in params.items() if value is not None}


def drain(simulator: StripeSimulator) -> list[dict[str, Any]]:
    """The events that are due now, taken and parsed."""
    return [json.loads(webhook.body) for webhook in simulator.take_webhooks()]
