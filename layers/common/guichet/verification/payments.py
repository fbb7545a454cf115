"""One payment with its refunds and disputes: bounds of money and fee, and what the books must say."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from guichet.ledger.postings import (
    Posting,
    balances,
    capture_postings,
    chargeback_postings,
    dispute_fee_postings,
    fee_credit_postings,
    fee_receivable_postings,
    fee_return_postings,
    provider_fee_return_postings,
    refund_postings,
    withheld_postings,
)
from guichet.money import Money
from guichet.payments.dispute import Dispute, DisputeStatus
from guichet.payments.fee import fee_returned_so_far
from guichet.payments.payment import Payment, PaymentStatus
from guichet.payments.refund import Refund, RefundReason, RefundStatus
from guichet.payments.refunds_so_far import RefundsSoFar
from guichet.verification.history import Moved

_MONEY_CAME = frozenset({PaymentStatus.CAPTURED, PaymentStatus.MISMATCHED})


@dataclass(frozen=True, slots=True)
class PaymentFound:
    """A payment, all that lies beside it, and what their histories moved."""

    payment: Payment
    refunds: Sequence[Refund]
    disputes: Sequence[Dispute]
    counted: int  # refunds, by the guard
    moved: Moved
    events: frozenset[str]

    @property
    def standing(self) -> list[Refund]:
        """What has gone back, or is on its way."""
        return [each for each in self.refunds if each.status is not RefundStatus.FAILED]

    def must_have_moved(self) -> Moved:
        """What the books must say, from what became of everything."""
        capture = self.payment.capture
        moved: list[Posting] = []
        if capture is not None:
            moved += capture_postings(capture.amount, capture.platform_fee, capture.provider_fee)
        for refund in self.refunds:
            moved += _of_refund(refund)
        for dispute in self.disputes:
            moved += withheld_postings(dispute.withheld.zero(), dispute.withheld)
            moved += dispute_fee_postings(dispute.fee.zero(), dispute.fee)
        owner = self.payment.account_id
        return Counter(
            {(owner, currency, str(a)): total for (a, currency), total in balances(moved).items()}
        )


def books(found: PaymentFound) -> Iterator[str]:
    """To the cent, account by account (MON-4)."""
    wanted = found.must_have_moved()
    for place in sorted({*wanted, *found.moved}):
        if wanted[place] != found.moved[place]:
            owner, currency, account = place
            moved = f"{found.moved[place]} {currency} on {account} of {owner}"
            yield f"moved {moved}, and should have moved {wanted[place]}"


def captures(found: PaymentFound) -> Iterator[str]:
    """Money came as it was asked for, or a person decided about it (REG-3)."""
    payment, capture = found.payment, found.payment.capture
    if capture is None:
        if payment.status in _MONEY_CAME:
            yield f"is {payment.status} without a capture"
        return
    if payment.status not in _MONEY_CAME:
        yield f"is {payment.status} with a capture"
    differences = payment.mismatches(capture)
    if payment.status is PaymentStatus.MISMATCHED and not differences:
        yield "is held, though it came as asked"
    accepted = "payment.accepted" in found.events
    if payment.status is PaymentStatus.CAPTURED and differences and not accepted:
        yield f"differs in {', '.join(differences)}, and nobody accepted it"
    if capture.platform_fee.currency != capture.amount.currency:
        yield "has a platform fee in another currency"
    elif not capture.platform_fee.is_at_most(capture.amount):
        yield "has a platform fee above what was captured"


def refunds(found: PaymentFound) -> Iterator[str]:
    """What goes back was captured, in its currency, one refund at a time (RFD-1, RFD-5g)."""
    capture = found.payment.capture
    if len(found.refunds) != found.counted:
        yield f"has {len(found.refunds)} refunds, and {found.counted} were counted"
    if capture is None:
        if found.refunds:
            yield "has refunds, and nothing was captured"
        return
    if any(each.amount.currency != capture.amount.currency for each in found.refunds):
        yield "has refunds in another currency"
        return
    if any(not each.amount for each in found.refunds):
        yield "has a refund of nothing"
    gone = sum((each.amount for each in found.standing), start=capture.amount.zero())
    if not gone.is_at_most(capture.amount) and "refund.exceeds_captured" not in found.events:
        yield f"returns {gone} of {capture.amount}, and nobody was told"
    under_way = [each for each in found.standing if each.is_ours and each.is_in_progress]
    if len(under_way) > 1:
        yield f"has {len(under_way)} refunds in progress"
    whole = [each for each in found.refunds if each.refund_id == found.payment.refund_id]
    if found.payment.refund_id is not None and not whole:
        yield f"names the refund {found.payment.refund_id}, which is not there"


def fees(found: PaymentFound) -> Iterator[str]:
    """The whole fee at most, and by the running total once everything has arrived (RFD-3)."""
    capture = found.payment.capture
    if capture is None or any(
        each.amount.currency != capture.amount.currency for each in found.refunds
    ):
        return
    fee = capture.platform_fee
    by_provider = _sum(fee, [part for each in found.refunds for part in _by_provider(each)])
    if not by_provider.is_at_most(fee):
        yield f"the provider gave back {by_provider} of a fee of {fee}"
    so_far = RefundsSoFar(capture, found.refunds, found.disputes)
    inside = [
        each for each in found.standing if each.made_at is None or so_far.is_inside(each.made_at)
    ]
    given = _sum(fee, [part for each in inside for part in _parts(each)])
    if not given.is_at_most(fee):
        yield f"{given} goes back of a fee of {fee}"
    if _by_rule_alone(found) and not so_far.exceeds_captured:
        owed = fee_returned_so_far(fee, capture.amount, _sum(fee, [e.amount for e in inside]))
        if given != owed:
            yield f"{given} of the fee goes back, and {owed} should"


def _by_rule_alone(found: PaymentFound) -> bool:
    """Whether nothing but RFD-3 decided the shares.

    What failed in between leaves others that were computed beside it, and what the provider's own
    pages gave back is what it is.
    """
    none_failed = len(found.standing) == len(found.refunds)
    return none_failed and all(
        each.fee_returned_there is None and (each.is_ours or not each.fee_goes_within)
        for each in found.refunds
    )


def disputes(found: PaymentFound) -> Iterator[str]:
    """What a lost one took is gone, as a refund that stands, and nothing else is (RFD-4)."""
    lost = {
        each.dispute_id: each.withheld
        for each in found.disputes
        if each.status is DisputeStatus.LOST and each.withheld
    }
    taken = Counter[str]()
    for each in found.standing:
        if each.reason is RefundReason.CHARGEBACK:
            taken[each.dispute_id or ""] += each.amount.amount_minor
    for dispute_id in sorted({*lost, *taken}):
        withheld = lost[dispute_id].amount_minor if dispute_id in lost else 0
        if taken[dispute_id] != withheld:
            yield f"{dispute_id} took {withheld} when it was lost, and {taken[dispute_id]} went back"
    if found.disputes and found.payment.capture is None:
        yield "has disputes, and nothing was captured"


def _of_refund(refund: Refund) -> tuple[Posting, ...]:
    """What a refund has moved by now; of a failed one only what of the fee stayed away (RFD-6)."""
    if refund.status is RefundStatus.REQUESTED:
        return ()
    there, is_gone = refund.fee_returned_there, refund.provider_fee_refund_id is not None
    moved = () if there is None else fee_return_postings(there)
    if refund.status is RefundStatus.FAILED:
        moved += () if there is None else fee_receivable_postings(there)
        if is_gone and not refund.fee_goes_within:
            moved += fee_return_postings(refund.fee) + fee_receivable_postings(refund.fee)
        return moved
    is_chargeback = refund.reason is RefundReason.CHARGEBACK
    moved += (chargeback_postings if is_chargeback else refund_postings)(refund.amount)
    if refund.status is RefundStatus.SUCCEEDED:
        moved += () if refund.fee_credited is None else fee_credit_postings(refund.fee_credited)
        moved += fee_return_postings(refund.fee) if is_gone or refund.fee_goes_within else ()
        own = refund.provider_fee_returned
        moved += () if own is None else provider_fee_return_postings(own)
    return moved


def _parts(refund: Refund) -> list[Money]:
    parts = (refund.fee, refund.fee_returned_there, refund.fee_credited)
    return [each for each in parts if each is not None]


def _by_provider(refund: Refund) -> list[Money]:
    """What the provider itself gave back, and has not taken again with a refund that failed."""
    there = [] if refund.fee_returned_there is None else [refund.fee_returned_there]
    came_back = refund.status is RefundStatus.FAILED and refund.fee_goes_within
    if came_back:
        return []
    return [*there, refund.fee] if refund.provider_fee_refund_id is not None else there


def _sum(fee: Money, parts: Sequence[Money]) -> Money:
    return sum(parts, start=fee.zero())
