"""What waits is due, nothing due is left lying, and what no rule decides was told to a person."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Final

from guichet.adapters.dynamo.codec import decode_time
from guichet.adapters.dynamo.seam import Item
from guichet.payments.cart_payment import CartPayment
from guichet.payments.dispute import Dispute, DisputeStatus
from guichet.payments.invoice_payment import ChargeStatus, InvoicePayment
from guichet.payments.own_refund import OwnRefund, OwnRefundStatus
from guichet.payments.payment import Payment, PaymentStatus
from guichet.payments.refund import Refund, RefundReason, RefundStatus
from guichet.payments.schedule import ALARM_AFTER
from guichet.subscriptions.cart import Cart
from guichet.verification.history import History
from guichet.verification.shapes import due_of

# Questions come hourly by then: one later, its answer is an alarm or an outcome.
_TOLD_BY: Final = ALARM_AFTER + timedelta(hours=2)


def due(history: History, now: datetime) -> Iterator[str]:
    """It is in the index of due work exactly while something has to follow."""
    if history.value is None or history.item is None or not history.last_at:
        return  # an object without a history is found elsewhere
    wanted = due_of(history.value, decode_time(history.last_at))
    found = history.item.get("due_key")
    if found is None and isinstance(history.value, Cart) and history.value.is_invoiced_itself:
        return  # its invoice was made, which is looked for among invoices
    if wanted.get("due_key") != found:
        yield f"is due as {found!r}, and should be as {wanted.get('due_key')!r}"
    elif "due_since" not in history.item and wanted.get("due_at") != history.item.get("due_at"):
        yield f"is due at {history.item.get('due_at')}, and should be at {wanted.get('due_at')}"
    yield from overdue(history.item, now)


def overdue(item: Item, now: datetime) -> Iterator[str]:
    """Whoever looks at due work moves what can't be done on by minutes: this nobody looks at."""
    due_at = item.get("due_at") or item.get("happened_at")  # mails that are due with others
    if isinstance(due_at, str) and decode_time(due_at) < now - ALARM_AFTER:
        yield f"has been due since {due_at}, and nobody looks at it"


def alarmed(history: History, now: datetime) -> Iterator[str]:
    """Alarms come from events: the history has the one that this state asks for."""
    for event in _alarms_for(history, now):
        if event not in history.events:
            yield f"is as it is without the alarm {event}"


def _alarms_for(history: History, now: datetime) -> Iterator[str]:  # noqa: C901 - one case a kind
    match history.value:
        case Payment(status=PaymentStatus.PARKED):
            yield "payment.parked"
        case Payment(status=PaymentStatus.MISMATCHED):
            yield "payment.mismatched"
        case Payment(status=PaymentStatus.CAPTURING, started_at=since) if now >= since + _TOLD_BY:
            yield "payment.unknown_for_long"
        case CartPayment() as payment:
            yield from _of_cart_payment(payment, now)
        case InvoicePayment() as payment:
            yield from _of_invoice_payment(payment, now)
        case OwnRefund() as refund:
            yield from _of_own_refund(refund, now)
        case Refund(reason=RefundReason.CHARGEBACK, status=RefundStatus.FAILED):
            return  # won on appeal: nobody has to act
        case Refund(status=RefundStatus.FAILED):
            yield "refund.failed"
        case Refund(is_in_progress=True, requested_at=since) if now >= since + _TOLD_BY:
            yield "refund.unknown_for_long"
        case Dispute() if history.first.get("status") == DisputeStatus.OPEN:
            yield "dispute.opened"
        case _:
            return


def _of_cart_payment(payment: CartPayment, now: datetime) -> Iterator[str]:
    if payment.stuck_since is not None:
        yield "cart_payment.stuck"
    match payment.status:
        case PaymentStatus.PARKED:
            yield "cart_payment.parked"
        case PaymentStatus.MISMATCHED:
            yield "cart_payment.credited"
        case PaymentStatus.CAPTURED if payment.refund_id is not None:
            yield "cart_payment.not_taken"
        case PaymentStatus.CAPTURING if now >= payment.started_at + _TOLD_BY:
            yield "cart_payment.unknown_for_long"
        case _:
            return


def _of_invoice_payment(payment: InvoicePayment, now: datetime) -> Iterator[str]:
    match payment.status:
        case ChargeStatus.PARKED:
            yield "invoice_payment.parked"
        case ChargeStatus.MISMATCHED:
            yield "invoice_payment.credited"
        case ChargeStatus.RETURNED:
            yield "invoice_payment.returned"
        case ChargeStatus.CAPTURED if payment.refund_id is not None:
            yield "invoice_payment.not_taken"
        case ChargeStatus.CREATED if now >= payment.started_at + _TOLD_BY:
            yield "invoice_payment.unknown_for_long"
        case _:
            return


def _of_own_refund(refund: OwnRefund, now: datetime) -> Iterator[str]:
    if refund.went_after_all_at is not None:
        yield "own_refund.went_after_all"
    match refund.status:
        case OwnRefundStatus.CREDITED:
            yield "own_refund.credited"
        case OwnRefundStatus.REQUESTED if now >= refund.requested_at + _TOLD_BY:
            yield "own_refund.unknown_for_long"
        case _:
            return
