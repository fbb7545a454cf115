"""SUB-2, SUB-7, MON-5, MON-6: days, months and shares, over leap years and changing clocks."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from guichet.catalogue.catalogue import BillingMode, Frequency
from guichet.period import (
    Basis,
    Period,
    add_months,
    days_in_month,
    first_of_next_month,
    local_day,
    midnight,
    share,
)
from guichet.subscriptions.billing import billed_from, month_share
from guichet.subscriptions.changing import credited_days
from guichet.subscriptions.periods import anchor_from, period_of, starts_at, step
from tests.support import second_calculation as second

DAYS = st.dates(date(2020, 1, 1), date(2040, 12, 31))
ZONES = st.sampled_from(["UTC", "Europe/Paris", "America/New_York", "Pacific/Auckland"])
MODES = st.sampled_from(list(BillingMode))
FREQUENCIES = st.sampled_from(list(Frequency))


@pytest.mark.parametrize(
    ("day", "months", "there"),
    [
        pytest.param(date(2027, 1, 31), 1, date(2027, 2, 28), id="31 January + 1"),
        pytest.param(date(2027, 1, 31), 2, date(2027, 3, 31), id="31 January + 2"),
        pytest.param(date(2028, 1, 31), 1, date(2028, 2, 29), id="of a leap year"),
        pytest.param(date(2024, 2, 29), 12, date(2025, 2, 28), id="29 February + 1 year"),
        pytest.param(date(2024, 2, 29), 48, date(2028, 2, 29), id="29 February + 4 years"),
        pytest.param(date(2027, 12, 31), 1, date(2028, 1, 31), id="over the year"),
        pytest.param(date(2027, 8, 31), 6, date(2028, 2, 29), id="half a year"),
        pytest.param(date(2027, 3, 30), -1, date(2027, 2, 28), id="back"),
        pytest.param(date(2027, 5, 1), 0, date(2027, 5, 1), id="none"),
        pytest.param(date(2099, 11, 30), 3, date(2100, 2, 28), id="2100 is no leap year"),
    ],
)
def test_months_keep_the_anchor_day_sub_2(day: date, months: int, there: date) -> None:
    assert add_months(day, months) == there


@pytest.mark.parametrize(
    ("mode", "frequency", "anchor", "starts"),
    [
        pytest.param(
            BillingMode.ANNIVERSARY,
            Frequency.MONTHLY,
            date(2024, 2, 1),
            [date(2024, 2, 1), date(2024, 3, 2), date(2024, 4, 1), date(2024, 5, 1)],
            id="every 30 days",
        ),
        pytest.param(
            BillingMode.ANNIVERSARY_MONTH,
            Frequency.MONTHLY,
            date(2027, 1, 31),
            [date(2027, 1, 31), date(2027, 2, 28), date(2027, 3, 31), date(2027, 4, 30)],
            id="the same day each month",
        ),
        pytest.param(
            BillingMode.ANNIVERSARY,
            Frequency.QUARTERLY,
            date(2026, 11, 30),
            [date(2026, 11, 30), date(2027, 2, 28), date(2027, 5, 30), date(2027, 8, 30)],
            id="every 3 months",
        ),
        pytest.param(
            BillingMode.ANNIVERSARY,
            Frequency.ANNUAL,
            date(2024, 2, 29),
            [date(2024, 2, 29), date(2025, 2, 28), date(2026, 2, 28), date(2027, 2, 28)],
            id="every year from a leap day",
        ),
        pytest.param(
            BillingMode.CALENDAR,
            Frequency.QUARTERLY,
            date(2026, 8, 1),
            [date(2026, 8, 1), date(2026, 11, 1), date(2027, 2, 1), date(2027, 5, 1)],
            id="on a 1st",
        ),
    ],
)
def test_periods_begin_where_the_rule_says_sub_2(
    mode: BillingMode, frequency: Frequency, anchor: date, starts: list[date]
) -> None:
    length = step(mode, frequency)

    assert [starts_at(mode, frequency, anchor, length * n) for n in range(4)] == starts


@given(MODES, FREQUENCIES, DAYS, st.integers(0, 60))
def test_periods_have_no_gap_and_no_overlap_sub_2(
    mode: BillingMode, frequency: Frequency, day: date, number: int
) -> None:
    anchor, length = anchor_from(mode, day), step(mode, frequency)

    one = period_of(mode, frequency, anchor, length * number)
    next_one = period_of(mode, frequency, anchor, length * (number + 1))

    assert one.end == next_one.start
    assert one.start < one.end
    assert anchor >= day
    if mode is BillingMode.CALENDAR:
        assert one.start.day == 1


@pytest.mark.parametrize(
    ("day", "left"),
    [
        pytest.param(date(2026, 7, 15), Fraction(16, 31), id="15 July: 16 of 31"),
        pytest.param(date(2026, 7, 31), Fraction(0), id="the last day: nothing"),
        pytest.param(date(2026, 7, 1), Fraction(1), id="the 1st: the whole month"),
        pytest.param(date(2028, 2, 28), Fraction(1, 29), id="28 February of a leap year"),
        pytest.param(date(2027, 2, 28), Fraction(0), id="and of another"),
        pytest.param(date(2026, 9, 2), Fraction(28, 30), id="the 2nd: two days less"),
    ],
)
def test_what_is_left_of_a_month_leaves_out_the_day_of_the_change_sub_7(
    day: date, left: Fraction
) -> None:
    assert month_share(day, 1) == left
    assert month_share(day, 12) == left / 12


@given(DAYS)
def test_billed_days_of_a_month_begin_the_day_after_and_end_with_it_sub_7(day: date) -> None:
    begins, ends = billed_from(day), first_of_next_month(day)

    assert begins == (day if day.day == 1 else day + timedelta(days=1))
    assert month_share(day, 1) * days_in_month(day) == (ends - begins).days


@pytest.mark.parametrize(
    ("basis", "whole", "used", "part"),
    [
        pytest.param(
            Basis.CALENDAR_DAYS,
            (date(2027, 1, 1), date(2027, 1, 31)),
            (date(2027, 1, 12), date(2027, 1, 31)),
            Fraction(19, 30),
            id="19 of 30 days",
        ),
        pytest.param(
            Basis.CALENDAR_DAYS,
            (date(2028, 2, 1), date(2028, 3, 1)),
            (date(2028, 2, 29), date(2028, 3, 1)),
            Fraction(1, 29),
            id="a leap day is a day",
        ),
        pytest.param(
            Basis.FIXED_30,
            (date(2027, 2, 1), date(2027, 3, 1)),
            (date(2027, 2, 16), date(2027, 3, 1)),
            Fraction(15, 30),
            id="February has 30",
        ),
        pytest.param(
            Basis.FIXED_30,
            (date(2027, 1, 1), date(2027, 2, 1)),
            (date(2027, 1, 31), date(2027, 2, 1)),
            Fraction(1, 30),
            id="the 31st counts as the 30th",
        ),
        pytest.param(
            Basis.FIXED_30,
            (date(2027, 1, 1), date(2028, 1, 1)),
            (date(2027, 7, 1), date(2028, 1, 1)),
            Fraction(1, 2),
            id="half a year is half",
        ),
        pytest.param(
            Basis.SECONDS,
            (date(2027, 3, 27), date(2027, 3, 29)),
            (date(2027, 3, 28), date(2027, 3, 29)),
            Fraction(23, 47),
            id="a day of 23 hours",
        ),
        pytest.param(
            Basis.SECONDS,
            (date(2027, 10, 30), date(2027, 11, 1)),
            (date(2027, 10, 31), date(2027, 11, 1)),
            Fraction(25, 49),
            id="a day of 25 hours",
        ),
        pytest.param(
            Basis.SECONDS,
            (date(2027, 1, 1), date(2027, 1, 31)),
            (date(2027, 1, 12), date(2027, 1, 31)),
            Fraction(19, 30),
            id="days of 24 hours",
        ),
    ],
)
def test_a_part_is_measured_on_its_basis_mon_5(
    basis: Basis, whole: tuple[date, date], used: tuple[date, date], part: Fraction
) -> None:
    assert share(basis, whole, used, time_zone="Europe/Paris") == part


@given(
    st.sampled_from(list(Basis)), DAYS, st.lists(st.integers(0, 400), min_size=2, max_size=2), ZONES
)
def test_two_parts_make_the_whole_on_every_basis_and_twice_the_same_mon_5(
    basis: Basis, start: date, lengths: list[int], zone: str
) -> None:
    middle = start + timedelta(days=lengths[0])
    end = middle + timedelta(days=lengths[1] + 3)

    first = share(basis, (start, end), (start, middle), time_zone=zone)
    rest = share(basis, (start, end), (middle, end), time_zone=zone)

    assert first + rest == 1
    whole = second.measure(str(basis), (start, end), zone)
    assert rest == Fraction(second.measure(str(basis), (middle, end), zone), whole)


@pytest.mark.parametrize(
    ("whole", "used"),
    [
        pytest.param((date(2027, 1, 2), date(2027, 1, 2)), (date(2027, 1, 2),) * 2, id="no length"),
        pytest.param(
            (date(2027, 1, 2), date(2027, 1, 9)), (date(2027, 1, 1), date(2027, 1, 3)), id="before"
        ),
        pytest.param(
            (date(2027, 1, 2), date(2027, 1, 9)), (date(2027, 1, 3), date(2027, 1, 10)), id="after"
        ),
        pytest.param(
            (date(2027, 1, 2), date(2027, 1, 9)), (date(2027, 1, 5), date(2027, 1, 4)), id="turned"
        ),
    ],
)
@pytest.mark.parametrize("basis", list(Basis))
def test_what_is_no_part_of_a_whole_has_no_share(
    basis: Basis, whole: tuple[date, date], used: tuple[date, date]
) -> None:
    with pytest.raises(ValueError, match=r"part|inside"):
        share(basis, whole, used)


@pytest.mark.parametrize(
    ("day", "left"),
    [
        pytest.param(date(2027, 1, 1), 30, id="on its first day all of it"),
        pytest.param(date(2027, 1, 2), 28, id="the day of change counts as used"),
        pytest.param(date(2027, 1, 11), 19, id="11 January: 19"),
        pytest.param(date(2027, 1, 30), 0, id="on its last day nothing"),
        pytest.param(date(2027, 1, 31), 0, id="and none after it"),
        pytest.param(date(2026, 12, 31), 30, id="before it began all of it"),
    ],
)
def test_what_is_unused_of_a_period_sub_6(day: date, left: int) -> None:
    january = Period(date(2027, 1, 1), date(2027, 1, 31))

    assert credited_days(january, day).days == left


@pytest.mark.parametrize(
    ("day", "zone", "instant"),
    [
        pytest.param(
            date(2027, 3, 28), "Europe/Paris", datetime(2027, 3, 27, 23, tzinfo=UTC), id="winter"
        ),
        pytest.param(
            date(2027, 3, 29), "Europe/Paris", datetime(2027, 3, 28, 22, tzinfo=UTC), id="summer"
        ),
        pytest.param(
            date(2027, 1, 1), "Pacific/Auckland", datetime(2026, 12, 31, 11, tzinfo=UTC), id="ahead"
        ),
        pytest.param(
            date(2027, 1, 1), "Pacific/Honolulu", datetime(2027, 1, 1, 10, tzinfo=UTC), id="behind"
        ),
    ],
)
def test_a_day_begins_at_midnight_of_its_zone_mon_6(
    day: date, zone: str, instant: datetime
) -> None:
    assert midnight(day, zone) == instant
    assert local_day(instant, zone) == day
    assert local_day(instant - timedelta(seconds=1), zone) == day - timedelta(days=1)


def test_where_clocks_skip_midnight_a_day_begins_an_hour_later_mon_6() -> None:
    begins = midnight(date(2027, 9, 5), "America/Santiago")  # from 24:00 to 01:00

    assert local_day(begins, "America/Santiago") == date(2027, 9, 5)
    assert local_day(begins - timedelta(seconds=1), "America/Santiago") == date(2027, 9, 4)


@given(DAYS, ZONES)
def test_every_day_begins_within_itself_mon_6(day: date, zone: str) -> None:
    assert local_day(midnight(day, zone), zone) == day


def test_a_period_never_ends_before_it_begins() -> None:
    assert Period(date(2027, 1, 1), date(2027, 1, 1)).days == 0
    assert date(2027, 1, 1) not in Period(date(2027, 1, 1), date(2027, 1, 1))
    with pytest.raises(ValueError, match="can't end"):
        Period(date(2027, 1, 2), date(2027, 1, 1))
