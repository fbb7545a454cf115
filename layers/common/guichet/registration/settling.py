"""Asking a provider about a payment and writing what its answer means: once, whoever asks."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Final

from guichet.clock import Clock
from guichet.errors import ConcurrentUpdateError, Conflict, Unavailable
from guichet.events import Actor
from guichet.ledger.journal import Cause
from guichet.payments.payment import Capture, Payment, PaymentStatus
from guichet.payments.ports import (
    PaymentProvider,
    ProviderRefusedError,
    ProviderUnavailableError,
    SessionReport,
    SessionState,
)
from guichet.payments.refund import RefundReason
from guichet.payments.schedule import ALARM_AFTER
from guichet.payments.unavailable import being_captured, provider_unavailable, resting
from guichet.registration.capturing import (
    abandoned,
    abandoning,
    parked,
    sent_again,
    still_wants_capture,
    to_capture,
    unanswered,
)
from guichet.registration.outcome import Decision, Situation, decide, ended
from guichet.registration.policy import RegistrationPolicy
from guichet.registration.ports import EventApplied, Records, Step
from guichet.registration.provider_event import ProviderEvent
from guichet.registration.refund_planning import Planned
from guichet.registration.registration import Registration
from guichet.registration.returning import whole_return
from guichet.registration.room import has_room, is_linked
from guichet.retrying import TRIES

_ASKED_IN_VAIN: Final = timedelta(hours=24)  # a lease whose session can't be asked for ends then

type Providers = Mapping[str, PaymentProvider]


@dataclass(frozen=True, slots=True)
class Settling:
    """The shared road of everything that may learn a payment's outcome."""

    records: Records
    providers: Providers
    clock: Clock
    policy: RegistrationPolicy

    def ask(self, payment_id: str, cause: Cause, event: ProviderEvent | None = None) -> None:
        """Ask what became of the payment and write it; capture where the buyer agreed.

        Raises:
            Unavailable: the provider does not answer; it is due again where money may move.
        """
        payment = self.records.payment(payment_id)
        if payment is None or payment.is_final or payment.session_id is None:
            self._nothing_to_do(cause, event)
            return
        report = self._asked(payment, cause)
        if payment.status is PaymentStatus.CAPTURING and report.state is SessionState.UNPAID:
            report = SessionReport(SessionState.DECLINED)  # never captured: to be agreed once more
        if report.state is SessionState.APPROVED:
            self._capture(payment, cause, event)
        else:
            self._write(payment_id, report, cause, event)

    def end_open_payment(
        self, registration: Registration, cause: Cause, *, takes_approved: bool = False
    ) -> None:
        """End the open attempt, if there is one, so that nobody can pay it any more (BAD-16).

        The registration may be confirmed afterwards: read it again.

        Args:
            registration: whose attempt.
            cause: why.
            takes_approved: capture a page that the buyer has approved, unheard, instead of ending it.

        Raises:
            Unavailable: the provider does not answer; nothing was written, or that it is unknown.
        """
        if registration.open_payment_id is None:
            return
        payment = self.records.payment(registration.open_payment_id)
        if payment is None:
            raise ConcurrentUpdateError("a lease without its payment")
        if payment.status is PaymentStatus.CREATED:
            self.records.save(cause, abandoning(payment, registration))
        elif payment.status is PaymentStatus.CAPTURING:
            self.ask(payment.payment_id, cause)
        elif payment.status is PaymentStatus.OPEN:
            self._end(payment, cause, takes_approved=takes_approved)

    def _end(self, payment: Payment, cause: Cause, *, takes_approved: bool) -> None:
        provider = self.providers[payment.provider]
        try:
            report = provider.end_session(payment)
        except ProviderUnavailableError as error:
            if provider.captures_itself or takes_approved:
                raise provider_unavailable(error.retry_after_seconds) from error
            self._save(payment, abandoned, cause)  # no answer is needed: nobody but us can capture
            return
        except ProviderRefusedError as error:
            if not provider.captures_itself:  # nobody can be asked, and nobody but us can capture
                self._save(payment, abandoned, cause)
                return
            report = self._in_vain(payment, error)
        if report.state is SessionState.APPROVED:
            if takes_approved:
                self._capture(payment, cause, None, if_declined=SessionState.ENDED)
            else:  # turned from after agreeing: no later word of it captures anything
                self._save(payment, abandoned, cause)
        elif report.state is SessionState.UNPAID:
            # By our own record, where only we capture: unless a capture has begun since we asked.
            self._save(payment, ended, cause)
        else:
            self._write(payment.payment_id, report, cause, None)

    def _asked(self, payment: Payment, cause: Cause) -> SessionReport:
        """The provider's answer. Without one, what may have been captured is noted as unknown."""
        provider = self.providers[payment.provider]
        try:
            return provider.ask(payment)
        except ProviderUnavailableError as error:
            self._note_unanswered(payment, cause)
            raise provider_unavailable(error.retry_after_seconds) from error
        except ProviderRefusedError as error:
            sent = payment.status in {PaymentStatus.CAPTURING, PaymentStatus.PROCESSING}
            if provider.captures_itself and not sent:
                return self._in_vain(payment, error)
            if sent and self.clock.now() >= payment.started_at + ALARM_AFTER:
                self._save(payment, parked, cause)
            else:
                self._note_unanswered(payment, cause)
            raise provider_unavailable(None) from error

    def _note_unanswered(self, payment: Payment, cause: Cause) -> None:
        if payment.status is PaymentStatus.CAPTURING:
            self._save(payment, unanswered, cause)

    def _in_vain(self, payment: Payment, error: ProviderRefusedError) -> SessionReport:
        """No answer will ever come: long after nobody can pay, the lease may end."""
        if self.clock.now() >= payment.session_ends_at + _ASKED_IN_VAIN:
            return SessionReport(SessionState.ENDED)
        raise provider_unavailable(None) from error

    def _capture(
        self,
        payment: Payment,
        cause: Cause,
        event: ProviderEvent | None,
        *,
        if_declined: SessionState = SessionState.DECLINED,
    ) -> None:
        """Take the money of an approved page: the intent is stored first, then the answer.

        Where the buyer has to agree once more, it is ended if nobody can be there to do so.
        """
        if payment.rests(self.clock.now()):
            if if_declined is not SessionState.ENDED:
                raise resting()
            self._save(payment, ended, cause)  # nobody is there to agree once more
            return
        intent = self._intended(payment.payment_id, cause)
        if intent is None:
            self._nothing_to_do(cause, event)
            return
        try:
            report = self.providers[intent.provider].capture(intent)
        except ProviderUnavailableError as error:
            self._save(intent, unanswered, cause)
            raise provider_unavailable(error.retry_after_seconds) from error
        except ProviderRefusedError as error:
            if intent.was_sent_before:  # of an earlier try without an answer this says nothing
                self._save(intent, unanswered, cause)
                raise provider_unavailable(None) from error
            report = SessionReport(SessionState.DENIED)  # a final no: nothing was taken
        if report.state in {SessionState.APPROVED, SessionState.UNPAID, SessionState.DECLINED}:
            report = SessionReport(if_declined)
        self._write(intent.payment_id, report, cause, event)

    def _intended(self, payment_id: str, cause: Cause) -> Payment | None:
        """The stored intent to capture, an earlier one too; None where nobody wants it any more."""
        for _ in range(TRIES):
            situation = self.situation(payment_id)
            situation = replace(situation, seat_may_be_left=has_room(situation, self.records))
            payment = situation.payment
            if payment.status is PaymentStatus.CAPTURING:
                if payment.is_being_captured(situation.now):
                    raise being_captured()
                if not still_wants_capture(situation):
                    self._save(payment, ended, cause)
                    return None
                decision = sent_again(situation)
            elif payment.status is PaymentStatus.OPEN and not is_linked(payment, self.records):
                self._save(payment, abandoned, cause)  # given up at once, whatever is open (PAY-4)
                return None
            else:
                decision = to_capture(situation)
            if not decision.changes:
                return None
            try:
                self.records.save(cause, decision.changes, decision.steps)
            except ConcurrentUpdateError:
                continue
            return next(c.after for c in decision.changes if isinstance(c.after, Payment))
        raise ConcurrentUpdateError(f"{payment_id} is being written all the time")

    def _save(
        self, payment: Payment, decide_on: Callable[[Situation], Decision], cause: Cause
    ) -> None:
        """Write what follows from the payment as it was read, unless somebody else has moved it."""
        situation = self.situation(payment.payment_id)
        if situation.payment.version != payment.version:
            return
        decision = decide_on(situation)
        with suppress(ConcurrentUpdateError):
            self.records.save(cause, decision.changes, decision.steps)

    def _write(
        self, payment_id: str, report: SessionReport, cause: Cause, event: ProviderEvent | None
    ) -> None:
        applied: tuple[Step, ...] = (
            () if event is None else (EventApplied(event.provider, event.event_id),)
        )
        seat_may_be_left, ends_newer_page = True, report.state is SessionState.PAID
        for _ in range(TRIES):
            situation = self.situation(payment_id, seat_may_be_left=seat_may_be_left)
            if ends_newer_page and situation.has_newer_page:
                ends_newer_page = self._ended_newer_page(situation.registration, cause)
                continue
            try:
                decision = decide(situation, report, refund_for=self.return_of)
                if not decision.changes:
                    self._nothing_to_do(cause, event)
                    return
                self.records.save(cause, decision.changes, (*decision.steps, *applied))
            except ConcurrentUpdateError:
                if event is not None and self._is_applied(event):
                    return
            except Conflict as refusal:
                if refusal.code == "refund_exceeds_left":
                    continue  # captured and returned since it was read: look again
                if not seat_may_be_left:
                    raise
                seat_may_be_left = False  # a late payment's seat, e-mail or discount is gone
            else:
                return
        raise ConcurrentUpdateError(f"{payment_id} is being written all the time")

    def _ended_newer_page(self, registration: Registration, cause: Cause) -> bool:
        """End the page that nobody needs any more. Money that arrives has its place all the same."""
        try:
            self.end_open_payment(registration, cause)
        except Unavailable:
            return False  # what is paid on it is returned (BAD-1)
        except ConcurrentUpdateError:
            return True  # it has moved: it is looked at again
        return True

    def situation(self, payment_id: str, *, seat_may_be_left: bool = True) -> Situation:
        """A payment with everything that its outcome depends on, as it is now."""
        payment = self.records.payment(payment_id)
        if payment is None:
            raise ConcurrentUpdateError("a payment that was there is gone")
        registration = self.records.registration(payment.registration_id)
        training = self.records.training(payment.training_id)
        if registration is None or training is None:
            raise ConcurrentUpdateError("a payment without its registration")
        return Situation(
            training=training,
            registration=registration,
            payment=payment,
            uses_per_email=self._uses_per_email(registration),
            now=self.clock.now(),
            denied_hold=self.policy.approval_hold,
            session=self.policy.session,
            seat_may_be_left=seat_may_be_left,
        )

    def _uses_per_email(self, registration: Registration) -> int | None:
        if registration.discount_code_id is None or registration.is_live:
            return None
        code = self.records.discount_code(registration.account_id, registration.discount_code_id)
        return None if code is None else code.uses_per_email

    def return_of(self, payment: Payment, capture: Capture, reason: RefundReason) -> Planned:
        """The return of a whole capture, to be stored before it is sent."""
        return whole_return(
            payment,
            capture,
            reason,
            found=self.records.refunds_of(payment.payment_id),
            provider=self.providers[payment.provider],
            now=self.clock.now(),
        )

    def _nothing_to_do(self, cause: Cause, event: ProviderEvent | None) -> None:
        if event is not None:
            self.records.event_ignored(cause, event)

    def _is_applied(self, event: ProviderEvent) -> bool:
        stored = self.records.provider_event(event.provider, event.event_id)
        return stored is None or stored.status is not event.status


def cause_of(actor: Actor, use_case: str, clock: Clock) -> Cause:
    return Cause(actor, use_case, clock.now())
