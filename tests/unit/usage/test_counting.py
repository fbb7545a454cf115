"""INV-8, SUB-1: what is counted, what is included, which months are looked at, what counts once."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest

from guichet.money import Money
from guichet.subscriptions.usage import (
    counted_once,
    included_of,
    month_of,
    months_around,
    months_to_bill,
    overage,
    sms_credits,
)
from tests.support.metering import MINUTES, NOON, NOVEMBER, SMS, catalogue, record

OCTOBER = date(2026, 10, 1)


@pytest.mark.parametrize(
    ("characters", "credits_counted"),
    [
        pytest.param([1, 160, 161, 320], 6, id="the published case"),
        pytest.param([], 0, id="no message"),
        pytest.param([0], 0, id="nothing begun"),
        pytest.param([80, 80], 2, id="messages are not put together"),
        pytest.param([1600], 10, id="exactly ten"),
        pytest.param([1601], 11, id="one character into the eleventh"),
    ],
)
def test_a_credit_is_counted_for_each_160_characters_begun_inv_8(
    characters: list[int], credits_counted: int
) -> None:
    assert sms_credits(characters) == credits_counted


def test_a_message_of_fewer_than_no_characters_is_a_defect_inv_8() -> None:
    with pytest.raises(ValueError, match="no fewer"):
        sms_credits([160, -1])


@pytest.mark.parametrize(
    ("included", "quantity", "price", "currency", "expected"),
    [
        pytest.param(500, 1500, "0.0055", "USD", (1000, 550), id="the published case"),
        pytest.param(500, 500, "0.0055", "USD", (0, 0), id="just what is included"),
        pytest.param(500, 501, "0.0055", "USD", (1, 1), id="0.55 cents are a cent"),
        pytest.param(0, 1, "0.005", "USD", (1, 1), id="half a cent is a cent"),
        pytest.param(
            0, 1, "0.00499999999999999999999999999999", "USD", (1, 0), id="just below half"
        ),
        pytest.param(0, 3, "0.00715", "CAD", (3, 2), id="2.145 cents"),
        pytest.param(0, 3, "0.8", "JPY", (3, 2), id="2.4 yen"),
        pytest.param(0, 10**9, "0.0055", "USD", (10**9, 550_000_000), id="a thousand millions"),
        pytest.param(0, 7, "0", "USD", (7, 0), id="for nothing"),
    ],
)
def test_what_is_beyond_is_priced_exactly_and_rounded_half_up_once_mon_3(
    included: int, quantity: int, price: str, currency: str, expected: tuple[int, int]
) -> None:
    found = overage(included, quantity, Decimal(price), currency)

    assert found == (expected[0], Money(expected[1], currency))


def test_a_plan_says_what_is_included_where_it_says_anything_sub_1() -> None:
    plans = catalogue().product("phone").plans

    assert included_of(SMS, plans["line"]) == 500
    assert included_of(SMS, plans["big"]) == 2000
    assert included_of(MINUTES, plans["big"]) == 0


def test_a_cycle_is_a_calendar_month_whatever_day_it_is_inv_8() -> None:
    assert month_of(date(2028, 2, 29)).days == 29
    assert month_of(date(2026, 12, 31)).end == date(2027, 1, 1)


def test_a_run_looks_at_the_month_that_ended_and_as_far_back_as_usage_may_come_inv_8() -> None:
    assert months_to_bill(date(2027, 1, 15), 3) == (
        date(2026, 9, 1),
        date(2026, 10, 1),
        date(2026, 11, 1),
        date(2026, 12, 1),
    )
    assert months_around(NOVEMBER, 1) == (OCTOBER, NOVEMBER, date(2026, 12, 1))


def test_the_same_key_under_two_months_counts_in_the_one_that_was_told_first_inv_8() -> None:
    october = datetime(2026, 10, 31, 12, tzinfo=UTC)
    first = record("k", 5, used_at=october, received_at=NOON)
    again = record("k", 7, received_at=NOON + timedelta(seconds=1))
    alone = record("j", 1)

    in_october = counted_once(OCTOBER, [again, first, alone])
    in_november = counted_once(NOVEMBER, [again, first, alone])

    assert (in_october.records, in_october.duplicates) == ((first,), ())
    assert (in_november.records, in_november.duplicates) == ((alone,), (again,))


def test_of_two_told_in_one_batch_the_earlier_use_counts_inv_8() -> None:
    first = record("k", used_at=datetime(2026, 10, 31, 12, tzinfo=UTC))
    again = record("k")

    assert counted_once(NOVEMBER, [first, again]).duplicates == (again,)
    assert counted_once(OCTOBER, [again, first]).records == (first,)
