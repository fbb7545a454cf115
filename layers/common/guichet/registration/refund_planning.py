"""Whether a payment can be refunded, and the refund as it will be sent (RFD-1 to RFD-5)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType
from typing import Final

from guichet.errors import Conflict, Invalid, Refusal
from guichet.events import Event
from guichet.ledger.journal import Change
from guichet.money import Money
from guichet.payments.account import PaymentAccount
from guichet.payments.payment import Capture, Payment, PaymentStatus
from guichet.payments.ports import PaymentProvider
from guichet.payments.refund import Refund, RefundReason
from guichet.payments.refunds_so_far import RefundsSoFar
from guichet.registration.ports import Aggregate, RefundCounted, RefundsFound
from guichet.registration.registration import PaidBy, Registration, RegistrationStatus

S = PaymentStatus

_NOTHING_PAID: Final = frozenset({S.FAILED, S.EXPIRED, S.ABANDONED})
_HELD: Final = frozenset({S.MISMATCHED, S.PARKED})

# What an English reader is told. The other languages are in data/refusals.
SENTENCES: Final = MappingProxyType(
    {
        "refund_marked_paid": "This was marked as paid by hand; return the money the way it came.",
        "refund_window_over": (
            "Refunds are possible for 60 days after the payment; use the provider's own pages."
        ),
        "refund_payment_pending": (
            "The provider has not settled this payment; wait until it is paid, or cancel the registration."
        ),
        "refund_held": "This payment waits for the operator's decision; ask the operator.",
        "refund_account_not_linked": (
            "The account that received this payment is not linked any more; link it again, "
            "or use the provider's own pages."
        ),
        "refund_not_approved": (
            "This registration awaits approval and nothing was paid; reject it instead."
        ),
        "refund_nothing_paid": "Nothing was paid, so there is nothing to return.",
        "refund_exceeds_left": "This is more than what is left of the payment; ask for at most that.",
        "refund_in_progress": (
            "Another refund of this payment is in progress; wait until it has succeeded or failed."
        ),
        "refund_disputed": (
            "The buyer disputes this payment; answer the dispute on the provider's pages."
        ),
        "refund_currency": "Refunds are made in the currency of the payment.",
    }
)
RULES: Final = MappingProxyType(
    {
        "refund_marked_paid": "RFD-5a",
        "refund_window_over": "RFD-5b",
        "refund_payment_pending": "RFD-5c",
        "refund_held": "RFD-5c",
        "refund_account_not_linked": "RFD-5d",
        "refund_not_approved": "RFD-5e",
        "refund_nothing_paid": "RFD-1",
        "refund_exceeds_left": "RFD-5f",
        "refund_in_progress": "RFD-5g",
        "refund_disputed": "RFD-4",
        "refund_currency": "MON-1",
    }
)


@dataclass(frozen=True, slots=True)
class Planned:
    """The write that stores a refund: the refund, and the guard that nobody else stored one."""

    change: Change[Aggregate]
    step: RefundCounted

    @property
    def refund(self) -> Refund:
        refund = self.change.after
        if not isinstance(refund, Refund):
            raise TypeError("a planned refund is a refund")
        return refund


def refused(code: str) -> Refusal:
    """A refusal of RFD-5, with the sentence that says what to do instead."""
    return Conflict(code, SENTENCES[code], rule=RULES[code])


def refusal_of(
    payment: Payment,
    registration: Registration,
    found: RefundsFound,
    *,
    account: PaymentAccount | None,
    now: datetime,
) -> Refusal | None:
    """Why nothing of this payment can be returned now; None where some of it can (RFD-5)."""
    capture = payment.capture
    # Other money than was asked for: once a person has sent it back, what failed is tried again.
    is_sent_back = payment.status is S.MISMATCHED and payment.refund_id is not None
    if capture is None or (payment.status is not S.CAPTURED and not is_sent_back):
        by_hand = payment.status in _NOTHING_PAID and registration.paid_by is PaidBy.HAND
        return refused("refund_marked_paid" if by_hand else _pending_code(payment.status))
    so_far = RefundsSoFar(capture, found.refunds, found.disputes)
    linked = account is not None and account.is_live
    if not linked or account is None or account.provider_account_id != payment.payee:
        return refused("refund_account_not_linked")
    if not so_far.is_inside(now):
        return refused("refund_window_over")
    if so_far.open_dispute is not None:
        return refused("refund_disputed")
    if so_far.in_progress is not None:
        return refused("refund_in_progress")
    return None if so_far.left else refused("refund_exceeds_left")


def refusal_without_payment(registration: Registration) -> Refusal:
    """Why a registration that no payment confirmed has nothing to return (RFD-5a, RFD-5e)."""
    if registration.paid_by is PaidBy.HAND:
        return refused("refund_marked_paid")
    match registration.status:
        case RegistrationStatus.PENDING_APPROVAL:
            return refused("refund_not_approved")
        case RegistrationStatus.PROCESSING:
            return refused("refund_payment_pending")
        case _:
            return refused("refund_nothing_paid")


def plan_refund(
    payment: Payment,
    registration: Registration,
    found: RefundsFound,
    *,
    amount: Money | None,
    reason: RefundReason,
    refund_id: str,
    request_hash: str,
    explanation: str | None,
    note: str | None,
    account: PaymentAccount | None,
    provider: PaymentProvider,
    now: datetime,
    sent_by_caller: bool = False,
) -> Planned:
    """The refund of `amount`, or of all that is left, to be stored before anything is sent.

    Args:
        payment: which was captured.
        registration: what it is for.
        found: its refunds and disputes, as they were just read.
        amount: None: all that is left.
        reason: who asked.
        refund_id: ours, which is the provider's idempotency key.
        request_hash: of what was asked, to tell a repeat from another request.
        explanation: why, in the organizer's words.
        note: to the registrant.
        account: what the organizer has linked at the payment's provider.
        provider: who makes the exact bytes.
        now: the present.
        sent_by_caller: no message is needed: whoever stores it sends it at once.

    Raises:
        Invalid: an amount of 0, or in another currency.
        Conflict: a refusal of RFD-5.
    """
    refusal = refusal_of(payment, registration, found, account=account, now=now)
    capture = payment.capture
    if refusal is not None or capture is None:
        raise refusal or refused("refund_nothing_paid")
    so_far = RefundsSoFar(capture, found.refunds, found.disputes)
    wanted = _wanted(amount, so_far)
    refund = new_refund(
        payment,
        capture,
        so_far,
        amount=wanted,
        reason=reason,
        refund_id=refund_id,
        note=note,
        provider=provider,
        now=now,
        request_hash=request_hash,
        explanation=explanation,
    )
    return Planned(
        requested(refund, sent_by_caller=sent_by_caller),
        RefundCounted(payment.payment_id, found.count),
    )


def new_refund(
    payment: Payment,
    capture: Capture,
    so_far: RefundsSoFar,
    *,
    amount: Money,
    reason: RefundReason,
    refund_id: str,
    provider: PaymentProvider,
    now: datetime,
    request_hash: str = "",
    explanation: str | None = None,
    note: str | None = None,
) -> Refund:
    """The refund with its bytes. A fee of 0 is never sent: the whole would be refused (BAD-15)."""
    share = so_far.fee_share(amount)
    fee = share.by_provider
    return Refund(
        refund_id=refund_id,
        payment_id=payment.payment_id,
        registration_id=payment.registration_id,
        training_id=payment.training_id,
        account_id=payment.account_id,
        provider=payment.provider,
        payee=payment.payee,
        amount=amount,
        fee=fee,
        reason=reason,
        requested_at=now,
        request_body=provider.refund_body(
            refund_id=refund_id,
            payment_id=payment.payment_id,
            capture=capture,
            amount=amount,
            fee=fee,
            note=note,
        ),
        fee_request_body=provider.fee_refund_body(refund_id=refund_id, fee=fee) if fee else None,
        platform_fee_id=capture.platform_fee_id,
        first_sent_at=now,
        request_hash=request_hash,
        explanation=explanation,
        note=note,
        fee_credited=share.as_credit or None,
    )


def requested(refund: Refund, *, sent_by_caller: bool = False) -> Change[Aggregate]:
    """A refund as it is first stored; `settle` sends it where its caller does not."""
    facts = {"payment_id": refund.payment_id, "reason": str(refund.reason)}
    sender = {"sent_by": "caller"} if sent_by_caller else {}
    return Change(None, refund, (Event("refund.requested", {**facts, **sender}),))


def _wanted(amount: Money | None, so_far: RefundsSoFar) -> Money:
    if amount is None:
        return so_far.left
    if amount.currency != so_far.capture.amount.currency:
        raise Invalid("refund_currency", SENTENCES["refund_currency"], rule="MON-1")
    if not amount:
        raise Invalid("refund_amount_zero", "Ask for more than nothing.", rule="RFD-1")
    if not amount.is_at_most(so_far.left):
        raise refused("refund_exceeds_left")
    return amount


def _pending_code(status: PaymentStatus) -> str:
    if status in _NOTHING_PAID:
        return "refund_nothing_paid"
    return "refund_held" if status in _HELD else "refund_payment_pending"
