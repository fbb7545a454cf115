"""What of the fee goes back by another way than was planned (RFD-3, RFD-4, RFD-6)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from guichet.events import Event
from guichet.ledger.journal import Change
from guichet.ledger.postings import fee_credit_postings, fee_return_postings
from guichet.money import Money
from guichet.payments.payment import Capture
from guichet.payments.ports import PaymentProvider
from guichet.payments.refund import Refund, RefundStatus
from guichet.payments.refunds_so_far import RefundsSoFar
from guichet.registration.outcome import bumped
from guichet.registration.ports import Aggregate


def compensated(capture: Capture, refunds: Sequence[Refund]) -> tuple[Change[Aggregate], ...]:
    """Account credit for what was left to the one that failed, written with its failure.

    A refund made at the provider, or a chargeback, beside one of ours of the same money gives
    nothing of the fee back: that is the other's. No call of its own is left to give it back by.

    Args:
        capture: which they return.
        refunds: all of them, as they are once it has failed.
    """
    so_far = RefundsSoFar(capture, refunds)
    missing, heirs = so_far.fee_missing, so_far.inside
    if not missing or not heirs:
        return ()
    heir = heirs[-1]
    credited = replace(heir, fee_credited=missing + (heir.fee_credited or missing.zero()))
    has_gone = heir.status is RefundStatus.SUCCEEDED  # else it is credited once it has
    return (
        Change(
            heir,
            bumped(credited),
            (Event("refund.fee_credited", {"payment_id": heir.payment_id}),),
            postings=fee_credit_postings(missing) if has_gone else (),
        ),
    )


def with_fee_by_hand(
    refund: Refund, there: Money, others: Sequence[Refund], provider: PaymentProvider
) -> Change[Aggregate] | None:
    """A refund that owes its fee, less what somebody gave back of it at the provider.

    Args:
        refund: which owes it.
        there: all that went back at the provider and that no refund of ours asked for.
        others: all refunds of the payment, which may have that in their records.
        provider: who makes the exact bytes for the rest.
    """
    nothing = there.zero()
    claimed = sum((each.fee_returned_there or nothing for each in others), nothing)
    unclaimed = nothing if there.is_at_most(claimed) else there - claimed
    part = unclaimed if unclaimed.is_at_most(refund.fee) else refund.fee
    if not part:
        return None
    rest = refund.fee - part
    after = replace(
        refund,
        fee=rest,
        fee_request_body=provider.fee_refund_body(refund_id=refund.refund_id, fee=rest)
        if rest
        else None,
        fee_returned_there=part + (refund.fee_returned_there or nothing),
    )
    event = Event("refund.fee_returned")
    return Change(refund, bumped(after), (event,), postings=fee_return_postings(part))


def with_changed(refunds: Sequence[Refund], *changed: Refund) -> tuple[Refund, ...]:
    """The same refunds, these as they now are."""
    now = {each.refund_id: each for each in changed}
    return tuple(now.get(each.refund_id, each) for each in refunds)
