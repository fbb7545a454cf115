"""What documents charged and gave back of each invoice, and what is kept of it for the next (INV-11)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal
from fractions import Fraction

from guichet.adapters.dynamo.codec import decode
from guichet.invoices.content import InvoiceContent, InvoicedLine
from guichet.invoices.document import DocumentTax
from guichet.invoices.invoice import Invoice
from guichet.ledger.billable import BillableLine, LineKind
from guichet.money import half_up
from guichet.subscriptions.creditable import GivenBack
from guichet.tax.deciding import Bearing
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


def taxes_charged_and_credited(
    documents: Iterable[tuple[Invoice, InvoiceContent]],
) -> tuple[dict[str, Counter[str]], dict[str, Counter[str]]]:
    """What each invoice charged of each tax on lines of its own, and what its credit notes gave back.

    Each document is rounded for itself (TAX-1), so their sums before tax don't tell. What stands on
    other invoices is no tax that was paid back: there it is less of what they charge. Fees are of no
    one invoice, and with them their class.
    """
    nets: dict[str, dict[Bearing, int]] = {}
    credited: dict[str, Counter[str]] = {}
    with_fees: set[tuple[str, str]] = set()
    for invoice, content in documents:
        name = invoice.refers_to or "" if invoice.is_credit_note else invoice.invoice_id
        with_fees |= {
            (name, e.line.tax_class) for e in content.lines if e.line.kind is LineKind.FEE
        }
        if invoice.is_credit_note:
            sums = credited.setdefault(name, Counter())
            sums.update(_taxes_of(content))
        else:
            own = nets.setdefault(name, {})
            for part in content.lines:
                if part.line.of_invoice in {"", name}:
                    for place in part.bears:
                        bearing = content.bearings[place]
                        own[bearing] = own.get(bearing, 0) + part.net_minor
    charged = {name: _charged(own) for name, own in nets.items()}
    for name, tax_class in with_fees:
        sums = credited.get(name, Counter())
        for group in [each for each in sums if each.startswith(f"{tax_class} ")]:
            del sums[group]
    return charged, credited


def _taxes_of(content: InvoiceContent) -> Counter[str]:
    """By the amounts that stand on the document, not by what its lines come to."""
    found: Counter[str] = Counter()
    for tax in content.document.taxes:
        if tax.is_charged:
            found[_group(tax)] += tax.amount_minor
    return found


def _charged(own: Mapping[Bearing, int]) -> Counter[str]:
    found: Counter[str] = Counter()
    for bearing, net in own.items():
        percent = Decimal(bearing.percent)
        if percent:
            found[_group(bearing)] += half_up(net * Fraction(percent) / 100)
    return found


def _group(tax: Bearing | DocumentTax) -> str:
    percent = Decimal(tax.percent).normalize()
    return f"{tax.tax_class} with {tax.region} {tax.name} at {percent:f} %"


def _groups(part: InvoicedLine, content: InvoiceContent) -> Iterator[str]:
    """Its class, and each tax that is charged on it."""
    yield part.line.tax_class
    for each in (content.bearings[place] for place in part.bears):
        if Decimal(each.percent):
            yield _group(each)
