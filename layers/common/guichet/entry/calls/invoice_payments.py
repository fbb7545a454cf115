"""Attempts to collect an invoice: read them, and answer one's bank (COL-4, INV-9)."""

from __future__ import annotations

from typing import Final

from guichet.collection.payment_views import seen
from guichet.collection.use_cases.list_invoice_payments import list_invoice_payments
from guichet.collection.use_cases.open_payment_action import (
    open_payment_action,
    return_from_action,
)
from guichet.entry.callers import known_form
from guichet.entry.calls.signed_in import SIGN_IN, SignedInCalls
from guichet.entry.http import MemberKeyOrNone, Text, answered, route
from guichet.entry.models.invoice_payments import (
    InvoicePaymentAnswer,
    InvoicePaymentsAnswer,
    PaymentActionAnswer,
)

PAYMENT: Final = "/v1/invoice-payments/<payment_id>"


class InvoicePaymentCalls(SignedInCalls):
    """One method a call."""

    @route(
        "GET",
        "/v1/invoices/<invoice_id>/payments",
        "List the attempts to collect an invoice, the newest first",
        who=SIGN_IN,
        answers=InvoicePaymentsAnswer,
    )
    def list_invoice_payments(self, invoice_id: str) -> Text:
        sender = self._sender()
        found = list_invoice_payments(
            sender.member,
            known_form(invoice_id, "invoice"),
            charging=sender.held.billing.charging,
        )
        return answered(InvoicePaymentsAnswer.of(found))

    @route(
        "POST",
        f"{PAYMENT}/action",
        "Get the page on which the customer answers their bank about a payment",
        who=SIGN_IN,
        answers=PaymentActionAnswer,
    )
    def open_payment_action(self, payment_id: str, idempotency_key: MemberKeyOrNone = None) -> Text:
        del idempotency_key  # the same page is opened again
        sender = self._sender()
        charging = sender.held.billing.charging
        opened = open_payment_action(
            known_form(payment_id, "payment"), sender.member, sender.actor, charging=charging
        )
        view = seen(opened.payment, charging.records)
        return answered(PaymentActionAnswer.of(opened, view), version=opened.payment.version)

    @route(
        "POST",
        f"{PAYMENT}/return",
        "Come back from the bank's page: the provider is asked what became of the payment",
        who=SIGN_IN,
        answers=InvoicePaymentAnswer,
    )
    def return_from_payment_action(
        self, payment_id: str, idempotency_key: MemberKeyOrNone = None
    ) -> Text:
        del idempotency_key  # asking again does no harm
        sender = self._sender()
        charging = sender.held.billing.charging
        found = return_from_action(
            known_form(payment_id, "payment"),
            sender.member,
            sender.actor,
            charging=charging,
            limits=sender.held.limits,
        )
        view = seen(found, charging.records)
        return answered(InvoicePaymentAnswer.of(view), version=found.version)
