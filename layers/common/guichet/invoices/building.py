"""From a bill or an order, with all that it is computed from, to documents (INV-1, INV-2)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

from guichet.access.profile import BillingProfile
from guichet.catalogue.selling import SellingEntity
from guichet.errors import Conflict
from guichet.ids import fingerprint
from guichet.invoices.content import (
    InvoiceContent,
    InvoicedLine,
    document_line,
    taxed_lines,
    with_less_tax,
)
from guichet.invoices.document import (
    Buyer,
    DocumentKind,
    DocumentLine,
    InvoiceDocument,
    Reference,
    Seller,
    Settlement,
)
from guichet.invoices.invoice import DISPUTABLE_DAYS, Invoice
from guichet.invoices.printable import require_printable
from guichet.ledger.billable import BillableLine
from guichet.period import Period
from guichet.subscriptions.assessing import borne_lines, split_up
from guichet.subscriptions.balance import bills_note_id
from guichet.subscriptions.cart import TaxQuote
from guichet.subscriptions.held_taxes import held_of, held_to_what_is_left
from guichet.subscriptions.line_names import LineNames
from guichet.tax.going_back import NO_BOUNDS, TaxesLeft
from guichet.tax.netting import Part
from guichet.tax.subject import VatStanding


@dataclass(frozen=True, slots=True, kw_only=True)
class Billed:
    """A bill or an order that is to become an invoice, with all that it is computed from."""

    invoice_id: str
    bill_on: date
    currency: str
    entity: SellingEntity
    profile: BillingProfile
    lines: tuple[BillableLine, ...]  # before tax, without fees
    quote: TaxQuote
    names: LineNames
    terms_days: int
    standing: VatStanding | None = None
    cart_id: str | None = None
    is_vat_in_doubt: bool = False  # an order's, previewed before its number was confirmed
    paid_minor: int = 0  # with an order
    credit_applied_minor: int = 0  # with an order
    is_collected: bool = False
    notice_days: int = 0  # before its method may be debited

    @property
    def all_lines(self) -> tuple[BillableLine, ...]:
        return (*self.lines, *self.quote.fees)


@dataclass(frozen=True, slots=True)
class Draft:
    """A document that lacks its number and its dates."""

    invoice: Invoice
    content: InvoiceContent


@dataclass(frozen=True, slots=True)
class Drafted:
    """What becomes of one bill: an invoice, credit notes of earlier ones, or both (INV-11)."""

    invoice: Draft | None
    notes: tuple[Draft, ...]

    @property
    def noted_minor(self) -> int:
        return sum(each.invoice.total_minor for each in self.notes)


def corrected(billed: Billed) -> frozenset[str]:
    """The invoices that credit notes of this bill will refer to; mostly none.

    Raises:
        Conflict: `credit_without_invoice`, a credit is of no known invoice and more than the charges.
    """
    return frozenset(_split(billed)[1])


def _split(billed: Billed) -> tuple[tuple[Part, ...], dict[str, tuple[Part, ...]]]:
    lines = billed.all_lines
    invoice, notes = split_up(lines, borne_lines(lines, billed.quote), billed.invoice_id)
    if {"", billed.invoice_id} & notes.keys():
        raise Conflict(
            "credit_without_invoice",
            "A credit exceeds the charges, and which invoice it corrects is not known.",
            rule="INV-11",
        )
    return invoice, notes


def drafted(
    billed: Billed,
    issued_on: date,
    originals: dict[str, Reference],
    left: TaxesLeft = NO_BOUNDS,
) -> Drafted:
    """The documents of a bill, as they will be issued on a day.

    Args:
        billed: the bill.
        issued_on: the day of issue, in the entity's time zone.
        originals: the invoices of `corrected`, as credit notes name them.
        left: what of their taxes may go back with a bill; an order was held to it by its preview.

    Raises:
        Conflict: `bank_details_missing`, `billing_address_missing`, `credit_without_invoice`.
        Invalid: `text_not_printable`.
        ValueError: it does not add up.
    """
    if billed.cart_id is None:
        own_id = billed.invoice_id
        quote = held_to_what_is_left(billed.lines, billed.quote, left, own_id)
        billed = replace(billed, quote=quote)
    lines = billed.all_lines
    parts, noted_parts = _split(billed)
    bears = billed.quote.bears or ((),) * len(lines)
    notes = tuple(
        _note(billed, issued_on, originals[of], _kept(lines, bears, those), of)
        for of, those in noted_parts.items()
    )
    if not parts:
        return Drafted(None, notes)
    noted = sum(each.invoice.total_minor for each in notes)
    return Drafted(_invoice(billed, issued_on, _kept(lines, bears, parts), noted), notes)


def _kept(
    lines: Sequence[BillableLine], bears: Sequence[tuple[int, ...]], parts: Iterable[Part]
) -> tuple[InvoicedLine, ...]:
    return tuple(
        InvoicedLine(lines[part.place], part.net_minor, bears[part.place]) for part in parts
    )


def _collected_from(billed: Billed, issued_on: date) -> date | None:
    """The first day of a debit that has to be told before (COL-10)."""
    waits = billed.is_collected and billed.cart_id is None and billed.notice_days
    return issued_on + timedelta(days=billed.notice_days) if waits else None


def _invoice(
    billed: Billed, issued_on: date, lines: tuple[InvoicedLine, ...], noted_minor: int
) -> Draft:
    bank = billed.entity.bank_details_on(billed.currency, issued_on)
    if bank is None:
        raise Conflict(
            "bank_details_missing",
            f"{billed.entity.entity_id} has no bank details in {billed.currency} on {issued_on}.",
            rule="INV-12",
        )
    is_order = billed.cart_id is not None
    pays_at_once = is_order or billed.is_collected
    due_on = issued_on if pays_at_once else issued_on + timedelta(days=billed.terms_days)
    document = _document(billed, issued_on, lines, DocumentKind.INVOICE)
    credit_applied = billed.credit_applied_minor
    if is_order:  # cents that credits of another rate left are paid with what was given back
        credit_applied += min(
            noted_minor, document.total_minor - billed.paid_minor - credit_applied
        )
    document = replace(
        document,
        due_on=due_on,
        credit_applied_minor=credit_applied,
        paid_minor=billed.paid_minor,
        is_collected=billed.is_collected and not is_order,
        collected_from=_collected_from(billed, issued_on),
        remittance=bank,
        disputable_until=issued_on + timedelta(days=DISPUTABLE_DAYS),
    )
    return _draft(billed, billed.invoice_id, document, lines, due_on=due_on)


def _note(
    billed: Billed,
    issued_on: date,
    of: Reference,
    lines: tuple[InvoicedLine, ...],
    original_id: str,
) -> Draft:
    """What credits came to beyond the charges: account credit (INV-11)."""
    document = _document(
        billed,
        issued_on,
        lines,
        DocumentKind.CREDIT_NOTE,
        refers_to=of,
        settlement=Settlement.ACCOUNT_CREDIT,
    )
    less = held_of(billed.quote, original_id)
    document = with_less_tax(document, less) if less else document
    note_id = bills_note_id(billed.bill_on, billed.invoice_id, original_id)
    draft = _draft(billed, note_id, document, lines, due_on=None)
    kept = replace(
        draft.invoice, refers_to=original_id, settlement=Settlement.ACCOUNT_CREDIT, own_taxes=()
    )
    return Draft(kept, replace(draft.content, has_less_tax=bool(less)))


def _document(
    billed: Billed,
    issued_on: date,
    lines: tuple[InvoicedLine, ...],
    kind: DocumentKind,
    *,
    refers_to: Reference | None = None,
    settlement: Settlement | None = None,
) -> InvoiceDocument:
    taxed = taxed_lines(lines, billed.quote.bearings)
    printed = tuple(
        _printed(each, billed.names, bears) for each, bears in zip(lines, taxed.bears, strict=True)
    )
    subtotal = sum(each.net_minor for each in lines)
    tax = sum(each.amount_minor for each in taxed.taxes)
    return InvoiceDocument(
        kind=kind,
        number="",
        series="",
        issued_on=issued_on,
        language=billed.profile.language,
        currency=billed.currency,
        seller=Seller.of(billed.entity),
        buyer=Buyer.of(billed.profile),
        lines=printed,
        taxes=taxed.taxes,
        subtotal_minor=subtotal,
        tax_minor=tax,
        total_minor=subtotal + tax,
        period=_span(lines),
        due_on=issued_on if kind is DocumentKind.INVOICE else None,
        refers_to=refers_to,
        settlement=settlement,
    )


def _printed(each: InvoicedLine, names: LineNames, bears: tuple[int, ...]) -> DocumentLine:
    told = names.line(each.line)
    return document_line(each, told.product, told.item, bears)


def _span(lines: Iterable[InvoicedLine]) -> Period | None:
    """From the first to the last day that its lines are for."""
    periods = [each.line.period for each in lines if each.line.period.days]
    if not periods:
        return None
    return Period(min(each.start for each in periods), max(each.end for each in periods))


def _draft(
    billed: Billed,
    invoice_id: str,
    document: InvoiceDocument,
    lines: tuple[InvoicedLine, ...],
    *,
    due_on: date | None,
) -> Draft:
    require_printable(document)
    profile = billed.profile
    content = InvoiceContent(
        invoice_id=invoice_id,
        account_id=profile.account_id,
        lines=lines,
        bearings=billed.quote.bearings,
        document=document,
    )
    invoice = Invoice(
        invoice_id=invoice_id,
        account_id=profile.account_id,
        selling_entity=billed.entity.entity_id,
        currency=billed.currency,
        kind=document.kind,
        bill_on=billed.bill_on,
        language=document.language,
        subtotal_minor=document.subtotal_minor,
        tax_minor=document.tax_minor,
        total_minor=document.total_minor,
        due_on=due_on,
        paid_minor=document.paid_minor,
        credit_applied_minor=document.credit_applied_minor,
        cart_id=billed.cart_id,
        is_collected=document.is_collected,
        own_taxes=content.own_taxes,
        standing=billed.standing,
        vat_mark=fingerprint(profile.vat_number) if profile.vat_number else "",
    )
    return Draft(invoice, content)
