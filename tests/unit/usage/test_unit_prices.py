"""SUB-20: which unit price a use has."""

from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest

from guichet.catalogue.catalogue import Direction, MeteredItem, PriceTable, UnitPrice
from guichet.errors import Conflict
from guichet.subscriptions.usage_pricing import exact_text, unit_price
from tests.support.metering import MINUTES, NOON, item, per_unit, record

BY_COUNTRY = item(
    "mms",
    UnitPrice(per_unit("0.01"), country="US"),
    UnitPrice(per_unit("0.02"), country="CA"),
    UnitPrice(per_unit("0.03"), prefix="44"),
    UnitPrice(per_unit("0.04"), prefix="44", country="CA"),
    UnitPrice(per_unit("0.05"), prefix="44", country="CA", direction=Direction.RECEIVED),
)
SENT, RECEIVED = Direction.SENT, Direction.RECEIVED


@pytest.mark.parametrize(
    ("metered", "number", "country", "direction", "price"),
    [
        pytest.param(MINUTES, "14165550100", None, SENT, "0.012", id="a prefix"),
        pytest.param(MINUTES, "18765550100", None, SENT, "0.21", id="the longest prefix"),
        pytest.param(MINUTES, "187", None, SENT, "0.012", id="not all of the longest prefix"),
        pytest.param(MINUTES, "33612345678", None, SENT, "0.39", id="no prefix"),
        pytest.param(MINUTES, None, None, SENT, "0.39", id="no number"),
        pytest.param(MINUTES, "14165550100", None, RECEIVED, "0", id="the other direction"),
        pytest.param(BY_COUNTRY, None, "CA", None, "0.02", id="the record's country"),
        pytest.param(BY_COUNTRY, None, None, None, "0.01", id="else the billing country"),
        pytest.param(BY_COUNTRY, "447", "DE", None, "0.03", id="a prefix and any country"),
        pytest.param(BY_COUNTRY, "447", "CA", SENT, "0.04", id="a prefix and its country"),
        pytest.param(BY_COUNTRY, "447", "CA", RECEIVED, "0.05", id="and its direction"),
        pytest.param(BY_COUNTRY, "1", "CA", None, "0.02", id="a prefix before a country"),
    ],
)
def test_the_longest_prefix_wins_then_country_then_direction_sub_20(
    metered: MeteredItem,
    number: str | None,
    country: str | None,
    direction: Direction | None,
    price: str,
) -> None:
    use = record("k", number=number, country=country, direction=direction)

    assert unit_price(metered, use, "US", "USD") == Decimal(price)


def test_a_price_is_of_the_accounts_currency_sub_20() -> None:
    metered = item("sms", UnitPrice(per_unit("0.0055", "0.00715")))

    assert unit_price(metered, record("k"), "CA", "CAD") == Decimal("0.00715")


def test_the_table_of_the_day_of_use_is_asked_not_that_of_the_bill_sub_20() -> None:
    cheaper = PriceTable(date(2026, 12, 1), (UnitPrice(per_unit("0.004")),))
    metered = item("sms", UnitPrice(per_unit("0.0055")))
    both = replace(metered, tables=(*metered.tables, cheaper))
    last = record("a", used_at=datetime(2026, 11, 30, 12, tzinfo=UTC))
    first = record("b", used_at=datetime(2026, 12, 1, 12, tzinfo=UTC))

    assert unit_price(both, last, "US", "USD") == Decimal("0.0055")
    assert unit_price(both, first, "US", "USD") == Decimal("0.004")


@pytest.mark.parametrize(
    ("metered", "changed", "currency"),
    [
        pytest.param(MINUTES, {"number": "1"}, "USD", id="no direction"),
        pytest.param(BY_COUNTRY, {"country": "DE"}, "USD", id="another country"),
        pytest.param(BY_COUNTRY, {}, "EUR", id="another currency"),
        pytest.param(
            MINUTES,
            {"direction": SENT, "used_at": NOON.replace(year=2025)},
            "USD",
            id="before the first table",
        ),
    ],
)
def test_what_no_row_fits_has_no_price_sub_20(
    metered: MeteredItem, changed: dict[str, Any], currency: str
) -> None:
    with pytest.raises(Conflict) as refused:
        unit_price(metered, record("k", **changed), "US", currency)

    assert (refused.value.code, refused.value.rule) == ("usage_not_priced", "SUB-20")


@pytest.mark.parametrize(
    ("price", "text"),
    [
        ("0.10", "0.1"),
        ("0.0055", "0.0055"),
        ("100", "100"),
        ("1E+2", "100"),
        ("0", "0"),
        ("2.00", "2"),
    ],
)
def test_a_unit_price_is_written_exactly_and_always_the_same_way_sub_1(
    price: str, text: str
) -> None:
    assert exact_text(Decimal(price)) == text
