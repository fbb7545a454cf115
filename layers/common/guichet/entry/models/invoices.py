"""Invoices and credit notes in lists, and how they are corrected (INV-5, INV-9)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Annotated, Any, Final, Literal, Self

from pydantic import Field

from guichet.entry.fields import Amount, Answer, Minor, Note, Request
from guichet.invoices.invoice import Invoice
from guichet.invoices.remaining import Wanted
from guichet.invoices.series import series_name
from guichet.invoices.use_cases.issue_credit_note import Corrected
from guichet.invoices.use_cases.read_invoices import InvoicesPage, PaymentsDue
from guichet.money import Money

_MOST_LINES: Final = 2000  # of an invoice

Status = Literal["open", "paid", "void", "uncollectible"]


class CreditedLine(Request):
    """A line by its place, from 0, as the invoice shows it; without an amount, what is left of it."""

    line: Annotated[int, Field(ge=0)]
    net_minor: Minor | None = None

    def wanted(self) -> Wanted:
        return Wanted(self.line, self.net_minor)


class CreditNoteRequest(Request):
    """What goes back, before tax; without lines, all that is left of the invoice."""

    lines: Annotated[list[CreditedLine], Field(min_length=1, max_length=_MOST_LINES)] | None = None
    reason: Note

    def wanted(self) -> tuple[Wanted, ...]:
        return tuple(each.wanted() for each in self.lines or ())


class VoidRequest(Request):
    """Why nobody has to pay it."""

    reason: Note


class InvoiceAnswer(Answer):
    """A document of a series. `partially_paid`, `past_due` and `processing` are of an open one.

    A credit note is `paid` from the start: `refers_to` is its invoice, `settlement` where it went.
    """

    invoice_id: str
    kind: Literal["invoice", "credit_note"]
    number: str
    series: str
    status: Status
    partially_paid: bool
    past_due: bool
    processing: bool
    selling_entity: str
    currency: str
    order: str | None
    refers_to: str | None
    settlement: Literal["account_credit", "refund", "offset"] | None
    bill_on: date
    issued_on: date
    due_on: date | None
    disputable_until: date | None
    total: Amount
    open: Amount

    @classmethod
    def of(cls, invoice: Invoice, today: date) -> Self:
        return cls(**facts(invoice, today))


def facts(invoice: Invoice, today: date) -> dict[str, Any]:
    """What is told of a document wherever it is shown."""
    settlement = invoice.settlement
    return {
        "invoice_id": invoice.invoice_id,
        "kind": invoice.kind.value,
        "number": invoice.number,
        "series": series_name(invoice.selling_entity, invoice.kind),
        "status": invoice.status.value,
        "partially_paid": invoice.is_partially_paid,
        "past_due": invoice.is_past_due(today),
        "processing": invoice.is_processing,
        "selling_entity": invoice.selling_entity,
        "currency": invoice.currency,
        "order": invoice.cart_id,
        "refers_to": invoice.refers_to,
        "settlement": None if settlement is None else settlement.value,
        "bill_on": invoice.bill_on,
        "issued_on": issued_on(invoice),
        "due_on": invoice.due_on,
        "disputable_until": None if invoice.is_credit_note else invoice.disputable_until,
        "total": Amount.of(invoice.total),
        "open": Amount.of(invoice.open),
    }


def issued_on(invoice: Invoice) -> date:
    """The day of issue, which every document that is shown has."""
    if invoice.issued_on is None:
        raise ValueError("a document is shown with its number")
    return invoice.issued_on


class InvoicesAnswer(Answer):
    """Part of a list, the newest bill first; `next_cursor` leads on, null at the end."""

    today: date
    items: list[InvoiceAnswer]
    next_cursor: str | None

    @classmethod
    def of(cls, page: InvoicesPage, cursor: str | None) -> Self:
        items = [InvoiceAnswer.of(each, page.today) for each in page.items]
        return cls(today=page.today, items=items, next_cursor=cursor)


class PaymentsDueAnswer(Answer):
    """Open invoices, the earliest due first; sums by currency, today's with what is past due."""

    today: date
    due_today: list[Amount]
    in_all: list[Amount]
    items: list[InvoiceAnswer]

    @classmethod
    def of(cls, found: PaymentsDue) -> Self:
        due = [each for each in found.items if each.due_on and each.due_on <= found.today]
        return cls(
            today=found.today,
            due_today=sums_of(each.open for each in due),
            in_all=sums_of(each.open for each in found.items),
            items=[InvoiceAnswer.of(each, found.today) for each in found.items],
        )


def sums_of(amounts: Iterable[Money]) -> list[Amount]:
    """A sum for each currency in which something is."""
    sums: dict[str, Money] = {}
    for each in amounts:
        sums[each.currency] = sums.get(each.currency, each.zero()) + each
    return [Amount.of(each) for _, each in sorted(sums.items()) if each]


class CorrectedAnswer(Answer):
    """The credit note, and its invoice as it is now."""

    credit_note: InvoiceAnswer
    invoice: InvoiceAnswer

    @classmethod
    def of(cls, corrected: Corrected, today: date) -> Self:
        return cls(
            credit_note=InvoiceAnswer.of(corrected.note, today),
            invoice=InvoiceAnswer.of(corrected.invoice, today),
        )
