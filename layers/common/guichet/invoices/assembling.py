"""Numbered documents of one candidate, with what else their write changes (INV-1, INV-3, INV-11, COL-7)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from types import MappingProxyType
from typing import Final

from guichet.events import Event
from guichet.invoices.building import (
    Billed,
    Draft,
    Drafted,
    drafted,
)
from guichet.invoices.document import DocumentKind, InvoiceDocument, Reference
from guichet.invoices.invoice import Invoice, InvoiceStatus
from guichet.invoices.invoicing import Prepared
from guichet.invoices.numbering import Numbered, numbered, with_credit
from guichet.invoices.ports import Aggregate, OrderInvoiced, PutContent, Step
from guichet.invoices.series import Series
from guichet.ledger.billable import BillableLine
from guichet.ledger.journal import Change
from guichet.ledger.postings import (
    Posting,
    billed_postings,
    credit_given_postings,
    credit_used_postings,
    tax_back_postings,
    tax_postings,
)
from guichet.money import Money
from guichet.period import midnight
from guichet.subscriptions.balance import AccountBalance
from guichet.subscriptions.creditable import KeepGivenBack

type Postings = tuple[Posting, ...]
type Lines = tuple[BillableLine, ...]
type SeriesByKind = Mapping[DocumentKind, Series]

_IN_DOUBT: Final = "invoice.vat_in_doubt"


@dataclass(frozen=True, slots=True)
class Unit:
    """What one candidate adds to a write. Units of one selling entity follow each other in it."""

    prepared: Prepared
    changes: tuple[Change[Aggregate], ...]
    steps: tuple[Step, ...]
    series: SeriesByKind  # after it
    documents: tuple[Invoice, ...]

    @property
    def operation_count(self) -> int:
        """Each change is an item with its journal entry; a long content has an item beside its number's."""
        changes = sum(3 if each.mails and each.before else 2 for each in self.changes)
        return changes + sum(2 if isinstance(each, PutContent) else 1 for each in self.steps)


def assembled(prepared: Prepared, day: date, series: SeriesByKind, at: datetime) -> Unit:
    """The documents of a candidate with the next numbers of their series.

    Raises:
        Refusal: what `drafted` refuses.
        ValueError: it does not add up.
    """
    return _Assembly(prepared, day, dict(series), at).unit()


class _Assembly:
    def __init__(
        self, prepared: Prepared, day: date, series: dict[DocumentKind, Series], at: datetime
    ) -> None:
        self._prepared = prepared
        self._day = day
        self._series = series
        self._at = at
        self._balance = prepared.balance
        self._originals = dict(prepared.originals)
        self._changes: list[Change[Aggregate]] = []
        self._steps: list[Step] = []
        self._documents: list[Invoice] = []

    def unit(self) -> Unit:
        named = {
            name: Reference(each.number, each.issued_on)
            for name, each in self._prepared.originals.items()
            if each.issued_on is not None
        }
        left = self._prepared.taxes_left
        made = [drafted(each, self._day, named, left) for each in self._prepared.billed]
        for billed, one in zip(self._prepared.billed, made, strict=True):
            self._on_balance(billed.invoice_id, one)
        for billed, one in zip(self._prepared.billed, self._with_credit(made), strict=True):
            self._document(one, billed)
        self._finish()
        return Unit(
            self._prepared,
            tuple(self._changes),
            tuple(self._steps),
            MappingProxyType(self._series),
            tuple(self._documents),
        )

    def _on_balance(self, bill_id: str, made: Drafted) -> None:
        """The bill becomes an invoice; what credit notes come to is account credit (INV-11)."""
        if self._balance is None:
            return
        invoice = made.invoice.invoice if made.invoice else None
        total = invoice.total_minor if invoice else 0
        due_on = invoice.due_on if invoice and invoice.due_on else self._day
        moved = self._balance.became_invoice(bill_id, total, due_on)
        self._balance = moved.credited(Money(made.noted_minor, moved.currency))

    def _with_credit(self, made: list[Drafted]) -> list[Drafted]:
        """Credit pays them before they are numbered (COL-7), unless something older is open."""
        if self._balance is None:
            return made
        own = {one.invoice.invoice.invoice_id for one in made if one.invoice}
        if any(bill.invoice_id not in own for bill in self._balance.invoiced):
            return made  # `apply_credit` pays the oldest first
        settled = self._balance.settled()
        left = {bill.invoice_id: bill.open_minor for bill in settled.invoiced}
        self._balance = settled
        return [replace(one, invoice=_credited(one.invoice, left)) for one in made]

    def _document(self, made: Drafted, billed: Billed) -> None:
        """Fees come with the invoice, and are billed with its entry; those of an order were (TAX-5)."""
        fees = billed.quote.fees if self._balance is not None else ()
        in_doubt = [_IN_DOUBT] if billed.is_vat_in_doubt else []
        if made.invoice is not None:
            events = ["invoice.finalized"]
            events += in_doubt
            self._add(made.invoice, events, "billing_invoice", self._postings, fees)
            fees, in_doubt = (), []
        for note in made.notes:
            events = ["credit_note.issued", *in_doubt]
            self._add(note, events, "billing_credit_note", self._note_postings, fees)
            self._correct(note)
            fees, in_doubt = (), []

    def _add(
        self,
        draft: Draft,
        names: list[str],
        mail: str,
        postings: Callable[[Invoice], Postings],
        fees: Lines,
    ) -> None:
        final: Numbered = numbered(draft, self._series[draft.invoice.kind], self._at)
        invoice = final.invoice
        if invoice.is_collected and invoice.open_minor:
            printed = _printed_moment(final.content.document, self._prepared.time_zone, self._at)
            invoice = replace(invoice, collect_at=printed or self._at, debited_from=printed)
        if _IN_DOUBT in names:
            invoice = replace(invoice, in_doubt_since=self._at)
        self._series[invoice.kind] = final.series
        self._documents.append(invoice)
        events = [Event(name, _facts(invoice)) for name in names]
        if invoice.status is InvoiceStatus.PAID and not invoice.is_credit_note:
            events.append(Event("invoice.paid", _facts(invoice)))
        if invoice.collect_at == self._at:
            events.append(Event("invoice.to_collect", _facts(invoice)))
        posted = (*billed_postings(fees, 0, invoice.currency), *postings(invoice))
        change = Change[Aggregate](
            None,
            invoice,
            tuple(events),
            posted if self._prepared.balance is not None else (),
            (mail,),
            fees,
            book=invoice.selling_entity,
        )
        self._changes.append(change)
        self._steps.append(PutContent(final.content, invoice))

    @staticmethod
    def _postings(invoice: Invoice) -> Postings:
        """Its lines were posted when they were billed; tax and credit are as of now."""
        used = Money(invoice.credit_applied_minor, invoice.currency)
        tax = invoice.tax_minor
        posted = (
            tax_postings(Money(tax, invoice.currency))
            if tax >= 0
            else tax_back_postings(Money(-tax, invoice.currency))
        )
        return (*posted, *credit_used_postings(used))

    @staticmethod
    def _note_postings(note: Invoice) -> Postings:
        return (
            *tax_back_postings(Money(note.tax_minor, note.currency)),
            *credit_given_postings(note.total),
        )

    def _correct(self, draft: Draft) -> None:
        """The invoice knows of its credit note."""
        note, taxes = draft.invoice, draft.content.document.taxes
        original = self._originals[note.refers_to or ""]
        noted = original.noted(note.total_minor, 0).with_note(note.invoice_id)
        self._originals[original.invoice_id] = noted.with_noted_taxes(taxes)

    def _finish(self) -> None:
        prepared = self._prepared
        for name, before in prepared.originals.items():
            after = replace(self._originals[name], version=before.version + 1)
            self._changes.append(Change[Aggregate](before, after, (Event("invoice.credited"),)))
        if prepared.balance is not None and self._balance is not None:
            self._changes.append(_balance_change(prepared.balance, self._balance))
        self._steps += [KeepGivenBack(each, each.written()) for each in prepared.given_back]
        if prepared.candidate.cart_id:
            candidate = prepared.candidate
            self._steps.append(OrderInvoiced(candidate.account_id, candidate.cart_id))


def _credited(draft: Draft | None, left: Mapping[str, int]) -> Draft | None:
    if draft is None:
        return None
    invoice = draft.invoice
    used = invoice.total_minor - left.get(invoice.invoice_id, 0)
    return with_credit(draft, used)


def _printed_moment(document: InvoiceDocument, time_zone: str, at: datetime) -> datetime | None:
    """When the day begins from which on it is collected, as it says; whole days after it was made."""
    first, issued_on = document.collected_from, document.issued_on
    return None if first is None else max(midnight(first, time_zone), at + (first - issued_on))


def _balance_change(before: AccountBalance, after: AccountBalance) -> Change[Aggregate]:
    bumped = replace(after, version=after.version + 1)
    return Change[Aggregate](before, bumped, book=after.selling_entity)


def _facts(invoice: Invoice) -> dict[str, str | int | None]:
    return {
        "account_id": invoice.account_id,
        "invoice_id": invoice.invoice_id,
        "number": invoice.number,
        "total_minor": invoice.total_minor,
        "open_minor": invoice.open_minor,
        "currency": invoice.currency,
    }
