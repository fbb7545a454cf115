"""What organizers send to refund, and are shown of refunds (RFD-1 to RFD-7)."""

from __future__ import annotations

from datetime import datetime
from typing import Self

from guichet.entry.fields import Amount, AmountGiven, Answer, Line, Note, Request
from guichet.languages import Language
from guichet.money import Money
from guichet.payments.refund import Refund, RefundStatus
from guichet.registration.refusals import failure_explained
from guichet.registration.use_cases.cancel_registration import RefundWish


class RefundRequest(Request):
    """What goes back; no amount: all that is left. `reason` is for the organizer's own records."""

    amount: AmountGiven | None = None
    reason: Line
    note_to_registrant: Note | None = None
    cancel_registration: bool = False

    def money(self) -> Money | None:
        return None if self.amount is None else self.amount.money()


class RefundGiven(Request):
    """What goes back with a cancellation; no amount: all that is left (RFD-6)."""

    amount: AmountGiven | None = None
    reason: Line

    def wish(self) -> RefundWish:
        return RefundWish(None if self.amount is None else self.amount.money(), self.reason)


class CancelRequest(Request):
    """A word to the registrant, and what is refunded to them, if anything."""

    note: Note | None = None
    refund: RefundGiven | None = None


class FailureAnswer(Answer):
    """Why a refund failed, in the reader's language; the money is the organizer's again (RFD-6)."""

    code: str
    sentence: str
    what_to_do: str

    @classmethod
    def of(cls, failure: str, language: Language) -> Self:
        explanation = failure_explained(failure, language)
        return cls(code=failure, sentence=explanation.sentence, what_to_do=explanation.what_to_do)


class RefundAnswer(Answer):
    """One refund. `cause` is who or what made it, `reason` the organizer's own words.

    `fee` goes back of the platform fee, once the refund has succeeded; `fee_credited` is the part
    of it that the provider cannot return and is account credit instead (RFD-4). `made_at` is told
    of a refund that was made at the provider.
    """

    refund_id: str
    payment_id: str
    registration_id: str
    status: str
    cause: str
    amount: Amount
    fee: Amount
    fee_credited: Amount
    fee_is_returned: bool
    reason: str | None
    note_to_registrant: str | None
    requested_at: datetime
    made_at: datetime | None
    provider: str
    provider_refund_id: str | None
    dispute_id: str | None
    failure: FailureAnswer | None

    @classmethod
    def of(cls, refund: Refund, language: Language) -> Self:
        none = refund.amount.zero()
        credited = refund.fee_credited or none
        return cls(
            refund_id=refund.refund_id,
            payment_id=refund.payment_id,
            registration_id=refund.registration_id,
            status=refund.status,
            cause=refund.reason,
            amount=Amount.of(refund.amount),
            fee=Amount.of(refund.fee + (refund.fee_returned_there or none) + credited),
            fee_credited=Amount.of(credited),
            fee_is_returned=refund.status is RefundStatus.SUCCEEDED and not refund.owes_fee,
            reason=refund.explanation,
            note_to_registrant=refund.note,
            requested_at=refund.requested_at,
            made_at=refund.made_at,
            provider=refund.provider,
            provider_refund_id=refund.provider_refund_id,
            dispute_id=refund.dispute_id,
            failure=None if refund.failure is None else FailureAnswer.of(refund.failure, language),
        )


class RefundsAnswer(Answer):
    """Part of a list, oldest first; `next_cursor` leads on, null at the end."""

    items: list[RefundAnswer]
    next_cursor: str | None
