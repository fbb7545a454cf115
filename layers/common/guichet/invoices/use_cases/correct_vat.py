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
from guichet.invoices.noting import note_write
from guichet.invoices.ports import Aggregate, VatNumbers
from guichet.invoices.vat_correcting import (
    Document,
    Freed,
    asked_again,
    freed_by,
    is_left,
    nominated,
)
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
    confirmed_at: datetime
    actor: Actor


def correct_vat(
    command: CorrectVat, *, invoicing: Invoicing, numbers: VatNumbers, policy: VatCheckPolicy
) -> list[Invoice]:
    """A credit note for each invoice of the last 30 days, of exactly the VAT that is left of it.

    One write for each, so twice, at once, late or after a death each is corrected once. What is
    open is less by it where it fits in and is not being collected; else it is account credit. What
    can't go back by itself is told by `invoice.vat_not_reversed`, and the others go on.

    Raises:
        Unavailable: `busy`, others write all the time; `tax_unknown`. The message comes again.
    """
    record = _record(command, numbers)
    if record is None:
        return []
    zone = invoicing.entities.entity(command.selling_entity).time_zone
    correction = _Correction(
        command,
        record,
        local_day(command.confirmed_at, zone),
        local_day(invoicing.clock.now(), zone),
        numbers.profile(command.account_id),
        invoicing,
        policy,
    )
    return correction.carried_out()


def _record(command: CorrectVat, numbers: VatNumbers) -> VatRecord | None:
    if command.number_id:
        return numbers.vat_record_named(command.account_id, command.number_id)
    number = numbers.profile(command.account_id).vat_number
    return numbers.vat_record(command.account_id, number) if number else None


class _Correction:
    def __init__(  # noqa: PLR0917 - each is another thing
        self,
        command: CorrectVat,
        record: VatRecord,
        confirmed_on: date,
        today: date,
        profile: BillingProfile,
        invoicing: Invoicing,
        policy: VatCheckPolicy,
    ) -> None:
        self._command = command
        self._record = record
        self._confirmed_on = confirmed_on
        self._today = today
        self._profile = profile
        self._invoicing = invoicing
        self._policy = policy
        self._contents: dict[str, InvoiceContent] = {}  # they never change
        self._freed: dict[str, Freed] = {}

    def carried_out(self) -> list[Invoice]:
        """The credit notes that this call made, the oldest invoice first."""
        listed = self._listed()
        names = self._nominated(listed)
        wanted = [each for each in listed if each.invoice_id in names and is_left(each)]
        made = (self._corrected(each) for each in reversed(wanted))
        return [each for each in made if each is not None]

    def _nominated(self, invoices: Iterable[Invoice]) -> frozenset[str]:
        return frozenset(nominated(invoices, self._record, self._confirmed_on, self._policy))

    def _corrected(self, listed: Invoice) -> Invoice | None:
        cause = Cause(self._command.actor, "correct_vat", self._invoicing.clock.now())
        return with_fresh_state(lambda: self._attempt(listed, cause))

    def _attempt(self, listed: Invoice, cause: Cause) -> Invoice | None:
        """The balance is read first: whatever else gives back or charges meanwhile moves it."""
        invoicing = self._invoicing
        balance = invoicing.billing.balance(
            listed.account_id, listed.selling_entity, listed.currency
        )
        given_back = invoicing.records.given_back(listed.account_id, listed.invoice_id)
        waits = self._has_order_without_invoice(given_back.orders_of(listed.invoice_id))
        invoices = [each for each in self._listed() if each.currency == listed.currency]
        invoice = next(each for each in invoices if each.invoice_id == listed.invoice_id)
        if waits or not is_left(invoice):
            return None  # the order's invoice tells of itself: then this is looked at once more
        series = invoicing.records.series(invoice.selling_entity, DocumentKind.CREDIT_NOTE)
        notes = self._notes(invoices, given_back, series.issue_day(self._today))
        corrected = notes.corrected()
        if invoice.invoice_id in corrected.refused:
            self._leave(invoice, corrected.refused[invoice.invoice_id], cause)
        if invoice.invoice_id not in corrected.names:
            return None
        made = notes.note(invoice.invoice_id, corrected.names)
        if made is None:
            raise ValueError("what is corrected has a note")
        draft, reversed_vat = made
        total, note_id = draft.invoice.total_minor, draft.invoice.invoice_id
        offset = total if draft.invoice.settlement is Settlement.OFFSET else 0
        after = invoice.noted(total, offset).with_note(note_id).with_reversed_vat(reversed_vat)
        written = note_write(
            *(draft, invoice, after, balance, series, given_back, cause.at), reason=_REASON
        )
        invoicing.records.save(cause, written.changes, written.steps)
        return written.note

    def _notes(
        self, invoices: Sequence[Invoice], given_back: GivenBack, issued_on: date
    ) -> VatNotes:
        names = self._nominated(invoices)
        documents = {
            each.invoice_id: self._document(each) for each in invoices if each.invoice_id in names
        }
        first = min(
            (each.invoice.issued_on or date.max for each in documents.values()), default=date.max
        )
        months = {given_back.month: given_back}
        for name in documents:
            month = invoice_month(name)
            if month not in months:
                records, account_id = self._invoicing.records, self._command.account_id
                months[month] = records.given_back(account_id, name)
        return VatNotes(
            documents,
            [(e, self._content(e)) for e in invoices if e.issued_on and e.issued_on >= first],
            {name: months[invoice_month(name)] for name in documents},
            issued_on,
        )

    def _has_order_without_invoice(self, cart_ids: Iterable[str]) -> bool:
        """What it gave back, with the VAT of its preview, is left out once its invoice says so."""
        records, account_id = self._invoicing.records, self._command.account_id
        return any(records.waiting_order(account_id, each) is not None for each in cart_ids)

    def _leave(self, invoice: Invoice, code: str, cause: Cause) -> None:
        after = replace(invoice, not_reversed=code, version=invoice.version + 1)
        facts = {
            "account_id": invoice.account_id,
            "invoice_id": invoice.invoice_id,
            "number": invoice.number,
            "reason": code,
        }
        event = Event("invoice.vat_not_reversed", facts)
        self._invoicing.records.save(cause, [Change[Aggregate](invoice, after, (event,))])

    def _listed(self) -> list[Invoice]:
        """All of the account with this entity, the newest bill first."""
        found: list[Invoice] = []
        after: str | None = None
        while True:
            page = self._invoicing.records.invoices_of(
                self._command.account_id, limit=_PAGE, after=after
            )
            found += page.items
            after = page.after
            if after is None:
                break
        return [each for each in found if each.selling_entity == self._command.selling_entity]

    def _content(self, invoice: Invoice) -> InvoiceContent:
        if invoice.invoice_id not in self._contents:
            found = self._invoicing.records.content(invoice)
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
        quote = self._invoicing.taxes.quote(
            invoice.selling_entity,
            tax_subject(billed_as, VatStanding.VALID),
            invoice.issued_on or invoice.bill_on,
            [each.line for each in asked],
        )
        return freed_by(asked, quote)
