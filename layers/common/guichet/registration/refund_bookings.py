"""What each move of a refund writes into the books (MON-4, RFD-3, RFD-4, RFD-6)."""

from __future__ import annotations

from guichet.ledger.postings import (
    Posting,
    chargeback_postings,
    chargeback_undone_postings,
    fee_credit_postings,
    fee_receivable_postings,
    fee_return_failed_postings,
    fee_return_postings,
    provider_fee_again_postings,
    provider_fee_return_postings,
    refund_failed_postings,
    refund_postings,
)
from guichet.payments.refund import Refund, RefundReason, RefundStatus

S = RefundStatus


def bookings(before: Refund | None, after: Refund) -> tuple[Posting, ...]:
    """The provider takes the money when it accepts a refund, and gives it back when that fails."""
    had_left = before is not None and before.status in {S.SUBMITTED, S.SUCCEEDED}
    had_succeeded = before is not None and before.status is S.SUCCEEDED
    if after.status is S.REQUESTED:
        return ()
    if after.status is S.FAILED:
        return (
            (_money_back(after) if had_left else ())
            + (_provider_fee_again(after) if had_succeeded else ())
            + _fee_after_failure(before, after, had_succeeded=had_succeeded)
            + _returned_there(before, after)
        )
    gone = () if had_left else _money_gone(after)
    if after.status is S.SUCCEEDED and not had_succeeded:
        gone += _credit_gone(after) + _provider_fee_back(after)
        gone += fee_return_postings(after.fee) if after.fee_goes_within else ()
    return gone + _returned_there(before, after)


def fee_bookings(after: Refund) -> tuple[Posting, ...]:
    """The fee went back by a call of its own; where the refund has failed, it is owed again."""
    gone = fee_return_postings(after.fee)
    return gone + (fee_receivable_postings(after.fee) if after.status is S.FAILED else ())


def _money_gone(refund: Refund) -> tuple[Posting, ...]:
    if refund.reason is RefundReason.CHARGEBACK:
        return chargeback_postings(refund.amount)
    return refund_postings(refund.amount)


def _money_back(refund: Refund) -> tuple[Posting, ...]:
    if refund.reason is RefundReason.CHARGEBACK:
        return chargeback_undone_postings(refund.amount)
    return refund_failed_postings(refund.amount)


def _fee_after_failure(
    before: Refund | None, after: Refund, *, had_succeeded: bool
) -> tuple[Posting, ...]:
    """A fee that had gone back: it came back with the refund, or the organizer owes it again."""
    if not had_succeeded:
        return ()
    credit = after.fee_credited
    owed = () if credit is None else fee_receivable_postings(credit)
    if after.fee_goes_within:
        return owed + fee_return_failed_postings(after.fee)
    if after.provider_fee_refund_id is None:
        return owed
    unrecorded = before is not None and before.provider_fee_refund_id is None
    gone = fee_return_postings(after.fee) if unrecorded else ()
    return owed + gone + fee_receivable_postings(after.fee)


def _provider_fee_back(refund: Refund) -> tuple[Posting, ...]:
    """The provider normally keeps its fee; what it gives back is recorded as it says (FEE-3)."""
    back = refund.provider_fee_returned
    return () if back is None else provider_fee_return_postings(back)


def _provider_fee_again(refund: Refund) -> tuple[Posting, ...]:
    back = refund.provider_fee_returned
    return () if back is None else provider_fee_again_postings(back)


def _credit_gone(refund: Refund) -> tuple[Posting, ...]:
    return () if refund.fee_credited is None else fee_credit_postings(refund.fee_credited)


def _returned_there(before: Refund | None, after: Refund) -> tuple[Posting, ...]:
    """What the provider's own pages gave back of the fee stays given back."""
    there = after.fee_returned_there
    if there is None:
        return ()
    gone = fee_return_postings(there) if before is None else ()
    return gone + (fee_receivable_postings(there) if after.status is S.FAILED else ())
