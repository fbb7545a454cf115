"""What no rule decides about a payment, a person does: accept, return, taken, or nothing taken (REG-3)."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum

from guichet.errors import Conflict, Invalid, not_found
from guichet.events import Actor, Event
from guichet.ledger.journal import Change
from guichet.money import Money
from guichet.payments.payment import Capture, CaptureMethod, Payment, PaymentStatus
from guichet.payments.refund import RefundReason, RefundStatus
from guichet.payments.schedule import ALARM_AFTER
from guichet.registration.mails import MailKind
from guichet.registration.outcome import (
    Decision,
    Situation,
    bumped,
    confirmation,
    denied_to,
    paid,
    taken_again,
)
from guichet.registration.ports import Aggregate
from guichet.registration.refund_planning import Planned
from guichet.registration.registration import PaidBy, RegistrationStatus
from guichet.registration.settling import Settling, cause_of
from guichet.retrying import with_fresh_state


class Resolution(StrEnum):
    """What the person found out and decided."""

    ACCEPT = "accept"  # mismatched: what was paid buys the seat
    RETURN = "return"  # mismatched: it goes back, whole
    TAKEN = "taken"  # parked, or unknown for an hour: the provider's pages show the capture
    NOTHING_TAKEN = "nothing-taken"  # parked: they show none


@dataclass(frozen=True, slots=True)
class Found:
    """What the provider's own pages say of a capture that we can't ask about."""

    capture_id: str
    provider_fee_minor: int  # in the payment's currency


@dataclass(frozen=True, slots=True)
class ResolvePayment:
    """A person's word about one payment that waits for it."""

    payment_id: str
    resolution: Resolution
    found: Found | None  # with TAKEN alone
    actor: Actor


def resolve_payment(command: ResolvePayment, *, settling: Settling) -> Payment:
    """Carry out the decision in one write. A repeat is refused: the payment waits no more.

    What was taken for an expired registration goes back where no seat is left for it (REG-4).

    Raises:
        NotFound: no such payment.
        Conflict: it does not wait for this decision, or what is to be accepted has no seat left.
    """
    cause = cause_of(command.actor, "resolve_payment", settling.clock)

    def attempt(*, seat_may_be_left: bool = True) -> Payment:
        if settling.records.payment(command.payment_id) is None:
            raise not_found("payment")
        situation = settling.situation(command.payment_id, seat_may_be_left=seat_may_be_left)
        decision = _decided(command, situation, settling)
        settling.records.save(cause, decision.changes, decision.steps)
        return next(each.after for each in decision.changes if isinstance(each.after, Payment))

    try:
        return with_fresh_state(attempt)
    except Conflict:
        if command.resolution is not Resolution.TAKEN:
            raise
        return with_fresh_state(lambda: attempt(seat_may_be_left=False))


def _decided(command: ResolvePayment, situation: Situation, settling: Settling) -> Decision:
    match command.resolution:
        case Resolution.ACCEPT:
            _require(situation, PaymentStatus.MISMATCHED)
            return _accepted(situation)
        case Resolution.RETURN:
            _require(situation, PaymentStatus.MISMATCHED)
            return _returned(situation, settling)
        case Resolution.TAKEN:
            _require_unknown(situation)
            return paid(situation, _as_found(command, situation), settling.return_of)
        case Resolution.NOTHING_TAKEN:
            _require(situation, PaymentStatus.PARKED)
            return _nothing_taken(situation)


def _require(situation: Situation, status: PaymentStatus) -> None:
    payment = situation.payment
    if payment.status is not status or payment.refund_id is not None:
        raise Conflict(
            f"payment_{payment.status}",
            f"This payment is {payment.status}; that decision needs one that is {status}.",
        )


def _require_unknown(situation: Situation) -> None:
    """Parked, or without an answer for so long that a person was told: it may never be readable."""
    payment = situation.payment
    overdue = situation.now >= payment.started_at + ALARM_AFTER
    if payment.status is not PaymentStatus.CAPTURING or not overdue:
        _require(situation, PaymentStatus.PARKED)


def _accepted(situation: Situation) -> Decision:
    """The books hold what came; from now on it pays for the seat."""
    registration = situation.registration
    situation.training.require_not_cancelled()
    confirmed = registration.confirmed(
        now=situation.now, paid_by=PaidBy.PROVIDER, payment_id=situation.payment.payment_id
    )
    late = registration.status is RegistrationStatus.EXPIRED
    accepted = bumped(situation.payment.transition_to(PaymentStatus.CAPTURED))
    return Decision(
        (
            Change[Aggregate](situation.payment, accepted, (Event("payment.accepted"),)),
            confirmation(registration, confirmed),
        ),
        taken_again(registration, situation.uses_per_email) if late else (),
    )


def _returned(situation: Situation, settling: Settling) -> Decision:
    """All of it goes back; the seat stays held, so that the registrant can pay as asked."""
    payment = situation.payment
    planned, refund_id = _return_or_gone(payment, settling)
    sent_back = bumped(replace(payment, refund_id=refund_id))
    change = Change[Aggregate](payment, sent_back, (Event("payment.returned"),))
    let_go = _let_go(situation, change, ())  # the mail comes when the money has gone back
    if planned is None:
        return let_go
    return Decision((*let_go.changes, planned.change), (*let_go.steps, planned.step))


def _return_or_gone(payment: Payment, settling: Settling) -> tuple[Planned | None, str]:
    """The return, and its id; only that of the last refund where all went back at the provider."""
    if payment.capture is None:
        raise ValueError("a mismatched payment without its capture")
    try:
        planned = settling.return_of(payment, payment.capture, RefundReason.MISMATCHED)
    except Conflict:
        refunds = settling.records.refunds_of(payment.payment_id).refunds
        gone = [each for each in refunds if each.status is not RefundStatus.FAILED]
        if not gone:  # it has just come back
            raise
        return None, gone[-1].refund_id
    return planned, planned.refund.refund_id


def _nothing_taken(situation: Situation) -> Decision:
    failed = bumped(situation.payment.transition_to(PaymentStatus.FAILED))
    change = Change[Aggregate](situation.payment, failed, (Event("payment.failed"),))
    return _let_go(situation, change, (MailKind.PAYMENT_FAILED,))


def _let_go(
    situation: Situation, change: Change[Aggregate], mails: tuple[MailKind, ...]
) -> Decision:
    return denied_to(situation, change, mails) if situation.holds_lease else Decision((change,))


def _as_found(command: ResolvePayment, situation: Situation) -> Capture:
    """What was asked, captured under the id that the person found."""
    payment, found = situation.payment, command.found
    if found is None:
        raise Invalid("capture_missing", "Say the capture's id and the provider's fee.")
    at_paypal = payment.provider == "paypal"
    return Capture(
        capture_id=found.capture_id,
        # PayPal's is the order itself; at Stripe the page's id is none, and goes for none.
        intent_id=(payment.session_id or "") if at_paypal else "",
        amount=payment.amount,
        platform_fee=payment.platform_fee,
        provider_fee=Money(found.provider_fee_minor, payment.amount.currency),
        platform_fee_id=found.capture_id if payment.platform_fee and at_paypal else None,
        captured_at=payment.started_at,
        reference=payment.payment_id,
        payee=payment.payee,
        # Parked at Stripe is always a debit: cards are captured before anybody can be asked.
        method=CaptureMethod.PAYPAL if at_paypal else CaptureMethod.BANK_DEBIT,
    )
