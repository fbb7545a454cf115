"""A cart's payment into the operator's own account, at either provider."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, Final

from guichet.money import Money
from guichet.payments.attempt import Capture
from guichet.payments.cart_payment import CartPayment
from guichet.payments.own_refund import OwnRefund, OwnRefundReason, own_refund
from guichet.payments.ports import PaymentProvider, SessionTexts
from tests.support.stripe import STARTED_AT

ELEVEN_THOUSAND_YEN: Final = Money(11_800, "JPY")

CART_TEXTS: Final = SessionTexts(
    title="Webinar Pro, 5 seats",
    language="de",
    email="billing@atelier.example",
    success_url="https://pay.example/billing/carts/crt_1/return",
    cancel_url="https://pay.example/billing/carts/crt_1",
    seller="Guichet Ireland Ltd",
)


def a_cart_payment(
    provider: PaymentProvider,
    name: str,
    *,
    amount: Money = ELEVEN_THOUSAND_YEN,
    now: datetime = STARTED_AT,
    texts: SessionTexts = CART_TEXTS,
    **changes: Any,  # noqa: ANN401 - any field
) -> CartPayment:
    """A stored attempt of JPY 11 800, its page open for 31 minutes."""
    payment = CartPayment(
        payment_id=changes.pop("payment_id", "cpy_1"),
        cart_id="crt_1",
        selling_entity="ie",
        account_id="acc_1",
        provider=name,
        payee=changes.pop("payee", ""),
        amount=amount,
        platform_fee=amount.zero(),
        attempt=1,
        request_body="",
        session_ends_at=(now + timedelta(minutes=31)).replace(microsecond=0),
        started_at=now,
        request_hash="h",
        method=changes.pop("method", name),
    )
    payment = replace(payment, **changes)
    return replace(payment, request_body=provider.session_body(payment, texts))


def with_page(provider: PaymentProvider, payment: CartPayment) -> tuple[CartPayment, str]:
    """The same payment with its page, and the page's id."""
    session = provider.open_session(payment)
    return payment.opened(session.session_id, session.url), session.session_id


def an_own_refund(
    provider: PaymentProvider, payment: CartPayment, capture: Capture, *, at: datetime = STARTED_AT
) -> OwnRefund:
    """The stored intent to give all of it back."""
    return own_refund(payment, capture, OwnRefundReason.PAID_TWICE, provider=provider, at=at)
