"""What the rules say a bill's taxes come to, worked out a second time from their text alone.

Nothing of the product is imported here: countries, rates, dates, treatment and rounding are its own.
Whoever checks it needs TAX-1 to TAX-5, MON-3 and the table of docs/taxes.md beside it, and no code.
It knows days from 2016 on. Where the sample is registered is told once more, too.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from itertools import pairwise
from typing import Final

FIRST_DAY: Final = date(2016, 1, 1)

# A rate, and from which days on it was another one.
_UNION: Final = {
    "AT": "20",
    "BE": "21",
    "BG": "20",
    "CY": "19",
    "CZ": "21",
    "DE": "19, 2020-07-01: 16, 2021-01-01: 19",
    "DK": "25",
    "EE": "20, 2024-01-01: 22, 2025-07-01: 24",
    "ES": "21",
    "FI": "24, 2024-09-01: 25.5",
    "FR": "20",
    "GR": "23, 2016-06-01: 24",
    "HR": "25",
    "HU": "27",
    "IE": "23, 2020-09-01: 21, 2021-03-01: 23",
    "IT": "22",
    "LT": "21",
    "LU": "17, 2023-01-01: 16, 2024-01-01: 17",
    "LV": "21",
    "MT": "18",
    "NL": "21",
    "PL": "23",
    "PT": "23",
    "RO": "20, 2017-01-01: 19, 2025-08-01: 21",
    "SE": "25",
    "SI": "22",
    "SK": "20, 2025-01-01: 23",
}
_ISLANDS: Final = {"20": "18, 2021-07-01: 16", "30": "22"}  # the Azores, Madeira
_ELSEWHERE: Final = {
    "AU": ("GST", "10"),
    "CH": ("VAT", "8.0, 2018-01-01: 7.7, 2024-01-01: 8.1"),
    "GB": ("VAT", "20"),
    "JP": ("JCT", "8, 2019-10-01: 10"),
    "NO": ("VAT", "25"),
    "NZ": ("GST", "15"),
}
_FEDERAL: Final = {"GST": "5"}
_PROVINCES: Final = {
    **dict.fromkeys(("AB", "NT", "NU", "YT"), _FEDERAL),
    "BC": {**_FEDERAL, "PST": "7"},
    "MB": {**_FEDERAL, "RST": "8, 2019-07-01: 7"},
    "NB": {"HST": "13, 2016-07-01: 15"},
    "NL": {"HST": "13, 2016-07-01: 15"},
    "NS": {"HST": "15, 2025-04-01: 14"},
    "ON": {"HST": "13"},
    "PE": {"HST": "14, 2016-10-01: 15"},
    "QC": {**_FEDERAL, "QST": "9.975"},
    "SK": {**_FEDERAL, "PST": "5, 2017-03-23: 6"},
}
_STATES: Final = {"AL": {"SSUT": "8"}, "CA": {}, "NY": {}}  # two of those without nexus

# Where the sample is registered abroad, since when, and whether it charges businesses, too.
_ABROAD: Final = {
    ("IE", "CH"): (date(2018, 1, 1), True),
    ("IE", "JP"): (date(2015, 10, 1), True),
    ("IE", "NZ"): (date(2016, 10, 1), False),
}
_ALABAMA_SINCE: Final = date(2020, 1, 1)
_ZERO_RATE_EXPORTS: Final = {"AU", "CA", "JP", "NO", "NZ"}
_FEES_BEAR: Final = {"CA": {"GST", "HST", "PST", "QST", "RST"}, "US": set[str]()}

SELLERS: Final = (*sorted(_UNION), *sorted(_ELSEWHERE), "CA", "US")
# Where customers are. A starred one is a part of a member state outside its VAT; Brazil has no table.
PLACES: Final = (
    *((country, "") for country in (*sorted(_UNION), *sorted(_ELSEWHERE), "BR", "ES*")),
    *(("PT", region) for region in (*_ISLANDS, "Lisboa")),
    *(("CA", region) for region in sorted(_PROVINCES)),
    *(("US", region) for region in sorted(_STATES)),
)


@dataclass(frozen=True)
class Certificate:
    """Whose taxes it takes away, and its first and last day (TAX-4). No region: the country's own."""

    country: str
    region: str
    first: date
    last: date


@dataclass(frozen=True)
class Buyer:
    """A customer in the words of the rules."""

    country: str
    region: str
    number: str = "none"  # or confirmed; or stated, where nobody here can ask; or unconfirmed
    certificates: tuple[Certificate, ...] = ()


@dataclass(frozen=True)
class Line:
    amount: int
    tax_class: str
    is_fee: bool = False  # a regulatory fee of the buyer's country (TAX-5)


# Name, rate, category (EN 16931), class of what bears it; the sum that bears it and the tax on it.
type Groups = dict[tuple[str, str, str, str], tuple[int, int]]


def second_taxes(seller: str, buyer: Buyer, day: date, lines: Sequence[Line]) -> Groups:
    charged, untaxed_as = _treatment(seller, buyer, day)
    rates = {
        name: ("0", "E") if _is_freed(name, buyer, day) else (rate, "S")
        for name, rate in charged.items()
    }
    sums: dict[tuple[str, str, str, str], int] = defaultdict(int)
    for line in lines:
        bearing = rates
        if line.is_fee and charged:
            bearing = {each: rates[each] for each in rates if each in _FEES_BEAR[buyer.country]}
        # Where nothing is charged, one group says why, by the name of the seller's own tax. What is
        # exempt stays so, but where the whole bill is out of scope.
        is_exempt = line.tax_class == "exempt" and untaxed_as != "O"
        nothing = {_own_tax(seller): ("0", "E" if is_exempt else untaxed_as)}
        free = {"exempt": ("0", "E"), "zero_rated": ("0", "Z")}.get(line.tax_class)
        for name, (rate, category) in (bearing or nothing).items():
            told = (rate, category) if free is None or not bearing else free
            sums[name, *told, line.tax_class] += line.amount
    return {
        key: (base, rounded(Decimal(base) * Decimal(key[1]) / 100)) for key, base in sums.items()
    }


def _own_tax(seller: str) -> str:
    """What it is called; the United States have none."""
    if seller in _UNION:
        return "VAT"
    return {"US": "", "CA": "GST"}[seller] if seller in {"US", "CA"} else _ELSEWHERE[seller][0]


def _treatment(seller: str, buyer: Buyer, day: date) -> tuple[dict[str, str], str]:
    """What is charged, and the category of what bears nothing."""
    if buyer.country == seller:
        if seller == "US" and (buyer.region != "AL" or day < _ALABAMA_SINCE):  # TAX-2: nexus
            return {}, "O"
        return _rates_there(buyer, day), "O"
    if seller in _UNION and buyer.country in _UNION:
        return (
            ({}, "AE") if buyer.number == "confirmed" else (_rates_there(buyer, day), "")
        )  # TAX-3
    since, charges_businesses = _ABROAD.get((seller, buyer.country), (date.max, False))
    is_business = buyer.number in {"confirmed", "stated"}
    if since <= day and (charges_businesses or not is_business):
        return _rates_there(buyer, day), "O"
    return {}, "G" if seller in _ZERO_RATE_EXPORTS else "O"


def _rates_there(buyer: Buyer, day: date) -> dict[str, str]:
    return {name: _on(day, told) for name, told in _told_of(buyer.country, buyer.region).items()}


def _told_of(country: str, region: str) -> Mapping[str, str]:
    if country == "PT" and region in _ISLANDS:
        return {"VAT": _ISLANDS[region]}
    if country in _UNION:
        return {"VAT": _UNION[country]}
    if country in {"CA", "US"}:
        return (_PROVINCES if country == "CA" else _STATES)[region]
    if country in _ELSEWHERE:
        name, told = _ELSEWHERE[country]
        return {name: told}
    return {}


def _is_freed(name: str, buyer: Buyer, day: date) -> bool:
    """TAX-4: only for its state and its days; what takes the place of the country's tax is the state's."""
    is_the_states = (buyer.country, name) != ("CA", "GST") and (
        buyer.country in {"CA", "US"} or (buyer.country == "PT" and buyer.region in _ISLANDS)
    )
    whose = buyer.country, buyer.region if is_the_states else ""
    return any(
        (each.country, each.region) == whose and each.first <= day <= each.last
        for each in buyer.certificates
    )


def _changes(told: str) -> list[tuple[date, str]]:
    first, *later = told.split(", ")
    dated = (each.split(": ") for each in later)
    return [(FIRST_DAY, first), *((date.fromisoformat(day), rate) for day, rate in dated)]


def _on(day: date, told: str) -> str:
    changes = [*_changes(told), (date.max, "")]
    return next(rate for (since, rate), (until, _) in pairwise(changes) if since <= day < until)


def days_of_change(country: str, region: str) -> set[date]:
    """The days on which what a customer there is charged becomes another, after the first day."""
    told = _told_of(country, region).values()
    found = {day for each in told for day, _ in _changes(each)} - {FIRST_DAY}
    found |= {since for (_, abroad), (since, _) in _ABROAD.items() if abroad == country}
    if (country, region) == ("US", "AL"):
        found.add(_ALABAMA_SINCE)
    return {each for each in found if each > FIRST_DAY}


def rates_told() -> set[tuple[str, str, str, str]]:
    """Every country, region, tax and rate with its days, as they were told; to compare the tables' with."""
    return {
        (country, region, name, f"{day} {Decimal(rate).normalize():f}")
        for country, region in PLACES
        for name, told in _told_of(country, region).items()
        for day, rate in _changes(told)
    }


def rounded(exact: Decimal) -> int:
    """MON-3: half-up by size, the sign kept."""
    return int(exact.quantize(Decimal(1), rounding=ROUND_HALF_UP))
