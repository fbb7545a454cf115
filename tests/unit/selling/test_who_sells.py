"""INV-12, MON-2: who sells to a billing country, in which currencies, and where it is paid to."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from guichet.adapters.catalogue.packaged import packaged_catalogues
from guichet.adapters.selling.compiling import compile_selling_entities
from guichet.adapters.selling.packaged import COMPILED, FORMS, packaged_selling_entities
from guichet.catalogue.catalogue import Catalogue, Product
from guichet.catalogue.selling import (
    BankDetails,
    SellingEntities,
    SellingEntity,
    currency_for,
    unknown_sellers,
)
from guichet.countries import COUNTRIES
from guichet.errors import Invalid, Unavailable

SOURCE = Path("config/selling_entities.yaml")


@pytest.fixture(scope="module")
def entities() -> SellingEntities:
    return packaged_selling_entities()


def a_product(sellers: dict[str, str] | None) -> Product:
    (catalogue, *_) = packaged_catalogues().all()
    return replace(next(iter(catalogue.products.values())), selling_entities=sellers)


def test_what_is_compiled_is_what_the_file_says() -> None:
    text = SOURCE.read_text(encoding="utf-8")

    forms = SOURCE.parent / "forms"
    compiled = compile_selling_entities(text, str(SOURCE), lambda name: (forms / name).read_bytes())
    assert COMPILED.read_text(encoding="utf-8") == compiled
    assert {each.name: each.read_bytes() for each in FORMS.iterdir()} == {
        each.name: each.read_bytes() for each in forms.iterdir()
    }


@pytest.mark.parametrize(
    ("country", "entity_id", "currencies"),
    [
        ("US", "us", "USD"),
        ("CA", "ca", "CAD USD"),
        ("GB", "gb", "GBP USD"),
        ("AU", "au", "AUD USD"),
        ("IE", "ie", "EUR USD JPY CHF"),
        ("FR", "ie", "EUR USD JPY CHF"),
        ("JP", "ie", "EUR USD JPY CHF"),
        ("NZ", "ie", "EUR USD JPY CHF"),
        ("IM", "ie", "EUR USD JPY CHF"),
        ("PR", "ie", "EUR USD JPY CHF"),
    ],
)
def test_a_billing_country_has_the_seller_and_currencies_of_the_rule_inv_12(
    entities: SellingEntities, country: str, entity_id: str, currencies: str
) -> None:
    found = entities.for_country(country)

    assert (found.entity_id, found.currencies) == (entity_id, tuple(currencies.split()))
    assert found.default_currency == found.currencies[0]


def test_every_country_has_a_seller_that_is_paid_in_each_of_its_currencies_inv_12_mon_2(
    entities: SellingEntities,
) -> None:
    sellers = {entities.for_country(country).entity_id for country in COUNTRIES}

    assert sellers == set(entities.entities)
    assert entities.currencies == {"AUD", "CAD", "CHF", "EUR", "GBP", "JPY", "USD"}
    for entity in entities.entities.values():
        for currency in entity.currencies:
            paid = entity.bank_details_on(currency, date(2027, 1, 1))
            assert paid is not None
            assert (paid.currency, paid.beneficiary) == (currency, entity.legal_name)


@pytest.mark.parametrize(
    ("sellers", "country", "entity_id"),
    [
        pytest.param({"FR": "gb"}, "FR", "gb", id="the product's own map wins"),
        pytest.param({"US": "ie"}, "US", "ie", id="over a country of its own, too"),
        pytest.param({"FR": "gb"}, "DE", "ie", id="and says nothing of other countries"),
        pytest.param({}, "US", "us", id="an empty map says nothing"),
        pytest.param(None, "US", "us", id="nor does none"),
    ],
)
def test_a_product_may_name_its_own_seller_inv_12(
    entities: SellingEntities, sellers: dict[str, str] | None, country: str, entity_id: str
) -> None:
    assert entities.for_country(country, a_product(sellers)).entity_id == entity_id


def test_a_seller_that_is_not_there_sells_nothing_and_is_told_before_inv_12(
    entities: SellingEntities,
) -> None:
    product = a_product({"FR": "gone", "DE": "gb"})
    catalogue = Catalogue("2027-01", date(2027, 1, 1), {"webinar": product})

    with pytest.raises(Unavailable) as refused:
        entities.for_country("FR", product)

    assert refused.value.code == "selling_entity_missing"
    assert unknown_sellers(entities, catalogue) == ("webinar/FR: gone",)


@pytest.mark.parametrize(
    ("country", "wanted", "found"),
    [
        ("CA", None, "CAD"),
        ("CA", "USD", "USD"),
        ("CA", "CAD", "CAD"),
        ("CA", "EUR", None),
        ("US", "CAD", None),
        ("FR", "CHF", "CHF"),
        ("FR", "GBP", None),
        ("FR", "eur", None),
        ("FR", "", None),
    ],
)
def test_a_currency_is_one_of_the_sellers_inv_12_mon_2(
    entities: SellingEntities, country: str, wanted: str | None, found: str | None
) -> None:
    entity = entities.for_country(country)

    if found is None:
        with pytest.raises(Invalid) as refused:
            currency_for(entity, wanted)
        assert refused.value.code == "currency_not_sold"
    else:
        assert currency_for(entity, wanted) == found


@pytest.mark.parametrize(
    ("currency", "day", "account"),
    [
        ("EUR", date(2025, 12, 31), None),
        ("EUR", date(2026, 1, 1), "first"),
        ("EUR", date(2026, 6, 30), "first"),
        ("EUR", date(2026, 7, 1), "second"),
        ("EUR", date(2099, 1, 1), "second"),
        ("USD", date(2026, 7, 1), "dollars"),
        ("JPY", date(2026, 7, 1), None),
    ],
)
def test_bank_details_are_those_of_the_day_and_the_currency_inv_12(
    currency: str, day: date, account: str | None
) -> None:
    def paid_to(account_number: str, begins: date, of: str = "EUR") -> BankDetails:
        return BankDetails(
            currency=of, effective_from=begins, beneficiary="B", account_number=account_number
        )

    entity = SellingEntity(
        entity_id="ie",
        legal_name="Example Ltd",
        address=("1 Example Street",),
        country="IE",
        vat_number=None,
        time_zone="Europe/Dublin",
        currencies=("EUR", "USD"),
        providers=("stripe",),
        bank_details=(
            paid_to("first", date(2026, 1, 1)),
            paid_to("dollars", date(2026, 3, 1), "USD"),
            paid_to("second", date(2026, 7, 1)),
        ),
    )

    found = entity.bank_details_on(currency, day)

    assert (found and found.account_number) == account
