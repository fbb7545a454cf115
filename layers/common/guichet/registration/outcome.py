"""What a provider's answer means: one decision behind webhook, return page and hold end (REG-4, REG-8)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from guichet.events import Event
from guichet.ledger.journal import Change
from guichet.ledger.postings import Posting, capture_postings
from guichet.payments.dispute import Dispute
from guichet.payments.payment import Capture, Payment, PaymentStatus
from guichet.payments.ports import SessionReport, SessionState
from guichet.payments.refund import Refund, RefundReason
from guichet.payments.schedule import asked_once_more, next_question_at
from guichet.registration.mails import MailKind
from guichet.registration.ports import (
    Aggregate,
    FreeEmail,
    FreeSeat,
    GiveBackCodeUse,
    Step,
    TakeCodeUse,
    TakeEmail,
    TakeSeat,
)
from guichet.registration.refund_planning import Planned
from guichet.registration.registration import (
    HoldKind,
    PaidBy,
    Registration,
    RegistrationStatus,
    long_hold,
)
from guichet.registration.training import Training

S = RegistrationStatus


@dataclass(frozen=True, slots=True)
class Decision:
    """What to write. Nothing at all where the answer changes nothing."""

    changes: tuple[Change[Aggregate], ...] = ()
    steps: tuple[Step, ...] = ()


@dataclass(frozen=True, slots=True)
class Situation:
    """A payment with everything that its outcome depends on."""

    training: Training
    registration: Registration
    payment: Payment
    uses_per_email: int | None  # of the discount code, if one was used
    now: datetime
    denied_hold: timedelta
    session: timedelta
    seat_may_be_left: bool  # False once the store said that there is none for a late payment

    @property
    def holds_lease(self) -> bool:
        return self.registration.open_payment_id == self.payment.payment_id

    @property
    def has_newer_page(self) -> bool:
        """Whether the registrant could still pay on another page than this one (BAD-1)."""
        registration = self.registration
        awaiting = registration.status is S.AWAITING_PAYMENT
        return awaiting and registration.open_payment_id not in {None, self.payment.payment_id}


def decide(  # noqa: PLR0911 - one line a case
    situation: Situation,
    report: SessionReport,
    *,
    refund_for: Callable[[Payment, Capture, RefundReason], Planned],
) -> Decision:
    """The write that a provider's answer asks for. Older answers than what is known change nothing."""
    if situation.payment.is_final:
        return Decision()
    status = situation.payment.status
    is_capturing = status is PaymentStatus.CAPTURING
    match report:
        case SessionReport(SessionState.PAID, Capture() as capture):
            return paid(situation, capture, refund_for)
        case SessionReport(SessionState.PROCESSING):
            return _processing(situation, report.capture_id)
        case SessionReport(SessionState.DECLINED) if is_capturing:
            return _declined(situation)
        case SessionReport(SessionState.DENIED) if status is not PaymentStatus.EXPIRED:
            return _denied(situation)
        case SessionReport(SessionState.ENDED) if status is PaymentStatus.OPEN or is_capturing:
            return ended(situation)
        case _:
            return Decision()


def given_back(registration: Registration) -> tuple[Step, ...]:
    """What a registration that ends lets go of; the use of a code stays counted once confirmed (REG-5)."""
    steps: list[Step] = []
    if registration.has_seat:
        steps.append(FreeSeat(registration.training_id))
    if registration.is_live:
        steps.append(FreeEmail(registration.training_id, registration.email))
        if registration.discount_code_id is not None and registration.status is not S.CONFIRMED:
            steps.append(GiveBackCodeUse(registration.discount_code_id, registration.email))
    return tuple(steps)


def taken_again(registration: Registration, uses_per_email: int | None) -> tuple[Step, ...]:
    """What an expired registration needs to live again: a seat, its e-mail, its discount."""
    steps: list[Step] = [
        TakeSeat(registration.training_id),
        TakeEmail(registration.training_id, registration.email, registration.registration_id),
    ]
    if registration.discount_code_id is not None:
        steps.append(TakeCodeUse(registration.discount_code_id, registration.email, uses_per_email))
    return tuple(steps)


def expired(registration: Registration) -> Decision:
    """The hold ended unpaid: seat, e-mail and discount use are free again."""
    over = bumped(registration.ended(S.EXPIRED))
    change = Change[Aggregate](
        registration, over, (Event("registration.expired"),), mails=(MailKind.EXPIRED,)
    )
    return Decision((change,), given_back(registration))


def bumped[T: (Registration, Payment, Training, Refund, Dispute)](aggregate: T) -> T:
    """The next version of what was read."""
    return replace(aggregate, version=aggregate.version + 1)


def about(payment: Payment, name: str, **facts: str) -> Event:
    """An event that a person may have to act upon: it names what they will ask for."""
    ids = {"registration_id": payment.registration_id, "payment_id": payment.payment_id}
    return Event(name, {**ids, **facts})


def paid(
    situation: Situation,
    capture: Capture,
    refund_for: Callable[[Payment, Capture, RefundReason], Planned],
) -> Decision:
    """Money arrived: it buys the seat, goes back, or waits for a person (REG-3, REG-4)."""
    payment = situation.payment.captured(capture)
    if payment.status is PaymentStatus.MISMATCHED:
        return _mismatched(situation, payment, capture)
    reason = _return_reason(situation)
    if reason is not None:
        planned = refund_for(payment, capture, reason)
        payment = replace(payment, refund_id=planned.refund.refund_id)
        captured = _captured(situation.payment, payment, capture)
        return Decision((captured, planned.change), (planned.step,))
    registration = situation.registration
    confirmed = registration.confirmed(
        now=situation.now, paid_by=PaidBy.PROVIDER, payment_id=payment.payment_id
    )
    late = registration.status is S.EXPIRED
    return Decision(
        (_captured(situation.payment, payment, capture), confirmation(registration, confirmed)),
        taken_again(registration, situation.uses_per_email) if late else (),
    )


def confirmation(before: Registration | None, confirmed: Registration) -> Change[Registration]:
    """One confirmation, one receipt, one word to the organizer (BAD-2)."""
    return Change(
        before,
        bumped(confirmed) if before is not None else confirmed,
        (Event("registration.confirmed", {"payment_id": confirmed.paid_payment_id}),),
        mails=(MailKind.CONFIRMED, MailKind.ORGANIZER_NEW_REGISTRATION),
    )


def _return_reason(situation: Situation) -> RefundReason | None:
    """Why money that arrived goes back; None where it buys a seat (REG-4, REG-8)."""
    registration = situation.registration
    match registration.status:
        case S.AWAITING_PAYMENT | S.PROCESSING:
            return None
        case S.CONFIRMED:
            return RefundReason.PAID_TWICE
        case S.EXPIRED:
            takes = situation.training.takes_late_payers(situation.now)
            seat = situation.seat_may_be_left and takes
            return None if seat else RefundReason.LATE_WITHOUT_SEAT
        case S.CANCELLED | S.REJECTED | S.PENDING_APPROVAL:
            return RefundReason.REGISTRATION_ENDED


def _captured(before: Payment, after: Payment, capture: Capture) -> Change[Aggregate]:
    return Change(
        before, bumped(after), (Event("payment.captured"),), postings=_capture_postings(capture)
    )


def _capture_postings(capture: Capture) -> tuple[Posting, ...]:
    return capture_postings(capture.amount, capture.platform_fee, capture.provider_fee)


def _mismatched(situation: Situation, payment: Payment, capture: Capture) -> Decision:
    """The money is in the books as it came; the registration waits, with its seat, for a person."""
    differences = ",".join(situation.payment.mismatches(capture))
    parked = Change[Aggregate](
        situation.payment,
        bumped(payment),
        (about(payment, "payment.mismatched", differences=differences),),
        postings=_capture_postings(capture),
        mails=(MailKind.ORGANIZER_PAYMENT_MISMATCHED,),
    )
    return Decision((parked, *to_processing(situation)))


def _processing(situation: Situation, capture_id: str | None) -> Decision:
    if situation.payment.status is PaymentStatus.PROCESSING:
        payment = situation.payment
        if situation.now < next_question_at(payment.started_at, payment.asked_count):
            return Decision()  # asked out of turn: that must not put off the next question
        count = asked_once_more(payment.started_at, payment.asked_count, situation.now)
        return Decision((Change(payment, bumped(replace(payment, asked_count=count))),))
    payment = replace(
        situation.payment.transition_to(PaymentStatus.PROCESSING),
        started_at=situation.now,
        pending_capture_id=capture_id,
        asked_count=0,
    )
    moved = Change[Aggregate](situation.payment, bumped(payment), (Event("payment.processing"),))
    return Decision((moved, *to_processing(situation)))


def to_processing(situation: Situation) -> tuple[Change[Aggregate], ...]:
    """What is unknown or unsettled keeps the seat (REG-8)."""
    registration = situation.registration
    if registration.status is not S.AWAITING_PAYMENT or not situation.holds_lease:
        return ()
    moved = bumped(registration.processing())
    return (Change(registration, moved, (Event("registration.processing"),)),)


def _denied(situation: Situation) -> Decision:
    failed = bumped(situation.payment.transition_to(PaymentStatus.FAILED))
    change = Change[Aggregate](situation.payment, failed, (Event("payment.failed"),))
    return denied_to(situation, change) if situation.holds_lease else Decision((change,))


def denied_to(
    situation: Situation,
    change: Change[Aggregate],
    mails: tuple[MailKind, ...] = (MailKind.PAYMENT_FAILED,),
) -> Decision:
    """What a no means to the registration whose page it was."""
    registration = situation.registration
    if situation.payment.status is PaymentStatus.CAPTURING and (
        registration.status is S.AWAITING_PAYMENT
    ):
        return Decision((change, *lease_let_go(situation)))  # the buyer is there and is told
    if situation.training.has_started(situation.now):
        over = expired(registration)
        return Decision((change, *over.changes), over.steps)
    ends_at = min(situation.now + situation.denied_hold, situation.training.starts_at)
    hold = long_hold(HoldKind.DENIED_DEBIT, ends_at, session=situation.session)
    again = Change[Aggregate](
        registration,
        bumped(registration.denied(hold)),
        (Event("registration.payment_failed"),),
        mails=mails,
    )
    return Decision((change, again))


def ended(situation: Situation) -> Decision:
    """Nothing was paid on the page, and nothing will be."""
    over = bumped(situation.payment.transition_to(PaymentStatus.EXPIRED))
    change = Change[Aggregate](situation.payment, over, (Event("payment.expired"),))
    unknown = situation.payment.status is PaymentStatus.CAPTURING
    if unknown and situation.holds_lease and situation.registration.status is S.PROCESSING:
        return denied_to(situation, change)  # and turned out to be nothing
    return Decision((change, *lease_let_go(situation)))


def _declined(situation: Situation) -> Decision:
    """What the buyer paid with was declined: the same page takes another one while the seat is held."""
    if not situation.holds_lease:  # late: it may be agreed to once more, while there is a seat
        payment = bumped(situation.payment.transition_to(PaymentStatus.EXPIRED).call_lost())
        return Decision((Change(situation.payment, payment, (Event("payment.declined"),)),))
    if situation.registration.status is not S.AWAITING_PAYMENT:
        return _denied(situation)
    opened = situation.payment.transition_to(PaymentStatus.OPEN)
    payment = bumped(replace(opened, calling_since=None))
    return Decision((Change(situation.payment, payment, (Event("payment.declined"),)),))


def lease_let_go(situation: Situation) -> tuple[Change[Aggregate], ...]:
    """The registrant may choose another way of paying."""
    registration = situation.registration
    if not situation.holds_lease:
        return ()
    return (Change(registration, bumped(registration.without_lease())),)
