"""Bills as they are drafted: lines of the packaged catalogue, taxed by the packaged tables."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from typing import Any, Final

from guichet.access.addresses import Address
from guichet.access.profile import BillingProfile
from guichet.adapters.catalogue.packaged import packaged_catalogues
from guichet.adapters.selling.packaged import packaged_selling_entities
from guichet.adapters.tax_tables import TableTaxes
from guichet.invoices.building import Billed, Drafted, drafted
from guichet.invoices.document import Reference
from guichet.ledger.billable import BillableLine, LineKind
from guichet.money import Money
from guichet.period import Period
from guichet.subscriptions.assessing import NOTHING_EARLIER, EarlierTaxes
from guichet.subscriptions.line_names import LineNames
from guichet.subscriptions.taxed import tax_subject
from guichet.tax.subject import Exemption, TaxSubject, VatStanding
from tests.support.taxing import TABLES, lasting_fee_tables

DAY: Final = date(2026, 6, 1)
PERIOD: Final = Period(DAY, date(2026, 7, 1))
CATALOGUES: Final = packaged_catalogues()
ENTITIES: Final = packaged_selling_entities()
TAXES: Final = TableTaxes(ENTITIES, CATALOGUES, TABLES, lasting_fee_tables())
ORIGINALS: Final = {
    name: Reference(f"IE-I-{number:06d}", date(2026, 5, number))
    for number, name in enumerate(("inv_a", "inv_b", "inv_c"), start=1)
}

PARIS: Final = Address("1 rue de Rivoli", "Paris", "FR", postal_code="75001")
DUBLIN: Final = Address("1 Sample Road", "Dublin", "IE")
MOBILE: Final = Address("77 Sample Avenue", "Mobile", "US", region="AL", postal_code="36602")
ALBANY: Final = Address("9 Test Street", "Albany", "US", region="NY", postal_code="12207")
TORONTO: Final = Address("5 Test Road", "Toronto", "CA", region="ON", postal_code="M5H 2N2")


def profile(address: Address, **changed: Any) -> BillingProfile:  # noqa: ANN401 - fields of many types
    return replace(
        BillingProfile(
            account_id="acc_1",
            company="Atelier",
            contact_email="billing@atelier.example",
            time_zone="UTC",
            language="en",
            billing_address=address,
        ),
        **changed,
    )


def line(net_minor: int, currency: str = "EUR", **changed: Any) -> BillableLine:  # noqa: ANN401 - same
    """Of webinars, or of telephony where `product_id` says so."""
    is_phone = changed.get("product_id") == "telephony"
    return replace(
        BillableLine(
            subscription_id="sub_1",
            product_id="webinar",
            kind=LineKind.PLAN,
            item="line" if is_phone else "starter",
            quantity=1,
            unit_price="30.00",
            amount=Money(abs(net_minor), currency),
            period=PERIOD,
            bill_on=DAY,
            tax_class="telecom" if is_phone else "standard",
            catalogue_version="2026-01",
            is_credit=net_minor < 0,
        ),
        **changed,
    )


def credit(net_minor: int, of_invoice: str, currency: str = "EUR", **changed: Any) -> BillableLine:  # noqa: ANN401 - same
    return line(-net_minor, currency, of_invoice=of_invoice, **changed)


def billed(
    entity: str,
    who: BillingProfile,
    lines: Sequence[BillableLine],
    subject: TaxSubject | None = None,
    earlier: EarlierTaxes = NOTHING_EARLIER,
    **changed: Any,  # noqa: ANN401 - fields of many types
) -> Billed:
    taxed = subject or tax_subject(who)
    return replace(
        Billed(
            invoice_id="inv_new",
            bill_on=DAY,
            currency=lines[0].amount.currency,
            entity=ENTITIES.entity(entity),
            profile=who,
            lines=tuple(lines),
            quote=TAXES.quote(entity, taxed, DAY, lines, earlier),
            names=LineNames(CATALOGUES, who.language),
            terms_days=30,
        ),
        **changed,
    )


def made_of(bill: Billed) -> Drafted:
    return drafted(bill, DAY, ORIGINALS)


def paris(lines: Sequence[BillableLine], **changed: Any) -> Billed:  # noqa: ANN401 - same
    """20 per cent of French VAT."""
    return billed("ie", profile(PARIS), lines, **changed)


def reversed_charge() -> tuple[BillingProfile, TaxSubject]:
    who = profile(PARIS, vat_number="FR61954506077")
    return who, tax_subject(who, VatStanding.VALID)


def exempt_in_alabama() -> tuple[BillingProfile, TaxSubject]:
    who = profile(MOBILE)
    paper = Exemption("US", "AL", date(2026, 1, 1), date(2026, 12, 31), "Resale AL-1")
    return who, tax_subject(who, exemptions=[paper])
