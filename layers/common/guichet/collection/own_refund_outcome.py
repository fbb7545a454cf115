"""What becomes of money on its way back: it went, became credit, or the bank had it already (COL-8)."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from types import MappingProxyType
from typing import Final

from guichet.collection.charge_ports import Aggregate
from guichet.collection.charge_writing import balance_change, bumped
from guichet.events import Event
from guichet.ledger.journal import Change
from guichet.ledger.postings import Posting
from guichet.ledger.refund_postings import (
    claim_came_back_postings,
    claim_settled_postings,
    own_provider_fee_again_postings,
    own_provider_fee_return_postings,
    own_refund_failed_postings,
    own_refund_postings,
    payment_claimed_postings,
    refund_to_credit_postings,
)
from guichet.payments.invoice_payment import ChargeStatus, InvoicePayment
from guichet.payments.own_refund import TRANSITIONS, OwnRefund, OwnRefundStatus
from guichet.payments.ports import RefundReport
from guichet.payments.refund import RefundStatus
from guichet.subscriptions.balance import AccountBalance

S = OwnRefundStatus

type Changes = tuple[Change[Aggregate], ...]

_GONE: Final = frozenset({S.SUBMITTED, S.SUCCEEDED})  # out of the entity's balance
_BY_HAND: Final = "already_refunded"  # the provider's no to a second return of the same money
_AS_TOLD: Final = MappingProxyType(
    {RefundStatus.SUBMITTED: S.SUBMITTED, RefundStatus.SUCCEEDED: S.SUCCEEDED}
)
_MAILS: Final = MappingProxyType(
    {S.SUCCEEDED: ("billing_payment_refunded",), S.CREDITED: ("billing_refund_credited",)}
)


@dataclass(frozen=True, slots=True)
class RefundSituation:
    """A refund with everything that its outcome depends on."""

    refund: OwnRefund
    payment: InvoicePayment | None  # of an invoice, which a bank may take back
    balance: AccountBalance
    now: datetime

    @property
    def was_taken_back(self) -> bool:
        """Whether the customer has the payment itself back, by their bank."""
        return self.payment is not None and self.payment.status is ChargeStatus.RETURNED


def reported(found: RefundSituation, report: RefundReport) -> Changes:
    """What the provider's answer asks for; nothing where it is no news (BAD-4)."""
    refund = found.refund
    if not refund.is_in_progress and refund.status is not S.SUCCEEDED:
        return _after_all(refund, report, found.now)
    told = replace(refund, provider_refund_id=report.provider_refund_id, failure=report.failure)
    if report.status is RefundStatus.FAILED:
        return _failed(found, told)
    status = _AS_TOLD.get(report.status)
    if status is None or status not in TRANSITIONS[refund.status]:
        return ()
    if status is S.SUCCEEDED:
        told = replace(told, provider_fee_returned=report.provider_fee_returned)
    return (_moved(found, told, status),)


def _after_all(refund: OwnRefund, report: RefundReport, now: datetime) -> Changes:
    """It was given up, and goes out nevertheless, or comes back from there: once each (BAD-4).

    Nothing is taken away for it: credit may be spent, or reserved for an order. The books hold what
    went out in `claims`, and a person decides, as of a bank that takes such money back (BAD-6).
    """
    is_out, was_out = report.status in _AS_TOLD, refund.went_after_all_at is not None
    if is_out and was_out:
        return _fee_told_late(refund, report)
    if is_out is was_out or not (is_out or report.status is RefundStatus.FAILED):
        return ()
    after = replace(
        refund,
        provider_refund_id=report.provider_refund_id,
        went_after_all_at=now if is_out else None,
        provider_fee_returned=report.provider_fee_returned if is_out else None,
        failure=refund.failure if is_out else report.failure,
    )
    amount, fee = refund.amount, (after if is_out else refund).provider_fee_returned
    if is_out:
        name, moves = "went_after_all", payment_claimed_postings(amount)
        of_fee = own_provider_fee_return_postings
    else:
        name, moves = "came_back_after_all", claim_came_back_postings(amount)
        of_fee = own_provider_fee_again_postings
    event = Event(f"own_refund.{name}", facts_of(after))
    postings = (*moves, *(of_fee(fee) if fee else ()))
    return (
        Change[Aggregate](refund, bumped(after), (event,), postings, book=refund.selling_entity),
    )


def _fee_told_late(refund: OwnRefund, report: RefundReport) -> Changes:
    """It was under way; now it is there, and the provider says what of its fee came back (FEE-3)."""
    fee = report.provider_fee_returned
    if not fee or refund.provider_fee_returned is not None:
        return ()
    after = bumped(replace(refund, provider_fee_returned=fee))
    postings = own_provider_fee_return_postings(fee)
    return (Change[Aggregate](refund, after, (), postings, book=refund.selling_entity),)


def refused(found: RefundSituation, code: str) -> Changes:
    """The provider's final no to what it never made; if somebody returned it there, it is back."""
    told = replace(found.refund, failure=code)
    return (_moved(found, told, S.SUCCEEDED),) if code == _BY_HAND else _failed(found, told)


def resolved(found: RefundSituation, *, went_back: bool) -> Changes:
    """A person looked at the provider's pages."""
    told = replace(found.refund, failure="resolved_by_hand")
    return (_moved(found, told, S.SUCCEEDED),) if went_back else _failed(found, told)


def taken_back(found: RefundSituation) -> Changes:
    """There is nothing left to give back: the bank has given it."""
    return (_moved(found, found.refund, S.TAKEN_BACK),)


def _failed(found: RefundSituation, told: OwnRefund) -> Changes:
    """Nothing is lost: it is the account's credit, and a person is told."""
    if found.was_taken_back:
        allowed = S.TAKEN_BACK in TRANSITIONS[found.refund.status]
        return (_moved(found, told, S.TAKEN_BACK),) if allowed else ()
    if S.CREDITED not in TRANSITIONS[found.refund.status]:
        return ()
    balance = found.balance.credited(told.amount)
    changes = _moved(found, told, S.CREDITED), balance_change(found.balance, balance)
    if found.payment is None:
        return changes
    # Guarded by the payment: a bank that takes it back at this moment leaves nothing to be credit.
    return (*changes, Change[Aggregate](found.payment, bumped(found.payment)))


def _moved(found: RefundSituation, told: OwnRefund, status: OwnRefundStatus) -> Change[Aggregate]:
    before = found.refund
    after = replace(
        told.transition_to(status),
        asked_count=before.asked_count if status is S.SUBMITTED else 0,
        ended_at=None if status is S.SUBMITTED else found.now,
        calling_since=None,
    )
    return Change[Aggregate](
        before,
        bumped(after),
        (Event(f"own_refund.{status}", facts_of(after)),),
        bookings(before.status, after),
        _MAILS.get(status, ()),
        book=after.selling_entity,
    )


def bookings(before: OwnRefundStatus, after: OwnRefund) -> tuple[Posting, ...]:
    """What a move writes into the entity's book (MON-4)."""
    amount, fee = after.amount, after.provider_fee_returned
    was_gone = before in _GONE
    if after.status in _GONE:
        gone = () if was_gone else own_refund_postings(amount)
        back = fee is not None and after.status is S.SUCCEEDED
        return (*gone, *(own_provider_fee_return_postings(fee) if back and fee else ()))
    came = own_refund_failed_postings(amount) if was_gone else ()
    if before is S.SUCCEEDED and fee is not None:
        came = (*came, *own_provider_fee_again_postings(fee))
    ends = refund_to_credit_postings if after.status is S.CREDITED else claim_settled_postings
    return (*came, *ends(amount))


def facts_of(refund: OwnRefund) -> dict[str, str | int | None]:
    return {
        "account_id": refund.account_id,
        "selling_entity": refund.selling_entity,
        "refund_id": refund.refund_id,
        "payment_id": refund.payment_id,
        "invoice_id": refund.invoice_id,
        "cart_id": refund.cart_id,
        "amount_minor": refund.amount.amount_minor,
        "currency": refund.amount.currency,
        "reason": refund.reason,
        "failure": refund.failure,
    }
