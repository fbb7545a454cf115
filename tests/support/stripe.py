"""A Stripe provider of ours on the simulator, and the payments and refunds it is asked about."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from guichet.adapters.http import Http, HttpRequest, HttpResponse
from guichet.adapters.stripe.books import StripeBooks
from guichet.adapters.stripe.provider import StripeProvider
from guichet.money import Money
from guichet.payments.payment import Capture, Payment, PaymentStatus
from guichet.payments.ports import SessionReport, SessionState, SessionTexts
from guichet.payments.refund import Refund, RefundReason
from local.simulators.stripe import StripeSimulator
from tests.support.stripe_calls import ORGANIZER, MovableClock

API_KEY = "sk_test_platform"
STARTED_AT = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)

PRICE = Money(12000, "USD")

TEXTS = SessionTexts(
    title="First aid",
    language="en",
    email="buyer@example.org",
    success_url="https://organizer.example/registrations/reg_1/return",
    cancel_url="https://organizer.example/registrations/reg_1",
    seller="Atelier Nord SARL",
)


@dataclass
class RecordedHttp:
    """An `Http` that keeps the requests that went through it."""

    inner: Http
    sent: list[HttpRequest] = field(default_factory=list)

    def send(self, request: HttpRequest) -> HttpResponse:
        self.sent.append(request)
        return self.inner.send(request)


@dataclass
class ScriptedHttp:
    """An `Http` that answers from a list; an exception in it is raised."""

    answers: list[HttpResponse | Exception]
    sent: list[HttpRequest] = field(default_factory=list)

    def send(self, request: HttpRequest) -> HttpResponse:
        self.sent.append(request)
        answer = self.answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer


def problem(status: int, *, headers: dict[str, str] | None = None, **error: str) -> HttpResponse:
    """An error answer in Stripe's shape."""
    return HttpResponse(status, headers or {}, json.dumps({"error": error}).encode())


@dataclass
class Pauses:
    """A pause that takes no time here, but lets the given clock run on."""

    advance: Callable[[float], None] = lambda _: None
    taken: list[float] = field(default_factory=list)

    def __call__(self, seconds: float) -> None:
        self.taken.append(seconds)
        self.advance(seconds)


@dataclass
class Shop:
    """Our provider and its books on a simulated Stripe, whose clock runs on while we pause."""

    simulator: StripeSimulator
    clock: MovableClock
    http: RecordedHttp
    pauses: Pauses
    provider: StripeProvider
    books: StripeBooks


def provider_on(
    http: Http,
    *,
    api_url: str = "https://stripe.invalid",
    pause: Callable[[float], None] | None = None,
) -> StripeProvider:
    return StripeProvider(http, api_url=api_url, api_keys=(API_KEY,), pause=pause or Pauses())


def books_on(http: Http, *, api_url: str = "https://stripe.invalid") -> StripeBooks:
    return StripeBooks(http, api_url=api_url, api_keys=(API_KEY,), pause=Pauses())


def a_payment(
    provider: StripeProvider,
    *,
    payment_id: str = "pay_1",
    amount: Money = PRICE,
    platform_fee: Money | None = None,
    payee: str = ORGANIZER,
    now: datetime = STARTED_AT,
    texts: SessionTexts = TEXTS,
) -> Payment:
    """A stored attempt: USD 120.00 with a fee of 2.28, its page open for 31 minutes."""
    fee = Money(228, amount.currency) if platform_fee is None else platform_fee
    ends_at = (now + timedelta(minutes=31)).replace(microsecond=0)
    payment = Payment(
        payment_id=payment_id,
        registration_id="reg_1",
        training_id="trn_1",
        account_id="acc_1",
        provider="stripe",
        payee=payee,
        amount=amount,
        platform_fee=fee,
        attempt=1,
        request_body="",
        session_ends_at=ends_at,
        started_at=now,
        request_hash="h",
    )
    return replace(payment, request_body=provider.session_body(payment, texts))


def opened(provider: StripeProvider, payment: Payment) -> Payment:
    """The same payment with its page."""
    session = provider.open_session(payment)
    return payment.opened(session.session_id, session.url)


def page_of(shop: Shop, **changes: Any) -> tuple[Payment, str]:  # noqa: ANN401 - any field
    """A payment with its page, and the page's id."""
    payment = opened(shop.provider, a_payment(shop.provider, **changes))
    assert payment.session_id is not None
    return payment, payment.session_id


def captured(report: SessionReport) -> Capture:
    assert report.state is SessionState.PAID
    assert report.capture is not None
    return report.capture


def a_sale(shop: Shop, **changes: Any) -> Payment:  # noqa: ANN401 - any field
    """A payment by card, with its capture: USD 120.00 with a fee of 2.28."""
    payment, session_id = page_of(shop, **changes)
    shop.simulator.pay(session_id)
    capture = captured(shop.provider.ask(payment))
    return replace(payment.transition_to(PaymentStatus.CAPTURED), capture=capture)


def capture_of(payment: Payment) -> Capture:
    assert payment.capture is not None
    return payment.capture


def a_refund(
    provider: StripeProvider,
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
        provider="stripe",
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
        fee_request_body=provider.fee_refund_body(refund_id=refund_id, fee=returned_fee)
        if returned_fee
        else None,
        platform_fee_id=capture.platform_fee_id,
    )


def known_as(refund: Refund, provider_refund_id: str) -> Refund:
    return replace(refund, provider_refund_id=provider_refund_id)
