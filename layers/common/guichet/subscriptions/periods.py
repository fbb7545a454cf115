"""Where billing periods begin and end, by mode and frequency (SUB-2)."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Final

from guichet.catalogue.catalogue import BillingMode, Frequency
from guichet.period import Period, add_months, first_of_next_month

_ANNIVERSARY_DAYS: Final = 30  # a month of mode `anniversary`


def counts_days(mode: BillingMode, frequency: Frequency) -> bool:
    """Whether periods are 30 days long, and not whole months."""
    return mode is BillingMode.ANNIVERSARY and frequency is Frequency.MONTHLY


def step(mode: BillingMode, frequency: Frequency) -> int:
    """The length of a period: in days where they count, else in months."""
    return _ANNIVERSARY_DAYS if counts_days(mode, frequency) else frequency.months


def starts_at(mode: BillingMode, frequency: Frequency, anchor: date, elapsed: int) -> date:
    """The first day of the period that begins so many days, or months, after the anchor.

    Counted from the anchor each time, so that its day is kept: 31 January, 28 February, 31 March.
    """
    if counts_days(mode, frequency):
        return anchor + timedelta(days=elapsed)
    return add_months(anchor, elapsed)


def period_of(mode: BillingMode, frequency: Frequency, anchor: date, elapsed: int) -> Period:
    """The whole period that begins there."""
    length = step(mode, frequency)
    return Period(
        starts_at(mode, frequency, anchor, elapsed),
        starts_at(mode, frequency, anchor, elapsed + length),
    )


def anchor_from(mode: BillingMode, day: date) -> date:
    """The anchor of what begins on a day: the day itself, or the 1st that follows (SUB-2, SUB-7)."""
    if mode is not BillingMode.CALENDAR or day.day == 1:
        return day
    return first_of_next_month(day)
