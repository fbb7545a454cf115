"""Money on its way back to a customer, as their account sees it (COL-8)."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Self

from pydantic import Field

from guichet.entry.fields import Amount, Answer
from guichet.payments.own_refund import OwnRefund

RefundStatus = Annotated[
    str,
    Field(
        description="requested, submitted, succeeded, credited (it could not go back: account credit)"
        " or taken_back (the bank had taken the payment back)."
    ),
]
RefundReason = Annotated[
    str,
    Field(
        description="paid_twice; of an invoice also not_owed; of an order also order_ended (paid after"
        " it was given up) or order_refused (it could not be carried out any more)."
    ),
]


class OwnRefundAnswer(Answer):
    """The return of a whole payment that paid nothing, to where it came from."""

    refund_id: str
    status: RefundStatus
    reason: RefundReason
    amount: Amount
    requested_at: datetime
    ended_at: datetime | None

    @classmethod
    def of(cls, refund: OwnRefund) -> Self:
        return cls(
            refund_id=refund.refund_id,
            status=refund.status.value,
            reason=refund.reason.value,
            amount=Amount.of(refund.amount),
            requested_at=refund.requested_at,
            ended_at=refund.ended_at,
        )
