"""The return of a whole capture with its whole fee (REG-4, REG-8): stored before anything is sent."""

from __future__ import annotations

from datetime import datetime

from guichet.payments.payment import Capture, Payment
from guichet.payments.ports import PaymentProvider
from guichet.payments.refund import RefundReason
from guichet.payments.refunds_so_far import RefundsSoFar
from guichet.registration.naming import return_id
from guichet.registration.ports import RefundCounted, RefundsFound
from guichet.registration.refund_planning import Planned, new_refund, refused, requested


def whole_return(
    payment: Payment,
    capture: Capture,
    reason: RefundReason,
    *,
    found: RefundsFound,
    provider: PaymentProvider,
    now: datetime,
) -> Planned:
    """The refund of all that has not gone back already, outside of us.

    Raises:
        Conflict: `refund_exceeds_left`, nothing is left.
    """
    so_far = RefundsSoFar(capture, found.refunds, found.disputes)
    if not so_far.left:
        raise refused("refund_exceeds_left")
    refund = new_refund(
        payment,
        capture,
        so_far,
        amount=so_far.left,
        reason=reason,
        refund_id=return_id(payment.payment_id),
        provider=provider,
        now=now,
    )
    return Planned(requested(refund), RefundCounted(payment.payment_id, found.count))
