"""Read a file of an invoice or a credit note, as it is kept (INV-9)."""

from __future__ import annotations

from dataclasses import dataclass

from guichet.access.membership import Member, Permission
from guichet.errors import Unavailable, not_found
from guichet.invoices.forms import DocumentForm, file_key, file_name, no_such_form, not_ready
from guichet.invoices.invoice import Invoice
from guichet.invoices.ports import DocumentFiles, InvoiceRecords, KeepingError


@dataclass(frozen=True, slots=True)
class ReadFile:
    """A file, what it is called, and what it is."""

    content: bytes
    name: str
    media_type: str


def read_document(
    member: Member,
    invoice_id: str,
    form: DocumentForm,
    *,
    records: InvoiceRecords,
    files: DocumentFiles,
) -> ReadFile:
    """The bytes that were sent: nothing is drawn here.

    Raises:
        NotAllowed: the member may not see bills.
        NotFound: absent, or another account's; `no_electronic_invoice`.
        Unavailable: `document_not_ready`, it is being made; `documents_unavailable`.
    """
    member.reach(Permission.READ_BILLS)
    invoice = records.invoice(member.account_id, invoice_id)
    if invoice is None:
        raise not_found("invoice")
    try:
        content = files.get(file_key(invoice, form))
    except KeepingError as error:
        raise Unavailable(
            "documents_unavailable", "Documents can't be read at the moment; try again."
        ) from error
    if content is None:
        _require_electronic(invoice, form, records)
        raise not_ready()
    return ReadFile(content, file_name(invoice, form), form.media_type)


def _require_electronic(invoice: Invoice, form: DocumentForm, records: InvoiceRecords) -> None:
    """Refuse for good what will never be there."""
    if not form.is_electronic:
        return
    content = records.content(invoice)
    if content is None or not content.document.is_electronic:
        raise no_such_form()
