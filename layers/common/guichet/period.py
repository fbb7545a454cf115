"""Half-open spans of days, months that keep their anchor day, and shares of a period (MON-5, SUB-2)."""

from __future__ import annotations

from calendar import monthrange
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from enum import StrEnum
from fractions import Fraction
from zoneinfo import ZoneInfo


class Basis(StrEnum):
    """What a share of a period is counted in (MON-5)."""

    CALENDAR_DAYS = "calendar_days"
    FIXED_30 = "fixed_30"  # 30 × months + differences of min(day, 30)
    SECONDS = "seconds"


@dataclass(frozen=True, slots=True)
class Period:
    """The days from `start` up to, not including, `end`, in some time zone (MON-6)."""

    start: date
    end: date

    def __post_init__(self) -> None:
        """Refuse what ends before it begins: a defect of the caller."""
        if self.end < self.start:
            raise ValueError(f"a period can't end on {self.end} before it begins on {self.start}")

    def __contains__(self, day: date) -> bool:
        return self.start <= day < self.end

    @property
    def days(self) -> int:
        return (self.end - self.start).days


def days_in_month(day: date) -> int:
    return monthrange(day.year, day.month)[1]


def add_months(day: date, months: int) -> date:
    """The same day so many months later, or the last one of a shorter month (SUB-2).

    The anchor day is kept by counting from the anchor: 31 January + 1 is 28 February, + 2 is
    31 March; 29 February 2024 + 48 is 29 February 2028.
    """
    place = day.year * 12 + day.month - 1 + months
    year, month = divmod(place, 12)
    last = monthrange(year, month + 1)[1]
    return date(year, month + 1, min(day.day, last))


def first_of_next_month(day: date) -> date:
    return add_months(day.replace(day=1), 1)


def local_day(at: datetime, time_zone: str) -> date:
    """Today, in a time zone (MON-6)."""
    return at.astimezone(ZoneInfo(time_zone)).date()


def midnight(day: date, time_zone: str) -> datetime:
    """The instant at which a day begins in a time zone: in UTC.

    Where clocks skip midnight, it is the first instant of that day.
    """
    return datetime.combine(day, time.min, ZoneInfo(time_zone)).astimezone(UTC)


def share(
    basis: Basis, whole: tuple[date, date], used: tuple[date, date], *, time_zone: str = "UTC"
) -> Fraction:
    """The used part of a whole, between 0 and 1, exactly (MON-5).

    Both are half-open and may be instants. Days are what counts, unless the basis is `seconds`:
    then days begin at midnight of the time zone.

    Raises:
        ValueError: what is used is not inside the whole, or the whole is empty.
    """
    if basis is Basis.SECONDS:
        whole = (_instant(whole[0], time_zone), _instant(whole[1], time_zone))
        used = (_instant(used[0], time_zone), _instant(used[1], time_zone))
    else:
        whole = (_day(whole[0]), _day(whole[1]))
        used = (_day(used[0]), _day(used[1]))
    length = _length(basis, *whole)
    if length <= 0:
        raise ValueError("a whole without length has no parts")
    if not whole[0] <= used[0] <= used[1] <= whole[1]:
        raise ValueError("what is used lies inside the whole")
    return Fraction(_length(basis, *used), length)


def _length(basis: Basis, start: date, end: date) -> int:
    if basis is Basis.FIXED_30:
        months = (end.year - start.year) * 12 + end.month - start.month
        # The 31st counts as the 30th: never less than nothing between the two.
        return 30 * months + min(end.day, 30) - min(start.day, 30)
    if isinstance(start, datetime) and isinstance(end, datetime):
        return round((end - start).total_seconds())
    return (end - start).days


def _instant(value: date, time_zone: str) -> datetime:
    if not isinstance(value, datetime):
        return midnight(value, time_zone)
    zoned = value if value.tzinfo else value.replace(tzinfo=ZoneInfo(time_zone))
    return zoned.astimezone(UTC)


def _day(value: date) -> date:
    return value.date() if isinstance(value, datetime) else value
