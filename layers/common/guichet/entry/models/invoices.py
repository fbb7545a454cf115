"""Invoices and credit notes as they are shown, and how they are corrected (INV-2, INV-5, INV-9)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Annotated, Any, Final, Literal, Self

from pydantic import Field

from guichet.access.membership import Member
from guichet.adapters.tax.words import TaxWords
from guichet.entry.fields import Amount, Answer, Minor, Note, Request
from guichet.entry.models.billing_lines import DaysAnswer, SumAnswer
from guichet.entry.models.profile import AddressAnswer
from guichet.invoices.content import InvoiceContent
from guichet.invoices.correcting import Wanted
from guichet.invoices.document import Buyer, DocumentTax, Seller
from guichet.invoices.invoice import Invoice
from guichet.invoices.series import series_name
from guichet.invoices.use_cases.issue_credit_note import Corrected
from guichet.invoices.use_cases.read_invoices import InvoicesPage, InvoiceView, PaymentsDue
from guichet.languages import closest_language
from guichet.money import Money

_MOST_LINES: Final = 2000  # of an invoice

Status = Literal["open", "paid", "void", "uncollectible"]


class CreditedLine(Request):
    """A line by its place, from 0, as the invoice shows it; without an amount, what is left of it."""

    line: Annotated[int, Field(ge=0)]
    net_minor: Minor | None = None

    def wanted(self) -> Wanted:
        return Wanted(self.line, self.net_minor)


class CreditNoteRequest(Request):
    """What goes back, before tax; without lines, all that is left of the invoice."""

    lines: Annotated[list[CreditedLine], Field(min_length=1, max_length=_MOST_LINES)] | None = None
    reason: Note

    def wanted(self) -> tuple[Wanted, ...]:
        return tuple(each.wanted() for each in self.lines or ())


class VoidRequest(Request):
    """Why nobody has to pay it."""

    reason: Note


class InvoiceAnswer(Answer):
    """A document of a series. `partially_paid`, `past_due` and `processing` are of an open one.

    A credit note is `paid` from the start: `refers_to` is its invoice, `settlement` where it went.
    """

    invoice_id: str
    kind: Literal["invoice", "credit_note"]
    number: str
    series: str
    status: Status
    partially_paid: bool
    past_due: bool
    processing: bool
    selling_entity: str
    currency: str
    order: str | None
    refers_to: str | None
    settlement: Literal["account_credit", "refund", "offset"] | None
    bill_on: date
    issued_on: date
    due_on: date | None
    disputable_until: date | None
    total: Amount
    open: Amount

    @classmethod
    def of(cls, invoice: Invoice, today: date) -> Self:
        return cls(**_facts(invoice, today))


def _facts(invoice: Invoice, today: date) -> dict[str, Any]:
    settlement = invoice.settlement
    return {
        "invoice_id": invoice.invoice_id,
        "kind": invoice.kind.value,
        "number": invoice.number,
        "series": series_name(invoice.selling_entity, invoice.kind),
        "status": invoice.status.value,
        "partially_paid": invoice.is_partially_paid,
        "past_due": invoice.is_past_due(today),
        "processing": invoice.is_processing,
        "selling_entity": invoice.selling_entity,
        "currency": invoice.currency,
        "order": invoice.cart_id,
        "refers_to": invoice.refers_to,
        "settlement": None if settlement is None else settlement.value,
        "bill_on": invoice.bill_on,
        "issued_on": issued_on(invoice),
        "due_on": invoice.due_on,
        "disputable_until": None if invoice.is_credit_note else invoice.disputable_until,
        "total": Amount.of(invoice.total),
        "open": Amount.of(invoice.open),
    }


def issued_on(invoice: Invoice) -> date:
    """The day of issue, which every document that is shown has."""
    if invoice.issued_on is None:
        raise ValueError("a document is shown with its number")
    return invoice.issued_on


class InvoicesAnswer(Answer):
    """Part of a list, the newest bill first; `next_cursor` leads on, null at the end."""

    today: date
    items: list[InvoiceAnswer]
    next_cursor: str | None

    @classmethod
    def of(cls, page: InvoicesPage, cursor: str | None) -> Self:
        items = [InvoiceAnswer.of(each, page.today) for each in page.items]
        return cls(today=page.today, items=items, next_cursor=cursor)


class PaymentsDueAnswer(Answer):
    """Open invoices, the earliest due first; sums by currency, today's with what is past due."""

    today: date
    due_today: list[Amount]
    in_all: list[Amount]
    items: list[InvoiceAnswer]

    @classmethod
    def of(cls, found: PaymentsDue) -> Self:
        due = [each for each in found.items if each.due_on and each.due_on <= found.today]
        return cls(
            today=found.today,
            due_today=sums_of(each.open for each in due),
            in_all=sums_of(each.open for each in found.items),
            items=[InvoiceAnswer.of(each, found.today) for each in found.items],
        )


def sums_of(amounts: Iterable[Money]) -> list[Amount]:
    """A sum for each currency in which something is."""
    sums: dict[str, Money] = {}
    for each in amounts:
        sums[each.currency] = sums.get(each.currency, each.zero()) + each
    return [Amount.of(each) for _, each in sorted(sums.items()) if each]


class InvoicedLineAnswer(Answer):
    """One line as it is printed. `line` is its place, `bears` the places of its taxes in `taxes`.

    `net` is below 0 for a credit; on a credit note what goes back is above. `credited` is what
    credit notes by hand have given back of it.
    """

    line: int
    subscription_id: str
    product: str
    product_name: str
    kind: str
    item: str
    name: str
    period: DaysAnswer | None
    quantity: int
    unit_price: str
    share: str
    net: SumAnswer
    discount: Amount | None
    bears: list[int]
    credited: Amount


def _lines(invoice: Invoice, content: InvoiceContent) -> list[InvoicedLineAnswer]:
    currency = invoice.currency
    credited: dict[int, int] = {}
    for part in invoice.noted_parts:
        credited[part.place] = credited.get(part.place, 0) + part.net_minor
    return [
        InvoicedLineAnswer(
            line=place,
            subscription_id=kept.line.subscription_id,
            product=kept.line.product_id,
            product_name=shown.product,
            kind=shown.kind,
            item=kept.line.item,
            name=shown.item,
            period=DaysAnswer.of(shown.period),
            quantity=shown.quantity,
            unit_price=shown.unit_price,
            share=shown.share,
            net=SumAnswer(amount_minor=shown.net_minor, currency=currency),
            discount=_amount(shown.discount_minor, currency) if shown.discount_minor else None,
            bears=list(shown.bears),
            credited=_amount(credited.get(place, 0), currency),
        )
        for place, (kept, shown) in enumerate(
            zip(content.lines, content.document.lines, strict=True)
        )
    ]


class InvoiceTaxAnswer(Answer):
    """A tax, or a sum that bears none: `category` is EN 16931's code of why, `sentence` says it."""

    name: str
    percent: str
    category: str
    tax_class: str
    region: str
    base: SumAnswer
    amount: SumAnswer
    sentence: str | None
    reason: str | None

    @classmethod
    def of(cls, tax: DocumentTax, currency: str, words: TaxWords) -> Self:
        said = None if tax.sentence is None else words.sentence(tax.sentence, tax.reason)
        return cls(
            name=words.name(tax.name),
            percent=tax.percent,
            category=tax.category.value,
            tax_class=tax.tax_class.value,
            region=tax.region,
            base=SumAnswer(amount_minor=tax.base_minor, currency=currency),
            amount=SumAnswer(amount_minor=tax.amount_minor, currency=currency),
            sentence=said,
            reason=tax.reason or None,
        )


class BuyerAnswer(Answer):
    """The account as it was billed."""

    company: str
    address: AddressAnswer | None
    vat_number: str | None
    contact_name: str
    email: str

    @classmethod
    def of(cls, buyer: Buyer) -> Self:
        return cls(
            company=buyer.company,
            address=AddressAnswer.of(buyer.address),
            vat_number=buyer.vat_number,
            contact_name=buyer.contact_name,
            email=buyer.email,
        )


class SellerAnswer(Answer):
    """The selling entity as it stood on the day of issue."""

    selling_entity: str
    legal_name: str
    address: list[str]
    country: str
    vat_number: str | None
    registration: list[str]
    email: str
    phone: str

    @classmethod
    def of(cls, seller: Seller) -> Self:
        return cls(
            selling_entity=seller.entity_id,
            legal_name=seller.legal_name,
            address=list(seller.address),
            country=seller.country,
            vat_number=seller.vat_number,
            registration=list(seller.registration),
            email=seller.email,
            phone=seller.phone,
        )


class WholeInvoiceAnswer(InvoiceAnswer):
    """A document with all that it says, in its own language, and how it stands.

    Of an invoice: total = credit applied + paid + offset by credit notes + open, unless it is void.
    `credited` is what its credit notes come to, of which `offset` reduced what was open. `reason` of
    a credit note by hand is told to the operator's people alone.
    """

    language: str
    payment_reference: str
    refers_to_number: str | None
    lines: list[InvoicedLineAnswer]
    taxes: list[InvoiceTaxAnswer]
    subtotal: SumAnswer
    tax: SumAnswer
    credit_applied: Amount
    paid: Amount
    offset: Amount
    credited: Amount
    buyer: BuyerAnswer
    seller: SellerAnswer
    credit_notes: list[InvoiceAnswer]
    reason: str | None

    @classmethod
    def whole(cls, view: InvoiceView, reader: Member) -> Self:
        invoice, document = view.invoice, view.content.document
        currency = invoice.currency
        words = TaxWords(closest_language(document.language))
        reason = invoice.note if reader.is_operators else ""
        refers_to = document.refers_to
        return cls(
            **_facts(invoice, view.today),
            language=document.language,
            payment_reference=document.payment_reference,
            refers_to_number=None if refers_to is None else refers_to.number,
            lines=_lines(invoice, view.content),
            taxes=[InvoiceTaxAnswer.of(each, currency, words) for each in document.taxes],
            subtotal=SumAnswer(amount_minor=invoice.subtotal_minor, currency=currency),
            tax=SumAnswer(amount_minor=invoice.tax_minor, currency=currency),
            credit_applied=_amount(invoice.credit_applied_minor, currency),
            paid=_amount(invoice.paid_minor, currency),
            offset=_amount(invoice.offset_minor, currency),
            credited=_amount(invoice.noted_minor, currency),
            buyer=BuyerAnswer.of(document.buyer),
            seller=SellerAnswer.of(document.seller),
            credit_notes=[InvoiceAnswer.of(each, view.today) for each in view.notes],
            reason=reason or None,
        )


class CorrectedAnswer(Answer):
    """The credit note, and its invoice as it is now."""

    credit_note: InvoiceAnswer
    invoice: InvoiceAnswer

    @classmethod
    def of(cls, corrected: Corrected, today: date) -> Self:
        return cls(
            credit_note=InvoiceAnswer.of(corrected.note, today),
            invoice=InvoiceAnswer.of(corrected.invoice, today),
        )


def _amount(amount_minor: int, currency: str) -> Amount:
    return Amount(amount_minor=amount_minor, currency=currency)
