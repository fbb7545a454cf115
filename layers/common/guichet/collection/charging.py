"""Collecting an invoice by the default stored method: intent, act, record; once, whoever asks (COL-8)."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime

from guichet.clock import Clock
from guichet.collection import charge_outcome
from guichet.collection.charge_ports import Aggregate, ChargeRecords, Step
from guichet.collection.charge_writing import Decision, Situation
from guichet.collection.pages import MethodPages
from guichet.collection.policy import CollectionPolicy
from guichet.collection.ports import MethodAccounts
from guichet.collection.stored import StoredMethod
from guichet.errors import ConcurrentUpdateError, Invalid
from guichet.events import Event
from guichet.ids import derived_id
from guichet.invoices.invoice import Invoice
from guichet.ledger.journal import Cause, Change
from guichet.payments.invoice_payment import ChargeStatus, InvoicePayment
from guichet.payments.method_ports import MethodProvider
from guichet.payments.ports import (
    PaymentProvider,
    ProviderRefusedError,
    ProviderUnavailableError,
)
from guichet.payments.schedule import ALARM_AFTER
from guichet.payments.stored_method import ChargeReport, ChargeState
from guichet.payments.unavailable import provider_unavailable
from guichet.retrying import TRIES, with_fresh_state
from guichet.subscriptions.ports import ProviderEventApplied

type Applied = ProviderEventApplied | None
type Refunder = Callable[[str, str], PaymentProvider]  # of a selling entity, at a provider
type Payee = Callable[[str, str], str]  # of a selling entity at a provider


@dataclass(frozen=True, slots=True)
class Charging:
    """The shared road of everything that collects an invoice, or learns what became of it."""

    records: ChargeRecords
    accounts: MethodAccounts
    payee: Payee
    policy: CollectionPolicy
    clock: Clock
    pages: MethodPages
    refunder: Refunder

    # -- trying ---------------------------------------------------------------------------

    def collect(self, account_id: str, invoice_id: str, cause: Cause) -> None:
        """One attempt with the default method, if the invoice is to be collected now (COL-1).

        Raises:
            Unavailable: the provider does not answer: the attempt is asked about.
        """
        payment = with_fresh_state(lambda: self._begun(account_id, invoice_id, cause))
        if payment is not None:
            self._send(payment, cause)

    def _begun(  # noqa: PLR0911 - one answer a reason
        self, account_id: str, invoice_id: str, cause: Cause
    ) -> InvoicePayment | None:
        """The stored intent, with the lease; None where nothing is to be tried now."""
        invoice = self.records.invoice(account_id, invoice_id)
        if invoice is None or invoice.next_collection_at() is None:
            return None
        balance = self.records.balance(account_id, invoice.selling_entity, invoice.currency)
        if balance.has_credit_to_apply:
            return None  # credit comes first (COL-7); it stays due
        method, reason = self._method_for(invoice)
        if method is None:
            self._not_tried(invoice, reason, cause)
            return None
        if invoice.debited_from is None and method.debit_notice:
            self._announce(invoice, cause.at + method.debit_notice, cause)
            return None
        if invoice.debited_from is not None and cause.at < invoice.debited_from:
            return None  # by whatever method: its customer was told this day
        declines = self.records.declines(account_id)
        later = declines.may_try(cause.at, method.method_id, (invoice_id,), self.policy)
        if later is not None:
            self._put_off(invoice, later, cause)
            return None
        payment = self._new(invoice, method, cause.at)
        if payment is None:
            self._not_tried(invoice, "amount_not_taken", cause)
            return None
        tried = declines.trying(
            payment.payment_id, method.method_id, (invoice_id,), cause.at, self.policy
        )
        leased = invoice.leased(payment.payment_id)
        held = balance.leased(invoice_id, is_leased=True)
        changes: list[Change[Aggregate]] = [
            Change(None, payment, (Event("invoice_payment.started"),)),
            Change(invoice, replace(leased, version=invoice.version + 1)),
            Change(
                balance, replace(held, version=balance.version + 1), book=balance.selling_entity
            ),
            Change(
                declines if declines.version else None,
                replace(tried, version=declines.version + 1),
            ),
        ]
        self.records.save(cause, changes)
        return payment

    def _method_for(self, invoice: Invoice) -> tuple[StoredMethod | None, str]:
        """The default, where autopay is on and it may be tried with nobody there; else why not."""
        methods = self.records.methods(invoice.account_id, invoice.selling_entity)
        if not methods.is_autopay or methods.default_method_id is None:
            return None, "autopay_off"
        method = self.records.stored_method(invoice.account_id, methods.default_method_id)
        if method is None or not method.may_be_retried:
            return None, "method_not_chargeable"
        return method, ""

    def _new(self, invoice: Invoice, method: StoredMethod, at: datetime) -> InvoicePayment | None:
        """With the exact bytes; None where the provider takes no such amount."""
        payment = InvoicePayment(
            payment_id=derived_id("ipy", invoice.invoice_id, str(invoice.payment_count + 1)),
            account_id=invoice.account_id,
            invoice_id=invoice.invoice_id,
            selling_entity=invoice.selling_entity,
            method_id=method.method_id,
            token=method.token,
            amount=invoice.open,
            payee=self.payee(invoice.selling_entity, method.provider),
            request_body="",
            started_at=at,
        )
        provider = self._provider(payment)
        try:
            body = provider.charge_body(
                payment.charge,
                description=invoice.number,
                return_url=self.pages.payment(payment.payment_id),
            )
        except Invalid:
            return None
        return replace(payment, request_body=body)

    def _not_tried(self, invoice: Invoice, reason: str, cause: Cause) -> None:
        """It stays open, to be paid otherwise, or dunned."""
        facts: dict[str, str | int | None] = {
            "account_id": invoice.account_id,
            "invoice_id": invoice.invoice_id,
            "reason": reason,
        }
        after = replace(invoice, collect_at=None, version=invoice.version + 1)
        self.records.save(cause, [Change(invoice, after, (Event("invoice.not_collected", facts),))])

    def _announce(self, invoice: Invoice, debited_from: datetime, cause: Cause) -> None:
        """A bank account that its customer chose after the invoice: they are told its day anew (COL-10)."""
        told = replace(
            invoice,
            debited_from=debited_from,
            collect_at=debited_from,
            version=invoice.version + 1,
        )
        events = (Event("invoice.debit_announced", {"invoice_id": invoice.invoice_id}),)
        self.records.save(cause, [Change(invoice, told, events, mails=("billing_invoice",))])

    def _put_off(self, invoice: Invoice, later: datetime, cause: Cause) -> None:
        """To the first moment that is allowed: it is never lost (COL-3)."""
        after = replace(invoice, collect_at=later, version=invoice.version + 1)
        self.records.save(cause, [Change(invoice, after, (Event("invoice.collection_put_off"),))])

    def _send(self, payment: InvoicePayment, cause: Cause) -> None:
        try:
            report = self._provider(payment).charge(payment.charge)
        except ProviderUnavailableError as error:
            self._save(payment, charge_outcome.unanswered, cause)
            raise provider_unavailable(error.retry_after_seconds) from error
        except ProviderRefusedError as error:
            report = ChargeReport(state=ChargeState.CANCELED, decline_code=error.code)
        self._write(payment.payment_id, report, cause, None)

    # -- asking ---------------------------------------------------------------------------

    def ask(self, payment_id: str, cause: Cause, event: Applied = None) -> bool:
        """Ask what became of an attempt and write it. Answers whether the event was noted as applied.

        Raises:
            Unavailable: the provider does not answer; it is due again.
        """
        payment = self.records.invoice_payment(payment_id)
        if payment is None or payment.is_being_called(cause.at):
            return False
        provider = self._provider(payment)
        ends = payment.is_waited_for_too_long(cause.at) or self.is_needless(payment)
        asked = provider.cancel_charge if ends else provider.ask_charge
        try:
            report = asked(payment.charge)
        except ProviderUnavailableError as error:
            if payment.holds:
                self._save(payment, charge_outcome.unanswered, cause)
            raise provider_unavailable(error.retry_after_seconds) from error
        except ProviderRefusedError as error:
            if not payment.holds:
                if event is None:
                    return False
                raise provider_unavailable(None) from error  # what it tells is not lost (BAD-3)
            is_old = cause.at >= payment.started_at + ALARM_AFTER
            parks = is_old and payment.status is ChargeStatus.CREATED
            decide = charge_outcome.parked if parks else charge_outcome.unanswered
            self._save(payment, decide, cause)
            raise provider_unavailable(None) from error
        return self._write(payment_id, report, cause, event)

    def _provider(self, payment: InvoicePayment) -> MethodProvider:
        providers = self.accounts.method_providers(payment.selling_entity)
        return providers[payment.token.provider]

    def provider_of(self, payment: InvoicePayment) -> MethodProvider:
        """Who is asked about a payment."""
        return self._provider(payment)

    # -- recording ------------------------------------------------------------------------

    def situation(self, payment_id: str) -> Situation:
        """A payment with everything that its outcome depends on, as it is now.

        Raises:
            ConcurrentUpdateError: it moved while the rest was read.
        """
        payment = self.records.invoice_payment(payment_id)
        if payment is None:
            raise ConcurrentUpdateError("a payment that was there is gone")
        invoice = self.records.invoice(payment.account_id, payment.invoice_id)
        if invoice is None:
            raise ConcurrentUpdateError("a payment without its invoice")
        balance = self.records.balance(
            payment.account_id, payment.selling_entity, payment.amount.currency
        )
        situation = Situation(
            payment,
            invoice,
            balance,
            self.records.declines(payment.account_id),
            self.records.stored_method(payment.account_id, payment.method_id),
            self.policy,
            self.clock.now(),
            lambda: self.refunder(payment.selling_entity, payment.token.provider),
            self._beside(payment, invoice),
        )
        if self.records.invoice_payment(payment_id) != payment:
            raise ConcurrentUpdateError("a payment moved while its invoice was read")
        return situation

    def _beside(self, payment: InvoicePayment, invoice: Invoice) -> InvoicePayment | None:
        if invoice.open_payment_id in {None, payment.payment_id}:
            return None
        return self.records.invoice_payment(invoice.open_payment_id)

    def is_needless(self, payment: InvoicePayment) -> bool:
        """Whether it waits for its customer, and its invoice was paid meanwhile (COL-8)."""
        if payment.status is not ChargeStatus.REQUIRES_ACTION:
            return False
        invoice = self.records.invoice(payment.account_id, payment.invoice_id)
        return invoice is not None and not invoice.takes(payment.amount.amount_minor)

    def record(self, payment_id: str, report: ChargeReport, cause: Cause) -> None:
        """Write an answer that somebody else was given."""
        self._write(payment_id, report, cause, None)

    def _write(self, payment_id: str, report: ChargeReport, cause: Cause, event: Applied) -> bool:
        applied: tuple[Step, ...] = () if event is None else (event,)
        for _ in range(TRIES):
            try:
                decision = charge_outcome.decided(self.situation(payment_id), report)
                if not decision.changes:
                    return False
                self.records.save(cause, decision.changes, (*decision.steps, *applied))
            except ConcurrentUpdateError:
                continue  # moved meanwhile; the event perhaps applied by another worker
            return event is not None
        raise ConcurrentUpdateError(f"{payment_id} is being written all the time")

    def _save(
        self, payment: InvoicePayment, decide: Callable[[Situation], Decision], cause: Cause
    ) -> None:
        """Write what follows from the payment as it was read, unless somebody else has moved it."""
        with suppress(ConcurrentUpdateError):
            situation = self.situation(payment.payment_id)
            if situation.payment.version != payment.version:
                return
            self.records.save(cause, decide(situation).changes)
