"""Invoices of every language and tax situation, as the run would hand them to the documents' adapters."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Any, Final

from guichet.access.addresses import Address
from guichet.adapters.selling.packaged import packaged_selling_entities
from guichet.adapters.tax.packaged import packaged_tax_tables
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
from guichet.invoices.series import Series
from guichet.ledger.billable import LineKind
from guichet.money import half_up
from guichet.period import Period
from guichet.tax.deciding import TaxableLine, decide
from guichet.tax.places import Category, Sentence
from guichet.tax.subject import Exemption, TaxSubject, VatStanding
from guichet.tax.territories import territory

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
    """An invoice of these rates, whatever the tables say."""
    taxes = tuple(each.on(lines) for each in rates)
    return _summed(entity_id, language, currency, to, lines, taxes, **changed)


def taxed(  # noqa: PLR0917 - each is another thing
    entity_id: str,
    language: str,
    currency: str,
    to: Buyer,
    lines: tuple[DocumentLine, ...] = LINES,
    exemptions: tuple[Exemption, ...] = (),
    **changed: Any,  # noqa: ANN401 - any field of a document
) -> InvoiceDocument:
    """An invoice that bears what the tables say; a VAT number counts as confirmed."""
    address = to.address
    country, region = territory(address.country, address.region, address.postal_code)
    is_business = to.vat_number is not None
    subject = TaxSubject(
        country=country,
        region=region,
        is_business=is_business,
        vat_standing=VatStanding.VALID if is_business else VatStanding.NONE,
        exemptions=exemptions,
    )
    taxable = [TaxableLine(each.net_minor, each.tax_class) for each in lines]
    seller = sold_by(entity_id).country
    groups = decide(seller, subject, ISSUED_ON, taxable, packaged_tax_tables()).groups
    taxes = tuple(map(DocumentTax.of, groups))
    return _summed(entity_id, language, currency, to, lines, taxes, **changed)


def _summed(  # noqa: PLR0917 - each is another thing
    entity_id: str,
    language: str,
    currency: str,
    to: Buyer,
    lines: tuple[DocumentLine, ...],
    taxes: tuple[DocumentTax, ...],
    **changed: Any,  # noqa: ANN401 - any field of a document
) -> InvoiceDocument:
    """An invoice whose sums are computed from its lines and taxes, numbered as the product does."""
    entity = sold_by(entity_id)
    subtotal, tax = sum(e.net_minor for e in lines), sum(e.amount_minor for e in taxes)
    kind = changed.pop("kind", DocumentKind.INVOICE)
    series = Series(entity_id, kind, changed.pop("place", 123))
    held: dict[str, Any] = {
        "due_on": ISSUED_ON + timedelta(days=30),
        "period": _stretch([each.period for each in lines if each.period is not None]),
        "remittance": entity.bank_details_on(currency, ISSUED_ON),
        "payment_reference": series.number,
        "disputable_until": ISSUED_ON + timedelta(days=15),
        **changed,
    }
    return InvoiceDocument(
        kind=kind,
        number=series.number,
        series=series.name,
        issued_on=ISSUED_ON,
        language=language,
        currency=currency,
        seller=Seller.of(entity),
        buyer=to,
        lines=_bearing(lines, taxes),
        taxes=taxes,
        subtotal_minor=subtotal,
        tax_minor=tax,
        total_minor=subtotal + tax,
        **held,
    )


def _bearing(
    lines: tuple[DocumentLine, ...], taxes: tuple[DocumentTax, ...]
) -> tuple[DocumentLine, ...]:
    """Each with the taxes of its class; as they are where a class has none, or they say it themselves."""
    if any(each.bears for each in lines):
        return lines
    places = {
        kind: tuple(n for n, each in enumerate(taxes) if each.tax_class is kind)
        for kind in {each.tax_class for each in lines}
    }
    return (
        tuple(replace(e, bears=places[e.tax_class]) for e in lines)
        if all(places.values())
        else lines
    )


def _stretch(periods: list[Period]) -> Period | None:
    if not periods:
        return None
    return Period(min(each.start for each in periods), max(each.end for each in periods))


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
