"""INV-3: numbers follow one another without gaps, and days never run backwards."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from guichet.invoices.document import DocumentKind
from guichet.invoices.series import Series, place_of, series_name

FIRST = date(2026, 6, 1)


@settings(deadline=None)  # the machine may be busy
@given(st.lists(st.integers(-40, 40), max_size=20))
def test_whatever_the_clock_says_numbers_count_on_and_days_do_not_run_backwards_inv_3(
    steps: list[int],
) -> None:
    series, today, given_out = Series("us", DocumentKind.INVOICE), FIRST, []

    for step in steps:
        today += timedelta(days=step)
        series = series.next(series.issue_day(today))
        given_out.append((series.number, series.last_place, series.last_issued_on))

    places = [place for _, place, _ in given_out]
    days = [day for _, _, day in given_out if day is not None]
    assert places == list(range(1, len(steps) + 1))
    assert days == sorted(days)
    assert len({number for number, _, _ in given_out}) == len(steps)
    assert all(place_of(number) == ("US-I", place) for number, place, _ in given_out)


def test_a_day_before_the_last_one_given_is_refused_inv_3() -> None:
    series = Series("us", DocumentKind.INVOICE).next(FIRST)

    with pytest.raises(ValueError, match="backwards"):
        series.next(FIRST - timedelta(days=1))


def test_credit_notes_have_a_series_of_their_own_inv_3() -> None:
    names = {series_name(entity, kind) for entity in ("us", "ie") for kind in DocumentKind}

    assert names == {"US-I", "US-C", "IE-I", "IE-C"}


def test_beyond_a_million_numbers_grow() -> None:
    series = Series("us", DocumentKind.INVOICE, 999_999, FIRST).next(FIRST)

    assert series.number == "US-I-1000000"
    assert place_of(series.number) == ("US-I", 1_000_000)


@pytest.mark.parametrize("text", ["", "US-I", "US-I-", "US-I-x", "-5", "7"])
def test_what_is_no_number_is_none(text: str) -> None:
    assert place_of(text) is None
