"""Calls of the simulated PayPal without sockets, for tests that judge or use the simulator."""

from __future__ import annotations

import base64
import json
from dataclasses import dataclass, field
from typing import Any

from local.simulators.paypal import PayPalSimulator

MERCHANT = "ATEL2ERNRD222"
OTHER_MERCHANT = "STUD2SUD22222"
PARTNER = "GU2CHETPARTN2"
CLIENT = ("paypal-client", "paypal-secret")


@dataclass(frozen=True)
class Answer:
    status: int
    json: dict[str, Any]
    headers: dict[str, str]

    def issue(self) -> str | None:
        """The first issue of an error answer."""
        details: list[dict[str, str]] = self.json.get("details", [])
        return details[0]["issue"] if details else None

    def href(self, rel: str) -> str:
        found: list[str] = [each["href"] for each in self.json["links"] if each["rel"] == rel]
        assert found, f"no link {rel} among {[each['rel'] for each in self.json['links']]}"
        return found[0]


def assertion(merchant_id: str, client_id: str = CLIENT[0]) -> str:
    """`PayPal-Auth-Assertion`: an unsigned JWT, with both dots."""
    parts = ({"alg": "none"}, {"iss": client_id, "payer_id": merchant_id})
    texts = (base64.b64encode(json.dumps(part).encode()).decode() for part in parts)
    return ".".join((*texts, ""))


@dataclass
class PayPalCalls:
    """What a partner would send on behalf of one seller."""

    simulator: PayPalSimulator
    merchant: str | None = MERCHANT
    token: str = field(default="")

    def __post_init__(self) -> None:
        self.token = self.token or self.new_token()

    def new_token(self) -> str:
        """Ask for a token, as one does after a seller's consent."""
        answer = self.ask_token(*CLIENT)
        self.token = str(answer.json["access_token"])
        return self.token

    def ask_token(self, client_id: str, secret: str) -> Answer:
        basic = base64.b64encode(f"{client_id}:{secret}".encode()).decode()
        headers = {
            "Authorization": f"Basic {basic}",
            "Content-Type": "application/x-www-form-urlencoded",
        }
        return self.send("POST", "/v1/oauth2/token", headers, b"grant_type=client_credentials")

    def headers(self) -> dict[str, str]:
        found = {"Authorization": f"Bearer {self.token}", "Content-Type": "application/json"}
        if self.merchant is not None:
            found["PayPal-Auth-Assertion"] = assertion(self.merchant)
        return found

    def post(
        self, path: str, body: dict[str, Any] | None = None, key: str = "", **headers: str
    ) -> Answer:
        """Post and prefer the whole representation; `key` is the PayPal-Request-Id."""
        sent = self.headers() | {"Prefer": "return=representation"}
        sent |= {"PayPal-Request-Id": key} if key else {}
        sent |= {name.replace("_", "-"): value for name, value in headers.items()}
        return self.send("POST", path, sent, json.dumps(body or {}).encode())

    def get(self, path: str) -> Answer:
        return self.send("GET", path, self.headers(), b"")

    def delete(self, path: str) -> Answer:
        return self.send("DELETE", path, self.headers(), b"")

    def send(self, method: str, path: str, headers: dict[str, str], body: bytes) -> Answer:
        answer = self.simulator.handle(method, path, headers, body)
        return Answer(answer.status, json.loads(answer.body or b"{}"), dict(answer.headers))

    def create_order(self, key: str = "order-1", **changes: Any) -> Answer:  # noqa: ANN401 - any field
        return self.post("/v2/checkout/orders", order_body(**changes), key)

    def open_order(self, key: str = "order-1", **changes: Any) -> dict[str, Any]:  # noqa: ANN401 - same
        answer = self.create_order(key, **changes)
        assert answer.status == 201, answer.json
        return answer.json

    def capture(self, order_id: str, key: str = "capture-1") -> Answer:
        return self.post(f"/v2/checkout/orders/{order_id}/capture", key=key)

    def pay(
        self,
        instrument: str = "balance",
        key: str = "order-1",
        **changes: Any,  # noqa: ANN401 - same
    ) -> dict[str, Any]:
        """The capture of an order that was made, approved and captured."""
        order = self.open_order(key, **changes)
        self.simulator.approve(order["id"], instrument)
        answer = self.capture(order["id"], f"capture-{key}")
        assert answer.status == 201, answer.json
        return capture_of(answer.json)

    def refund(
        self, capture_id: str, body: dict[str, Any] | None = None, key: str = "refund-1"
    ) -> Answer:
        return self.post(f"/v2/payments/captures/{capture_id}/refund", body, key)


def capture_of(order: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = order["purchase_units"][0]["payments"]["captures"][0]
    return found


def money(value: str, currency: str = "USD") -> dict[str, str]:
    return {"currency_code": currency, "value": value}


def fee(value: str, currency: str = "USD") -> dict[str, Any]:
    return {"platform_fees": [{"amount": money(value, currency)}]}


def order_body(
    *,
    value: str = "120.00",
    platform_fee: str | None = "2.28",
    currency: str = "USD",
    merchant: str = MERCHANT,
    invoice_id: str | None = "test-reg_1-1-1",
    context: dict[str, str] | None = None,
    unit: dict[str, Any] | None = None,
    **changes: Any,  # noqa: ANN401 - any field
) -> dict[str, Any]:
    """What Guichet asks for when a registrant pays 120.00 USD, with changes."""
    made: dict[str, Any] = {
        "amount": money(value, currency),
        "payee": {"merchant_id": merchant},
        "custom_id": "pay_1",
        "description": "First aid",
    }
    if invoice_id is not None:
        made["invoice_id"] = invoice_id
    if platform_fee is not None:
        made["payment_instruction"] = fee(platform_fee, currency)
    made.update(unit or {})
    wallet = {
        "user_action": "PAY_NOW",
        "shipping_preference": "NO_SHIPPING",
        "locale": "de-DE",
        "brand_name": "Atelier Nord Inc.",
        "return_url": "https://organizer.example/return?registration=reg_1",
        "cancel_url": "https://organizer.example/cancel",
    }
    body: dict[str, Any] = {
        "intent": "CAPTURE",
        "purchase_units": [made],
        "payment_source": {"paypal": {"experience_context": wallet | (context or {})}},
    }
    body.update(changes)
    return {name: part for name, part in body.items() if part is not None}


def setup_body(**changes: Any) -> dict[str, Any]:  # noqa: ANN401 - any field
    """What Guichet asks for when a customer stores an account, with changes of the wallet."""
    context = {
        "shipping_preference": "NO_SHIPPING",
        "return_url": "https://pay.example/return",
        "cancel_url": "https://pay.example/methods?a=1",
        "locale": "de-DE",
        "brand_name": "Guichet Ireland Ltd",
    }
    wallet = {"usage_type": "MERCHANT", "experience_context": context, **changes}
    return {"payment_source": {"paypal": wallet}}


def exchange_body(setup_id: str) -> dict[str, Any]:
    return {"payment_source": {"token": {"id": setup_id, "type": "SETUP_TOKEN"}}}


def vault_order(token_id: str, invoice_id: str = "dev-inv_1-1-1", **credential: str) -> Any:  # noqa: ANN401 - JSON
    """What Guichet asks for when it charges a stored account 118.50, with changes."""
    stored = {
        "payment_initiator": "MERCHANT",
        "usage": "SUBSEQUENT",
        "usage_pattern": "UNSCHEDULED_POSTPAID",
        **credential,
    }
    unit = {"amount": money("118.50", "EUR"), "custom_id": "ipy_1", "invoice_id": invoice_id}
    return {
        "intent": "CAPTURE",
        "purchase_units": [unit],
        "payment_source": {"paypal": {"vault_id": token_id, "stored_credential": stored}},
    }


def referral(**changes: Any) -> dict[str, Any]:  # noqa: ANN401 - any field
    """What a partner sends to onboard a seller."""
    features = ["PAYMENT", "REFUND", "PARTNER_FEE", "ACCESS_MERCHANT_INFORMATION"]
    rest = {
        "integration_method": "PAYPAL",
        "integration_type": "THIRD_PARTY",
        "third_party_details": {"features": features},
    }
    body: dict[str, Any] = {
        "tracking_id": "acc_atelier-1",
        "operations": [
            {
                "operation": "API_INTEGRATION",
                "api_integration_preference": {"rest_api_integration": rest},
            }
        ],
        "products": ["EXPRESS_CHECKOUT"],
        "legal_consents": [{"type": "SHARE_DATA_CONSENT", "granted": True}],
        "partner_config_override": {
            "return_url": "https://organizer.example/linked?provider=paypal"
        },
    }
    return {**body, **changes}


def refer(partner: PayPalCalls, **changes: Any) -> Answer:  # noqa: ANN401 - any field
    return partner.post("/v2/customer/partner-referrals", referral(**changes))


def referral_id(answer: Answer) -> str:
    return answer.href("action_url").partition("referralToken=")[2]
