"""What a customer sees of an attempt to collect an invoice."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from guichet.collection.charge_ports import ChargeRecords
from guichet.collection.decline_reasons import DeclineReason, decline_reason
from guichet.collection.stored import StoredMethod
from guichet.errors import not_found
from guichet.invoices.invoice import Invoice, InvoiceStatus
from guichet.payments.invoice_payment import ACTION_LASTS, ChargeStatus, InvoicePayment
from guichet.payments.own_refund import OwnRefund


@dataclass(frozen=True, slots=True)
class PaymentView:
    """An attempt with its method as it is shown, and the invoice as it is now."""

    payment: InvoicePayment
    invoice: Invoice
    method: StoredMethod | None
    refund: OwnRefund | None = None  # of money that paid nothing (COL-8)

    @property
    def decline_reason(self) -> DeclineReason | None:
        """Of a declined one, in our words."""
        if self.payment.status is not ChargeStatus.DECLINED:
            return None
        return decline_reason(self.payment.decline_code)

    @property
    def next_try_at(self) -> datetime | None:
        """When its method may be tried again (COL-3); while it is the last attempt, and declined."""
        is_last = self.invoice.last_payment_id == self.payment.payment_id
        waits = is_last and self.invoice.status is InvoiceStatus.OPEN
        is_declined = self.payment.status is ChargeStatus.DECLINED
        return self.invoice.next_try_at if waits and is_declined else None

    @property
    def action_until(self) -> datetime | None:
        """Until when the customer can answer their bank (COL-4)."""
        since = self.payment.action_since
        waits = self.payment.status is ChargeStatus.REQUIRES_ACTION
        if not self.invoice.takes(self.payment.amount.amount_minor):
            return None  # other money has paid it
        return since + ACTION_LASTS if waits and since else None


def seen(payment: InvoicePayment, records: ChargeRecords) -> PaymentView:
    """With the invoice and the method as they are now.

    Raises:
        NotFound: it has no invoice: a defect.
    """
    invoice = records.invoice(payment.account_id, payment.invoice_id)
    if invoice is None:
        raise not_found("invoice")
    method = records.stored_method(payment.account_id, payment.method_id)
    return PaymentView(payment, invoice, method, refund_of(payment, records))


def refund_of(payment: InvoicePayment, records: ChargeRecords) -> OwnRefund | None:
    """What gives its money back, where it paid nothing."""
    return None if payment.refund_id is None else records.own_refund(payment.refund_id)
