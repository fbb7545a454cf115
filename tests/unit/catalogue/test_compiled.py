"""What is deployed is what the file says, and is read without judging it again (SUB-1)."""

import json
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from pathlib import Path

import jsonschema
import pytest
from hypothesis import given
from hypothesis import strategies as st

from guichet.adapters.catalogue.compiling import (
    CatalogueMistakesError,
    compile_catalogue,
    json_schema,
    require_unchanged_in_force,
)
from guichet.adapters.catalogue.packaged import COMPILED, packaged_catalogues
from guichet.adapters.catalogue.yaml_tree import read_tree
from guichet.catalogue.catalogue import (
    BillingMode,
    Contract,
    Direction,
    Frequency,
    FrequencyChange,
    Names,
    Product,
    Retention,
    SelfService,
    TaxClass,
)
from guichet.catalogue.loading import CompiledCatalogues
from guichet.catalogue.ports import Catalogues
from guichet.errors import Unavailable
from guichet.languages import LANGUAGES
from guichet.money import Money, minor_digits
from guichet.period import Basis
from tests.support.catalogue_text import SECOND, SMALL

SOURCE = Path("config/catalogue.yaml")
SCHEMA = Path("docs/catalogue.schema.json")
BOTH = compile_catalogue(SMALL + SECOND, "catalogue.yaml")


class Reader:
    """Counts how often the compiled text is read."""

    def __init__(self, text: str) -> None:
        self.text, self.reads = text, 0

    def __call__(self) -> str:
        self.reads += 1
        return self.text


def test_what_is_deployed_is_what_the_catalogue_says() -> None:
    assert COMPILED.read_text(encoding="utf-8") == compile_catalogue(
        SOURCE.read_text(encoding="utf-8"), str(SOURCE)
    )


def test_the_schema_for_editors_is_made_from_what_checks_the_file() -> None:
    assert SCHEMA.read_text(encoding="utf-8") == json_schema()


def test_editors_find_nothing_wrong_with_the_catalogue_and_see_a_wrong_key() -> None:
    schema = json.loads(json_schema())
    jsonschema.Draft202012Validator.check_schema(schema)
    judge = jsonschema.Draft202012Validator(schema)

    assert judge.is_valid(read_tree(SOURCE.read_text(encoding="utf-8")).value)
    assert not judge.is_valid(read_tree(SMALL.replace("rank: 2", "rnk: 2")).value)
    assert not judge.is_valid(read_tree(SMALL.replace('"60.00"', "60.00")).value)


def test_every_field_arrives_as_it_was_written() -> None:
    product = CompiledCatalogues(lambda: BOTH).version("one").product("webinar")

    basic, storage, headset = (
        product.plan("basic"),
        product.add_on("storage"),
        product.add_on("headset"),
    )
    assert (product.mode, product.basis) == (BillingMode.ANNIVERSARY_MONTH, Basis.CALENDAR_DAYS)
    assert (product.tax_class, product.currencies) == (TaxClass.STANDARD, ("JPY", "USD"))
    assert product.self_service == {SelfService.ADD_SEATS, SelfService.UPGRADE}
    assert product.contract == Contract(term_months=15, free_months=3, notice_days=30)
    assert (product.free_plan_id, product.plan("free").is_free) == ("free", True)
    assert product.selling_entities == {"CH": "guichet-ch"}
    assert [fee.interstate_share_bps for fee in product.fees] == [6490, 10_000]
    assert (basic.rank, basic.trial_days, basic.maximum_seats) == (1, 14, 50)
    assert basic.included == {"sms": 100}
    assert product.plan("pro").included is None
    assert not product.plan("pro").pay_online
    assert product.seat_price(basic, "USD", Frequency.ANNUAL) == Money(300_00, "USD")
    assert product.seat_price(basic, "JPY", Frequency.MONTHLY) == Money(4500, "JPY")
    assert product.seat_price(product.plan("free"), "USD", Frequency.MONTHLY) == Money(0, "USD")
    assert (storage.recurs, storage.maximum_quantity) == (True, 100)
    assert (headset.recurs, headset.is_physical, headset.is_rental) == (False, True, False)
    assert product.add_on_price(headset, "USD", Frequency.MONTHLY) == Money(89_00, "USD")


def test_unit_prices_arrive_with_all_their_decimals_sub_20() -> None:
    sms = CompiledCatalogues(lambda: BOTH).version("one").product("webinar").metered["sms"]

    first, second = sms.table_at(date(2026, 6, 30)), sms.table_at(date(2026, 7, 1))
    assert (sms.included, sms.unit) == (500, "credit")
    assert sms.countries == frozenset({"US", "CA"})
    assert sms.tax_class is TaxClass.TELECOM
    assert sms.table_at(date(2025, 12, 31)) is None
    assert first is not None
    assert second is not None
    assert first.rows[0].per_unit == {"JPY": Decimal("0.8"), "USD": Decimal("0.0055")}
    assert [(row.prefix, row.country, row.direction) for row in second.rows] == [
        (None, None, Direction.SENT),
        ("1", "US", None),
    ]


PHYSICAL = "            physical: true\n"


@pytest.mark.parametrize(
    ("changes", "tax_class"),
    [
        pytest.param({}, TaxClass.STANDARD, id="the product's"),
        pytest.param({"class: standard": "class: exempt"}, TaxClass.EXEMPT, id="whatever it is"),
        pytest.param(
            {"class: standard": "class: telecom"}, TaxClass.STANDARD, id="a thing is no line"
        ),
        pytest.param(
            {"class: standard": "class: telecom", PHYSICAL: ""}, TaxClass.TELECOM, id="no thing"
        ),
        pytest.param(
            {PHYSICAL: f"{PHYSICAL}            tax_class: telecom\n"},
            TaxClass.TELECOM,
            id="its own",
        ),
    ],
)
def test_an_add_on_has_its_own_class_or_its_products_unless_it_is_a_thing_tax_1_tax_5(
    changes: dict[str, str], tax_class: TaxClass
) -> None:
    text = SMALL
    for was, becomes in changes.items():
        assert text.count(was) == 1, was
        text = text.replace(was, becomes)
    compiled = compile_catalogue(text, "catalogue.yaml")

    product = CompiledCatalogues(lambda: compiled).version("one").product("webinar")

    assert product.tax_class_of("headset") is tax_class


def test_defaults_are_those_of_the_rules_mon_5_sub_15_sub_18() -> None:
    phone = CompiledCatalogues(lambda: BOTH).version("two").product("phone")

    assert phone.basis is Basis.CALENDAR_DAYS
    assert phone.retention == Retention(days=90)
    assert phone.frequency_change is FrequencyChange.AT_ONCE
    assert (phone.contract, phone.free_plan_id, phone.selling_entities) == (None, None, None)


@pytest.mark.parametrize(
    ("day", "version"),
    [
        pytest.param(date(2026, 1, 1), "one", id="on its first day"),
        pytest.param(date(2027, 5, 31), "one", id="on its last"),
        pytest.param(date(2027, 6, 1), "two", id="on the next one's first"),
        pytest.param(date(2099, 1, 1), "two", id="long after"),
    ],
)
def test_the_version_in_force_is_the_last_that_began_sub_1(day: date, version: str) -> None:
    assert CompiledCatalogues(lambda: BOTH).at(day).version == version


def test_before_the_first_version_and_without_a_version_nothing_is_sold() -> None:
    catalogues = CompiledCatalogues(lambda: BOTH)

    with pytest.raises(Unavailable) as none_yet:
        catalogues.at(date(2025, 12, 31))
    with pytest.raises(Unavailable) as taken_out:
        catalogues.version("zero")

    assert none_yet.value.code == "catalogue_missing"
    assert taken_out.value.code == "catalogue_version_missing"


def test_a_worker_reads_once_and_makes_a_product_once() -> None:
    reader = Reader(BOTH)
    catalogues: Catalogues = CompiledCatalogues(reader)

    assert reader.reads == 0
    first = catalogues.at(date(2026, 1, 1)).product("webinar")
    again = catalogues.version("one").product("webinar")

    assert reader.reads == 1
    assert first is again


def test_products_and_plans_stand_in_the_order_of_the_file() -> None:
    catalogue = packaged_catalogues().at(date(2026, 1, 1))

    assert list(catalogue.products) == ["webinar", "telephony", "corporate"]
    assert list(catalogue.product("webinar").plans)[:3] == ["free", "starter", "plus"]
    assert len(catalogue.products) == 3


def every_name(product: Product) -> Iterator[Names]:
    yield product.names
    yield from (plan.names for plan in product.plans.values())
    yield from (add_on.names for add_on in product.add_ons.values())
    yield from (item.names for item in product.metered.values())
    yield from (fee.names for fee in product.fees)


def test_the_sample_has_what_the_rules_speak_of() -> None:
    catalogue = packaged_catalogues().at(date(2026, 1, 1))
    webinar, telephony = catalogue.product("webinar"), catalogue.product("telephony")
    corporate = catalogue.product("corporate")

    monthly = {
        webinar.seat_price(plan, "USD", Frequency.MONTHLY) for plan in webinar.plans.values()
    }
    assert {Money(30_00, "USD"), Money(60_00, "USD")} <= monthly, "the example of SUB-6"
    assert len(webinar.currencies) == 7
    assert telephony.mode is BillingMode.CALENDAR
    sms = telephony.metered["sms"].tables[0].rows[0].per_unit
    assert sms == {"USD": Decimal("0.0055"), "CAD": Decimal("0.00715")}
    assert not telephony.allows(SelfService.DOWNGRADE)
    assert {fee.country for fee in telephony.fees} == {"CA", "US"}
    assert corporate.contract == Contract(15, 3, 30)
    assert corporate.frequency_change is FrequencyChange.AT_RENEWAL
    for product in catalogue.products.values():
        assert all(set(names) == set(LANGUAGES) for names in every_name(product))


@given(minor=st.integers(1, 999_999_999), currency=st.sampled_from(["JPY", "USD"]))
def test_a_price_arrives_in_minor_units_exactly_mon_1(minor: int, currency: str) -> None:
    written = str(Decimal(minor).scaleb(-minor_digits(currency)))
    was = {"JPY": 'monthly: "9000"', "USD": 'monthly: "60.00"'}[currency]
    text = SMALL.replace(was, f'monthly: "{written}"')

    compiled = compile_catalogue(text, "catalogue.yaml")

    product = CompiledCatalogues(lambda: compiled).version("one").product("webinar")
    assert product.seat_price(product.plan("pro"), currency, Frequency.MONTHLY) == Money(
        minor, currency
    )


@pytest.mark.parametrize(
    ("was", "becomes", "today", "codes"),
    [
        pytest.param('"60.00"', '"61.00"', date(2026, 1, 1), ["changed"], id="changed"),
        pytest.param('"60.00"', '"61.00"', date(2025, 12, 31), [], id="changed before it began"),
        pytest.param('"19.00"', '"20.00"', date(2027, 5, 31), [], id="the next one changed"),
        pytest.param(
            'version: "one"', 'version: "uno"', date(2026, 1, 1), ["removed"], id="named anew"
        ),
        pytest.param("# nothing", "", date(2030, 1, 1), [], id="as it was"),
    ],
)
def test_a_version_in_force_stays_as_it_was_sub_1(
    was: str, becomes: str, today: date, codes: list[str]
) -> None:
    new = compile_catalogue((SMALL + SECOND).replace(was, becomes), "catalogue.yaml")
    refused: list[str] = []

    try:
        require_unchanged_in_force(new, BOTH, "catalogue.yaml", today)
    except CatalogueMistakesError as error:
        refused = [mistake.code for mistake in error.mistakes]

    assert refused == [f"version_{code}_in_force" for code in codes]
