"""The files that a document is kept as, and where each of them lies (INV-4, INV-9)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from guichet.errors import NotFound, Unavailable
from guichet.invoices.document import InvoiceDocument
from guichet.invoices.invoice import Invoice

_SECONDS_UNTIL_READY: Final = 15  # a message's road from the journal, and one document drawn


class DocumentForm(StrEnum):
    """One file of a document, by the word that asks for it. The PDF is kept last."""

    CSV = "csv"
    JSON = "json"
    XML = "xml"  # the electronic invoice in CII
    UBL = "ubl"
    PDF = "pdf"

    @property
    def ending(self) -> str:
        return _ENDINGS.get(self, self.value)

    @property
    def media_type(self) -> str:
        return _MEDIA_TYPES[self]

    @property
    def is_electronic(self) -> bool:
        """One of the syntaxes of EN 16931, which not every document has."""
        return self in {DocumentForm.XML, DocumentForm.UBL}


_ENDINGS: Final = MappingProxyType({DocumentForm.XML: "cii.xml", DocumentForm.UBL: "ubl.xml"})
_MEDIA_TYPES: Final = MappingProxyType(
    {
        DocumentForm.CSV: "text/csv; charset=utf-8; header=present",
        DocumentForm.JSON: "application/json",
        DocumentForm.XML: "application/xml",
        DocumentForm.UBL: "application/xml",
        DocumentForm.PDF: "application/pdf",
    }
)

type Files = Mapping[DocumentForm, bytes]
type RenderDocument = Callable[[InvoiceDocument], Files]


def file_name(invoice: Invoice, form: DocumentForm) -> str:
    """`US-I-000012.pdf`."""
    return f"{invoice.number}.{form.ending}"


def file_key(invoice: Invoice, form: DocumentForm) -> str:
    """Where a file is kept: by account and invoice, under its number."""
    return f"documents/{invoice.account_id}/{invoice.invoice_id}/{file_name(invoice, form)}"


def not_ready() -> Unavailable:
    """What is asked for was not drawn yet."""
    return Unavailable(
        "document_not_ready",
        "This document is being made; try again in a moment.",
        rule="INV-9",
        retry_after_seconds=_SECONDS_UNTIL_READY,
    )


def no_such_form() -> NotFound:
    """The electronic invoice of a document that EN 16931 does not reach."""
    return NotFound(
        "no_electronic_invoice",
        "There is no electronic invoice of this document; take its PDF, CSV or JSON.",
        rule="INV-4",
    )
