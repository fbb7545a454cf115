"""How far a cancelled training is, and whose money has not gone back (RFD-5)."""

from __future__ import annotations

from dataclasses import dataclass

from guichet.access.membership import Member, Permission
from guichet.errors import not_found
from guichet.money import Money
from guichet.payments.payment import Payment
from guichet.payments.refunds_so_far import RefundsSoFar
from guichet.registration.cancellation import Cancellation
from guichet.registration.listing import visible
from guichet.registration.permitted import permitted_training
from guichet.registration.ports import Records, Slice
from guichet.registration.registration import Registration
from guichet.retrying import with_fresh_state


@dataclass(frozen=True, slots=True)
class NotRefunded:
    """A registration that says by a code what kept its money from going back in the run."""

    registration: Registration
    payment: Payment | None
    left: Money | None  # of what was captured, by now: it may have gone back since


@dataclass(frozen=True, slots=True)
class CancellationView:
    """The run, and a page of those who could not be refunded."""

    run: Cancellation
    not_refunded: Slice[NotRefunded]


def read_cancellation(
    training_id: str, member: Member, *, records: Records, limit: int, after: str | None
) -> CancellationView:
    """The run and a part of its report.

    Raises:
        NotFound: no training that this member may see, or one that is not cancelled.
    """
    permitted_training(records, member, Permission.READ_TRAININGS, training_id)
    run = records.cancellation(training_id)
    if run is None:
        raise not_found("cancellation")
    report = visible(
        lambda count, place: records.registrations_of(training_id, limit=count, after=place),
        lambda registration: registration.not_refunded is not None,
        limit=limit,
        after=after,
    )
    rows = [_row(each, records) for each in report.items]
    return CancellationView(run, Slice(rows, report.after))


def _row(registration: Registration, records: Records) -> NotRefunded:
    payment_id = registration.paid_payment_id or registration.last_payment_id
    payment = None if payment_id is None else records.payment(payment_id)
    if payment is None or payment.capture is None:
        return NotRefunded(registration, payment, None)
    found = with_fresh_state(lambda: records.refunds_of(payment.payment_id))
    so_far = RefundsSoFar(payment.capture, found.refunds, found.disputes)
    return NotRefunded(registration, payment, so_far.left)
