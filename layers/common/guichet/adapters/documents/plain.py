"""A document as JSON and as CSV: the same model, for machines and for spreadsheets."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from datetime import date
from enum import StrEnum
from io import StringIO
from typing import Final

from guichet.adapters.documents.electronic import day_of, major
from guichet.invoices.document import InvoiceDocument
from guichet.printable import one_line

type Plain = str | int | bool | list["Plain"] | dict[str, "Plain"] | None

COLUMNS: Final = (
    *("number", "kind", "issued_on", "due_on", "account", "company", "currency", "row"),
    *("product", "item", "from", "to", "quantity", "unit_price", "share", "discount"),
    *("tax", "tax_percent", "tax_category", "tax_base", "amount"),
)
_FORMULA: Final = ("=", "+", "-", "@")  # what a spreadsheet would compute instead of show


def document_json(document: InvoiceDocument) -> bytes:
    """Every field by its name, amounts in minor units, with what is computed from them."""
    held = _plain(document)
    if not isinstance(held, dict):
        raise TypeError("a document has fields")
    held["due_minor"] = document.due_minor
    return json.dumps(held, ensure_ascii=False, indent=2).encode() + b"\n"


def document_csv(document: InvoiceDocument) -> bytes:
    """A row for each line, tax and sum, each with what the document is; amounts in major units."""
    held = StringIO()
    writer = csv.DictWriter(held, COLUMNS, restval="")
    writer.writeheader()
    writer.writerows(_rows(document))
    return held.getvalue().encode()


def _rows(document: InvoiceDocument) -> Iterator[dict[str, str]]:
    common = {
        "number": document.number,
        "kind": document.kind.value,
        "issued_on": document.issued_on.isoformat(),
        "due_on": document.due_on.isoformat() if document.due_on else "",
        "account": document.buyer.account_id,
        "company": _shown(document.buyer.company),
        "currency": document.currency,
    }
    for row in (*_lines(document), *_taxes(document), *_sums(document)):
        yield {**common, **row}


def _lines(document: InvoiceDocument) -> Iterator[dict[str, str]]:
    for line in document.lines:
        days = day_of(line.period) if line.period is not None else None
        discount = major(line.discount_minor, document.currency) if line.discount_minor else ""
        yield {
            "row": "line",
            "product": _shown(line.product),
            "item": _shown(line.item),
            "from": days[0].isoformat() if days else "",
            "to": days[1].isoformat() if days else "",
            "quantity": str(line.quantity),
            "unit_price": line.unit_price,
            "share": line.share,
            "discount": discount,
            "amount": major(line.net_minor, document.currency),
        }


def _taxes(document: InvoiceDocument) -> Iterator[dict[str, str]]:
    for tax in document.taxes:
        yield {
            "row": "tax",
            "tax": tax.name,
            "tax_percent": tax.percent,
            "tax_category": tax.category.value,
            "tax_base": major(tax.base_minor, document.currency),
            "amount": major(tax.amount_minor, document.currency),
        }


def _sums(document: InvoiceDocument) -> Iterator[dict[str, str]]:
    sums = {
        "subtotal": document.subtotal_minor,
        "total": document.total_minor,
        "credit_applied": -document.credit_applied_minor,
        "paid": -document.paid_minor,
        "due": document.due_minor,
    }
    for name, amount_minor in sums.items():
        yield {"row": name, "amount": major(amount_minor, document.currency)}


def _shown(text: str) -> str:
    """A text of somebody's that no spreadsheet takes for a formula."""
    plain = one_line(text)
    return f"'{plain}" if plain.startswith(_FORMULA) else plain


def _plain(value: object) -> Plain:
    if value is None or isinstance(value, bool | int):
        return value
    if isinstance(value, StrEnum):
        return value.value
    if isinstance(value, str):
        return value
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, tuple):
        return [_plain(each) for each in value]
    if is_dataclass(value):
        return {each.name: _plain(getattr(value, each.name)) for each in fields(value)}
    raise TypeError(f"{value!r} has no plain form")
