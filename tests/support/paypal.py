"""A PayPal provider of ours, the payments and refunds it is asked about, and PayPal's objects."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from guichet.adapters.http import Http, HttpRequest, HttpResponse
from guichet.adapters.paypal.provider import PayPalProvider
from guichet.clock import Clock
from guichet.money import Money
from guichet.payments.payment import Capture, CaptureMethod, Payment
from guichet.payments.ports import SessionReport, SessionState, SessionTexts
from guichet.payments.refund import Refund, RefundReason
from tests.support.stripe import Pauses

API_URL = "https://paypal.invalid"
CLIENT_ID = "client-1"
CLIENT_SECRET = "secret-1"
SELLER = "QKRY6BTWMQQ8C"
OTHER_SELLER = "ABCDEFGHJKLM2"
DISPUTE_ID = "PP-D-27803"
ORDER_ID, CAPTURE_ID, REFUND_ID = "8D5278164K216725B", "12A34567BC123456S", "1Y107995YT783435V"

STARTED_AT = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)
PRICE, FEE = Money(12000, "USD"), Money(228, "USD")

TEXTS = SessionTexts(
    title="First aid",
    language="en",
    email="buyer@example.org",
    success_url="https://organizer.example/registrations/reg_1/return",
    cancel_url="https://organizer.example/registrations/reg_1",
    seller="First Aid Society",
)

type Json = dict[str, Any]


def answer(status: int, body: object, **headers: str) -> HttpResponse:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return HttpResponse(status, named, json.dumps(body).encode())


def problem(status: int, *issues: str, name: str = "SOME_NAME", **headers: str) -> HttpResponse:
    details = [{"issue": each, "description": "no", "value": "jo@example.org"} for each in issues]
    return answer(status, {"name": name, "message": "No.", "details": details}, **headers)


@dataclass
class ScriptedPayPal:
    """An `Http` that gives out tokens and answers all else from a list; an exception is raised."""

    answers: list[HttpResponse | Exception]
    tokens: list[HttpResponse | Exception] = field(default_factory=list)
    sent: list[HttpRequest] = field(default_factory=list)
    token_requests: list[HttpRequest] = field(default_factory=list)

    def send(self, request: HttpRequest) -> HttpResponse:
        if request.url.endswith("/v1/oauth2/token"):
            self.token_requests.append(request)
            if not self.tokens:
                return a_token(f"token-{len(self.token_requests)}")
            return _told(self.tokens.pop(0))
        self.sent.append(request)
        return _told(self.answers.pop(0))


def _told(given: HttpResponse | Exception) -> HttpResponse:
    if isinstance(given, Exception):
        raise given
    return given


def a_token(value: str, expires_in: int = 31668) -> HttpResponse:
    return answer(
        200, {"access_token": value, "token_type": "Bearer", "expires_in": expires_in, "scope": "s"}
    )


def provider_on(
    http: Http,
    *,
    api_url: str = API_URL,
    pause: Callable[[float], None] | None = None,
    clock: Clock | None = None,
    **changes: Any,  # noqa: ANN401 - any parameter of the provider
) -> PayPalProvider:
    return PayPalProvider(
        http,
        api_url=api_url,
        client_id=changes.pop("client_id", CLIENT_ID),
        client_secrets=changes.pop("client_secrets", (CLIENT_SECRET,)),
        environment="dev",
        pause=pause or Pauses(),
        clock=clock,
        **changes,
    )


def scripted(*answers: HttpResponse | Exception) -> tuple[PayPalProvider, ScriptedPayPal]:
    http = ScriptedPayPal(list(answers))
    return provider_on(http), http


def a_payment(
    provider: PayPalProvider,
    *,
    payment_id: str = "pay_1",
    amount: Money = PRICE,
    platform_fee: Money | None = None,
    payee: str = SELLER,
    method: str = "paypal",
    now: datetime = STARTED_AT,
    texts: SessionTexts = TEXTS,
) -> Payment:
    """A stored attempt: USD 120.00 with a fee of 2.28, held for 31 minutes."""
    fee = Money(228, amount.currency) if platform_fee is None else platform_fee
    ends_at = now + timedelta(minutes=31)
    payment = Payment(
        payment_id=payment_id,
        registration_id="reg_1",
        training_id="trn_1",
        account_id="acc_1",
        provider="paypal",
        payee=payee,
        amount=amount,
        platform_fee=fee,
        attempt=1,
        request_body="",
        session_ends_at=ends_at,
        started_at=now,
        request_hash="h",
        method=method,
    )
    return replace(payment, request_body=provider.session_body(payment, texts))


def opened(provider: PayPalProvider, payment: Payment) -> Payment:
    """The same payment with its page."""
    session = provider.open_session(payment)
    return payment.opened(session.session_id, session.url)


def with_page(provider: PayPalProvider, **changes: Any) -> Payment:  # noqa: ANN401 - any field
    """A payment whose order is known, without a call."""
    return a_payment(provider, **changes).opened(ORDER_ID, "https://paypal.invalid/checkoutnow")


def capturing(payment: Payment, *, now: datetime = STARTED_AT) -> Payment:
    """The same payment with the stored intent to capture it."""
    return payment.capturing(now)


def captured(report: SessionReport) -> Capture:
    assert report.state is SessionState.PAID
    assert report.capture is not None
    return report.capture


def the_capture(**changes: Any) -> Capture:  # noqa: ANN401 - any field
    known = Capture(
        capture_id=CAPTURE_ID,
        intent_id=ORDER_ID,
        amount=PRICE,
        platform_fee=FEE,
        provider_fee=Money(378, "USD"),
        platform_fee_id=CAPTURE_ID,
        captured_at=STARTED_AT,
        reference="pay_1",
        payee=SELLER,
        method=CaptureMethod.PAYPAL,
    )
    return replace(known, **changes)


def a_refund(
    provider: PayPalProvider,
    payment: Payment,
    capture: Capture,
    *,
    refund_id: str = "ref_1",
    amount: Money | None = None,
    fee: Money | None = None,
) -> Refund:
    """A stored refund: of everything, unless told otherwise."""
    returned = capture.amount if amount is None else amount
    returned_fee = capture.platform_fee if fee is None else fee
    return Refund(
        refund_id=refund_id,
        payment_id=payment.payment_id,
        registration_id=payment.registration_id,
        training_id=payment.training_id,
        account_id=payment.account_id,
        provider="paypal",
        payee=payment.payee,
        amount=returned,
        fee=returned_fee,
        reason=RefundReason.LATE_WITHOUT_SEAT,
        requested_at=STARTED_AT,
        request_body=provider.refund_body(
            refund_id=refund_id,
            payment_id=payment.payment_id,
            capture=capture,
            amount=returned,
            fee=returned_fee,
        ),
        fee_request_body=provider.fee_refund_body(refund_id=refund_id, fee=returned_fee),
        platform_fee_id=capture.platform_fee_id,
    )


def known_as(refund: Refund, provider_refund_id: str) -> Refund:
    return replace(refund, provider_refund_id=provider_refund_id)


def usd(value: str) -> Json:
    return {"currency_code": "USD", "value": value}


def a_capture_resource(status: str = "COMPLETED", **changes: Any) -> Json:  # noqa: ANN401 - any field
    """A capture as PayPal's order and its own resource show it."""
    return {
        "id": CAPTURE_ID,
        "status": status,
        "amount": usd("120.00"),
        "custom_id": "pay_1",
        "final_capture": True,
        "seller_receivable_breakdown": {
            "gross_amount": usd("120.00"),
            "paypal_fee": usd("3.78"),
            "platform_fees": [{"amount": usd("2.28"), "payee": {"merchant_id": OTHER_SELLER}}],
            "net_amount": usd("113.94"),
        },
        "create_time": "2026-11-22T09:00:00Z",
        "update_time": "2026-11-22T09:05:00Z",
        "payee": {"merchant_id": SELLER},
        "supplementary_data": {"related_ids": {"order_id": ORDER_ID}},
        **changes,
    }


def an_order(status: str, *captures: Json, **changes: Any) -> Json:  # noqa: ANN401 - any field
    """An order as PayPal shows it when asked for all of it."""
    unit: Json = {
        "reference_id": "default",
        "amount": usd("120.00"),
        "payee": {"merchant_id": SELLER, "email_address": "seller@example.com"},
        "custom_id": "pay_1",
        "invoice_id": "dev-reg_1-1-1",
    }
    if captures:
        unit["payments"] = {"captures": list(captures)}
    page = f"https://www.paypal.com/checkoutnow?token={ORDER_ID}"
    return {
        "id": ORDER_ID,
        "intent": "CAPTURE",
        "status": status,
        "payment_source": {"paypal": {"account_id": "QCEPS6HXTCW9N"}},
        "purchase_units": [unit],
        "links": [
            {"href": f"{API_URL}/v2/checkout/orders/{ORDER_ID}", "rel": "self", "method": "GET"},
            {"href": page, "rel": "payer-action", "method": "GET"},
        ],
        **changes,
    }


def a_dispute_resource(status: str = "OPEN", **changes: Any) -> Json:  # noqa: ANN401 - any field
    """A dispute as PayPal shows it when asked for all of it."""
    return {
        "dispute_id": DISPUTE_ID,
        "create_time": "2026-11-23T10:00:00.000Z",
        "update_time": "2026-11-23T10:00:00.000Z",
        "disputed_transactions": [
            {"seller_transaction_id": CAPTURE_ID, "seller": {"merchant_id": SELLER}}
        ],
        "reason": "UNAUTHORISED",
        "status": status,
        "dispute_amount": usd("120.00"),
        "dispute_life_cycle_stage": "CHARGEBACK",
        "dispute_channel": "EXTERNAL",
        **changes,
    }


def a_movement(
    kind: str, value: str, reason: str = "DISPUTE_SETTLEMENT", currency: str = "USD"
) -> Json:
    """Money that a dispute moved to (`CREDIT`) or from (`DEBIT`) the seller."""
    return {
        "affected_party": "SELLER",
        "amount": {"currency_code": currency, "value": value},
        "initiated_time": "2026-11-24T10:00:00.000Z",
        "type": kind,
        "reason": reason,
    }


def a_refund_resource(status: str = "COMPLETED", **changes: Any) -> Json:  # noqa: ANN401 - any field
    """A refund as PayPal shows it when asked for all of it."""
    return {
        "id": REFUND_ID,
        "status": status,
        "amount": usd("120.00"),
        "custom_id": "pay_1.ref_1",
        "seller_payable_breakdown": {
            "gross_amount": usd("120.00"),
            "paypal_fee": usd("0.00"),
            "platform_fees": [{"amount": usd("2.28")}],
            "net_amount": usd("117.72"),
            "total_refunded_amount": usd("120.00"),
        },
        **changes,
    }
