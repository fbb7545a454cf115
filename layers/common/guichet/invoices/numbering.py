"""A draft becomes final: its number, its place in the series, the credit that is printed (INV-3, COL-7)."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from guichet.invoices.building import Draft
from guichet.invoices.content import InvoiceContent
from guichet.invoices.invoice import Invoice
from guichet.invoices.series import Series


@dataclass(frozen=True, slots=True)
class Numbered:
    """A document that is final, and its series after it."""

    invoice: Invoice
    content: InvoiceContent
    series: Series


def numbered(draft: Draft, series: Series, at: datetime) -> Numbered:
    """The document with the next number of its series; what stands in it never changes again (INV-3).

    Account credit that pays some of it is applied before (COL-7): it is printed.
    """
    document = draft.content.document
    after = series.next(document.issued_on)
    invoice = draft.invoice.finalized(
        number=after.number,
        place=after.last_place,
        issued_on=document.issued_on,
        due_on=draft.invoice.due_on,
        at=at,
    )
    printed = replace(
        document,
        number=after.number,
        series=after.name,
        credit_applied_minor=draft.invoice.credit_applied_minor,
        payment_reference=after.number if document.due_on is not None else "",
    )
    return Numbered(invoice, replace(draft.content, document=printed), after)


def with_credit(draft: Draft, amount_minor: int) -> Draft:
    """Paid by account credit as far as there is some, before it is numbered (COL-7)."""
    applied = replace(
        draft.invoice,
        credit_applied_minor=draft.invoice.credit_applied_minor + amount_minor,
    )
    return replace(draft, invoice=applied)
