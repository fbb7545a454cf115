"""Runs over everything due: how far they are, what they came to, what one would bill (INV-1)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from typing import Annotated, Literal, Self

from pydantic import Field, StringConstraints

from guichet.entry.fields import Amount, Answer, Request
from guichet.entry.models.billing_lines import SumAnswer
from guichet.entry.models.invoices import issued_on
from guichet.invoices.invoice import Invoice
from guichet.invoices.ports import CandidateKind
from guichet.invoices.use_cases.read_invoices import RunView
from guichet.invoices.use_cases.request_run import DryRun, WouldBill


class InvoiceRunRequest(Request):
    """A run, or a page of what one would bill: `limit` and `cursor` are those of that page."""

    dry_run: bool = False
    limit: Annotated[int, Field(ge=1, le=100)] = 25
    cursor: Annotated[str, StringConstraints(max_length=2000)] | None = None


class InvoiceRunAnswer(Answer):
    """One run. `planned` accounts and orders may have been due, `looked_at` so many so far.

    `totals` are invoices less credit notes; counts are exact, as the write that numbers adds them.
    """

    run_id: str
    status: Literal["planning", "working", "finished"]
    started_at: datetime
    started_by: str
    finished_at: datetime | None
    planned: int
    looked_at: int
    parked: int
    invoices: int
    credit_notes: int
    totals: list[SumAnswer]

    @classmethod
    def of(cls, view: RunView) -> Self:
        run = view.run
        return cls(
            run_id=run.run_id,
            status=run.status.value,
            started_at=run.started_at,
            started_by=run.started_by,
            finished_at=run.finished_at,
            planned=run.planned,
            looked_at=run.looked_at,
            parked=run.parked,
            invoices=view.invoices,
            credit_notes=view.notes,
            totals=[
                SumAnswer(amount_minor=each.total_minor, currency=each.currency)
                for each in view.totals
            ],
        )


class InvoiceRunsAnswer(Answer):
    """Part of a list, newest first; `next_cursor` leads on, null at the end."""

    items: list[InvoiceRunAnswer]
    next_cursor: str | None


class DryDocumentAnswer(Answer):
    """A document that would be made, with the number that would come next."""

    kind: Literal["invoice", "credit_note"]
    number: str
    bill_on: date
    issued_on: date
    due_on: date | None
    refers_to: str | None
    subtotal: SumAnswer
    tax: SumAnswer
    total: Amount
    open: Amount

    @classmethod
    def of(cls, invoice: Invoice) -> Self:
        currency = invoice.currency
        return cls(
            kind=invoice.kind.value,
            number=invoice.number,
            bill_on=invoice.bill_on,
            issued_on=issued_on(invoice),
            due_on=invoice.due_on,
            refers_to=invoice.refers_to,
            subtotal=SumAnswer(amount_minor=invoice.subtotal_minor, currency=currency),
            tax=SumAnswer(amount_minor=invoice.tax_minor, currency=currency),
            total=Amount.of(invoice.total),
            open=Amount.of(invoice.open),
        )


class WouldBillAnswer(Answer):
    """What would become of an order, or of the bills of a balance whose day has come.

    `outcome` is `invoiced`, with `documents`; `would_park`, with the code of what does not add up;
    `waits` for something else, or nothing is due; `is_parked` until somebody releases it.
    """

    account: str
    selling_entity: str
    currency: str
    of: Literal["order", "balance"]
    order: str | None
    outcome: Literal["invoiced", "would_park", "waits", "is_parked"]
    documents: list[DryDocumentAnswer]
    code: str | None
    detail: str | None

    @classmethod
    def told(cls, would: WouldBill) -> Self:
        candidate = would.candidate
        return cls(
            account=candidate.account_id,
            selling_entity=candidate.selling_entity,
            currency=candidate.currency,
            of="order" if candidate.kind is CandidateKind.ORDER else "balance",
            order=candidate.cart_id or None,
            outcome=_outcome(would),
            documents=[DryDocumentAnswer.of(each) for each in would.documents],
            code=would.parks or None,
            detail=would.why or None,
        )


def _outcome(would: WouldBill) -> Literal["invoiced", "would_park", "waits", "is_parked"]:
    if would.parks:
        return "would_park"
    if would.is_parked:
        return "is_parked"
    return "invoiced" if would.documents else "waits"


class DryRunAnswer(Answer):
    """A page of what a run would bill now. `totals` are the page's, invoices less credit notes.

    Numbers go on within the page; the next page begins again with those that come next now.
    """

    items: list[WouldBillAnswer]
    totals: list[SumAnswer]
    next_cursor: str | None

    @classmethod
    def of(cls, found: DryRun, cursor: str | None) -> Self:
        documents = [each for would in found.items for each in would.documents]
        return cls(
            items=[WouldBillAnswer.told(each) for each in found.items],
            totals=_totals(documents),
            next_cursor=cursor,
        )


def _totals(documents: Iterable[Invoice]) -> list[SumAnswer]:
    sums: dict[str, int] = {}
    for each in documents:
        signed = -each.total_minor if each.is_credit_note else each.total_minor
        sums[each.currency] = sums.get(each.currency, 0) + signed
    return [
        SumAnswer(amount_minor=total, currency=currency) for currency, total in sorted(sums.items())
    ]
