"""Contents of invoices: with the number where they are short, else beside it (docs/decisions/0038)."""

from __future__ import annotations

import json

from guichet.adapters.dynamo import keys
from guichet.adapters.dynamo.codec import decode, encode_stated
from guichet.adapters.dynamo.content_text import packed_content, unpacked_content
from guichet.adapters.dynamo.seam import Dynamo, Item
from guichet.invoices.content import InvoiceContent
from guichet.invoices.invoice import Invoice


def content_of(dynamo: Dynamo, invoice: Invoice) -> InvoiceContent | None:
    """What an invoice or a credit note says; None where it is nowhere."""
    number = keys.series_number(invoice.selling_entity, invoice.kind, invoice.place)
    item = dynamo.get("state", number)
    if item is None or item["invoice_id"] != invoice.invoice_id or "content" not in item:
        item = dynamo.get("state", keys.invoice_content(invoice.account_id, invoice.invoice_id))
    return read_content(item)


def content_text(content: InvoiceContent) -> str:
    """One compressed text: nobody reads a part of it."""
    return packed_content(json.dumps(encode_stated(content), separators=(",", ":")))


def read_content(item: Item | None) -> InvoiceContent | None:
    """The content that an item holds; None where it holds none."""
    if item is None or "content" not in item:
        return None
    return decode(InvoiceContent, json.loads(unpacked_content(str(item["content"]))))
