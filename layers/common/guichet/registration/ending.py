"""The end of one registration of a cancelled training, and of its money (RFD-1, RFD-5, REG-8)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from guichet.errors import ConcurrentUpdateError, Refusal, not_found
from guichet.events import Event
from guichet.ledger.journal import Cause, Change
from guichet.payments.payment import Payment, PaymentStatus
from guichet.payments.refund import Refund, RefundReason, RefundStatus
from guichet.payments.unavailable import provider_unavailable
from guichet.registration.cancellation import Cancellation
from guichet.registration.mails import MailKind
from guichet.registration.naming import cancellation_refund_id
from guichet.registration.outcome import bumped, given_back
from guichet.registration.ports import Aggregate, Step
from guichet.registration.refund_planning import Planned, plan_refund, refusal_without_payment
from guichet.registration.registration import (
    MoneyOutcome,
    PaidBy,
    Registration,
    RegistrationStatus,
)
from guichet.registration.room import linked_account
from guichet.registration.settling import Settling

M = MoneyOutcome
P = PaymentStatus

_UNSETTLED: Final = "refund_payment_pending"
_HELD: Final = "refund_held"
_IN_PROGRESS: Final = "refund_in_progress"
_NOTHING_LEFT: Final = frozenset({"refund_exceeds_left", "refund_nothing_paid"})

type _Money = tuple[MoneyOutcome, str | None, Planned | None]


@dataclass(frozen=True, slots=True)
class Ending:
    """Ends registrations, and follows what becomes of their money, in the name of one run."""

    settling: Settling
    run: Cancellation
    cause: Cause

    def of(self, registration_id: str, *, may_ask: bool) -> Registration:
        """The registration afterwards: cancelled, or looked after once more. A repeat changes nothing.

        Raises:
            ConcurrentUpdateError: somebody else moved it; decide again.
            Unavailable: its open session can't be ended at the moment.
        """
        registration = self.settling.records.registration(registration_id)
        if registration is None:
            raise not_found("registration")
        if registration.is_live:
            self._end_session(registration, may_ask=may_ask)
            return self._cancelled(registration)
        return self._looked_after(registration)

    def _end_session(self, registration: Registration, *, may_ask: bool) -> None:
        awaiting = registration.status is RegistrationStatus.AWAITING_PAYMENT
        if registration.open_payment_id is None or not awaiting:
            return
        if not may_ask:
            raise provider_unavailable(None)
        self.settling.end_open_payment(registration, self.cause)
        raise ConcurrentUpdateError("the open session has just ended: decide again")

    def _cancelled(self, before: Registration) -> Registration:
        outcome, code, planned = self._money(before)
        ended = before.ended(RegistrationStatus.CANCELLED, note=self.run.note)
        after = bumped(ended.with_outcome(outcome, code))
        event = Event("registration.cancelled", {"with": "training", "not_refunded": code})
        change = Change[Aggregate](before, after, (event,), mails=(MailKind.CANCELLED,))
        self._save(change, given_back(before), planned)
        return after

    def _looked_after(self, before: Registration) -> Registration:
        """What was on its way has arrived, or failed; what stood in the way may have ended."""
        match before.money_outcome:
            case M.REFUNDING if before.not_refunded == _IN_PROGRESS:
                outcome, code, planned = self._money(before)
            case M.REFUNDING:
                outcome, code, planned = self._refund_now(before)
            case M.RETURNED_ON_ARRIVAL:
                outcome, code, planned = self._arrived(before)
            case M.NOT_REFUNDED if before.not_refunded == _HELD:
                outcome, code, planned = self._arrived(before)
            case _:
                return before
        after = before.with_outcome(outcome, code)
        if after == before:
            return before
        event = Event("registration.money_outcome", {"outcome": outcome, "not_refunded": code})
        change = Change[Aggregate](before, bumped(after), (event,))
        self._save(change, (), planned)
        return bumped(after)

    def _save(
        self, change: Change[Aggregate], steps: tuple[Step, ...], planned: Planned | None
    ) -> None:
        refund = () if planned is None else (planned.change,)
        guard = () if planned is None else (planned.step,)
        self.settling.records.save(self.cause, (change, *refund), (*steps, *guard))

    def _money(self, registration: Registration) -> _Money:
        """What goes back of a registration that ends, and what does not and why."""
        if registration.paid_by is PaidBy.PROVIDER and registration.paid_payment_id is not None:
            return self._planned(self._payment(registration.paid_payment_id), registration)
        if registration.paid_by is PaidBy.HAND:
            return M.NOT_REFUNDED, refusal_without_payment(registration).code, None
        if registration.status is RegistrationStatus.PROCESSING:
            return self._arrived(registration)
        return M.NOTHING_TO_REFUND, None, None

    def _planned(self, payment: Payment, registration: Registration) -> _Money:
        records, run = self.settling.records, self.run
        try:
            planned = plan_refund(
                payment,
                registration,
                records.refunds_of(payment.payment_id),
                amount=None,
                reason=RefundReason.TRAINING_CANCELLED,
                refund_id=cancellation_refund_id(payment.payment_id),
                request_hash="",
                explanation=run.explanation,
                note=run.note,
                account=linked_account(records, payment),
                provider=self.settling.providers[payment.provider],
                now=self.cause.at,
            )
        except Refusal as refusal:
            if refusal.code in _NOTHING_LEFT:
                return M.NOTHING_TO_REFUND, None, None
            if refusal.code == _IN_PROGRESS:  # the rest goes back after it
                return M.REFUNDING, refusal.code, None
            return M.NOT_REFUNDED, refusal.code, None
        return M.REFUNDING, None, planned

    def _refund_now(self, registration: Registration) -> _Money:
        payment_id = registration.paid_payment_id
        if payment_id is None:
            return self._arrived(registration)
        refund_id = cancellation_refund_id(payment_id)
        return _outcome_of(self.settling.records.refund(payment_id, refund_id))

    def _arrived(self, registration: Registration) -> _Money:
        """What became of money that was not settled: it goes back by itself, or never came (REG-8)."""
        payment = self._payment(registration.last_payment_id or "")
        if payment.refund_id is not None:
            returned = self.settling.records.refund(payment.payment_id, payment.refund_id)
            return _outcome_of(returned)
        if payment.status in {P.FAILED, P.EXPIRED, P.ABANDONED}:
            return M.NOTHING_TO_REFUND, None, None
        if payment.status in {P.MISMATCHED, P.PARKED}:
            return M.NOT_REFUNDED, _HELD, None
        return M.RETURNED_ON_ARRIVAL, _UNSETTLED, None

    def _payment(self, payment_id: str) -> Payment:
        payment = self.settling.records.payment(payment_id)
        if payment is None:
            raise ConcurrentUpdateError("a payment that was there is gone")
        return payment


def _outcome_of(refund: Refund | None) -> _Money:
    if refund is None:
        raise ConcurrentUpdateError("a refund that was there is gone")
    match refund.status:
        case RefundStatus.SUCCEEDED:
            return M.REFUNDED, None, None
        case RefundStatus.FAILED:
            return M.FAILED, refund.failure or "refund_failed", None
        case RefundStatus.REQUESTED | RefundStatus.SUBMITTED:
            return M.REFUNDING, None, None
