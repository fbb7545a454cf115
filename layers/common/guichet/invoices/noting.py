"""The write of a credit note: the note with its number, its invoice, and the account's balance (INV-3)."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from guichet.errors import ConcurrentUpdateError
from guichet.events import Event
from guichet.invoices.building import Draft
from guichet.invoices.invoice import Invoice, InvoiceStatus
from guichet.invoices.numbering import numbered
from guichet.invoices.ports import Aggregate, PutContent, Step, TakeNumbers
from guichet.invoices.series import Series
from guichet.ledger.journal import Change
from guichet.ledger.postings import (
    Posting,
    credit_given_postings,
    sales_back_postings,
    tax_back_postings,
    tax_postings,
)
from guichet.money import Money
from guichet.subscriptions.balance import AccountBalance
from guichet.subscriptions.creditable import GivenBack, KeepGivenBack


@dataclass(frozen=True, slots=True)
class NoteWrite:
    """All of a credit note, to be saved in one write."""

    note: Invoice
    invoice: Invoice
    changes: tuple[Change[Aggregate], ...]
    steps: tuple[Step, ...]


def note_write(  # noqa: PLR0917 - each is another thing
    draft: Draft,
    before: Invoice,
    after: Invoice,
    balance: AccountBalance,
    series: Series,
    given_back: GivenBack,
    at: datetime,
    *,
    reason: str,
    handled_keys: tuple[str, ...] = (),
) -> NoteWrite:
    """What is open of the invoice is less by it; the rest becomes account credit (COL-7).

    Args:
        draft: the credit note.
        before: its invoice as it was read.
        after: the same with the note, of the same version.
        balance: of the account with that entity in that currency, as it was read.
        series: of the entity's credit notes, as it was read.
        given_back: of the invoice's month, as it was read before the invoice.
        at: the present instant.
        reason: why, for the operator's people.
        handled_keys: of the call that made it, for ever.

    Raises:
        ConcurrentUpdateError: the balance was written after the invoice was read, or before.
    """
    if balance.open_of(before.invoice_id) != before.open_minor:
        raise ConcurrentUpdateError("the balance and the invoice were not read at one moment")
    final = numbered(draft, series, at)
    note = replace(final.invoice, note=reason, handled_keys=handled_keys)
    noted = after.with_noted_taxes(final.content.document.taxes)
    moved = replace(noted, version=before.version + 1)
    offset = before.open_minor - after.open_minor
    given = note.total_minor - offset
    return NoteWrite(
        note,
        moved,
        (
            _note_change(note, given),
            _invoice_change(before, moved),
            *_balance_changes(balance, before.invoice_id, offset, given),
        ),
        (
            PutContent(final.content, note),
            TakeNumbers(series, final.series),
            KeepGivenBack(given_back, given_back.written()),
        ),
    )


def _note_change(note: Invoice, given_minor: int) -> Change[Aggregate]:
    facts: dict[str, str | int | None] = {
        "account_id": note.account_id,
        "invoice_id": note.invoice_id,
        "number": note.number,
        "refers_to": note.refers_to,
        "total_minor": note.total_minor,
        "currency": note.currency,
    }
    return Change[Aggregate](
        None,
        note,
        (Event("credit_note.issued", facts),),
        _postings(note, given_minor),
        ("billing_credit_note",),
        book=note.selling_entity,
    )


def _postings(note: Invoice, given_minor: int) -> tuple[Posting, ...]:
    currency, tax = note.currency, note.tax_minor
    back = (
        tax_back_postings(Money(tax, currency)) if tax >= 0 else tax_postings(Money(-tax, currency))
    )
    return (
        *sales_back_postings(note.subtotal_minor, currency),
        *back,
        *credit_given_postings(Money(given_minor, currency)),
    )


def _invoice_change(before: Invoice, after: Invoice) -> Change[Aggregate]:
    facts: dict[str, str | int | None] = {"invoice_id": after.invoice_id, "number": after.number}
    events = [Event("invoice.credited", facts)]
    if after.reversed_vat is not before.reversed_vat:
        events.append(Event("invoice.vat_reversed", facts))
    if after.status is InvoiceStatus.VOID:
        events.append(Event("invoice.voided", facts))
    if after.status is InvoiceStatus.PAID and before.status is not InvoiceStatus.PAID:
        events.append(Event("invoice.paid", facts))
    return Change[Aggregate](before, after, tuple(events))


def _balance_changes(
    before: AccountBalance, invoice_id: str, offset_minor: int, given_minor: int
) -> list[Change[Aggregate]]:
    after = before.paid(invoice_id, offset_minor) if offset_minor else before
    after = after.credited(Money(given_minor, before.currency))
    if after == before:
        return []
    bumped = replace(after, version=before.version + 1)
    stored = before if before.version else None
    return [Change[Aggregate](stored, bumped, book=before.selling_entity)]
