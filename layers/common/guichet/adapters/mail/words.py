"""Amounts, dates, times and time zones as a language writes them (Babel, CLDR)."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from types import MappingProxyType
from typing import Final, Literal
from zoneinfo import ZoneInfo

from babel import Locale, localedata
from babel.dates import (
    format_date,
    format_interval,
    format_time,
    get_timezone_location,
    get_timezone_name,
)
from babel.numbers import format_currency, format_decimal, format_percent

from guichet.adapters.mail.texts import texts
from guichet.languages import Language, closest_language
from guichet.money import Money, minor_digits
from guichet.period import Period

_REGION_LENGTH: Final = 2
_FIRST: Final = re.compile(r"(?<!\d)1(?!\d)")
_FIRST_OF_A_MONTH: Final = MappingProxyType({"fr": "1er", "pt": "1º"})  # which CLDR has as 1
_COUNTS_PLAINLY: Final = frozenset(
    {"PT", "AO", "CH", "CV", "GQ", "GW", "LU", "MO", "MZ", "ST", "TL"}
)


@dataclass(frozen=True, slots=True)
class Words:
    """How one reader's language says things; a region changes numbers and dates, not sentences."""

    language: Language
    locale: Locale
    sentences: Mapping[str, str]

    @classmethod
    def of(cls, tag: str) -> "Words":
        """The words for a BCP 47 tag; `pt` without a region is Brazilian, as in CLDR."""
        language = closest_language(tag)
        return cls(language, _locale(language, tag), texts(language))

    def amount(self, money: Money) -> str:
        return self._currency(Decimal(money.amount_minor), money.currency)

    def reduction(self, money: Money) -> str:
        """An amount that is taken off, with its minus sign."""
        return self._currency(-Decimal(money.amount_minor), money.currency)

    def signed(self, amount_minor: int, currency: str) -> str:
        """An amount that may be below 0."""
        return self._currency(Decimal(amount_minor), currency)

    def unit_price(self, major: str, currency: str) -> str:
        """A price with all of its decimals, which may be finer than the smallest coin (SUB-1)."""
        price = Decimal(major)
        return format_currency(price, currency, locale=self.locale, decimal_quantization=False)

    def percent(self, rate: str) -> str:
        """A rate with all of its decimals: `0.09975` is 9.975 %."""
        return format_percent(Decimal(rate), locale=self.locale, decimal_quantization=False)

    def count(self, number: int) -> str:
        return format_decimal(number, locale=self.locale)

    def counted(self, name: str, number: int, **values: str) -> str:
        """A sentence in the form that the language has for this number (CLDR)."""
        sentences, form = self.sentences, self.locale.plural_form(number)
        chosen = sentences.get(f"{name}.{form}", sentences[f"{name}.other"])
        return chosen.format(count=self.count(number), **values)

    def pair(self, label: str, value: str) -> str:
        return self.sentences["pair"].format(label=label, value=value)

    def day(self, day: date) -> str:
        return self._date(day, "long")

    def stretch(self, period: Period) -> str:
        """From a period's first day to its last one; its end is the first day after it."""
        last = period.end - timedelta(days=1)
        if period.start >= last:
            return self.day(period.start)
        return self._days(format_interval(period.start, last, "yMMMd", locale=self.locale))

    def place(self, country: str, region: str) -> str:
        """A country by its name, with the code of a state of it."""
        name = self.locale.territories.get(country, country)
        return f"{name} ({region})" if region else str(name)

    def zone(self, time_zone: str) -> str:
        """The zone by its name, whatever the season."""
        zone = ZoneInfo(time_zone)
        if _is_placeless(zone):
            return self._zone(datetime(2000, 1, 1, tzinfo=zone))
        return self._placed(zone, get_timezone_name(zone, "long", locale=self.locale))

    def moment(self, instant: datetime, time_zone: str) -> str:
        """Day, time and the name of the time zone (MON-6)."""
        local = instant.astimezone(ZoneInfo(time_zone))
        return self.sentences["moment"].format(
            date=self._date(local, "full"),
            time=format_time(local, "short", locale=self.locale),
            zone=self._zone(local),
        )

    def period(self, start: datetime, end: datetime | None, time_zone: str) -> str:
        """A day with its times, or two moments when they are on different days."""
        zone = ZoneInfo(time_zone)
        first = start.astimezone(zone)
        if end is None:
            return self.moment(start, time_zone)
        if end.astimezone(zone).date() != first.date():
            return f"{self.moment(start, time_zone)} – {self.moment(end, time_zone)}"
        times = format_interval(
            start, end, self._hours_and_minutes(), tzinfo=zone, locale=self.locale
        )
        return self.sentences["period"].format(
            date=self._date(first, "full"), times=times, zone=self._zone(first)
        )

    def _date(self, day: date, form: Literal["long", "full"]) -> str:
        return self._days(format_date(day, form, locale=self.locale))

    def _days(self, written: str) -> str:
        """The first of a month as a French or a Brazilian writes it: `1er mars`, `1º de março`."""
        first = _FIRST_OF_A_MONTH.get(self.locale.language)
        is_plain = self.locale.language == "pt" and self.locale.territory in _COUNTS_PLAINLY
        return written if first is None or is_plain else _FIRST.sub(first, written)

    def _currency(self, minor: Decimal, currency: str) -> str:
        return format_currency(minor.scaleb(-minor_digits(currency)), currency, locale=self.locale)

    def _hours_and_minutes(self) -> str:
        twelve_hours = "a" in self.locale.time_formats["short"].pattern
        return "hm" if twelve_hours else "Hm"

    def _zone(self, local: datetime) -> str:
        zone = local.tzinfo
        if not isinstance(zone, ZoneInfo):
            raise TypeError("a local time bears its zone")
        return self._placed(zone, get_timezone_name(local, "long", locale=self.locale))

    def _placed(self, zone: ZoneInfo, name: str) -> str:
        if _is_placeless(zone):
            return name
        return f"{name}, {get_timezone_location(zone, self.locale, return_city=True)}"


def _is_placeless(zone: ZoneInfo) -> bool:
    return "/" not in zone.key or zone.key.startswith("Etc/")


def _locale(language: Language, tag: str) -> Locale:
    """A region's own way to write numbers and days; English elsewhere is not American."""
    parts = tag.strip().replace("_", "-").split("-")
    region = next((p.upper() for p in parts[1:] if len(p) == _REGION_LENGTH and p.isalpha()), "")
    if closest_language(tag) != parts[0].lower() or not region:
        return Locale.parse(language)
    asked = f"{language}_{region}"
    if localedata.exists(asked):
        return Locale.parse(asked)
    general = Locale.parse(language)
    is_abroad = language == "en" and region in general.territories
    return Locale.parse("en_GB") if is_abroad else general
