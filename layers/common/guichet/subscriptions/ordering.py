"""Asking a provider about an order's payment and writing what its answer means: once, whoever asks."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from guichet.errors import ConcurrentUpdateError, Refusal, Unavailable
from guichet.ledger.journal import Cause
from guichet.payments.attempt import Capture, PaymentStatus
from guichet.payments.cart_payment import CartPayment
from guichet.payments.own_refund import OwnRefundReason as Reason
from guichet.payments.ports import (
    PaymentProvider,
    ProviderRefusedError,
    ProviderUnavailableError,
    SessionReport,
    SessionState,
)
from guichet.payments.schedule import ALARM_AFTER
from guichet.payments.unavailable import being_captured, provider_unavailable, resting
from guichet.retrying import TRIES
from guichet.subscriptions import outcome
from guichet.subscriptions.cart import Cart, CartStatus
from guichet.subscriptions.carts import Carts
from guichet.subscriptions.outcome import Situation
from guichet.subscriptions.ports import OwnAccounts, ProviderEventApplied, Step
from guichet.subscriptions.writing import Decision

_ASKED_IN_VAIN: Final = timedelta(hours=24)  # a lease whose page can't be asked about ends then
# What only a defect raises while a paid order is carried out: no provider, no store, no refusal.
_DEFECTS: Final = (ArithmeticError, LookupError, TypeError, ValueError)

type Applied = ProviderEventApplied | None


@dataclass(frozen=True, slots=True)
class Ordering:
    """The shared road of everything that may learn what became of an order's payment."""

    carts: Carts
    accounts: OwnAccounts

    def provider(self, payment: CartPayment) -> PaymentProvider:
        return self.accounts.providers(payment.selling_entity)[payment.provider]

    def ask(self, payment_id: str, cause: Cause, event: Applied = None) -> bool:
        """Ask what became of the payment and write it; capture where the buyer agreed.

        Answers whether the event was noted as applied.

        Raises:
            Unavailable: the provider does not answer; it is due again where money may move.
        """
        payment = self.carts.records.cart_payment(payment_id)
        if payment is None or payment.is_final or payment.session_id is None:
            return False
        report = self._asked(payment, cause)
        if payment.status is PaymentStatus.CAPTURING and report.state is SessionState.UNPAID:
            report = SessionReport(SessionState.DECLINED)  # never captured: to be agreed once more
        if report.state is SessionState.APPROVED:
            return self._capture(payment, cause, event)
        return self._write(payment_id, report, cause, event)

    def end_open_payment(self, cart: Cart, cause: Cause, *, takes_approved: bool = False) -> None:
        """End the open attempt, if there is one, so that nobody can pay it any more (BAD-16).

        The order may be done afterwards: read it again.

        Args:
            cart: whose attempt.
            cause: why.
            takes_approved: capture a page that the buyer has approved, unheard, instead of ending it.

        Raises:
            Unavailable: the provider does not answer; nothing was written, or that it is unknown.
        """
        if cart.open_payment_id is None:
            return
        payment = self.carts.records.cart_payment(cart.open_payment_id)
        if payment is None:
            raise ConcurrentUpdateError("a lease without its payment")
        if payment.status is PaymentStatus.CREATED:
            self._save(payment, outcome.abandoned, cause)
        elif payment.status is PaymentStatus.OPEN:
            self._end(payment, cause, takes_approved=takes_approved)
        elif not payment.is_final:
            self.ask(payment.payment_id, cause)

    def _end(self, payment: CartPayment, cause: Cause, *, takes_approved: bool) -> None:
        provider = self.provider(payment)
        try:
            report = provider.end_session(payment)
        except ProviderUnavailableError as error:
            if provider.captures_itself or takes_approved:
                raise provider_unavailable(error.retry_after_seconds) from error
            self._save(payment, outcome.abandoned, cause)  # nobody but us can capture it
            return
        except ProviderRefusedError as error:
            if not provider.captures_itself:
                self._save(payment, outcome.abandoned, cause)
                return
            report = self._in_vain(payment, error)
        if report.state is SessionState.APPROVED:
            if takes_approved:
                self._capture(payment, cause, None, if_declined=SessionState.ENDED)
            else:  # turned from after agreeing: never captured
                self._save(payment, outcome.abandoned, cause)
        elif report.state is SessionState.UNPAID:
            self._save(payment, outcome.ended, cause)
        else:
            self._write(payment.payment_id, report, cause, None)

    def _asked(self, payment: CartPayment, cause: Cause) -> SessionReport:
        """The provider's answer. Without one, what may have been captured is noted as unknown."""
        provider = self.provider(payment)
        try:
            return provider.ask(payment)
        except ProviderUnavailableError as error:
            self._note_unanswered(payment, cause)
            raise provider_unavailable(error.retry_after_seconds) from error
        except ProviderRefusedError as error:
            sent = payment.status in {PaymentStatus.CAPTURING, PaymentStatus.PROCESSING}
            if provider.captures_itself and not sent:
                return self._in_vain(payment, error)
            if sent and self.carts.clock.now() >= payment.started_at + ALARM_AFTER:
                self._save(payment, outcome.parked, cause)
            else:
                self._note_unanswered(payment, cause)
            raise provider_unavailable(None) from error

    def _note_unanswered(self, payment: CartPayment, cause: Cause) -> None:
        if payment.status is PaymentStatus.CAPTURING:
            self._save(payment, outcome.unanswered, cause)

    def _in_vain(self, payment: CartPayment, error: ProviderRefusedError) -> SessionReport:
        """No answer will ever come: long after nobody can pay, the lease may end."""
        if self.carts.clock.now() >= payment.session_ends_at + _ASKED_IN_VAIN:
            return SessionReport(SessionState.ENDED)
        raise provider_unavailable(None) from error

    def _capture(
        self,
        payment: CartPayment,
        cause: Cause,
        event: Applied,
        *,
        if_declined: SessionState = SessionState.DECLINED,
    ) -> bool:
        """Take the money of an approved page: the intent is stored first, then the answer.

        Where the buyer has to agree once more, it is ended if nobody can be there to do so.
        """
        if payment.rests(self.carts.clock.now()):
            if if_declined is not SessionState.ENDED:
                raise resting()
            self._save(payment, outcome.ended, cause)
            return False
        intent = self._intended(payment.payment_id, cause)
        if intent is None:
            return False
        try:
            report = self.provider(intent).capture(intent)
        except ProviderUnavailableError as error:
            self._save(intent, outcome.unanswered, cause)
            raise provider_unavailable(error.retry_after_seconds) from error
        except ProviderRefusedError as error:
            if intent.was_sent_before:  # of an earlier try without an answer this says nothing
                self._save(intent, outcome.unanswered, cause)
                raise provider_unavailable(None) from error
            report = SessionReport(SessionState.DENIED)  # a final no: nothing was taken
        if report.state in {SessionState.APPROVED, SessionState.UNPAID, SessionState.DECLINED}:
            report = SessionReport(if_declined)
        return self._write(intent.payment_id, report, cause, event)

    def _intended(self, payment_id: str, cause: Cause) -> CartPayment | None:
        """The stored intent to capture, an earlier one too; None where nobody wants it any more."""
        for _ in range(TRIES):
            situation = self.situation(payment_id)
            payment = situation.payment
            if payment.status is PaymentStatus.CAPTURING:
                if payment.is_being_captured(situation.now):
                    raise being_captured()
                if not situation.is_wanted:
                    self._save(payment, outcome.ended, cause)
                    return None
                decision = outcome.sent_again(situation)
            else:
                decision = outcome.to_capture(situation)
            if not decision.changes:
                return None
            try:
                self.carts.records.save(cause, decision.changes, decision.steps)
            except ConcurrentUpdateError:
                continue
            return next(c.after for c in decision.changes if isinstance(c.after, CartPayment))
        raise ConcurrentUpdateError(f"{payment_id} is being written all the time")

    def _save(
        self, payment: CartPayment, decide_on: Callable[[Situation], Decision], cause: Cause
    ) -> None:
        """Write what follows from the payment as it was read, unless somebody else has moved it."""
        situation = self.situation(payment.payment_id)
        if situation.payment.version != payment.version:
            return
        decision = decide_on(situation)
        if decision.changes:
            with suppress(ConcurrentUpdateError):
                self.carts.records.save(cause, decision.changes, decision.steps)

    def _write(self, payment_id: str, report: SessionReport, cause: Cause, event: Applied) -> bool:
        applied: tuple[Step, ...] = () if event is None else (event,)
        ends_newer_page = report.state is SessionState.PAID
        for _ in range(TRIES):
            situation = self.situation(payment_id)
            if ends_newer_page and situation.has_newer_page:
                ends_newer_page = self._ended_newer_page(situation.cart, cause)
                continue
            try:
                decision = self._decided(situation, report)
            except _DEFECTS as error:
                if report.state is SessionState.PAID:
                    self._tell(situation, error, cause)
                raise
            if not decision.changes:
                return False
            try:
                self.carts.records.save(cause, decision.changes, (*decision.steps, *applied))
            except ConcurrentUpdateError:
                continue  # moved meanwhile; the event perhaps applied by another worker
            return event is not None
        raise ConcurrentUpdateError(f"{payment_id} is being written all the time")

    def _tell(self, situation: Situation, error: Exception, cause: Cause) -> None:
        """A person hears of it; the event, or the schedule, comes back until it is mended."""
        if changes := outcome.stuck(situation, type(error).__name__).changes:
            with suppress(ConcurrentUpdateError):
                self.carts.records.save(cause, changes)

    def _decided(self, situation: Situation, report: SessionReport) -> Decision:
        match report:
            case SessionReport(SessionState.PAID, Capture() as capture):
                return Decision() if situation.payment.is_final else self.taken(situation, capture)
            case _:
                return outcome.decide(situation, report)

    def taken(self, situation: Situation, capture: Capture) -> Decision:
        """Money arrived: the order is carried out, or the money goes back (COL-8).

        What is not as it was asked for becomes account credit.

        Raises:
            Unavailable: what it is computed from is missing by a fault of ours: it is due again.
        """
        cart, payment = situation.cart, situation.payment
        if payment.mismatches(capture):
            balance = self.carts.records.balance(
                cart.account_id, payment.selling_entity, capture.amount.currency
            )
            return outcome.credited(situation, capture, balance)
        was_paid = cart.status is CartStatus.DONE
        reason = Reason.PAID_TWICE if was_paid else Reason.ORDER_ENDED
        code: str = reason
        if cart.is_open:
            try:
                plan = self.carts.of_order(cart)
                return outcome.paid(situation, capture, plan)
            except Unavailable:
                raise
            except Refusal as refusal:  # it can't be carried out any more
                reason, code = Reason.ORDER_REFUSED, refusal.code
        provider = self.provider(payment)
        return outcome.not_taken(situation, capture, reason, code, provider)

    def _ended_newer_page(self, cart: Cart, cause: Cause) -> bool:
        """End the page that nobody needs any more. Money that arrives has its place all the same."""
        try:
            self.end_open_payment(cart, cause)
        except Unavailable:
            return False  # what is paid on it goes back (BAD-1)
        except ConcurrentUpdateError:
            return True  # it has moved: it is looked at again
        return True

    def situation(self, payment_id: str) -> Situation:
        """A payment with everything that its outcome depends on, as it is now."""
        records = self.carts.records
        payment = records.cart_payment(payment_id)
        if payment is None:
            raise ConcurrentUpdateError("a payment that was there is gone")
        cart = records.cart(payment.account_id, payment.cart_id)
        if cart is None:
            raise ConcurrentUpdateError("a payment without its order")
        balance = records.balance(
            cart.account_id, cart.preview.selling_entity, cart.preview.currency
        )
        subscriptions = self.carts.subscriptions_of(cart) if cart.is_open else ()
        return Situation(payment, cart, balance, subscriptions, self.carts.clock.now())
