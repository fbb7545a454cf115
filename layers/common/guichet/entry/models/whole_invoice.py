"""An invoice or a credit note with all that it says: lines, taxes, sums, parties (INV-2, INV-9)."""

from __future__ import annotations

from typing import Self

from guichet.access.membership import Member
from guichet.adapters.tax.words import TaxWords
from guichet.entry.fields import Amount, Answer
from guichet.entry.models.billing_lines import DaysAnswer, SumAnswer
from guichet.entry.models.invoices import InvoiceAnswer, facts
from guichet.entry.models.profile import AddressAnswer
from guichet.invoices.content import InvoiceContent
from guichet.invoices.document import Buyer, DocumentTax, Seller
from guichet.invoices.invoice import Invoice
from guichet.invoices.use_cases.read_invoices import InvoiceView
from guichet.languages import closest_language


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
    def of(cls, tax: DocumentTax, currency: str, country: str, words: TaxWords) -> Self:
        said = None if tax.sentence is None else words.sentence(tax.sentence, tax.reason)
        return cls(
            name=words.name(tax.name, country),
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
    company_number: str | None
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
            company_number=seller.company_number or None,
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
        currency, country = invoice.currency, document.buyer.address.country
        words = TaxWords(closest_language(document.language))
        reason = invoice.note if reader.is_operators else ""
        refers_to = document.refers_to
        return cls(
            **facts(invoice, view.today),
            language=document.language,
            payment_reference=document.payment_reference,
            refers_to_number=None if refers_to is None else refers_to.number,
            lines=_lines(invoice, view.content),
            taxes=[InvoiceTaxAnswer.of(each, currency, country, words) for each in document.taxes],
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


def _amount(amount_minor: int, currency: str) -> Amount:
    return Amount(amount_minor=amount_minor, currency=currency)
