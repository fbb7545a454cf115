"""Which invoices' VAT goes back, decided once for all of them, and how far that was carried out (TAX-3)."""

from __future__ import annotations

from dataclasses import dataclass, replace

from guichet.invoices.content import InvoiceContent
from guichet.invoices.invoice import Invoice
from guichet.invoices.noting import NoteWrite
from guichet.invoices.ports import PutContent, TakeNumbers
from guichet.invoices.series import Series
from guichet.invoices.vat_correcting import is_left
from guichet.invoices.vat_notes import Corrected, VatNotes
from guichet.subscriptions.balance import AccountBalance
from guichet.subscriptions.creditable import GivenBack, KeepGivenBack


@dataclass(frozen=True, slots=True)
class Decided:
    """Of an account's invoices with an entity in a currency, as everything was at one moment.

    It leads on as long as only its own notes are written: each write is guarded by all of it.
    """

    balance: AccountBalance
    series: Series  # of credit notes
    notes: VatNotes
    corrected: Corrected
    waiting: frozenset[str]  # until an order that gave back of them has its invoice

    def next_left(self) -> Invoice | None:
        """The oldest that has no note yet, and was not left to a person."""
        return next((each for each in self._left() if each.invoice_id not in self.waiting), None)

    @property
    def waits(self) -> bool:
        return any(each.invoice_id in self.waiting for each in self._left())

    def _left(self) -> list[Invoice]:
        named = self.corrected.names | self.corrected.refused.keys()
        found = [each.invoice for each in self.notes.documents.values()]
        left = [each for each in found if each.invoice_id in named and is_left(each)]
        return left[::-1]  # the newest was listed first

    def with_invoice(self, invoice: Invoice) -> Decided:
        """As it was written."""
        name, documents = invoice.invoice_id, self.notes.documents
        changed = replace(documents[name], invoice=invoice)
        return replace(self, notes=replace(self.notes, documents={**documents, name: changed}))

    def with_note(self, written: NoteWrite) -> Decided:
        """With all that a note's write changed."""
        moved = self.with_invoice(written.invoice)
        balances = (
            each.after for each in written.changes if isinstance(each.after, AccountBalance)
        )
        balance = next(balances, self.balance)
        notes, series = moved.notes, self.series
        for step in written.steps:
            match step:
                case TakeNumbers():
                    series = step.after
                case PutContent():
                    notes = _beside(notes, written.note, step.content)
                case KeepGivenBack():
                    notes = replace(notes, given_back=_kept(notes, step.after))
                case _:
                    raise ValueError("a note's write has no such step")
        return replace(moved, balance=balance, series=series, notes=notes)


def _beside(notes: VatNotes, note: Invoice, content: InvoiceContent) -> VatNotes:
    return replace(notes, contents=[*notes.contents, (note, content)])


def _kept(notes: VatNotes, after: GivenBack) -> dict[str, GivenBack]:
    return {
        name: after if each.month == after.month else each
        for name, each in notes.given_back.items()
    }
