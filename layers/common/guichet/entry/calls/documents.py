"""Files of invoices and credit notes, as they were sent (INV-9)."""

from __future__ import annotations

from typing import Final

from guichet.entry.callers import known_form
from guichet.entry.calls.signed_in import SIGN_IN, SignedInCalls
from guichet.entry.http import Text, file_answered, route
from guichet.invoices.forms import DocumentForm
from guichet.invoices.use_cases.read_document import read_document

INVOICE: Final = "/v1/invoices/<invoice_id>"
F = DocumentForm


class DocumentCalls(SignedInCalls):
    """One method a call."""

    @route(
        "GET",
        f"{INVOICE}/pdf",
        "Download an invoice or a credit note as PDF",
        who=SIGN_IN,
        media_type=F.PDF.media_type,
    )
    def read_invoice_pdf(self, invoice_id: str) -> Text:
        return self._file(invoice_id, F.PDF)

    @route(
        "GET",
        f"{INVOICE}/csv",
        "Download its lines, taxes and sums as CSV",
        who=SIGN_IN,
        media_type=F.CSV.media_type,
    )
    def read_invoice_csv(self, invoice_id: str) -> Text:
        return self._file(invoice_id, F.CSV)

    @route(
        "GET",
        f"{INVOICE}/json",
        "Download all that it says as JSON",
        who=SIGN_IN,
        media_type=F.JSON.media_type,
    )
    def read_invoice_json(self, invoice_id: str) -> Text:
        return self._file(invoice_id, F.JSON)

    @route(
        "GET",
        f"{INVOICE}/xml",
        "Download the electronic invoice (EN 16931, CII); of sellers in the EU",
        who=SIGN_IN,
        media_type=F.XML.media_type,
    )
    def read_invoice_xml(self, invoice_id: str) -> Text:
        return self._file(invoice_id, F.XML)

    @route(
        "GET",
        f"{INVOICE}/ubl",
        "Download the electronic invoice (EN 16931, UBL); of sellers in the EU",
        who=SIGN_IN,
        media_type=F.UBL.media_type,
    )
    def read_invoice_ubl(self, invoice_id: str) -> Text:
        return self._file(invoice_id, F.UBL)

    def _file(self, invoice_id: str, form: DocumentForm) -> Text:
        sender = self._sender()
        held = sender.held
        found = read_document(
            sender.member,
            known_form(invoice_id, "invoice"),
            form,
            records=held.billing.invoices,
            files=held.documents,
        )
        return file_answered(found.content, found.media_type, found.name)
