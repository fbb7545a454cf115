"""Credit notes of VAT alone, decided together: one counts on what the others give back (TAX-3)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from guichet.errors import Conflict
from guichet.invoices.building import Draft
from guichet.invoices.content import InvoiceContent
from guichet.invoices.correcting import vat_note_of
from guichet.invoices.invoice import Invoice
from guichet.invoices.parts import ReversedVat
from guichet.invoices.vat_correcting import (
    Document,
    corrected_among,
    given_back_of,
    is_left,
    reversed_vat_of,
)
from guichet.subscriptions.balance import dated_invoice_id
from guichet.subscriptions.creditable import GivenBack


@dataclass(frozen=True, slots=True)
class Corrected:
    """The invoices whose VAT goes back, or went; and of others, why it can't: a person decides."""

    names: frozenset[str]
    refused: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class VatNotes:
    """The notes of an account's invoices with an entity in a currency."""

    documents: Mapping[str, Document]  # that may have to be corrected, and those that were
    contents: Sequence[tuple[Invoice, InvoiceContent]]  # of all since the first of these
    given_back: Mapping[str, GivenBack]  # by invoice
    issued_on: date

    def corrected(self) -> Corrected:
        """Those of which a note can be made, given that the others have theirs.

        What another gave back of an invoice is charged there again, if that one is corrected; so
        one that can't be must not be counted upon.
        """
        able = (
            each
            for each in self.documents.values()
            if each.invoice.reversed_vat or is_left(each.invoice)
        )
        names, refused = corrected_among(able), dict[str, str]()
        while True:
            fails: dict[str, str] = {}
            for name in names:
                if self.documents[name].invoice.reversed_vat is None:
                    code = self._why_not(name, names)
                    fails |= {} if code is None else {name: code}
            if not fails:
                return Corrected(names, refused)
            names -= fails.keys()
            refused |= {name: code for name, code in fails.items() if code}

    def with_counted_on(self, waiting: frozenset[str]) -> frozenset[str]:
        """Those that wait, and those that count on them: what waits may yet turn out not to go back."""
        while True:
            of = {
                line.line.of_invoice
                for document, content in self.contents
                if (document.refers_to or document.invoice_id) in waiting
                for line in content.lines
                if line.line.is_credit and line.line.of_invoice
            }
            if of <= waiting:
                return waiting
            waiting |= of

    def _why_not(self, name: str, names: frozenset[str]) -> str | None:
        """A code; empty where there is nothing to give back."""
        try:
            return None if self.note(name, names) is not None else ""
        except Conflict as refusal:
            return refusal.code

    def note(self, name: str, names: frozenset[str]) -> tuple[Draft, ReversedVat] | None:
        """The note of exactly the VAT that is left of it; None where none is.

        Raises:
            Conflict: `credit_exceeds_invoice`; `credits_exceed_charges`.
        """
        document = self.documents[name]
        invoice = document.invoice
        later = [
            (each, content)
            for each, content in self.contents
            if each.issued_on and invoice.issued_on and each.issued_on >= invoice.issued_on
        ]
        reversed_vat = reversed_vat_of(document, given_back_of(name, later, names), names)
        if reversed_vat is None:
            return None
        note_id = dated_invoice_id(invoice.bill_on, name, "correct_vat")
        draft = vat_note_of(
            *(invoice, document.content, reversed_vat, note_id, self.issued_on),
            self.given_back[name],
        )
        return (draft, reversed_vat) if draft.invoice.total_minor else None
