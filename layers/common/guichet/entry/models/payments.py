"""What organizers are shown of payments: what came, what went back, what still can (RFD-1 to RFD-5)."""

from __future__ import annotations

from datetime import datetime
from typing import Self

from guichet.entry.fields import Amount, Answer
from guichet.entry.models.registrations import PaymentDetails
from guichet.errors import Refusal
from guichet.languages import Language
from guichet.money import Money
from guichet.payments.dispute import Dispute
from guichet.payments.payment import Payment
from guichet.registration.refusals import explained
from guichet.registration.use_cases.read_payment import PaymentView


class CapturedPayment(PaymentDetails):
    """A payment in the list of a training."""

    registration_id: str
    method: str

    @classmethod
    def listed(cls, payment: Payment) -> Self:
        details = PaymentDetails.of(payment)
        return cls(
            **{name: getattr(details, name) for name in PaymentDetails.model_fields},
            registration_id=payment.registration_id,
            method=payment.method if payment.capture is None else payment.capture.method,
        )


class PaymentsAnswer(Answer):
    """Part of a list, newest first; `next_cursor` leads on, null at the end."""

    items: list[CapturedPayment]
    next_cursor: str | None


class DisputeAnswer(Answer):
    """A dispute. `withheld` and `fee` are what the provider has taken for it by now."""

    dispute_id: str
    provider_dispute_id: str
    status: str
    amount: Amount
    withheld: Amount
    fee: Amount
    reason: str
    opened_at: datetime

    @classmethod
    def of(cls, dispute: Dispute) -> Self:
        return cls(
            dispute_id=dispute.dispute_id,
            provider_dispute_id=dispute.provider_dispute_id,
            status=dispute.status,
            amount=Amount.of(dispute.amount),
            withheld=Amount.of(dispute.withheld),
            fee=Amount.of(dispute.fee),
            reason=dispute.reason,
            opened_at=dispute.opened_at,
        )


class RefusalAnswer(Answer):
    """Why nothing can be refunded now, and what to do instead, in the reader's language (RFD-5)."""

    code: str
    rule: str | None
    sentence: str
    what_to_do: str

    @classmethod
    def of(cls, refusal: Refusal, language: Language) -> Self:
        explanation = explained(refusal.code, language)
        return cls(
            code=refusal.code,
            rule=refusal.rule,
            sentence=refusal.detail if explanation is None else explanation.sentence,
            what_to_do="" if explanation is None else explanation.what_to_do,
        )


class PaymentStandingAnswer(CapturedPayment):
    """One payment with its totals; they are null before the provider has captured.

    `left` is what is neither refunded nor on its way back; `refusal` says why none of it can be
    refunded now, null where some can.
    """

    training_id: str
    registration_status: str
    captured: Amount | None
    refunded: Amount | None
    in_progress: Amount | None
    left: Amount | None
    fee: Amount
    fee_returned: Amount
    refundable_until: datetime | None
    refusal: RefusalAnswer | None
    disputes: list[DisputeAnswer]

    @classmethod
    def shown(cls, view: PaymentView, language: Language) -> Self:
        listed = CapturedPayment.listed(view.payment)
        return cls(
            **{name: getattr(listed, name) for name in CapturedPayment.model_fields},
            training_id=view.payment.training_id,
            registration_status=view.registration.status,
            captured=_amount(view.captured),
            refunded=_amount(view.refunded),
            in_progress=_amount(view.in_progress),
            left=_amount(view.left),
            fee=Amount.of(view.fee),
            fee_returned=Amount.of(view.fee_returned),
            refundable_until=view.refundable_until,
            refusal=None if view.refusal is None else RefusalAnswer.of(view.refusal, language),
            disputes=[DisputeAnswer.of(each) for each in view.disputes],
        )


def _amount(money: Money | None) -> Amount | None:
    return None if money is None else Amount.of(money)
