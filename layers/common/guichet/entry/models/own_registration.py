"""What a registrant is shown of their own registration."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from guichet.entry.fields import Amount, Answer
from guichet.entry.models.public import (
    MethodAnswer,
    OrganizerAnswer,
    PriceAnswer,
    TrainingTexts,
    texts_of,
)
from guichet.payments.payment import Payment, PaymentStatus
from guichet.payments.refund import Refund, RefundStatus
from guichet.registration.use_cases.show_registration import OwnRegistration


class OfflineAnswer(Answer):
    """The organizer's own way of being paid that was chosen, and what to do (REG-11)."""

    method: str
    label: str
    instructions: str


class ReceiptAnswer(Answer):
    """What was paid at a provider; `instrument` is `card`, `bank_debit` or `paypal`.

    `refunded` is what of it has gone back.
    """

    amount: Amount
    refunded: Amount
    method: str
    instrument: str
    reference: str
    paid_at: datetime


class ReturnedAnswer(Answer):
    """Money that bought no seat and goes back in full: why, and how far it is (REG-4, REG-8)."""

    amount: Amount
    reason: str
    status: str

    @classmethod
    def of(cls, refund: Refund) -> ReturnedAnswer:
        return cls(amount=Amount.of(refund.amount), reason=refund.reason, status=refund.status)


class OwnRefundAnswer(Answer):
    """A part or all of the payment that goes back: how far it is, and the organizer's note.

    `status` is `requested`, `submitted`, `succeeded`, or `failed` where it came back again.
    """

    amount: Amount
    reason: str
    status: str
    made_at: datetime
    note: str | None

    @classmethod
    def of(cls, refund: Refund) -> OwnRefundAnswer:
        return cls(
            amount=Amount.of(refund.amount),
            reason=refund.reason,
            status=refund.status,
            made_at=refund.made_at or refund.requested_at,
            note=refund.note,
        )


class AttemptAnswer(Answer):
    """The newest attempt to pay, where it is not the one that paid.

    `declined`: nothing was charged and it can be tried again, on the same page while it is open.
    `tries` counts how often money was to be taken on that page, so that a new refusal shows.
    """

    method: str
    status: str
    declined: bool
    tries: int
    redirect_url: str | None
    returned: ReturnedAnswer | None

    @classmethod
    def of(cls, payment: Payment, refund: Refund | None) -> AttemptAnswer:
        is_open = payment.status is PaymentStatus.OPEN
        taken_back = is_open and payment.capture_count > 0  # a capture of it was declined
        return cls(
            method=payment.method,
            status=payment.status,
            declined=payment.status is PaymentStatus.FAILED or taken_back,
            tries=payment.capture_count,
            redirect_url=payment.redirect_url if is_open else None,
            returned=None if refund is None else ReturnedAnswer.of(refund),
        )


class OwnRegistrationAnswer(PriceAnswer):
    """A registration as its registrant sees it."""

    registration_id: str
    status: str
    training_cancelled: bool
    name: str
    email: str
    language: str
    registered_at: datetime
    hold_expires_at: datetime | None
    confirmed_at: datetime | None
    paid_by: str | None
    method: str | None
    note: str | None
    accepted_methods: list[MethodAnswer]
    offline: OfflineAnswer | None
    receipt: ReceiptAnswer | None
    attempt: AttemptAnswer | None
    refunds: list[OwnRefundAnswer]
    training: TrainingTexts
    organizer: OrganizerAnswer

    @classmethod
    def shown(cls, view: OwnRegistration) -> OwnRegistrationAnswer:
        registration = view.registration
        return cls(
            **PriceAnswer.of(registration.quote).model_dump(),
            registration_id=registration.registration_id,
            status=registration.status,
            training_cancelled=view.training_is_cancelled,
            name=registration.name,
            email=registration.email,
            language=registration.language,
            registered_at=registration.registered_at,
            hold_expires_at=registration.hold.ends_at if registration.hold else None,
            confirmed_at=registration.confirmed_at,
            paid_by=registration.paid_by,
            method=registration.method,
            note=registration.note,
            accepted_methods=[MethodAnswer.of(each) for each in view.methods],
            offline=_offline(view),
            receipt=_receipt(view.paid, view.refunds),
            attempt=None if view.latest is None else AttemptAnswer.of(view.latest, view.returned),
            refunds=[OwnRefundAnswer.of(each) for each in view.refunds],
            training=texts_of(view.training),
            organizer=OrganizerAnswer.of(view.organizer),
        )


def _offline(view: OwnRegistration) -> OfflineAnswer | None:
    chosen = view.offline_method
    if chosen is None or view.registration.method is None:
        return None
    return OfflineAnswer(
        method=view.registration.method, label=chosen.label, instructions=chosen.instructions
    )


def _receipt(paid: Payment | None, refunds: Sequence[Refund]) -> ReceiptAnswer | None:
    if paid is None or paid.capture is None:
        return None
    gone = [
        each.amount
        for each in refunds
        if each.payment_id == paid.payment_id and each.status is RefundStatus.SUCCEEDED
    ]
    return ReceiptAnswer(
        amount=Amount.of(paid.capture.amount),
        refunded=Amount.of(sum(gone, start=paid.capture.amount.zero())),
        method=paid.method,
        instrument=paid.capture.method,
        reference=paid.payment_id,
        paid_at=paid.capture.captured_at,
    )
