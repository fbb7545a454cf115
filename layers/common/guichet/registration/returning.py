"""The return of a whole capture with its whole fee (REG-4, REG-8): stored before anything is sent."""

from __future__ import annotations

from datetime import datetime

from guichet.payments.payment import Capture, Payment
from guichet.payments.ports import PaymentProvider
from guichet.payments.refund import Refund, RefundReason
from guichet.registration.naming import return_id


def whole_return(
    payment: Payment,
    capture: Capture,
    reason: RefundReason,
    *,
    provider: PaymentProvider,
    now: datetime,
) -> Refund:
    """The refund as it will be sent. A fee of 0 is never sent: the whole would be refused (BAD-15)."""
    refund_id, fee = return_id(payment.payment_id), capture.platform_fee
    return Refund(
        refund_id=refund_id,
        payment_id=payment.payment_id,
        registration_id=payment.registration_id,
        training_id=payment.training_id,
        account_id=payment.account_id,
        provider=payment.provider,
        payee=payment.payee,
        amount=capture.amount,
        fee=fee,
        reason=reason,
        requested_at=now,
        request_body=provider.refund_body(
            refund_id=refund_id,
            payment_id=payment.payment_id,
            capture=capture,
            amount=capture.amount,
            fee=fee,
        ),
        fee_request_body=provider.fee_refund_body(refund_id=refund_id, fee=fee) if fee else None,
        platform_fee_id=capture.platform_fee_id,
    )
