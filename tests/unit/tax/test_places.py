"""TAX-1, TAX-2, TAX-3: country by country, who charges what, and why a sum bears nothing."""

from __future__ import annotations

from datetime import date

import pytest

from guichet.catalogue.catalogue import TaxClass
from guichet.countries import EU_MEMBERS
from guichet.errors import Unavailable
from guichet.tax.deciding import TaxableLine
from guichet.tax.places import Category, Sentence
from guichet.tax.subject import TaxSubject, VatStanding
from tests.support.taxing import DAY, amounts, taxed

VALID = VatStanding.VALID

STANDARD_RATES_OF_2026 = {
    "AT": 2000,
    "BE": 2100,
    "BG": 2000,
    "CY": 1900,
    "CZ": 2100,
    "DE": 1900,
    "DK": 2500,
    "EE": 2400,
    "ES": 2100,
    "FI": 2550,
    "FR": 2000,
    "GR": 2400,
    "HR": 2500,
    "HU": 2700,
    "IE": 2300,
    "IT": 2200,
    "LT": 2100,
    "LU": 1700,
    "LV": 2100,
    "MT": 1800,
    "NL": 2100,
    "PL": 2300,
    "PT": 2300,
    "RO": 2100,
    "SE": 2500,
    "SI": 2200,
    "SK": 2300,
}


@pytest.mark.parametrize("country", sorted(EU_MEMBERS))
def test_a_consumer_pays_the_rate_of_their_own_member_state_tax_2(country: str) -> None:
    decision = taxed("IE", TaxSubject(country))

    assert amounts(decision) == {"VAT": STANDARD_RATES_OF_2026[country]}
    assert decision.categories == (Category.STANDARD,)
    assert decision.groups[0].country == country


@pytest.mark.parametrize("country", sorted(EU_MEMBERS - {"IE"}))
def test_a_confirmed_business_elsewhere_in_the_union_is_reverse_charged_tax_3(
    country: str,
) -> None:
    decision = taxed("IE", TaxSubject(country, is_business=True, vat_standing=VALID))

    (group,) = decision.groups
    assert (group.category, group.amount_minor, group.base_minor) == ("AE", 0, 10_000)
    assert decision.sentences == ((Sentence.REVERSE_CHARGE, ""),)
    assert not decision.charged


@pytest.mark.parametrize(
    "standing",
    [each for each in VatStanding if each is not VALID],
)
def test_a_number_that_was_not_confirmed_is_charged_vat_tax_3(standing: VatStanding) -> None:
    decision = taxed("IE", TaxSubject("FR", is_business=True, vat_standing=standing))

    assert amounts(decision) == {"VAT": 2000}


def test_a_business_in_the_sellers_own_member_state_pays_tax_3() -> None:
    decision = taxed("IE", TaxSubject("IE", is_business=True, vat_standing=VALID))

    assert amounts(decision) == {"VAT": 2300}


CANADA = {
    "AB": {"GST": 500},
    "NT": {"GST": 500},
    "NU": {"GST": 500},
    "YT": {"GST": 500},
    "BC": {"GST": 500, "PST": 700},
    "SK": {"GST": 500, "PST": 600},
    "MB": {"GST": 500, "RST": 700},
    "QC": {"GST": 500, "QST": 998},
    "ON": {"HST": 1300},
    "NS": {"HST": 1400},
    "NB": {"HST": 1500},
    "NL": {"HST": 1500},
    "PE": {"HST": 1500},
}


@pytest.mark.parametrize("province", sorted(CANADA))
def test_each_canadian_province_has_its_own_taxes_tax_2(province: str) -> None:
    decision = taxed("CA", TaxSubject("CA", province))

    assert amounts(decision) == CANADA[province]
    assert {each.base_minor for each in decision.groups} == {10_000}


def test_the_countrys_tax_is_printed_before_the_provinces() -> None:
    decision = taxed("CA", TaxSubject("CA", "QC"))

    assert [each.name for each in decision.groups] == ["GST", "QST"]
    assert [each.region for each in decision.groups] == ["", "QC"]


@pytest.mark.parametrize(
    ("country", "region", "seller", "day", "rate"),
    [
        pytest.param("CA", "NS", "CA", date(2025, 3, 31), 1500, id="Nova Scotia, the last day"),
        pytest.param("CA", "NS", "CA", date(2025, 4, 1), 1400, id="Nova Scotia, from then on"),
        pytest.param("EE", "", "EE", date(2025, 6, 30), 2200, id="Estonia before"),
        pytest.param("EE", "", "EE", date(2025, 7, 1), 2400, id="Estonia after"),
        pytest.param("RO", "", "IE", date(2025, 7, 31), 1900, id="Romania before"),
        pytest.param("RO", "", "IE", date(2025, 8, 1), 2100, id="Romania after"),
        pytest.param("SK", "", "IE", date(2024, 12, 31), 2000, id="Slovakia before"),
        pytest.param("SK", "", "IE", date(2025, 1, 1), 2300, id="Slovakia after"),
        pytest.param("FI", "", "IE", date(2024, 8, 31), 2400, id="Finland before"),
        pytest.param("FI", "", "IE", date(2024, 9, 1), 2550, id="Finland after"),
        pytest.param("DE", "", "IE", date(2020, 12, 31), 1600, id="Germany, half a year lower"),
        pytest.param("DE", "", "IE", date(2021, 1, 1), 1900, id="Germany, as before"),
        pytest.param("IE", "", "IE", date(2021, 2, 28), 2100, id="Ireland, half a year lower"),
        pytest.param("CH", "", "CH", date(2023, 12, 31), 770, id="Switzerland before"),
        pytest.param("CH", "", "CH", date(2024, 1, 1), 810, id="Switzerland after"),
        pytest.param("JP", "", "JP", date(2019, 9, 30), 800, id="Japan before"),
        pytest.param("JP", "", "JP", date(2019, 10, 1), 1000, id="Japan after"),
        pytest.param("PT", "20", "IE", date(2026, 1, 1), 1600, id="the Azores"),
        pytest.param("PT", "30", "IE", date(2026, 1, 1), 2200, id="Madeira"),
        pytest.param("PT", "Lisboa", "IE", date(2026, 1, 1), 2300, id="the rest of Portugal"),
    ],
)
def test_a_rate_is_that_of_the_invoices_day_tax_1(
    country: str, region: str, seller: str, day: date, rate: int
) -> None:
    decision = taxed(seller, TaxSubject(country, region), day=day)

    assert [each.amount_minor for each in decision.charged] == [rate]


@pytest.mark.parametrize(
    ("seller", "name", "rate"),
    [
        pytest.param("GB", "VAT", 2000, id="United Kingdom"),
        pytest.param("CH", "VAT", 810, id="Switzerland"),
        pytest.param("NO", "VAT", 2500, id="Norway"),
        pytest.param("JP", "JCT", 1000, id="Japan"),
        pytest.param("AU", "GST", 1000, id="Australia"),
        pytest.param("NZ", "GST", 1500, id="New Zealand"),
    ],
)
@pytest.mark.parametrize("tax_class", [TaxClass.STANDARD, TaxClass.TELECOM])
def test_at_home_everybody_is_charged_tax_2(
    seller: str, name: str, rate: int, tax_class: TaxClass
) -> None:
    subject = TaxSubject(seller, is_business=True, vat_standing=VALID)

    assert amounts(taxed(seller, subject, TaxableLine(10_000, tax_class))) == {name: rate}


@pytest.mark.parametrize(
    ("seller", "customer", "category", "sentence"),
    [
        pytest.param("IE", "US", "O", Sentence.OUT_OF_SCOPE, id="out of the Union"),
        pytest.param("IE", "GB", "O", Sentence.OUT_OF_SCOPE, id="to the United Kingdom"),
        pytest.param("IE", "NO", "O", Sentence.OUT_OF_SCOPE, id="where nobody registered"),
        pytest.param("GB", "FR", "O", Sentence.OUT_OF_SCOPE, id="out of the United Kingdom"),
        pytest.param("CH", "DE", "O", Sentence.OUT_OF_SCOPE, id="out of Switzerland"),
        pytest.param("US", "CA", "O", Sentence.OUT_OF_SCOPE, id="out of the United States"),
        pytest.param("CA", "US", "G", Sentence.EXPORT, id="out of Canada"),
        pytest.param("AU", "NZ", "G", Sentence.EXPORT, id="out of Australia"),
        pytest.param("NZ", "AU", "G", Sentence.EXPORT, id="out of New Zealand"),
        pytest.param("NO", "SE", "G", Sentence.EXPORT, id="out of Norway"),
        pytest.param("JP", "US", "G", Sentence.EXPORT, id="out of Japan"),
    ],
)
def test_abroad_a_sum_says_why_it_bears_nothing_tax_1(
    seller: str, customer: str, category: str, sentence: Sentence
) -> None:
    decision = taxed(seller, TaxSubject(customer))

    (group,) = decision.groups
    assert (group.category, group.amount_minor) == (category, 0)
    assert decision.sentences == ((sentence, ""),)


STATED = TaxSubject("NZ", is_business=True, vat_standing=VatStanding.STATED)


@pytest.mark.parametrize(
    ("subject", "charged"),
    [
        pytest.param(TaxSubject("CH"), {"VAT": 810}, id="Switzerland: people"),
        pytest.param(
            TaxSubject("CH", is_business=True, vat_standing=VatStanding.STATED),
            {"VAT": 810},
            id="Switzerland: businesses too, of whoever is registered",
        ),
        pytest.param(TaxSubject("JP"), {"JCT": 1000}, id="Japan: everyone"),
        pytest.param(TaxSubject("NZ"), {"GST": 1500}, id="New Zealand: people"),
        pytest.param(STATED, {}, id="New Zealand: no business that states its number"),
    ],
)
def test_a_seller_charges_abroad_where_it_is_registered_tax_2(
    subject: TaxSubject, charged: dict[str, int]
) -> None:
    assert amounts(taxed("IE", subject)) == charged


def test_nobody_charges_before_they_have_nexus_tax_2() -> None:
    assert not taxed("IE", TaxSubject("NZ"), day=date(2016, 9, 30)).charged


@pytest.mark.parametrize(
    ("state", "day", "charged"),
    [
        pytest.param("AL", date(2020, 1, 1), {"SSUT": 800}, id="Alabama, flat"),
        pytest.param("AL", date(2019, 12, 31), {}, id="Alabama before"),
        pytest.param("NY", DAY, {}, id="no nexus in New York"),
        pytest.param("PR", DAY, {}, id="no nexus in Puerto Rico"),
    ],
)
def test_a_state_is_charged_only_with_nexus_tax_2(
    state: str, day: date, charged: dict[str, int]
) -> None:
    assert amounts(taxed("US", TaxSubject("US", state), day=day)) == charged


def test_an_invoice_with_alabamas_tax_says_where_to_ask_for_it_tax_6() -> None:
    assert taxed("US", TaxSubject("US", "AL")).sentences == ((Sentence.SSUT_REFUND, ""),)


@pytest.mark.parametrize(
    ("seller", "subject", "day"),
    [
        pytest.param("SG", TaxSubject("SG"), DAY, id="a seller's country without a table"),
        pytest.param("SG", TaxSubject("DE"), DAY, id="the same, selling abroad"),
        pytest.param("CA", TaxSubject("CA"), DAY, id="Canada without a province"),
        pytest.param("US", TaxSubject("US"), DAY, id="the United States without a state"),
        pytest.param("CA", TaxSubject("CA", "XX"), DAY, id="a province that there isn't"),
        pytest.param("IE", TaxSubject("FR"), date(2013, 12, 31), id="a day before the table"),
        pytest.param("CA", TaxSubject("CA", "PE"), date(2013, 3, 31), id="the same, a province"),
    ],
)
def test_what_the_tables_should_have_and_lack_is_refused_tax_2(
    seller: str, subject: TaxSubject, day: date
) -> None:
    with pytest.raises(Unavailable) as refused:
        taxed(seller, subject, day=day)

    assert refused.value.code == "tax_unknown"
    assert refused.value.rule == "TAX-2"
