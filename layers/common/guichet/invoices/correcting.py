"""Credit notes of an invoice: by hand of some lines or the whole, or of VAT alone (INV-3, MON-3, TAX-3)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

from guichet.errors import Conflict
from guichet.invoices.building import Draft
from guichet.invoices.content import InvoiceContent, InvoicedLine, document_line, taxed_lines
from guichet.invoices.document import DocumentKind, DocumentTax, Reference, Settlement
from guichet.invoices.invoice import Invoice, InvoiceStatus
from guichet.invoices.parts import NotedPart, ReversedVat
from guichet.invoices.remaining import elsewhere_parts_of, exceeds
from guichet.subscriptions.creditable import GivenBack
from guichet.tax.deciding import Bearing, tax_so_far
from guichet.tax.going_back import TaxBack, gone_of


def note_of(  # noqa: PLR0917 - each is another thing
    invoice: Invoice,
    content: InvoiceContent,
    parts: Sequence[NotedPart],
    note_id: str,
    issued_on: date,
    given_back: GivenBack,
) -> Draft:
    """The credit note of these parts: each tax goes back by its running total (MON-3).

    So an invoice that is credited in however many parts gives back exactly its total.

    Raises:
        Conflict: `credit_exceeds_invoice`.
    """
    now = content.with_reversed_vat(invoice.reversed_vat)
    kept = tuple(replace(now.lines[part.place], net_minor=part.net_minor) for part in parts)
    places = [part.place for part in parts]
    return _of_lines(invoice, content, now, kept, places, note_id, issued_on, given_back)


def whole_note_of(
    invoice: Invoice, content: InvoiceContent, note_id: str, issued_on: date, given_back: GivenBack
) -> Draft:
    """The credit note of all lines, with exactly the invoice's taxes (INV-5), less VAT that went back."""
    parts = [NotedPart(place, line.net_minor) for place, line in enumerate(content.lines)]
    if invoice.reversed_vat is not None:
        return note_of(invoice, content, parts, note_id, issued_on, given_back)
    document = content.document
    bears = tuple(line.bears for line in document.lines)
    places = [part.place for part in parts]
    kept, taxes = content.lines, document.taxes
    return _draft(invoice, content, kept, taxes, bears, note_id, issued_on, places)


def vat_note_of(  # noqa: PLR0917 - each is another thing
    invoice: Invoice,
    content: InvoiceContent,
    reversed_vat: ReversedVat,
    note_id: str,
    issued_on: date,
    given_back: GivenBack,
) -> Draft:
    """The credit note of VAT alone: each line goes back as it was, and is charged as it is now (TAX-3).

    So the nets cancel, and its total is the VAT of these parts, by the running total of each tax.

    Raises:
        Conflict: `credit_exceeds_invoice`; `credits_exceed_charges`, of what is left of its lines.
    """
    now = content.with_reversed_vat(reversed_vat)
    kept: list[InvoicedLine] = []
    for part in reversed_vat.parts:
        kept.append(replace(content.lines[part.place], net_minor=part.net_minor))
        kept.append(replace(now.lines[part.place], net_minor=-part.net_minor))
    places = [part.place for part in reversed_vat.parts for _ in range(2)]
    return _of_lines(invoice, content, now, tuple(kept), places, note_id, issued_on, given_back)


def _of_lines(  # noqa: PLR0917 - each is another thing
    invoice: Invoice,
    content: InvoiceContent,
    now: InvoiceContent,
    kept: tuple[InvoicedLine, ...],
    places: Sequence[int],
    note_id: str,
    issued_on: date,
    given_back: GivenBack,
) -> Draft:
    taxed = taxed_lines(kept, now.bearings)
    gone = _Gone.of(invoice, content, given_back)
    taxes = tuple(
        replace(tax, amount_minor=_due(tax, content, now, kept, gone)) for tax in taxed.taxes
    )
    return _draft(invoice, now, kept, taxes, taxed.bears, note_id, issued_on, places)


def _due(
    tax: DocumentTax,
    content: InvoiceContent,
    now: InvoiceContent,
    kept: Sequence[InvoicedLine],
    gone: _Gone,
) -> int:
    """What of a tax goes back now: owed for all credits so far, less what went back before.

    Credit notes gave back what they say, each rounded for itself (TAX-1); what stands on other
    invoices counts by its sum. So the last part is what remains: never below 0, never above.
    """
    bearing = next(place for place, each in enumerate(now.bearings) if _is_of(each, tax))
    due = sum(line.net_minor for line in kept if bearing in line.bears)
    base, amount = gone_of(gone.notes, tax.going_back().tax)
    elsewhere = max(gone.net_of(bearing, content, now) - base, 0)
    percent = Decimal(tax.percent)
    owed = tax_so_far(percent, base + elsewhere + due) - tax_so_far(percent, elsewhere) - amount
    return max(owed, 0) if due >= 0 else owed


@dataclass(frozen=True, slots=True)
class _Gone:
    """What went back of an invoice before."""

    by_hand: tuple[NotedPart, ...]
    vat: ReversedVat | None
    given: tuple[NotedPart, ...]  # by bills and orders
    notes: tuple[TaxBack, ...]  # what credit notes gave back of each tax, by whichever road

    @classmethod
    def of(cls, invoice: Invoice, content: InvoiceContent, given_back: GivenBack) -> _Gone:
        waiting = given_back.waiting_taxes(invoice.invoice_id, invoice.note_ids)
        given = elsewhere_parts_of(invoice, content, given_back)
        notes = (*invoice.noted_taxes, *waiting)
        return cls(invoice.noted_parts, invoice.reversed_vat, given, notes)

    def net_of(self, bearing: int, content: InvoiceContent, now: InvoiceContent) -> int:
        """On what sum a tax went back: by hand, with VAT that was not owed, and by bills.

        What bills gave back with VAT before that went back is of a tax that nothing bears any more.
        """
        by_hand, vat = self.by_hand, self.vat
        first = by_hand if vat is None else (*by_hand[: vat.hand_count], *vat.parts)
        since = () if vat is None else by_hand[vat.hand_count :]
        return sum(
            part.net_minor
            for parts, lines in ((first, content.lines), ((*since, *self.given), now.lines))
            for part in parts
            if bearing in lines[part.place].bears
        )


def _is_of(each: Bearing, tax: DocumentTax) -> bool:
    return (
        (each.name, each.category, each.tax_class, each.region, each.reason)
        == (tax.name, tax.category, tax.tax_class, tax.region, tax.reason)
    ) and Decimal(each.percent) == Decimal(tax.percent)


def _draft(  # noqa: PLR0917 - each is another thing
    invoice: Invoice,
    content: InvoiceContent,
    kept: tuple[InvoicedLine, ...],
    taxes: tuple[DocumentTax, ...],
    bears: Sequence[tuple[int, ...]],
    note_id: str,
    issued_on: date,
    places: Sequence[int],
) -> Draft:
    shown = content.document.lines
    lines = tuple(
        document_line(each, shown[place].product, shown[place].item, held)
        for each, place, held in zip(kept, places, bears, strict=True)
    )
    subtotal = sum(each.net_minor for each in kept)
    tax = sum(each.amount_minor for each in taxes)
    total = subtotal + tax
    if invoice.noted_minor + total > invoice.total_minor:
        raise exceeds(max(invoice.total_minor - invoice.noted_minor, 0))
    if total < 0:
        raise Conflict(
            "credits_exceed_charges", "More would be charged than goes back.", rule="INV-11"
        )
    if invoice.issued_on is None:
        raise ValueError("an invoice without a number is not corrected")
    settlement = _settlement(invoice, total)
    document = replace(
        content.document,
        kind=DocumentKind.CREDIT_NOTE,
        number="",
        series="",
        issued_on=issued_on,
        lines=lines,
        taxes=taxes,
        subtotal_minor=subtotal,
        tax_minor=tax,
        total_minor=total,
        credit_applied_minor=0,
        paid_minor=0,
        due_on=None,
        is_collected=False,
        remittance=None,
        payment_reference="",
        disputable_until=None,
        refers_to=Reference(invoice.number, invoice.issued_on),
        settlement=settlement,
    )
    note = Invoice(
        invoice_id=note_id,
        account_id=invoice.account_id,
        selling_entity=invoice.selling_entity,
        currency=invoice.currency,
        kind=DocumentKind.CREDIT_NOTE,
        bill_on=invoice.bill_on,
        language=invoice.language,
        subtotal_minor=subtotal,
        tax_minor=tax,
        total_minor=total,
        refers_to=invoice.invoice_id,
        settlement=settlement,
        standing=invoice.standing,
        vat_mark=invoice.vat_mark,
        is_correction=True,
    )
    note_content = InvoiceContent(
        invoice_id=note_id,
        account_id=invoice.account_id,
        lines=kept,
        bearings=content.bearings,
        document=document,
        taxes_by_running_total=True,
    )
    return Draft(note, note_content)


def _settlement(invoice: Invoice, total_minor: int) -> Settlement:
    """Where it goes: what is open is less by it, unless that is being collected; the rest is credit."""
    is_owed = invoice.status in {InvoiceStatus.OPEN, InvoiceStatus.UNCOLLECTIBLE}
    if is_owed and invoice.open_payment_id is None and total_minor <= invoice.open_minor:
        return Settlement.OFFSET
    return Settlement.ACCOUNT_CREDIT
