"""Money of customers that nothing took: it goes back once, or becomes credit (COL-8, MON-4)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

from guichet.ledger.postings import Posting, balances
from guichet.ledger.refund_postings import (
    claim_settled_postings,
    own_provider_fee_return_postings,
    own_refund_postings,
    payment_claimed_postings,
    refund_to_credit_postings,
)
from guichet.payments.cart_payment import CartPayment
from guichet.payments.invoice_payment import InvoicePayment
from guichet.payments.own_refund import OwnRefund, OwnRefundStatus, own_refund_id
from guichet.verification.history import History, Moved

S = OwnRefundStatus

type Paid = InvoicePayment | CartPayment


def returns(payment: Paid | None, refunds: Sequence[OwnRefund]) -> Iterator[str]:
    """A payment that paid nothing has one refund, of all of it; and no other payment has one."""
    for refund in refunds:
        if payment is None:
            yield f"{refund.refund_id} returns a payment that is not there"
        elif payment.refund_id != refund.refund_id:
            yield f"{refund.refund_id} returns a payment that names {payment.refund_id}"
    if payment is None or payment.refund_id is None:
        return
    if payment.refund_id != own_refund_id(payment.payment_id):
        yield f"goes back by {payment.refund_id}, which is another payment's"
    own = [each for each in refunds if each.refund_id == payment.refund_id]
    if not own:
        yield f"goes back by {payment.refund_id}, which is not there"
    came = None if payment.capture is None else payment.capture.amount
    for refund in own:
        if came != refund.amount:
            yield f"brought {came}, and {refund.amount} of it goes back"
        whose = (payment.account_id, payment.selling_entity)
        if (refund.account_id, refund.selling_entity) != whose:
            yield f"{refund.refund_id} is another account's"


def books(history: History) -> Iterator[str]:
    """A refund moved what became of it: out of the balance, into credit, or neither (MON-4, COL-8)."""
    refund = history.value
    if not isinstance(refund, OwnRefund):
        return
    wanted: Moved = Counter()
    for (account, currency), amount in balances(_postings(refund)).items():
        wanted[refund.selling_entity, currency, str(account)] += amount
    moved = history.moved_for_entities()
    for place in sorted({*wanted, *moved}):
        if moved[place] != wanted[place]:
            entity, currency, name = place
            yield (
                f"is {refund.status} and moved {moved[place]} {currency} on {name} of {entity}, "
                f"and should have {wanted[place]}"
            )
    if history.moved():
        yield "moved money in an organizer's book"


def _postings(refund: OwnRefund) -> tuple[Posting, ...]:
    match refund.status:
        case S.REQUESTED:
            return ()
        case S.SUBMITTED:
            return own_refund_postings(refund.amount)
        case S.SUCCEEDED:
            fee = refund.provider_fee_returned
            back = () if fee is None else own_provider_fee_return_postings(fee)
            return (*own_refund_postings(refund.amount), *back)
        case S.CREDITED:
            return (*refund_to_credit_postings(refund.amount), *_after_all(refund))
        case S.TAKEN_BACK:
            return (*claim_settled_postings(refund.amount), *_after_all(refund))


def _after_all(refund: OwnRefund) -> tuple[Posting, ...]:
    """What is known to have gone out is never credit alone: it is claimed besides (BAD-6)."""
    if refund.went_after_all_at is None:
        return ()
    fee = refund.provider_fee_returned
    back = () if fee is None else own_provider_fee_return_postings(fee)
    return (*payment_claimed_postings(refund.amount), *back)
