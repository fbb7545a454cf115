"""A document with a text that its fonts lack is refused before it gets a number (INV-4)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields

from guichet.errors import Invalid
from guichet.invoices.document import InvoiceDocument
from guichet.printable import unprintable


def require_printable(document: InvoiceDocument) -> None:
    """Refuse a document with a text in another script, before it gets a number.

    Raises:
        Invalid: `text_not_printable`, it names the text.
    """
    for text in texts_of(document):
        missing = unprintable(text)
        if missing:
            raise Invalid(
                "text_not_printable",
                f"Documents print Latin, Greek and Cyrillic letters, not {missing!r} of {text!r}.",
                rule="INV-4",
            )


def texts_of(document: InvoiceDocument) -> Iterator[str]:
    """Every text that somebody wrote, in the order in which it is read."""
    seller, buyer, bank = document.seller, document.buyer, document.remittance
    yield from (document.number, seller.legal_name, *seller.address, seller.vat_number or "")
    yield from (seller.company_number, *seller.registration, seller.email, seller.phone)
    address = buyer.address
    yield from (buyer.company, buyer.contact_name, address.line1, address.line2, address.city)
    yield from (address.region, address.postal_code, buyer.vat_number or "", buyer.account_id)
    for line in document.lines:
        yield from (line.product, line.item)
    for tax in document.taxes:
        yield from (tax.name, tax.reason)
    if bank is not None:
        yield from (str(getattr(bank, each.name)) for each in fields(bank))
    yield from (document.payment_reference, *document.notes)
