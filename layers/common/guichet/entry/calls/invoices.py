"""Invoices, balances and payments due; credit notes by hand, void, release (INV-5, INV-9)."""

from __future__ import annotations

from typing import Annotated, Final

from aws_lambda_powertools.event_handler.openapi.params import Query

from guichet.entry.callers import known_form
from guichet.entry.calls.signed_in import SIGN_IN, Sender, SignedInCalls
from guichet.entry.http import Cursor, Limit, MemberKey, MemberKeyOrNone, Text, answered, route
from guichet.entry.models.balances import BalanceAnswer, BalancesAnswer, ReleaseRequest
from guichet.entry.models.invoices import (
    CorrectedAnswer,
    CreditNoteRequest,
    InvoicesAnswer,
    PaymentsDueAnswer,
    Status,
    VoidRequest,
)
from guichet.entry.models.whole_invoice import WholeInvoiceAnswer
from guichet.invoices.invoice import InvoiceStatus
from guichet.invoices.use_cases.issue_credit_note import (
    Corrected,
    IssueCreditNote,
    VoidInvoice,
    issue_credit_note,
    void_invoice,
)
from guichet.invoices.use_cases.read_invoices import (
    list_invoices,
    list_payments_due,
    read_balances,
    read_invoice,
    today_of,
)
from guichet.invoices.use_cases.release_account import ReleaseAccount, release_account
from guichet.replies import Reply

INVOICES: Final = "/v1/invoices"
INVOICE: Final = f"{INVOICES}/<invoice_id>"
BALANCE: Final = "/v1/balance"


class InvoiceCalls(SignedInCalls):
    """One method a call."""

    @route(
        "GET",
        INVOICES,
        "List the account's invoices and credit notes, the newest bill first",
        who=SIGN_IN,
        answers=InvoicesAnswer,
    )
    def list_invoices(
        self,
        status: Annotated[Status | None, Query()] = None,
        limit: Limit = 25,
        cursor: Cursor = None,
    ) -> Text:
        sender = self._sender()
        scope = INVOICES, status or ""
        page = list_invoices(
            sender.member,
            limit=limit,
            after=sender.place(cursor, *scope),
            status=None if status is None else InvoiceStatus(status),
            invoicing=sender.held.billing.invoicing,
        )
        return answered(InvoicesAnswer.of(page, sender.cursor(page.after, *scope)))

    @route(
        "GET",
        INVOICE,
        "Read an invoice or a credit note: its lines, taxes and sums, and how it stands",
        who=SIGN_IN,
        answers=WholeInvoiceAnswer,
    )
    def read_invoice(self, invoice_id: str) -> Text:
        sender = self._sender()
        view = read_invoice(
            sender.member,
            known_form(invoice_id, "invoice"),
            invoicing=sender.held.billing.invoicing,
        )
        return answered(WholeInvoiceAnswer.whole(view, sender.member), version=view.invoice.version)

    @route(
        "GET",
        BALANCE,
        "Read what is due, what is credit, and what waits to be invoiced",
        who=SIGN_IN,
        answers=BalancesAnswer,
    )
    def read_balance(self) -> Text:
        sender = self._sender()
        found = read_balances(sender.member, invoicing=sender.held.billing.invoicing)
        return answered(BalancesAnswer.of(found, sender.member))

    @route(
        "GET",
        "/v1/payments-due",
        "List open invoices, the earliest due first, with what they come to",
        who=SIGN_IN,
        answers=PaymentsDueAnswer,
    )
    def list_payments_due(self) -> Text:
        sender = self._sender()
        found = list_payments_due(sender.member, invoicing=sender.held.billing.invoicing)
        return answered(PaymentsDueAnswer.of(found))

    @route(
        "POST",
        f"{INVOICE}/credit-notes",
        "Give back some lines of an invoice, or all that is left of it, by a credit note",
        who=SIGN_IN,
        answers=CorrectedAnswer,
        status=201,
    )
    def issue_credit_note(
        self, invoice_id: str, body: CreditNoteRequest, idempotency_key: MemberKey
    ) -> Text:
        sender = self._sender()
        command = IssueCreditNote(
            known_form(invoice_id, "invoice"),
            body.wanted(),
            body.reason,
            sender.member,
            idempotency_key,
            sender.actor,
        )
        reply = issue_credit_note(command, invoicing=sender.held.billing.invoicing)
        return self._corrected(sender, reply)

    @route(
        "POST",
        f"{INVOICE}/void",
        "Void an invoice of which nothing was paid, by a credit note for the whole",
        who=SIGN_IN,
        answers=CorrectedAnswer,
        status=201,
    )
    def void_invoice(self, invoice_id: str, body: VoidRequest, idempotency_key: MemberKey) -> Text:
        sender = self._sender()
        command = VoidInvoice(
            known_form(invoice_id, "invoice"),
            body.reason,
            sender.member,
            idempotency_key,
            sender.actor,
        )
        reply = void_invoice(command, invoicing=sender.held.billing.invoicing)
        return self._corrected(sender, reply)

    @route(
        "POST",
        f"{BALANCE}/release",
        "Let what was parked be invoiced again: the next run looks at it",
        who=SIGN_IN,
        answers=BalanceAnswer,
    )
    def release_account(
        self, body: ReleaseRequest, idempotency_key: MemberKeyOrNone = None
    ) -> Text:
        del idempotency_key  # what is not parked can't be released twice
        sender = self._sender()
        command = ReleaseAccount(
            sender.account_id, body.selling_entity, body.currency, sender.member, sender.actor
        )
        invoicing = sender.held.billing.invoicing
        balance = release_account(command, invoicing=invoicing)
        today = today_of(sender.member, invoicing)
        return answered(BalanceAnswer.of(balance, today, sender.member))

    @staticmethod
    def _corrected(sender: Sender, reply: Reply[Corrected]) -> Text:
        today = today_of(sender.member, sender.held.billing.invoicing)
        return answered(
            CorrectedAnswer.of(reply.value, today),
            status=201,
            location=f"{INVOICES}/{reply.value.note.invoice_id}",
            replayed=reply.replayed,
        )
