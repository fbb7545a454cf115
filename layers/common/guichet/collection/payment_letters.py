"""What mails tell of an attempt to collect an invoice: received, declined, asked for, taken back."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from guichet.collection.charge_ports import ChargeRecords
from guichet.collection.method_letters import told
from guichet.collection.pages import MethodPages
from guichet.collection.stored import StoredMethod
from guichet.errors import not_found
from guichet.invoices.invoice import Invoice, InvoiceStatus
from guichet.payments.invoice_payment import ACTION_LASTS, ChargeStatus, InvoicePayment
from guichet.registration.mailer import Letter
from guichet.registration.outbox import AnyMail, BillingMail, Effect
from guichet.subscriptions.mails import BillingFacts, ToldDocument
from guichet.subscriptions.telling import Sources, Telling

K = BillingMail
S = ChargeStatus

# What an attempt has to be for its mail to be true when it goes out.
_TRUE_WHILE: Final = {
    K.PAYMENT_RECEIVED: S.CAPTURED,
    K.PAYMENT_DECLINED: S.DECLINED,
    K.PAYMENT_ACTION: S.REQUIRES_ACTION,
    K.PAYMENT_RETURNED: S.RETURNED,
}


@dataclass(frozen=True, slots=True)
class PaymentLetters:
    """Gathers what the mails about payments of invoices have to tell."""

    sources: Sources
    records: ChargeRecords
    pages: MethodPages

    def about(self, effect: Effect) -> PaymentMatter:
        """The payment, its invoice and its method as they are now."""
        account_id = effect.account_id or ""
        payment = self.records.invoice_payment(effect.payment_id or "")
        invoice = self.records.invoice(account_id, effect.invoice_id or "")
        if payment is None or payment.account_id != account_id:
            raise not_found("payment")
        if invoice is None:
            raise not_found("invoice")
        method = self.records.stored_method(account_id, payment.method_id)
        records = self.sources.records
        account, profile = records.account(account_id), records.profile(account_id)
        telling = Telling(effect, account, profile, self.sources)
        return PaymentMatter(telling, self.pages, payment, invoice, method)


@dataclass(frozen=True, slots=True)
class PaymentMatter:
    """One attempt."""

    telling: Telling
    pages: MethodPages
    payment: InvoicePayment
    invoice: Invoice
    method: StoredMethod | None

    def letter(self, mail: AnyMail) -> Letter[BillingFacts] | None:
        """None where it would no longer be true; a receipt goes to all recipients (INV-6)."""
        kind = BillingMail(mail)
        if not self._is_true(kind):
            return None
        payment, invoice, sources = self.payment, self.invoice, self.telling.sources
        entity = sources.entities.entity(payment.selling_entity)
        issued_on = invoice.issued_on
        if issued_on is None:
            raise ValueError("a draft is never collected")
        method = self.method
        since = payment.action_since
        facts = BillingFacts(
            kind=kind,
            frame=self.telling.frame(payment.selling_entity, entity.time_zone, self._link(kind)),
            document=ToldDocument(number=invoice.number, issued_on=issued_on, open=invoice.open),
            paid=payment.amount,
            stored_method=told(method),
            reference=payment.payment_id,
            paid_at=payment.ended_at if kind is K.PAYMENT_RECEIVED else None,
            valid_until=since + ACTION_LASTS if kind is K.PAYMENT_ACTION and since else None,
            next_try_at=invoice.next_try_at if kind is K.PAYMENT_DECLINED else None,
            is_method_stopped=method is None or not method.may_be_retried,
        )
        return self.telling.letter(facts)

    def _is_true(self, kind: BillingMail) -> bool:
        """A decline is told while the customer has to act: not once it is paid, or tried anew."""
        payment, invoice = self.payment, self.invoice
        if payment.status is not _TRUE_WHILE[kind]:
            return False
        is_open = invoice.status is InvoiceStatus.OPEN
        match kind:
            case K.PAYMENT_DECLINED:
                return is_open and invoice.last_payment_id == payment.payment_id
            case K.PAYMENT_RETURNED:
                return is_open
            case _:
                return True

    def _link(self, kind: BillingMail) -> str:
        match kind:
            case K.PAYMENT_ACTION:
                return self.pages.payment(self.payment.payment_id)
            case K.PAYMENT_DECLINED:
                return self.pages.methods
            case _:
                return self.telling.sources.pages.invoice(self.invoice.invoice_id)
