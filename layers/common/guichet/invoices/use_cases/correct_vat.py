"""Give back the VAT of an entity's latest invoices, as their number was confirmed (TAX-3)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Final

from guichet.access.profile import BillingProfile
from guichet.events import Actor, Event
from guichet.invoices.content import InvoiceContent
from guichet.invoices.document import DocumentKind, Settlement
from guichet.invoices.invoice import Invoice
from guichet.invoices.invoicing import Invoicing
from guichet.invoices.noting import NoteWrite, note_write
from guichet.invoices.ports import Aggregate, VatNumbers
from guichet.invoices.vat_correcting import (
    Document,
    Freed,
    asked_again,
    corrected_among,
    freed_by,
    gives_back,
    is_left,
    nominated,
)
from guichet.invoices.vat_decided import Decided
from guichet.invoices.vat_notes import VatNotes
from guichet.ledger.journal import Cause, Change
from guichet.period import local_day
from guichet.retrying import with_fresh_state
from guichet.subscriptions.balance import invoice_month
from guichet.subscriptions.creditable import GivenBack
from guichet.subscriptions.taxed import tax_subject
from guichet.tax.subject import VatStanding
from guichet.tax.tables import VatCheckPolicy
from guichet.tax.vat_check import VatRecord

_REASON: Final = "The VAT number was confirmed."
_PAGE: Final = 100


@dataclass(frozen=True, slots=True)
class CorrectVat:
    """A number of an account counts since a moment; one entity's invoices are looked at."""

    account_id: str
    selling_entity: str
    number_id: str  # empty: the one that the account has now
    confirmed_at: (
        datetime  # or later, of an order in doubt: the 30 days are those before the answer
    )
    actor: Actor


@dataclass(frozen=True, slots=True)
class VatCorrected:
    """What a look came to."""

    notes: tuple[Invoice, ...] = ()  # that it made, of the oldest bill first
    waits: bool = (
        False  # some is left, until an order has its invoice: it has to be looked at again
    )


def correct_vat(
    command: CorrectVat, *, invoicing: Invoicing, numbers: VatNumbers, policy: VatCheckPolicy
) -> VatCorrected:
    """A credit note for each invoice of the last 30 days, of exactly the VAT that is left of it.

    One write for each, so twice, at once, late or after a death each is corrected once. What is
    open is less by it where it fits in and is not being collected; else it is account credit. What
    can't go back by itself is told by `invoice.vat_not_reversed`, and the others go on.

    Raises:
        Unavailable: `busy`, others write all the time; `tax_unknown`. The message comes again.
    """
    record = _record(command, numbers)
    if record is None:
        return VatCorrected()
    zone = invoicing.entities.entity(command.selling_entity).time_zone
    answered_at = min(command.confirmed_at, record.counts_since or command.confirmed_at)
    documents = _Documents(
        command,
        record,
        local_day(answered_at, zone),
        numbers.profile(command.account_id),
        invoicing,
        policy,
    )
    made, waits = list[Invoice](), False
    for currency in documents.wanted():
        correction = _Correction(currency, documents, local_day(invoicing.clock.now(), zone))
        made += correction.carried_out()
        waits = waits or correction.waits
    return VatCorrected(tuple(made), waits)


def _record(command: CorrectVat, numbers: VatNumbers) -> VatRecord | None:
    if command.number_id:
        return numbers.vat_record_named(command.account_id, command.number_id)
    number = numbers.profile(command.account_id).vat_number
    return numbers.vat_record(command.account_id, number) if number else None


class _Documents:
    """What an account has of an entity, each content read once."""

    def __init__(  # noqa: PLR0917 - each is another thing
        self,
        command: CorrectVat,
        record: VatRecord,
        answered_on: date,
        profile: BillingProfile,
        invoicing: Invoicing,
        policy: VatCheckPolicy,
    ) -> None:
        self.command = command
        self.invoicing = invoicing
        self._record = record
        self._answered_on = answered_on
        self._profile = profile
        self._policy = policy
        self._contents: dict[str, InvoiceContent] = {}  # they never change
        self._freed: dict[str, Freed] = {}

    def wanted(self) -> list[str]:
        """The currencies in which something goes back."""
        listed = self.listed()
        names = self._nominated(listed)
        found = [self._document(e) for e in listed if e.invoice_id in names and is_left(e)]
        free = corrected_among(found)
        return sorted({e.invoice.currency for e in found if e.invoice.invoice_id in free})

    def _nominated(self, invoices: Iterable[Invoice]) -> frozenset[str]:
        return frozenset(nominated(invoices, self._record, self._answered_on, self._policy))

    def listed(self, currency: str = "") -> list[Invoice]:
        """All of the account with this entity, in one currency or in any, the newest bill first."""
        found: list[Invoice] = []
        after: str | None = None
        while True:
            page = self.invoicing.records.invoices_of(
                self.command.account_id, limit=_PAGE, after=after
            )
            found += page.items
            after = page.after
            if after is None:
                break
        of_entity = (e for e in found if e.selling_entity == self.command.selling_entity)
        return [each for each in of_entity if currency in {"", each.currency}]

    def notes(self, invoices: Sequence[Invoice], issued_on: date) -> VatNotes:
        """What the notes are made from; where nothing is free of VAT by now, nothing."""
        names = self._nominated(invoices)
        documents = {
            each.invoice_id: self._document(each) for each in invoices if each.invoice_id in names
        }
        able = (each for each in documents.values() if is_left(each.invoice))
        if not corrected_among(able):
            return VatNotes({}, (), {}, issued_on)
        first = min(each.invoice.issued_on or date.max for each in documents.values())
        later = [e for e in invoices if e.issued_on and e.issued_on >= first]
        contents = [(each, self._content(each)) for each in later]
        return VatNotes(
            documents,
            [(each, content) for each, content in contents if gives_back(content)],
            self._given_back(documents),
            issued_on,
        )

    def _given_back(self, names: Iterable[str]) -> dict[str, GivenBack]:
        """By invoice; those of a month are kept together."""
        months = {invoice_month(name): name for name in names}
        records, account_id = self.invoicing.records, self.command.account_id
        kept = {month: records.given_back(account_id, name) for month, name in months.items()}
        return {name: kept[invoice_month(name)] for name in names}

    def _content(self, invoice: Invoice) -> InvoiceContent:
        if invoice.invoice_id not in self._contents:
            found = self.invoicing.records.content(invoice)
            if found is None:
                raise ValueError("an invoice without its content")
            self._contents[invoice.invoice_id] = found
        return self._contents[invoice.invoice_id]

    def _document(self, invoice: Invoice) -> Document:
        """With what it would have charged, had the number been confirmed: by its own address and day."""
        content = self._content(invoice)
        if invoice.invoice_id not in self._freed:
            self._freed[invoice.invoice_id] = self._freed_of(invoice, content)
        return Document(invoice, content, self._freed[invoice.invoice_id])

    def _freed_of(self, invoice: Invoice, content: InvoiceContent) -> Freed:
        buyer, asked = content.document.buyer, asked_again(content)
        billed_as = replace(
            self._profile, billing_address=buyer.address, vat_number=self._record.vat_number
        )
        quote = self.invoicing.taxes.quote(
            invoice.selling_entity,
            tax_subject(billed_as, VatStanding.VALID),
            invoice.issued_on or invoice.bill_on,
            [each.line for each in asked],
        )
        return freed_by(asked, quote)


class _Correction:
    """The invoices of one currency, which share a balance: decided once, then written one by one."""

    def __init__(self, currency: str, documents: _Documents, today: date) -> None:
        self._currency = currency
        self._documents = documents
        self._invoicing = documents.invoicing
        self._command = documents.command
        self._today = today
        self._decided: Decided | None = None  # as long as nobody else has written
        self._made: list[Invoice] = []
        self.waits = False

    def carried_out(self) -> list[Invoice]:
        """The credit notes that this call made, of the oldest bill first."""
        while with_fresh_state(self._has_gone_on):
            pass  # one less is left
        return self._made

    def _has_gone_on(self) -> bool:
        """One write. What was decided counts no more, unless it comes through."""
        decided, self._decided = self._decided or self._decide(), None
        invoice = decided.next_left()
        if invoice is None:
            self.waits = decided.waits
            return False
        cause = Cause(self._command.actor, "correct_vat", self._invoicing.clock.now())
        code = decided.corrected.refused.get(invoice.invoice_id)
        if code is not None:
            self._decided = decided.with_invoice(self._left(invoice, code, cause))
            return True
        written = _written(decided, invoice, cause)
        self._invoicing.records.save(cause, written.changes, written.steps)
        self._made.append(written.note)
        self._decided = decided.with_note(written)
        return True

    def _decide(self) -> Decided:
        """The balance is read first: whatever else gives back or charges meanwhile moves it."""
        account_id, entity = self._command.account_id, self._command.selling_entity
        balance = self._invoicing.billing.balance(account_id, entity, self._currency)
        series = self._invoicing.records.series(entity, DocumentKind.CREDIT_NOTE)
        listed = self._documents.listed(self._currency)
        notes = self._documents.notes(listed, series.issue_day(self._today))
        corrected = notes.corrected()
        named = corrected.names | corrected.refused.keys()
        left = (each for each in named if is_left(notes.documents[each].invoice))
        waiting = frozenset(each for each in left if self._waits_for_order(each, notes))
        return Decided(balance, series, notes, corrected, notes.with_counted_on(waiting))

    def _waits_for_order(self, name: str, notes: VatNotes) -> bool:
        """What an order gave back, with the VAT of its preview, is left out once its invoice says so."""
        records, account_id = self._invoicing.records, self._command.account_id
        orders = notes.given_back[name].orders_of(name)
        return any(records.waiting_order(account_id, each) is not None for each in orders)

    def _left(self, invoice: Invoice, code: str, cause: Cause) -> Invoice:
        """To a person."""
        after = replace(invoice, not_reversed=code, version=invoice.version + 1)
        facts = {
            "account_id": invoice.account_id,
            "invoice_id": invoice.invoice_id,
            "number": invoice.number,
            "reason": code,
        }
        event = Event("invoice.vat_not_reversed", facts)
        self._invoicing.records.save(cause, [Change[Aggregate](invoice, after, (event,))])
        return after


def _written(decided: Decided, invoice: Invoice, cause: Cause) -> NoteWrite:
    made = decided.notes.note(invoice.invoice_id, decided.corrected.names)
    if made is None:
        raise ValueError("what is corrected has a note")
    draft, reversed_vat = made
    total, note_id = draft.invoice.total_minor, draft.invoice.invoice_id
    offset = total if draft.invoice.settlement is Settlement.OFFSET else 0
    after = invoice.noted(total, offset).with_note(note_id).with_reversed_vat(reversed_vat)
    given_back = decided.notes.given_back[invoice.invoice_id]
    return note_write(
        *(draft, invoice, after, decided.balance, decided.series, given_back, cause.at),
        reason=_REASON,
    )
