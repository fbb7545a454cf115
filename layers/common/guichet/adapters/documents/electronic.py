"""An invoice in the terms of EN 16931, from which both of its syntaxes are written.

Numbers in comments are the standard's business terms. Amounts are texts in major units.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Final

from guichet.adapters.documents.texts import document_texts
from guichet.adapters.tax.words import TaxWords
from guichet.invoices.document import DocumentLine, DocumentTax, InvoiceDocument
from guichet.languages import closest_language
from guichet.money import minor_digits
from guichet.period import Period
from guichet.printable import one_line
from guichet.tax.places import Category

# What UNCL 4461 calls a transfer, and one within SEPA.
_TRANSFER: Final = "30"
_SEPA_TRANSFER: Final = "58"


@dataclass(frozen=True, slots=True)
class Paid:
    """How to pay by transfer (BG-16): to an IBAN, or to an account as the country numbers it."""

    means: str
    account: str
    is_iban: bool
    beneficiary: str
    bic: str


@dataclass(frozen=True, slots=True)
class ElectronicLine:
    """A line (BG-25) whose quantity times price, less the allowance, is its net amount exactly."""

    number: str
    name: str
    description: str
    quantity: str
    price: str
    net: str
    allowance: str
    period: Period | None
    category: Category
    percent: str  # empty where nothing is taxed


@dataclass(frozen=True, slots=True)
class ElectronicTax:
    """The taxes of one category and rate (BG-23)."""

    category: Category
    percent: str
    base: str
    amount: str
    reason: str
    reason_code: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ElectronicInvoice:
    """What both syntaxes say; `document` has the rest."""

    document: InvoiceDocument
    lines: tuple[ElectronicLine, ...]
    taxes: tuple[ElectronicTax, ...]
    subtotal: str
    tax: str
    total: str
    prepaid: str
    due: str
    terms: str
    notes: tuple[str, ...]
    paid: Paid | None

    @property
    def seller_vat_number(self) -> str:
        """BT-31; empty where it has to be the tax office's number (BT-32) instead."""
        number = _number(self.document.seller.vat_number)
        return number if self._tells(number) else ""

    @property
    def seller_tax_number(self) -> str:
        return "" if self.seller_vat_number else _number(self.document.seller.vat_number)

    @property
    def buyer_vat_number(self) -> str:
        number = _number(self.document.buyer.vat_number)
        return number if self._tells(number) else ""

    def _tells(self, number: str) -> bool:
        """Not where nothing is subject to VAT (BR-O-02), nor without a country's letters (BR-CO-9)."""
        is_outside = any(each.category is Category.OUT_OF_SCOPE for each in self.taxes)
        return number[:2].isalpha() and not is_outside


def electronic_invoice(document: InvoiceDocument) -> ElectronicInvoice | None:
    """The document as EN 16931 sees it; None where the standard does not reach.

    That is: sellers outside the EU, and sums that bear several taxes at once, as in Canada.
    """
    if not document.is_electronic:
        return None
    borne = [(line, document.tax_of(line)) for line in document.lines]
    lines = (
        _line(number, line, tax, document.currency)
        for number, (line, tax) in enumerate(borne, start=1)
        if tax is not None
    )
    prepaid_minor = document.credit_applied_minor + document.paid_minor
    return ElectronicInvoice(
        document=document,
        lines=tuple(lines),
        taxes=_taxes(document),
        subtotal=major(document.subtotal_minor, document.currency),
        tax=major(document.tax_minor, document.currency),
        total=major(document.total_minor, document.currency),
        prepaid=major(prepaid_minor, document.currency) if prepaid_minor else "",
        due=major(document.due_minor, document.currency),
        terms=_terms(document),
        notes=tuple(filter(None, map(one_line, document.notes))),
        paid=_paid(document),
    )


def major(amount_minor: int, currency: str) -> str:
    """An amount in major units with the currency's decimals and a point: `-1234.50`."""
    return f"{Decimal(amount_minor).scaleb(-minor_digits(currency)):f}"


def day_of(period: Period) -> tuple[date, date]:
    """The first and the last day of a period, as the standard counts them."""
    return period.start, date.fromordinal(max(period.end.toordinal() - 1, period.start.toordinal()))


def _line(number: int, line: DocumentLine, tax: DocumentTax, currency: str) -> ElectronicLine:
    """The line as it is where its numbers multiply out, else as one unit of what it comes to."""
    sign, size = (-1 if line.is_credit else 1), abs(line.net_minor)
    price = Decimal(line.unit_price)
    exact = (price * line.quantity).scaleb(minor_digits(currency))
    is_exact = exact == size + line.discount_minor and not (line.is_credit and line.discount_minor)
    made_of = f"{line.quantity} × {line.unit_price} {currency}"
    share = f", {line.share}" if line.share else ""
    return ElectronicLine(
        number=str(number),
        name=f"{one_line(line.product)} – {one_line(line.item)}",
        description="" if is_exact else made_of + share,
        quantity=str(sign * line.quantity if is_exact else sign),
        price=f"{price:f}" if is_exact else major(size, currency),
        net=major(line.net_minor, currency),
        allowance=major(line.discount_minor, currency) if is_exact and line.discount_minor else "",
        period=line.period,
        category=tax.category,
        percent=_percent(tax),
    )


def _taxes(document: InvoiceDocument) -> tuple[ElectronicTax, ...]:
    """Ours by category and rate: classes that bear the same are one there."""
    words = TaxWords(closest_language(document.language), document.template)
    merged: dict[tuple[Category, str], list[DocumentTax]] = {}
    for each in document.taxes:
        merged.setdefault((each.category, _percent(each)), []).append(each)
    return tuple(
        ElectronicTax(
            category=category,
            percent=percent,
            base=major(sum(each.base_minor for each in group), document.currency),
            amount=major(sum(each.amount_minor for each in group), document.currency),
            reason=" ".join(
                words.sentence(each.sentence, one_line(each.reason))
                for each in group
                if each.sentence is not None and not each.is_charged
            ),
            reason_code=category.vatex or "",
        )
        for (category, percent), group in merged.items()
    )


def _number(number: str | None) -> str:
    return (number or "").replace(" ", "")


def _percent(tax: DocumentTax) -> str:
    return "" if tax.category is Category.OUT_OF_SCOPE else tax.percent


def _terms(document: InvoiceDocument) -> str:
    """What becomes of a credit note's amount: it has no due date (BR-CO-25)."""
    if document.settlement is None:
        return ""
    amount = f"{major(document.due_minor, document.currency)} {document.currency}"
    texts = document_texts(document.template, closest_language(document.language))
    return texts[f"headline.{document.settlement}"].format(amount=amount)


def _paid(document: InvoiceDocument) -> Paid | None:
    bank = document.remittance
    if bank is None or document.is_credit_note or document.is_collected:
        return None
    iban = bank.iban.replace(" ", "")
    account = iban or bank.account_number
    if not account:
        return None
    is_sepa = bool(iban) and document.currency == "EUR"
    means = _SEPA_TRANSFER if is_sepa else _TRANSFER
    return Paid(means, account, bool(iban), one_line(bank.beneficiary), bank.bic)
