"""Which invoices' VAT goes back once their number was confirmed, and what of each (TAX-3)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from guichet.catalogue.catalogue import TaxClass
from guichet.ids import fingerprint
from guichet.invoices.content import InvoiceContent, InvoicedLine
from guichet.invoices.invoice import Invoice
from guichet.invoices.parts import NotedPart, OwnTaxes, ReversedVat
from guichet.ledger.billable import LineKind
from guichet.subscriptions.cart import TaxQuote
from guichet.tax.deciding import Bearing
from guichet.tax.subject import VatStanding
from guichet.tax.tables import VatCheckPolicy
from guichet.tax.vat_check import ChargedInvoice, VatRecord, to_correct

type Freed = Mapping[TaxClass, tuple[Bearing, ...]]  # what is charged now, of classes without VAT
type GivenBack = Counter[tuple[str, TaxClass]]  # net, by subscription and class


@dataclass(frozen=True, slots=True)
class Document:
    """A document with what it was computed from, and what its lines would bear by now."""

    invoice: Invoice
    content: InvoiceContent
    freed: Freed


def nominated(
    invoices: Iterable[Invoice], record: VatRecord, answered_on: date, policy: VatCheckPolicy
) -> list[str]:
    """The invoices of one entity that may have to be corrected, and those that were.

    An order is taxed by its preview, and its number may have been confirmed between that and its
    invoice: of an order's in doubt neither the standing nor the day says anything, until it was
    looked at.
    """
    found = [each for each in invoices if not each.is_credit_note]
    charged = [
        ChargedInvoice(
            each.invoice_id,
            each.issued_on,
            record.vat_number if each.vat_mark == fingerprint(record.vat_number) else None,
            VatStanding.NEVER_ANSWERED
            if each.in_doubt_since
            else each.standing or VatStanding.NONE,
            each.tax_minor,
            each.in_doubt_since is not None,
        )
        for each in found
        if each.issued_on is not None
    ]
    due = to_correct(charged, record, answered_on, policy)
    return [each.invoice_id for each in found if each.reversed_vat or each.invoice_id in due]


def is_left(invoice: Invoice) -> bool:
    """Neither corrected, nor left to a person, nor credited whole."""
    is_done = invoice.reversed_vat is not None or bool(invoice.not_reversed)
    return not is_done and invoice.noted_minor < invoice.total_minor


def asked_again(content: InvoiceContent) -> Sequence[InvoicedLine]:
    """The lines whose taxes are decided again; fees bear what those of their class do."""
    return [each for each in content.lines if each.line.kind is not LineKind.FEE]


def freed_by(asked: Sequence[InvoicedLine], quote: TaxQuote) -> Freed:
    """What lines of a class bear now, of each class on which nothing is charged now.

    Args:
        asked: the lines of `asked_again`.
        quote: their taxes with the number confirmed, on the day of their invoice.
    """
    found: dict[TaxClass, tuple[Bearing, ...]] = {}
    for line, places in zip(asked, quote.bears, strict=False):  # fees follow the lines
        bearings = tuple(quote.bearings[place] for place in places)
        if bearings and not any(Decimal(each.percent) for each in bearings):
            found.setdefault(TaxClass(line.line.tax_class), bearings)
    return found


def frees_charged(
    lines: Sequence[InvoicedLine], charged: Sequence[Bearing], quote: TaxQuote
) -> bool:
    """Whether any of these lines bears a tax that nothing would be charged of now.

    Args:
        lines: as they were billed.
        charged: what they bear.
        quote: their taxes with the number confirmed.
    """
    freed = freed_by(lines, quote)
    return any(_is_charged_freed(each, charged, freed) for each in lines)


def corrected_among(documents: Iterable[Document]) -> frozenset[str]:
    """Those that charged VAT on something of their own that bears none."""
    return frozenset(
        each.invoice.invoice_id
        for each in documents
        if any(line.net_minor > 0 and _is_freed(line, each) for line in each.content.lines)
    )


def _is_freed(line: InvoicedLine, of: Document) -> bool:
    return _is_charged_freed(line, of.content.bearings, of.freed)


def _is_charged_freed(line: InvoicedLine, bearings: Sequence[Bearing], freed: Freed) -> bool:
    charged = any(Decimal(bearings[place].percent) for place in line.bears)
    return charged and TaxClass(line.line.tax_class) in freed


def gives_back(content: InvoiceContent) -> bool:
    """Whether a document has credits of others' charges: most have none."""
    return any(each.line.is_credit and each.line.of_invoice for each in content.lines)


def given_back_of(
    invoice_id: str, documents: Iterable[tuple[Invoice, InvoiceContent]], corrected: frozenset[str]
) -> GivenBack:
    """What bills gave back of an invoice, with its VAT (SUB-6, INV-11).

    Credits on an invoice that is corrected itself are charged there as they are now; so is what a
    credit note by hand says of that one.
    """
    found: GivenBack = Counter()
    for document, content in documents:
        by_hand = content.taxes_by_running_total or document.refers_to != invoice_id
        about = document.refers_to if document.is_credit_note else document.invoice_id
        if about in corrected and (not document.is_credit_note or by_hand):
            continue
        sign = 1 if document.is_credit_note else -1
        for each in content.lines:
            if each.line.of_invoice == invoice_id and each.line.is_credit:
                name = each.line.subscription_id, TaxClass(each.line.tax_class)
                found[name] += sign * each.net_minor
    return found


def reversed_vat_of(
    document: Document, given_back: GivenBack, corrected: frozenset[str]
) -> ReversedVat | None:
    """What of an invoice's lines goes back and is charged anew; None where nothing is left to.

    Args:
        document: the invoice, which was not corrected yet.
        given_back: by bills, of this invoice.
        corrected: the invoices whose VAT goes back, this one among them.
    """
    invoice, content = document.invoice, document.content
    if invoice.noted_minor >= invoice.total_minor:
        return None
    noted: Counter[int] = Counter()
    for part in invoice.noted_parts:
        noted[part.place] += part.net_minor
    left: dict[int, int] = {}
    for place, line in enumerate(content.lines):
        of = line.line.of_invoice
        if _is_freed(line, document) and (not of or of in corrected):
            left[place] = line.net_minor - noted[place]
    _take_off(left, content, given_back)
    parts = tuple(NotedPart(place, net) for place, net in left.items() if net)
    taxes = tuple(OwnTaxes(name, bearings) for name, bearings in document.freed.items())
    return ReversedVat(parts, taxes, len(invoice.noted_parts)) if parts else None


def _take_off(left: dict[int, int], content: InvoiceContent, given_back: GivenBack) -> None:
    """Less what bills gave back: of charges of its own subscription first, then of its class."""
    for (subscription_id, tax_class), amount in given_back.items():
        for is_own in (True, False):
            for place, net in left.items():
                line = content.lines[place].line
                is_of = line.tax_class == tax_class
                if is_of and net > 0 and (line.subscription_id == subscription_id) is is_own:
                    taken = min(net, max(amount, 0))
                    left[place] -= taken
                    amount -= taken  # noqa: PLW2901 - what is left of it
