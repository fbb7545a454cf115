"""TAX-1, INV-2, MON-3: sums by tax, rate and class, each rounded once; credits and discounts."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from guichet.catalogue.catalogue import TaxClass
from guichet.tax.deciding import TaxableLine, decide, discounted
from guichet.tax.places import Category, Sentence
from guichet.tax.subject import Exemption, TaxSubject, VatStanding
from tests.support.taxing import DAY, TABLES, amounts, taxed

STANDARD, TELECOM = TaxClass.STANDARD, TaxClass.TELECOM
EXEMPT, ZERO_RATED = TaxClass.EXEMPT, TaxClass.ZERO_RATED


def test_the_sum_is_taxed_and_not_each_line_tax_1() -> None:
    decision = taxed("AU", TaxSubject("AU"), *[TaxableLine(33, STANDARD)] * 3)

    assert amounts(decision) == {"GST": 10}, "9.9; line by line it were 9"


def test_each_class_is_a_group_of_its_own_tax_1() -> None:
    lines = [TaxableLine(5, STANDARD), TaxableLine(5, TELECOM)]

    decision = taxed("AU", TaxSubject("AU"), *lines)

    assert [(each.tax_class, each.amount_minor) for each in decision.groups] == [
        (STANDARD, 1),
        (TELECOM, 1),
    ], "0.5 and 0.5, each rounded half-up"


def test_what_is_exempt_or_zero_rated_says_so_and_bears_nothing_tax_1() -> None:
    lines = [TaxableLine(10_000, each) for each in (ZERO_RATED, EXEMPT, STANDARD)]

    decision = taxed("GB", TaxSubject("GB"), *lines)

    told = [(each.tax_class, each.category, each.amount_minor) for each in decision.groups]
    assert told == [
        (STANDARD, "S", 2000),
        (EXEMPT, "E", 0),
        (ZERO_RATED, "Z", 0),
    ]
    assert decision.sentences == ((Sentence.EXEMPT_SUPPLY, ""),)


def test_what_is_exempt_is_not_reverse_charged_tax_3() -> None:
    business = TaxSubject("FR", is_business=True, vat_standing=VatStanding.VALID)

    decision = taxed("IE", business, TaxableLine(100, STANDARD), TaxableLine(100, EXEMPT))

    assert decision.categories == (Category.REVERSE_CHARGE, Category.EXEMPT)


def test_out_of_scope_stands_alone_as_en_16931_asks() -> None:
    decision = taxed("IE", TaxSubject("US"), TaxableLine(100, STANDARD), TaxableLine(100, EXEMPT))

    assert decision.categories == (Category.OUT_OF_SCOPE,)


@pytest.mark.parametrize(
    ("nets", "tax"),
    [
        pytest.param((10_000, -4_000), 600, id="a part taken back"),
        pytest.param((4_000, -10_000), -600, id="more taken back than charged"),
        pytest.param((-5,), -1, id="half a cent: the size is rounded, the sign kept"),
        pytest.param((5, -5), 0, id="nothing left"),
    ],
)
def test_credits_lower_the_sum_that_is_taxed_mon_3(nets: tuple[int, ...], tax: int) -> None:
    decision = taxed("AU", TaxSubject("AU"), *(TaxableLine(net, STANDARD) for net in nets))

    assert decision.total_minor == tax


def test_a_bill_without_lines_has_no_taxes() -> None:
    assert decide("IE", TaxSubject("IE"), DAY, [], TABLES).groups == ()


def test_yen_have_no_decimals_and_are_taxed_as_they_are_mon_1() -> None:
    decision = taxed("JP", TaxSubject("JP"), TaxableLine(1_005, STANDARD))

    assert amounts(decision) == {"JCT": 101}, "100.5 yen"


def test_taxes_on_one_price_are_not_charged_on_each_other_tax_2() -> None:
    decision = taxed("CA", TaxSubject("CA", "QC"), TaxableLine(1_234_567, STANDARD))

    assert amounts(decision) == {"GST": 61_728, "QST": 123_148}
    assert [each.percent for each in decision.groups] == [Decimal(5), Decimal("9.975")]


def certificate(region: str, reason: str = "Resale certificate 1") -> Exemption:
    country = "US" if region == "AL" else "CA"
    return Exemption(country, region, date(2026, 1, 1), date(2026, 12, 31), reason)


def test_a_certificate_takes_away_its_states_taxes_alone_tax_4() -> None:
    subject = TaxSubject("CA", "BC", exemptions=(certificate("BC"),))

    decision = taxed("CA", subject)

    assert amounts(decision) == {"GST": 500}
    assert decision.sentences == ((Sentence.EXEMPTION_CERTIFICATE, "Resale certificate 1"),)
    assert [each.category for each in decision.groups] == ["S", "E"]


@pytest.mark.parametrize(
    ("region", "day", "charged"),
    [
        pytest.param("AL", date(2026, 1, 1), {}, id="its first day"),
        pytest.param("AL", date(2026, 12, 31), {}, id="its last day"),
        pytest.param("AL", date(2027, 1, 1), {"SSUT": 800}, id="the day after"),
        pytest.param("AL", date(2025, 12, 31), {"SSUT": 800}, id="the day before"),
        pytest.param("BC", date(2026, 6, 1), {"SSUT": 800}, id="another state's"),
    ],
)
def test_a_certificate_counts_for_its_state_and_days_tax_4(
    region: str, day: date, charged: dict[str, int]
) -> None:
    subject = TaxSubject("US", "AL", exemptions=(certificate(region),))

    assert amounts(taxed("US", subject, day=day)) == charged


@pytest.mark.parametrize(
    ("nets", "discounts", "left"),
    [
        pytest.param([100, 200], [30], [90, 180], id="pro rata"),
        pytest.param([100, 100, 100], [100], [66, 67, 67], id="the rest to the earlier line"),
        pytest.param([1, 1], [1, 1], [0, 0], id="two of them, all of it"),
        pytest.param([100, -50], [40], [60, -50], id="a credit bears none of it"),
        pytest.param([100], [], [100], id="none"),
        pytest.param([0], [0], [0], id="nothing off nothing"),
    ],
)
def test_discounts_are_spread_over_the_charges_mon_3(
    nets: list[int], discounts: list[int], left: list[int]
) -> None:
    assert discounted(nets, discounts) == left


@pytest.mark.parametrize("discount", [-1, 101])
def test_a_discount_is_neither_below_0_nor_above_the_charges(discount: int) -> None:
    with pytest.raises(ValueError, match="at most"):
        discounted([100, -50], [discount])
