"""Attempts to collect an invoice, as its account sees them (COL-3, COL-4, INV-9)."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Self

from pydantic import Field

from guichet.collection.payment_views import PaymentView
from guichet.collection.stored import StoredMethod
from guichet.collection.use_cases.open_payment_action import OpenedAction
from guichet.entry.fields import Amount, Answer
from guichet.entry.models.own_refunds import OwnRefundAnswer

Status = Annotated[
    str,
    Field(
        description="created, processing, requires_action, captured, declined, canceled, mismatched,"
        " returned or parked."
    ),
]
DeclineCode = Annotated[
    str,
    Field(
        description="declined, insufficient_funds, expired_card, authentication_failed, method_gone"
        " or other."
    ),
]


class ChargedMethodAnswer(Answer):
    """The payment method, as it is shown: never more than four digits."""

    payment_method_id: str
    kind: str
    brand: str
    last4: str

    @classmethod
    def of(cls, method: StoredMethod) -> Self:
        return cls(
            payment_method_id=method.method_id,
            kind=method.kind.value,
            brand=method.brand,
            last4=method.last4,
        )


class InvoicePaymentAnswer(Answer):
    """One attempt. A declined one says why, and when its method may be tried again, if it may be.

    `refund`: of a captured one that paid nothing, as the invoice was paid otherwise.
    `action_until`: while it is `requires_action`, until when the customer can answer their bank.
    """

    payment_id: str
    version: int
    invoice_id: str
    status: Status
    amount: Amount
    method: ChargedMethodAnswer | None
    started_at: datetime
    ended_at: datetime | None
    decline_code: DeclineCode | None
    next_try_at: datetime | None
    action_until: datetime | None
    refund: OwnRefundAnswer | None

    @classmethod
    def of(cls, view: PaymentView) -> Self:
        payment, reason = view.payment, view.decline_reason
        return cls(
            payment_id=payment.payment_id,
            version=payment.version,
            invoice_id=payment.invoice_id,
            status=payment.status.value,
            amount=Amount.of(payment.amount),
            method=None if view.method is None else ChargedMethodAnswer.of(view.method),
            started_at=payment.started_at,
            ended_at=payment.ended_at,
            decline_code=None if reason is None else reason.value,
            next_try_at=view.next_try_at,
            action_until=view.action_until,
            refund=None if view.refund is None else OwnRefundAnswer.of(view.refund),
        )


class InvoicePaymentsAnswer(Answer):
    """The newest first; of very many, the newest fifty."""

    items: list[InvoicePaymentAnswer]

    @classmethod
    def of(cls, views: list[PaymentView]) -> Self:
        return cls(items=[InvoicePaymentAnswer.of(each) for each in views])


class PaymentActionAnswer(Answer):
    """Where the customer answers their bank; null where the payment has moved on meanwhile."""

    redirect_url: str | None
    payment: InvoicePaymentAnswer

    @classmethod
    def of(cls, opened: OpenedAction, view: PaymentView) -> Self:
        return cls(redirect_url=opened.url, payment=InvoicePaymentAnswer.of(view))
