"""TAX-5: regulatory fees are charges of telecom lines, by dated tables, and bear the taxes these name."""

from __future__ import annotations

from datetime import date

import pytest

from guichet.adapters.catalogue.packaged import packaged_catalogues
from guichet.adapters.tax.packaged import packaged_fee_tables
from guichet.catalogue.catalogue import FeeClass, TaxClass
from guichet.errors import Unavailable
from guichet.money import Money
from guichet.tax.deciding import TaxableLine, decide
from guichet.tax.fees import fees_on
from guichet.tax.subject import TaxSubject
from tests.support.taxing import DAY, TABLES

FEES = packaged_fee_tables()
USF = FeeClass("us-federal-universal-service", {"en": "USF"}, "US", 6490)
RECOVERY = FeeClass("us-regulatory-recovery", {"en": "Recovery"}, "US")
CANADIAN = FeeClass("ca-federal-recovery", {"en": "Recovery"}, "CA")


def test_the_universal_service_fee_is_the_quarters_rate_on_the_interstate_share_tax_5() -> None:
    (fee,) = fees_on(Money(10_000, "USD"), "US", [USF], date(2026, 5, 1), FEES)

    assert fee.amount == Money(2401, "USD"), "100.00 × 64.9 % × 37.0 % is 24.013"


@pytest.mark.parametrize(
    ("day", "amount"),
    [
        pytest.param(date(2025, 12, 31), 3810, id="the last quarter of 2025"),
        pytest.param(date(2026, 1, 1), 3760, id="the first of 2026"),
        pytest.param(date(2026, 4, 1), 3700, id="the second of 2026"),
        pytest.param(date(2026, 6, 30), 3700, id="its last day"),
    ],
)
def test_each_quarter_has_its_own_factor_tax_5(day: date, amount: int) -> None:
    whole = FeeClass(USF.fee_id, USF.names, "US")

    (fee,) = fees_on(Money(10_000, "USD"), "US", [whole], day, FEES)

    assert fee.amount.amount_minor == amount


@pytest.mark.parametrize(
    ("fee", "day"),
    [
        pytest.param(USF, date(2026, 7, 1), id="a quarter without a factor yet"),
        pytest.param(USF, date(2019, 12, 31), id="before the table"),
        pytest.param(FeeClass("us-other", {"en": "x"}, "US"), DAY, id="no table at all"),
    ],
)
def test_a_fee_without_a_row_is_refused_tax_5(fee: FeeClass, day: date) -> None:
    with pytest.raises(Unavailable) as refused:
        fees_on(Money(10_000, "USD"), "US", [fee], day, FEES)

    assert refused.value.code == "tax_unknown"
    assert f"{fee.fee_id} on {day}" in refused.value.detail
    assert "config/tax/fees.yaml" in refused.value.detail


def test_a_quarter_without_a_factor_says_until_when_they_are_known_tax_5() -> None:
    with pytest.raises(Unavailable) as refused:
        fees_on(Money(10_000, "USD"), "US", [USF], date(2026, 7, 1), FEES)

    assert "(known until 2026-06-30)" in refused.value.detail


def test_fees_are_those_of_the_billing_country_in_the_catalogues_order_tax_5() -> None:
    fees = [USF, CANADIAN, RECOVERY]

    found = fees_on(Money(10_000, "USD"), "US", fees, DAY, FEES)

    assert [each.fee_id for each in found] == [USF.fee_id, RECOVERY.fee_id]


@pytest.mark.parametrize("net", [0, 1])
def test_a_fee_that_comes_to_nothing_makes_no_line(net: int) -> None:
    assert fees_on(Money(net, "USD"), "US", [RECOVERY], DAY, FEES) == []


def test_a_fee_bears_the_taxes_that_its_table_names_and_no_other_tax_5() -> None:
    lines = [
        TaxableLine(10_000, TaxClass.TELECOM),
        TaxableLine(1_000, TaxClass.TELECOM, "taxed"),
        TaxableLine(1_000, TaxClass.TELECOM, "free"),
        TaxableLine(1_000, TaxClass.TELECOM, "by one"),
    ]
    bears = {"taxed": frozenset({"GST", "PST"}), "free": frozenset[str](), "by one": {"GST"}}

    decision = decide(
        "CA",
        TaxSubject("CA", "BC"),
        DAY,
        lines,
        TABLES,
        fee_taxes={name: frozenset(taxes) for name, taxes in bears.items()},
    )

    charged = {each.name: (each.base_minor, each.amount_minor) for each in decision.charged}
    assert charged == {"GST": (12_000, 600), "PST": (11_000, 770)}
    untaxed = [each for each in decision.groups if not each.is_charged]
    assert [(each.base_minor, each.category) for each in untaxed] == [(1_000, "O")]


def test_every_fee_of_the_catalogue_has_a_table_tax_5() -> None:
    ids = {
        fee.fee_id
        for version in packaged_catalogues().all()
        for product in version.products.values()
        for fee in product.fees
    }

    assert ids
    assert ids <= set(FEES.rates)
