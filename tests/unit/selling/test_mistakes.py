"""INV-12: every mistake about selling entities is told with its line, a stable code and its rule."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from guichet.adapters.catalogue.mistakes import Mistake
from guichet.adapters.selling.compiling import EntityMistakesError, compile_selling_entities

SMALL = """\
entities:
  gb:
    legal_name: Example (UK) Ltd
    address: [1 Example Lane, London]
    country: GB
    vat_number: GB123456782
    company_number: "07654321"
    registration: [Registered in England]
    time_zone: Europe/London
    currencies: [GBP]
    providers: [stripe]
    brands: {GBP: [visa, amex]}
    debits: [bacs]
    serves: [GB, IM]
    bank_details:
      - currency: GBP
        effective_from: 2026-01-01
        beneficiary: Example (UK) Ltd
        sort_code: 00-00-00
        iban: GB85 EXMP 0000 0012 3456 78
        bic: EXMPGB2L
  ie:
    legal_name: Example Ireland Ltd
    address: [2 Example Quay]
    country: IE
    time_zone: Europe/Dublin
    currencies: [EUR, USD]
    providers: []
    serves: others
    bank_details:
      - {currency: EUR, effective_from: 2026-01-01, beneficiary: E, routing_ach: "123456780"}
      - {currency: USD, effective_from: 2026-02-01, beneficiary: U, chips: "0123"}
"""


def mistakes_of(text: str) -> tuple[Mistake, ...]:
    with pytest.raises(EntityMistakesError) as refused:
        compile_selling_entities(text, "entities.yaml")
    return refused.value.mistakes


def line_of(text: str, marker: str) -> int:
    assert text.count(marker) == 1, marker
    return text[: text.index(marker)].count("\n") + 1


def test_the_file_of_these_tests_is_right_inv_12() -> None:
    compiled = json.loads(compile_selling_entities(SMALL, "entities.yaml"))

    assert compiled["by_country"] == {"GB": "gb", "IM": "gb"}
    assert compiled["others"] == "ie"
    assert list(compiled["entities"]) == ["gb", "ie"]
    assert compiled["entities"]["gb"]["company_number"] == "07654321"
    assert compiled["entities"]["gb"]["registration"] == ["Registered in England"]
    assert compiled["entities"]["ie"]["company_number"] == ""
    assert compiled["entities"]["ie"]["registration"] == []


@pytest.mark.parametrize(
    ("was", "becomes", "at", "code", "rule"),
    [
        pytest.param(
            "Registered in England",
            "a, b, c, d, e",
            "[a, b, c, d, e]",
            "too_many",
            None,
            id="a letterhead too long",
        ),
        pytest.param(
            "Example Ireland Ltd",
            "見本株式会社",
            "見本株式会社",
            "text_not_printable",
            "INV-4",
            id="a script that documents don't print",
        ),
        pytest.param(
            '"07654321"', "7654321", "7654321", "type_wrong", None, id="a number that lost its 0"
        ),
        pytest.param("    country: IE\n", "", "ie:", "key_missing", None, id="a key forgotten"),
        pytest.param(
            "country: IE", "county: IE", "county", "key_unknown", None, id="a key misspelt"
        ),
        pytest.param(
            "country: IE", "country: [IE]", "[IE]", "type_wrong", None, id="a list for a text"
        ),
        pytest.param(
            "providers: []",
            "providers: [adyen]",
            "[adyen]",
            "word_unknown",
            None,
            id="no provider of ours",
        ),
        pytest.param(
            "[visa, amex]", "[visa, jcb]", "jcb", "word_unknown", None, id="no brand of ours"
        ),
        pytest.param(
            "[visa, amex]", "[visa, visa]", "visa, visa", "listed_twice", None, id="a brand twice"
        ),
        pytest.param(
            "[visa, amex]",
            "[discover]",
            "discover",
            "brand_not_for_currency",
            "COL-10",
            id="Discover in GBP",
        ),
        pytest.param(
            "[visa, amex]",
            "[visa_electron]",
            "visa_electron",
            "brand_not_for_country",
            "COL-10",
            id="Visa Electron of a British entity",
        ),
        pytest.param(
            "{GBP: [visa, amex]}",
            "{EUR: [visa]}",
            "{EUR: [visa]}",
            "brands_unused",
            "COL-10",
            id="brands of a currency that is not billed",
        ),
        pytest.param(
            "debits: [bacs]",
            "debits: [sepa]",
            "debits: [sepa]",
            "debit_currency_missing",
            "COL-10",
            id="a scheme of another currency",
        ),
        pytest.param(
            "providers: []",
            "providers: []\n    brands: {EUR: [visa]}",
            "brands: {EUR: [visa]}",
            "cards_without_provider",
            "COL-10",
            id="cards, and nowhere to charge them",
        ),
        pytest.param(
            "providers: []",
            "providers: []\n    debits: [sepa]",
            "debits: [sepa]",
            "debits_without_provider",
            "COL-10",
            id="debits, and nowhere to collect them",
        ),
        pytest.param("  ie:", "  IE!:", "IE!", "id_malformed", None, id="no id"),
        pytest.param(
            "legal_name: Example Ireland Ltd",
            'legal_name: " "',
            '" "',
            "line_empty",
            None,
            id="nobody",
        ),
        pytest.param("[2 Example Quay]", "[]", "address: []", "empty", None, id="no address"),
        pytest.param(
            "currencies: [EUR, USD]",
            "currencies: []",
            "currencies: []",
            "empty",
            None,
            id="no currency",
        ),
        pytest.param("2026-02-01", "2026-02-30", "2026-02-30", "date_malformed", None, id="no day"),
        pytest.param(
            "country: IE", "country: UK", "UK\n", "country_unknown", "INV-12", id="no country"
        ),
        pytest.param(
            "Europe/Dublin", "Europe/Cork", "Cork", "time_zone_unknown", "MON-6", id="no time zone"
        ),
        pytest.param(
            "[EUR, USD]", "[EUR, USD, EUR]", "USD, EUR", "listed_twice", None, id="a currency twice"
        ),
        pytest.param(
            "[EUR, USD]",
            "[eur, USD]",
            "eur",
            "currency_malformed",
            "MON-2",
            id="no currency's letters",
        ),
        pytest.param(
            "GB123456782",
            "GB123456783",
            "GB123456783",
            "vat_number_malformed",
            "TAX-3",
            id="a VAT number's digits",
        ),
        pytest.param(
            "GB123456782",
            "IE1234567T",
            "IE1234567T",
            "vat_number_other_country",
            "TAX-3",
            id="another country's VAT number",
        ),
        pytest.param(
            "0012 3456 78",
            "0012 3456 79",
            "3456 79",
            "iban_malformed",
            "INV-12",
            id="an IBAN's digits",
        ),
        pytest.param(
            "EXMPGB2L", "EXMPGB2", "bic: EXMPGB2", "bic_malformed", "INV-12", id="a BIC too short"
        ),
        pytest.param(
            '"123456780"',
            '"123456781"',
            "123456781",
            "routing_malformed",
            "INV-12",
            id="a routing number's digits",
        ),
        pytest.param(
            "00-00-00",
            "00-00",
            "00-00",
            "sort_code_malformed",
            "INV-12",
            id="a sort code too short",
        ),
        pytest.param(
            '"0123"', '"01234"', "01234", "chips_malformed", "INV-12", id="a CHIPS number too long"
        ),
        pytest.param(
            'chips: "0123"',
            "chips: 123",
            "chips: 123",
            "type_wrong",
            None,
            id="a number without quotes",
        ),
        pytest.param(
            'chips: "0123"', 'bsb: "1"', "bsb", "bsb_malformed", "INV-12", id="a BSB too short"
        ),
        pytest.param(
            'chips: "0123"',
            'institution: "1"',
            "institution",
            "institution_malformed",
            "INV-12",
            id="an institution too short",
        ),
        pytest.param(
            'chips: "0123"',
            'transit: "1"',
            "transit",
            "transit_malformed",
            "INV-12",
            id="a transit number too short",
        ),
        pytest.param(
            "serves: others",
            "serves: [GB]",
            "serves: [GB]",
            "country_served_twice",
            "INV-12",
            id="a country with two sellers",
        ),
        pytest.param(
            "serves: [GB, IM]",
            "serves: others",
            "serves: others\n    bank_details:\n      - {",
            "others_twice",
            "INV-12",
            id="two for the others",
        ),
        pytest.param(
            "serves: others",
            "serves: [IE]",
            "entities:",
            "others_missing",
            "INV-12",
            id="none for the others",
        ),
        pytest.param(
            "serves: others",
            "serves: everybody",
            "everybody",
            "word_unknown",
            None,
            id="no such word",
        ),
        pytest.param(
            "[EUR, USD]",
            "[EUR, USD, JPY]",
            "JPY",
            "bank_details_missing",
            "MON-2",
            id="a currency paid to nowhere",
        ),
        pytest.param(
            "[EUR, USD]",
            "[EUR]",
            "currency: USD",
            "bank_details_unused",
            "INV-12",
            id="an account for no currency",
        ),
        pytest.param(
            "country: IE", "country: *nowhere", "*nowhere", "yaml_syntax", None, id="no YAML"
        ),
    ],
)
def test_a_mistake_is_told_with_its_line_and_rule_inv_12(
    was: str, becomes: str, at: str, code: str, rule: str | None
) -> None:
    assert SMALL.count(was) == 1
    text = SMALL.replace(was, becomes)

    (told,) = [each for each in mistakes_of(text) if each.code == code]

    assert (told.rule, told.line) == (rule, line_of(text, at))
    assert str(told).startswith(f"entities.yaml:{told.line}: {code}")


def test_a_key_twice_and_two_accounts_from_one_day_are_told_where_the_second_stands_inv_12() -> (
    None
):
    twice = SMALL.replace("    country: IE\n", "    country: IE\n    country: GB\n")
    same_day = SMALL.replace("[EUR, USD]\n", "[EUR]\n").replace(
        "currency: USD, effective_from: 2026-02-01", "currency: EUR, effective_from: 2026-01-01"
    )

    (key,) = mistakes_of(twice)
    (day,) = mistakes_of(same_day)

    assert (key.code, key.line) == ("key_twice", line_of(twice, "country: IE") + 1)
    assert (day.code, day.line) == ("bank_details_not_ascending", line_of(same_day, "chips"))
    assert day.rule == "INV-12"


def test_all_mistakes_of_a_kind_are_told_at_once_in_the_files_order_inv_12() -> None:
    text = SMALL.replace("country: GB", "country: UK").replace("Europe/Dublin", "Mars")

    assert [each.code for each in mistakes_of(text)] == ["country_unknown", "time_zone_unknown"]


@pytest.mark.parametrize("text", ["", "[]", "7", "entities: {}", "entities:", "{}"])
def test_a_file_that_says_nothing_is_a_mistake_inv_12(text: str) -> None:
    assert mistakes_of(text)


@given(st.text("entis:{}[]-, \n\t\"'&*!<>0", max_size=60))
def test_any_text_is_refused_with_a_line_and_nothing_worse_inv_12(text: str) -> None:
    for mistake in mistakes_of(text):
        assert 1 <= mistake.line <= text.count("\n") + 1
