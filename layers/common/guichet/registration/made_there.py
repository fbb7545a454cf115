"""A refund that was made at the provider, as we record it, with what it owes of the fee (RFD-4)."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from guichet.events import Event
from guichet.ledger.journal import Change
from guichet.money import Money
from guichet.payments.payment import Capture, Payment
from guichet.payments.ports import PaymentProvider
from guichet.payments.refund import Refund, RefundReason
from guichet.payments.refunds_so_far import FeeShare, RefundsSoFar
from guichet.registration.mails import MailKind
from guichet.registration.ports import Aggregate
from guichet.registration.refund_bookings import bookings
from guichet.registration.refunding import mails_about


def made_there(
    payment: Payment,
    capture: Capture,
    *,
    refund_id: str,
    amount: Money,
    reason: RefundReason,
    now: datetime,
) -> Refund:
    """A refund that nobody here will send, as it is learned of now; its fee is not decided yet."""
    return Refund(
        refund_id=refund_id,
        payment_id=payment.payment_id,
        registration_id=payment.registration_id,
        training_id=payment.training_id,
        account_id=payment.account_id,
        provider=payment.provider,
        payee=payment.payee,
        amount=amount,
        fee=capture.platform_fee.zero(),
        reason=reason,
        requested_at=now,
        request_body="",
        fee_request_body=None,
        platform_fee_id=capture.platform_fee_id,
        first_sent_at=now,
    )


def with_fee_inside(refund: Refund, so_far: RefundsSoFar, returned: Money) -> Refund:
    """The provider gave some of the fee back within the refund itself; the rest is account credit."""
    return replace(
        refund,
        fee=returned,
        provider_fee_refund_id=refund.provider_refund_id,
        fee_credited=less(_owed(so_far, refund), returned) or None,
    )


def owing(
    refund: Refund, so_far: RefundsSoFar, provider: PaymentProvider, *, returned_there: Money
) -> Refund:
    """RFD-3's share less what the provider gave back already: by a call of its own, else as credit."""
    share = _share(so_far, refund)
    rest = less(_owed(so_far, refund), returned_there)
    by_provider = less(share.by_provider, returned_there)
    body = provider.fee_refund_body(refund_id=refund.refund_id, fee=by_provider)
    fee = by_provider.zero() if body is None else by_provider
    return replace(
        refund,
        fee=fee,
        fee_request_body=body if fee else None,
        fee_returned_there=returned_there or None,
        fee_credited=less(rest, fee) or None,
    )


def recorded(refund: Refund, so_far: RefundsSoFar, *, pays_the_seat: bool) -> Change[Aggregate]:
    """A refund that nobody asked us for, with what it means.

    Args:
        refund: as it was found.
        so_far: all refunds with this one.
        pays_the_seat: whether its payment confirmed a registration, which stays confirmed (BAD-6):
            once nothing of it is left, the organizer is asked whether to cancel (RFD-7).
    """
    ids = {"registration_id": refund.registration_id, "payment_id": refund.payment_id}
    events = [Event("refund.recorded", {**ids, "reason": str(refund.reason)})]
    if so_far.exceeds_captured:
        events.append(Event("refund.exceeds_captured", ids))
    asks = pays_the_seat and not so_far.left
    return Change(
        None,
        refund,
        tuple(events),
        postings=bookings(None, refund),
        mails=(*mails_about(refund), *((MailKind.ORGANIZER_REFUNDED_OUTSIDE,) if asks else ())),
    )


def less(money: Money, part: Money) -> Money:
    """The rest; nothing where the part is more."""
    return money - part if part.is_at_most(money) else money.zero()


def _owed(so_far: RefundsSoFar, refund: Refund) -> Money:
    share = _share(so_far, refund)
    return share.by_provider + share.as_credit


def _share(so_far: RefundsSoFar, refund: Refund) -> FeeShare:
    """Outside the window the fee is kept (RFD-4)."""
    if refund.made_at is not None and not so_far.is_inside(refund.made_at):
        nothing = refund.amount.zero()
        return FeeShare(nothing, nothing)
    return so_far.fee_share(refund.amount)
