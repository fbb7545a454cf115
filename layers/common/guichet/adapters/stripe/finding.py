"""Stripe's refunds and disputes, whoever made them, as what they do to the organizer (RFD-4)."""

from __future__ import annotations

from datetime import UTC, datetime
from types import MappingProxyType
from typing import Final

from guichet.adapters.stripe import reading
from guichet.adapters.stripe.client import Json
from guichet.money import Money
from guichet.payments.dispute import DisputeStatus
from guichet.payments.ports import FoundDispute, FoundRefund

# What an open appeal has come to is the loss that it is about.
_DISPUTE_STATUSES: Final = MappingProxyType(
    {
        "warning_needs_response": DisputeStatus.OPEN,
        "warning_under_review": DisputeStatus.OPEN,
        "needs_response": DisputeStatus.OPEN,
        "under_review": DisputeStatus.OPEN,
        "appeal_needs_response": DisputeStatus.LOST,
        "appeal_under_review": DisputeStatus.LOST,
        "won": DisputeStatus.WON,
        "lost": DisputeStatus.LOST,
        "warning_closed": DisputeStatus.WITHDRAWN,
        "prevented": DisputeStatus.WITHDRAWN,
    }
)


def found_refund(refund: Json) -> FoundRefund:
    """A refund whose intent was asked for whole; the platform fee never goes back within it.

    Raises:
        ProviderUnavailableError: a status that we don't know, or fields that are missing.
    """
    report = reading.refund_report(refund)
    return FoundRefund(
        provider_refund_id=report.provider_refund_id,
        capture_id=reading.reference(refund, "charge") or "",
        payment_id=_payment_id(refund),
        refund_id=reading.metadata_of(refund, "refund_id"),
        status=report.status,
        amount=_amount(refund),
        made_at=_created(refund),
        failure=report.failure,
        fee_returned=Money(0, _currency(refund)),
        provider_fee_returned=report.provider_fee_returned,
    )


def found_dispute(dispute: Json) -> FoundDispute:
    """A dispute whose intent was asked for whole, with what its balance transactions say.

    Raises:
        ProviderUnavailableError: a status that we don't know, or fields that are missing.
    """
    status = reading.text(dispute, "status")
    known = _DISPUTE_STATUSES.get(status)
    if known is None:
        raise reading.unreadable(f"a dispute that is {status}")
    withheld, fee = _taken(dispute)
    return FoundDispute(
        provider_dispute_id=reading.object_id(dispute),
        capture_id=reading.reference(dispute, "charge") or "",
        payment_id=_payment_id(dispute),
        status=known,
        amount=_amount(dispute),
        withheld=withheld,
        fee=fee,
        opened_at=_created(dispute),
        reason=reading.text(dispute, "reason"),
    )


def fee_given_back(fee_refund: Json) -> Money:
    """One refund of an application fee: on the operator's own account, whoever made it."""
    return _amount(fee_refund)


def _taken(dispute: Json) -> tuple[Money, Money]:
    """What was withdrawn and not reinstated, and what the dispute cost.

    An inquiry has no balance transactions, a dispute one, a won one two. In a balance of another
    currency, where what comes back is converted anew, only their number says whether the
    disputed amount is gone.
    """
    disputed = _amount(dispute)
    moved = dispute.get("balance_transactions")
    if not isinstance(moved, list) or not all(isinstance(each, dict) for each in moved):
        raise reading.unreadable("a dispute without balance transactions")
    if not moved:
        return Money(0, disputed.currency), Money(0, disputed.currency)
    currency = reading.text(moved[0], "currency")
    if any(reading.text(each, "currency") != currency for each in moved):
        raise reading.unreadable("a dispute in several balances")
    amounts = [reading.whole(each, "amount") for each in moved]
    charged = max(0, sum(reading.whole(each, "fee") for each in moved))
    fee = reading.money(charged, currency)
    if fee.currency == disputed.currency:
        return reading.money(max(0, -sum(amounts)), currency), fee
    is_gone = sum(each < 0 for each in amounts) > sum(each > 0 for each in amounts)
    return disputed if is_gone else Money(0, disputed.currency), fee


def _payment_id(found: Json) -> str | None:
    """Our reference on the intent; None where the payment was not made through us."""
    intent = reading.embedded(found, "payment_intent")
    return None if intent is None else reading.metadata_of(intent, "payment_id")


def _amount(found: Json) -> Money:
    return reading.money(reading.whole(found, "amount"), reading.text(found, "currency"))


def _currency(found: Json) -> str:
    return _amount(found).currency


def _created(found: Json) -> datetime:
    return datetime.fromtimestamp(reading.whole(found, "created"), UTC)
