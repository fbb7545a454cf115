"""Asking a provider about a payment and writing what its answer means: once, whoever asks."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from guichet.clock import Clock
from guichet.errors import ConcurrentUpdateError, Conflict, Refusal, Unavailable
from guichet.events import Actor, Event
from guichet.ledger.journal import Cause, Change
from guichet.payments.payment import Capture, Payment, PaymentStatus
from guichet.payments.ports import (
    PaymentProvider,
    ProviderRefusedError,
    ProviderUnavailableError,
    SessionReport,
    SessionState,
)
from guichet.payments.refund import Refund, RefundReason
from guichet.registration.naming import return_id
from guichet.registration.outcome import Decision, Situation, bumped, decide
from guichet.registration.policy import RegistrationPolicy
from guichet.registration.ports import Aggregate, EventApplied, Records, Step
from guichet.registration.provider_event import ProviderEvent
from guichet.registration.registration import Registration

TRIES: Final = 8  # writers of one registration are few: its browser, a webhook, the clock
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
        """Ask what became of the payment and write it.

        Raises:
            Unavailable: the provider does not answer; nothing was written.
        """
        payment = self.records.payment(payment_id)
        if payment is None or payment.is_final or payment.session_id is None:
            self._nothing_to_do(cause, event)
            return
        provider = self.providers[payment.provider]
        self._write(payment_id, self._answer(payment, provider.ask), cause, event)

    def end_open_payment(self, registration: Registration, cause: Cause) -> None:
        """End the open attempt, if there is one, so that nobody can pay it any more (BAD-16).

        The registration may be confirmed afterwards: read it again.

        Raises:
            Unavailable: the provider does not answer; nothing was written.
        """
        if registration.open_payment_id is None:
            return
        payment = self.records.payment(registration.open_payment_id)
        if payment is None:
            raise ConcurrentUpdateError("a lease without its payment")
        if payment.status is PaymentStatus.CREATED:
            self.records.save(cause, abandoning(payment, registration))
        elif payment.status is PaymentStatus.OPEN:
            provider = self.providers[payment.provider]
            self._write(
                payment.payment_id, self._answer(payment, provider.end_session), cause, None
            )

    def _answer(
        self, payment: Payment, question: Callable[[Payment], SessionReport]
    ) -> SessionReport:
        try:
            return question(payment)
        except ProviderUnavailableError as error:
            raise provider_unavailable(error.retry_after_seconds) from error
        except ProviderRefusedError as error:
            # No answer will ever come: long after nobody can pay, the lease may end.
            if self.clock.now() >= payment.session_ends_at + _ASKED_IN_VAIN:
                return SessionReport(SessionState.ENDED)
            raise provider_unavailable(None) from error

    def _write(
        self, payment_id: str, report: SessionReport, cause: Cause, event: ProviderEvent | None
    ) -> None:
        applied: tuple[Step, ...] = (
            () if event is None else (EventApplied(event.provider, event.event_id),)
        )
        seat_may_be_left = True
        for _ in range(TRIES):
            decision = self._decide(payment_id, report, seat_may_be_left=seat_may_be_left)
            if not decision.changes:
                self._nothing_to_do(cause, event)
                return
            try:
                self.records.save(cause, decision.changes, (*decision.steps, *applied))
            except ConcurrentUpdateError:
                if event is not None and self._is_applied(event):
                    return
            except Conflict:
                if not seat_may_be_left:
                    raise
                seat_may_be_left = False  # a late payment's seat, e-mail or discount is gone
            else:
                return
        raise ConcurrentUpdateError(f"{payment_id} is being written all the time")

    def _decide(
        self, payment_id: str, report: SessionReport, *, seat_may_be_left: bool
    ) -> Decision:
        payment = self.records.payment(payment_id)
        if payment is None:
            raise ConcurrentUpdateError("a payment that was there is gone")
        registration = self.records.registration(payment.registration_id)
        training = self.records.training(payment.training_id)
        if registration is None or training is None:
            raise ConcurrentUpdateError("a payment without its registration")
        return decide(
            Situation(
                training=training,
                registration=registration,
                payment=payment,
                uses_per_email=self._uses_per_email(registration),
                now=self.clock.now(),
                denied_hold=self.policy.approval_hold,
                session=self.policy.session,
                seat_may_be_left=seat_may_be_left,
            ),
            report,
            refund_for=self._refund,
        )

    def _uses_per_email(self, registration: Registration) -> int | None:
        if registration.discount_code_id is None or registration.is_live:
            return None
        code = self.records.discount_code(registration.account_id, registration.discount_code_id)
        return None if code is None else code.uses_per_email

    def _refund(self, payment: Payment, capture: Capture, reason: RefundReason) -> Refund:
        """The return of the whole capture with its whole fee: stored before anything is sent."""
        provider = self.providers[payment.provider]
        refund_id, fee = return_id(payment.payment_id), capture.platform_fee
        return Refund(
            refund_id=refund_id,
            payment_id=payment.payment_id,
            registration_id=payment.registration_id,
            training_id=payment.training_id,
            account_id=payment.account_id,
            provider=payment.provider,
            payee=payment.payee,
            amount=capture.amount,
            fee=fee,
            reason=reason,
            requested_at=self.clock.now(),
            request_body=provider.refund_body(
                refund_id=refund_id,
                payment_id=payment.payment_id,
                capture=capture,
                amount=capture.amount,
            ),
            # A fee of 0 is never sent: the provider would refuse the whole (BAD-15).
            fee_request_body=provider.fee_refund_body(refund_id=refund_id, fee=fee)
            if fee
            else None,
            platform_fee_id=capture.platform_fee_id,
        )

    def _nothing_to_do(self, cause: Cause, event: ProviderEvent | None) -> None:
        if event is not None:
            self.records.event_ignored(cause, event)

    def _is_applied(self, event: ProviderEvent) -> bool:
        stored = self.records.provider_event(event.provider, event.event_id)
        return stored is None or stored.status is not event.status


def abandoning(payment: Payment, registration: Registration) -> tuple[Change[Aggregate], ...]:
    """Give up an attempt whose page nobody received, and its lease."""
    abandoned = Change[Aggregate](
        payment, bumped(payment.abandoned()), (Event("payment.abandoned"),)
    )
    if registration.open_payment_id != payment.payment_id:
        return (abandoned,)
    return (abandoned, Change(registration, bumped(registration.without_lease())))


def provider_unavailable(retry_after_seconds: int | None) -> Unavailable:
    return Unavailable(
        "provider_unavailable",
        "The payment provider does not answer at the moment; nothing was lost, try again.",
        retry_after_seconds=retry_after_seconds or 10,
    )


def cause_of(actor: Actor, use_case: str, clock: Clock) -> Cause:
    return Cause(actor, use_case, clock.now())


def with_fresh_state[T](decide_and_save: Callable[[], T]) -> T:
    """Decide again on what is there now whenever somebody else wrote first.

    Raises:
        Refusal: what the decision refuses, or `busy` after all tries.
    """
    for _ in range(TRIES):
        try:
            return decide_and_save()
        except ConcurrentUpdateError:
            continue
    raise _busy()


def _busy() -> Refusal:
    return Unavailable("busy", "This is being changed by others; try again.", retry_after_seconds=1)
