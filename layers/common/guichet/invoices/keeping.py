"""Files of finalized documents: drawn once, kept for good, the same bytes each time (INV-3, INV-4)."""

from __future__ import annotations

from dataclasses import dataclass

from guichet.invoices.document import InvoiceDocument
from guichet.invoices.forms import DocumentForm, RenderDocument, file_key
from guichet.invoices.invoice import Invoice
from guichet.invoices.ports import DocumentFiles


@dataclass(frozen=True, slots=True)
class Keeping:
    """Draws documents, and keeps what it drew where nothing was kept before."""

    files: DocumentFiles
    render: RenderDocument

    def kept_pdf(self, invoice: Invoice, document: InvoiceDocument) -> bytes:
        """The PDF as it is kept. All files are kept when this answers.

        After a death in between everything is drawn again; what was kept before stays as it was.
        The PDF comes last: where it is, all others are.

        Raises:
            Invalid: `text_not_printable`.
            Unavailable: `template_unknown`.
            KeepingError: the bucket does not take it; the same call may succeed later.
        """
        drawn = self.render(document)
        for form in DocumentForm:
            if form in drawn and form is not DocumentForm.PDF:
                self.files.put(file_key(invoice, form), drawn[form], form.media_type)
        key, pdf = file_key(invoice, DocumentForm.PDF), drawn[DocumentForm.PDF]
        if self.files.put(key, pdf, DocumentForm.PDF.media_type):
            return pdf
        return self.files.get(key) or pdf
