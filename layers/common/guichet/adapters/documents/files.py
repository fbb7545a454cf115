"""All files of one document, made at once when it is finalized and kept for good."""

from __future__ import annotations

from dataclasses import dataclass
from types import MappingProxyType

from guichet.adapters.documents.cii import cross_industry_invoice
from guichet.adapters.documents.electronic import electronic_invoice
from guichet.adapters.documents.pdf import render_pdf, template_of
from guichet.adapters.documents.plain import document_csv, document_json
from guichet.adapters.documents.ubl import universal_invoice
from guichet.invoices.document import InvoiceDocument
from guichet.invoices.forms import DocumentForm, Files


@dataclass(frozen=True, slots=True)
class Drawn:
    """One document in every form. The electronic invoice only where EN 16931 reaches."""

    pdf: bytes
    csv: bytes
    json: bytes
    cii: bytes | None
    ubl: bytes | None


def files_of(document: InvoiceDocument) -> Drawn:
    """The files; the same document always gives the same bytes (INV-4).

    The PDF of an entity of the EU has the electronic invoice inside, as Factur-X puts it there.

    Raises:
        Invalid: `text_not_printable`.
        Unavailable: `template_unknown`.
    """
    template_of(document)  # before its words are looked for
    electronic = electronic_invoice(document)
    cii = None if electronic is None else cross_industry_invoice(electronic)
    return Drawn(
        pdf=render_pdf(document, cii),
        csv=document_csv(document),
        json=document_json(document),
        cii=cii,
        ubl=None if electronic is None else universal_invoice(electronic),
    )


def rendered(document: InvoiceDocument) -> Files:
    """`RenderDocument`: the same files by their form; forms that the document lacks are absent."""
    drawn = files_of(document)
    forms = {
        DocumentForm.CSV: drawn.csv,
        DocumentForm.JSON: drawn.json,
        DocumentForm.XML: drawn.cii,
        DocumentForm.UBL: drawn.ubl,
        DocumentForm.PDF: drawn.pdf,
    }
    held = {form: content for form, content in forms.items() if content is not None}
    return MappingProxyType(held)
