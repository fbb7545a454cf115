"""Invoices of every language and tax situation, as the run would hand them to the documents' adapters."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Any, Final

from guichet.access.addresses import Address
from guichet.adapters.selling.packaged import packaged_selling_entities
from guichet.catalogue.catalogue import TaxClass
from guichet.catalogue.selling import SellingEntity
from guichet.invoices.document import (
    Buyer,
    DocumentKind,
    DocumentLine,
    DocumentTax,
    InvoiceDocument,
    Seller,
)
from guichet.ledger.billable import LineKind
from guichet.money import half_up
from guichet.period import Period
from guichet.tax.places import Category, Sentence

ISSUED_ON: Final = date(2027, 3, 1)
MARCH: Final = Period(date(2027, 3, 1), date(2027, 4, 1))
LATE_FEBRUARY: Final = Period(date(2027, 2, 10), date(2027, 3, 1))


@dataclass(frozen=True, slots=True)
class Rate:
    """A tax as the tables would decide it for one class."""

    name: str
    percent: str
    category: Category
    tax_class: TaxClass = TaxClass.STANDARD
    region: str = ""
    sentence: Sentence | None = None
    reason: str = ""

    def on(self, lines: tuple[DocumentLine, ...]) -> DocumentTax:
        base = sum(each.net_minor for each in lines if each.tax_class is self.tax_class)
        return DocumentTax(
            name=self.name,
            percent=self.percent,
            category=self.category,
            tax_class=self.tax_class,
            base_minor=base,
            amount_minor=half_up(base * Fraction(Decimal(self.percent)) / 100),
            region=self.region,
            sentence=self.sentence,
            reason=self.reason,
        )


REVERSE_CHARGE: Final = Rate("VAT", "0", Category.REVERSE_CHARGE, sentence=Sentence.REVERSE_CHARGE)
OUT_OF_SCOPE: Final = Rate("VAT", "0", Category.OUT_OF_SCOPE, sentence=Sentence.OUT_OF_SCOPE)


def vat(percent: str, tax_class: TaxClass = TaxClass.STANDARD) -> Rate:
    return Rate("VAT", percent, Category.STANDARD, tax_class)


def line(
    item: str = "Pro",
    net_minor: int = 12_000,
    *,
    product: str = "Webinar",
    quantity: int = 5,
    unit_price: str = "24.00",
    **changed: Any,  # noqa: ANN401 - any field of a line
) -> DocumentLine:
    held: dict[str, Any] = {
        "kind": LineKind.PLAN,
        "tax_class": TaxClass.STANDARD,
        "period": MARCH,
        **changed,
    }
    return DocumentLine(
        product=product,
        item=item,
        quantity=quantity,
        unit_price=unit_price,
        net_minor=net_minor,
        **held,
    )


LINES: Final = (
    line(),
    line("Pro", 1_520, quantity=1, period=LATE_FEBRUARY, share="19/30"),
    line("Basic", -760, quantity=1, unit_price="12.00", period=LATE_FEBRUARY, share="19/30"),
    line(
        "Recording",
        1_800,
        kind=LineKind.ADD_ON,
        quantity=2,
        unit_price="10.00",
        discount_minor=200,
    ),
    line(
        "SMS",
        731,
        product="Telephony",
        kind=LineKind.USAGE,
        quantity=105,
        unit_price="0.0696",
    ),
)


def sold_by(entity_id: str) -> SellingEntity:
    return packaged_selling_entities().entity(entity_id)


def seller_of(entity: SellingEntity) -> Seller:
    return Seller.of(
        entity,
        registration=("Company number 000000",),
        email=f"billing.{entity.entity_id}@guichet.example",
        phone="+353 1 000 0000",
    )


def buyer(
    company: str, address: Address, vat_number: str | None = None, contact_name: str = "Camille Roy"
) -> Buyer:
    return Buyer(
        account_id="acc_7QK3X9",
        company=company,
        address=address,
        vat_number=vat_number,
        contact_name=contact_name,
        email="billing@atelier.example",
    )


def invoice(  # noqa: PLR0917 - each is another thing
    entity_id: str,
    language: str,
    currency: str,
    to: Buyer,
    rates: tuple[Rate, ...],
    lines: tuple[DocumentLine, ...] = LINES,
    **changed: Any,  # noqa: ANN401 - any field of a document
) -> InvoiceDocument:
    """An invoice whose sums are computed from its lines and rates."""
    entity = sold_by(entity_id)
    taxes = tuple(each.on(lines) for each in rates)
    subtotal, tax = sum(e.net_minor for e in lines), sum(e.amount_minor for e in taxes)
    number = changed.pop("number", f"{entity_id.upper()}-2027-000123")
    held: dict[str, Any] = {
        "kind": DocumentKind.INVOICE,
        "due_on": ISSUED_ON + timedelta(days=30),
        "period": Period(LATE_FEBRUARY.start, MARCH.end),
        "remittance": entity.bank_details_on(currency, ISSUED_ON),
        "payment_reference": number,
        "disputable_until": ISSUED_ON + timedelta(days=15),
        **changed,
    }
    return InvoiceDocument(
        number=number,
        series=entity_id,
        issued_on=ISSUED_ON,
        language=language,
        currency=currency,
        seller=seller_of(entity),
        buyer=to,
        lines=lines,
        taxes=taxes,
        subtotal_minor=subtotal,
        tax_minor=tax,
        total_minor=subtotal + tax,
        **held,
    )


PARIS: Final = buyer(
    "Atelier Lumière SARL",
    Address("12 rue de l’Exemple", "Paris", "FR", "Bâtiment B", "", "75011"),
    "FR40303265045",
)
BERLIN: Final = buyer(
    "Max Mustermann", Address("Musterstraße 1", "Berlin", "DE", postal_code="10115")
)


def many_lines(count: int) -> tuple[DocumentLine, ...]:
    """Lines of three products, some with credits, none of a round amount."""
    return tuple(
        line(
            f"Number {number:04} to a destination whose name is rather long",
            (-1 if number % 7 == 0 else 1) * (137 + 31 * number),
            product=("Numbers", "Minutes", "Rentals")[number * 3 // count],
            kind=LineKind.USAGE,
            quantity=number + 1,
            unit_price="0.0313",
        )
        for number in range(count)
    )
