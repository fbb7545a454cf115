"""What documents charged and gave back of each invoice, and what is kept of it for the next (INV-11)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from decimal import Decimal

from guichet.adapters.dynamo.codec import decode
from guichet.invoices.content import InvoiceContent, InvoicedLine
from guichet.invoices.invoice import Invoice
from guichet.ledger.billable import BillableLine, LineKind
from guichet.subscriptions.creditable import GivenBack
from guichet.verification.gathering import Gathered
from guichet.verification.invoices import Nets


def gives_back(line: BillableLine) -> bool:
    return line.is_credit and line.kind is not LineKind.FEE


def kept_given_back(found: Gathered) -> Nets:
    kept: Nets = Counter()
    for each in found.lying("GIVENBACK#"):
        for part in decode(GivenBack, each).parts:
            kept[part.invoice_id] += part.net_minor
    return kept


def charged_and_credited(
    documents: Iterable[tuple[Invoice, InvoiceContent]],
) -> tuple[dict[str, Counter[str]], dict[str, Counter[str]]]:
    """What each invoice charged, and what any document gave back of it. Fees are of no one invoice."""
    charged: dict[str, Counter[str]] = {}
    credited: dict[str, Counter[str]] = {}
    for invoice, content in documents:
        for part in content.lines:
            if part.line.kind is LineKind.FEE:
                continue
            if part.line.is_credit:
                name = part.line.of_invoice
                into, sign = credited, 1 if invoice.is_credit_note else -1
            elif invoice.is_credit_note:
                name, into, sign = invoice.refers_to or "", credited, 1
            else:
                name, into, sign = invoice.invoice_id, charged, 1
            if name:
                sums = into.setdefault(name, Counter())
                for group in _groups(part, content):
                    sums[group] += sign * part.net_minor
    return charged, credited


def _groups(part: InvoicedLine, content: InvoiceContent) -> Iterator[str]:
    """Its class, and each tax that is charged on it."""
    yield part.line.tax_class
    for each in (content.bearings[place] for place in part.bears):
        percent = Decimal(each.percent).normalize()
        if percent:
            yield f"{each.tax_class} with {each.region} {each.name} at {percent:f} %"
