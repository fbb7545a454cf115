"""SUB-5, TAX-1, ACC-4: a preview with the tables in place charges what they say, or refuses."""

from __future__ import annotations

import pytest

from guichet.access.addresses import Address
from guichet.adapters.tax_tables import TableTaxes
from guichet.bootstrap_billing import BillingParts
from guichet.errors import Unavailable
from guichet.tax.tables import TaxTables
from tests.support.billing import NEW_YORK, Billing
from tests.support.taxing import TABLES
from tests.support.unchanged import nothing_written

PARIS = Address("1 rue de Rivoli", "Paris", "FR", postal_code="75001")
MONTREAL = Address("1 rue Sainte-Catherine", "Montréal", "CA", region="QC", postal_code="H2X 1K4")


@pytest.fixture
def billing() -> Billing:
    return with_tables(Billing(), TABLES)


def with_tables(billing: Billing, tables: TaxTables) -> Billing:
    held = billing.world.parts
    taxes = TableTaxes(held.selling_entities, held.billing.catalogues, tables)
    held.billing = BillingParts(held, given_taxes=taxes)
    return billing


@pytest.mark.parametrize(
    ("address", "rates"),
    [
        pytest.param(PARIS, {"VAT": "20"}, id="Paris"),
        pytest.param(MONTREAL, {"GST": "5", "QST": "9.975"}, id="Montréal"),
        pytest.param(NEW_YORK, {}, id="New York, without nexus"),
    ],
)
def test_a_preview_charges_the_taxes_of_the_billing_address_acc_4(
    billing: Billing, address: Address, rates: dict[str, str]
) -> None:
    billing.move_to(address)

    preview = billing.preview(billing.webinar(seats=3))

    tax = preview.now.tax
    assert {each.name: each.percent for each in tax.taxes} == rates
    assert preview.due_now.amount_minor == preview.now.net_minor + tax.total_minor


def test_what_was_previewed_is_what_is_paid_sub_5(billing: Billing) -> None:
    billing.move_to(PARIS)
    preview = billing.preview(billing.webinar(seats=3))

    cart = billing.pay(billing.place(preview).value)

    assert cart.status == "done"
    assert cart.preview.now.tax.total_minor > 0
    assert cart.preview.due_now == preview.due_now


def test_a_preview_whose_tax_is_not_known_is_refused_and_nothing_is_kept_tax_2() -> None:
    without_france = TaxTables(
        {country: rows for country, rows in TABLES.taxes.items() if country != "FR"},
        TABLES.nexus,
        TABLES.vat_checks,
        TABLES.countries,
    )
    billing = with_tables(Billing(), without_france)
    billing.move_to(PARIS)

    with nothing_written(billing.world.dynamo), pytest.raises(Unavailable) as refused:
        billing.preview(billing.webinar())

    assert refused.value.code == "tax_unknown"
