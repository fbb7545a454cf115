"""A payment as those see it who sell: what came, what went back, what still can (RFD-1 to RFD-5)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from guichet.access.membership import Member, Permission
from guichet.errors import Refusal
from guichet.money import Money
from guichet.payments.dispute import Dispute
from guichet.payments.payment import Payment
from guichet.payments.refund import Refund
from guichet.payments.refunds_so_far import RefundsSoFar
from guichet.registration.permitted import permitted_payment, permitted_training
from guichet.registration.ports import Records, Slice
from guichet.registration.refund_planning import refusal_of
from guichet.registration.refunding import Refunding
from guichet.registration.registration import Registration
from guichet.registration.room import linked_account


@dataclass(frozen=True, slots=True)
class PaymentView:
    """Amounts are those of the provider's capture, None before there is one."""

    payment: Payment
    registration: Registration
    captured: Money | None
    refunded: Money | None
    in_progress: Money | None
    left: Money | None
    fee: Money
    fee_returned: Money
    refundable_until: datetime | None
    refusal: Refusal | None  # why nothing can be refunded now
    refunds: tuple[Refund, ...]
    disputes: tuple[Dispute, ...]


def read_payment(payment_id: str, member: Member, *, refunding: Refunding) -> PaymentView:
    """The payment with its totals.

    Raises:
        NotFound: none that this member may see.
    """
    records = refunding.records
    payment, registration = permitted_payment(
        records, member, Permission.READ_TRAININGS, payment_id
    )
    found = records.refunds_of(payment_id)
    capture = payment.capture
    so_far = None if capture is None else RefundsSoFar(capture, found.refunds, found.disputes)
    return PaymentView(
        payment=payment,
        registration=registration,
        captured=None if capture is None else capture.amount,
        refunded=None if so_far is None else so_far.refunded,
        in_progress=None if so_far is None else so_far.on_its_way,
        left=None if so_far is None else so_far.left,
        fee=payment.platform_fee if capture is None else capture.platform_fee,
        fee_returned=payment.platform_fee.zero() if so_far is None else so_far.fee_given_back,
        refundable_until=None if so_far is None else so_far.refundable_until,
        refusal=refusal_of(
            payment,
            registration,
            found,
            account=linked_account(records, payment),
            now=refunding.clock.now(),
        ),
        refunds=found.refunds,
        disputes=found.disputes,
    )


def list_refunds(
    payment_id: str, member: Member, *, refunding: Refunding, limit: int, after: str | None
) -> Slice[Refund]:
    """A payment's refunds, oldest first, those made at the provider too.

    Raises:
        NotFound: no payment that this member may see.
    """
    records = refunding.records
    permitted_payment(records, member, Permission.READ_TRAININGS, payment_id)
    refunds = records.refunds_of(payment_id).refunds
    ids = [each.refund_id for each in refunds]
    start = ids.index(after) + 1 if after in ids else 0
    part = list(refunds[start : start + limit])
    is_last = start + limit >= len(refunds)
    return Slice(part, None if is_last or not part else part[-1].refund_id)


def list_payments(
    training_id: str, member: Member, *, records: Records, limit: int, after: str | None
) -> Slice[Payment]:
    """What was captured for a training, newest first.

    Raises:
        NotFound: no training that this member may see.
    """
    permitted_training(records, member, Permission.READ_TRAININGS, training_id)
    return records.payments_of(training_id, limit=limit, after=after)
