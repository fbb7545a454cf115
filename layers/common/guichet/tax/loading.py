"""The compiled tables as objects; read at the first question, a country's taxes when they are asked for."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from guichet.catalogue.catalogue import TaxClass
from guichet.tax.fees import FeeRate, FeeTables
from guichet.tax.tables import Collects, Level, Nexus, Rate, Tax, TaxTables, VatCheckPolicy

type Raw = dict[str, Any]


def read_tax_tables(rates: str, sellers: str) -> TaxTables:
    """What `guichet tax compile` wrote; nothing is judged here."""
    by_country, of_sellers = json.loads(rates), json.loads(sellers)
    return TaxTables(
        taxes=_Taxes(by_country),
        nexus={
            seller: tuple(_nexus(each) for each in rows)
            for seller, rows in of_sellers["sellers"].items()
        },
        vat_checks=VatCheckPolicy(**of_sellers["vat_checks"]),
        countries=frozenset(by_country),
    )


def read_fee_tables(fees: str) -> FeeTables:
    """What `guichet tax compile` wrote; nothing is judged here."""
    raw: dict[str, list[Raw]] = json.loads(fees)
    return FeeTables({fee_id: tuple(_fee_rate(each) for each in raw[fee_id]) for fee_id in raw})


class _Taxes(Mapping[str, tuple[Tax, ...]]):
    """Taxes by country, each country's made when it is first asked for."""

    def __init__(self, raw: dict[str, list[Raw]]) -> None:
        self._raw = raw
        self._made: dict[str, tuple[Tax, ...]] = {}

    def __getitem__(self, country: str) -> tuple[Tax, ...]:
        made = self._made.get(country)
        if made is None:
            found = tuple(_tax(country, each) for each in self._raw[country])
            made = self._made[country] = found
        return made

    def __iter__(self) -> Iterator[str]:
        return iter(self._raw)

    def __len__(self) -> int:
        return len(self._raw)


def _tax(country: str, raw: Raw) -> Tax:
    return Tax(
        name=raw["tax"],
        country=country,
        regions=frozenset(raw["regions"]),
        level=Level(raw["level"]),
        classes=frozenset(TaxClass(each) for each in raw["classes"]),
        rates=tuple(
            Rate(
                date.fromisoformat(each["effective_from"]),
                Decimal(each["percent"]),
                each["source"],
                each["note"],
            )
            for each in raw["rates"]
        ),
    )


def _nexus(raw: Raw) -> Nexus:
    return Nexus(
        country=raw["country"],
        region=raw["region"],
        effective_from=date.fromisoformat(raw["effective_from"]),
        collects=Collects(raw["from"]),
    )


def _fee_rate(raw: Raw) -> FeeRate:
    until = raw["effective_until"]
    return FeeRate(
        effective_from=date.fromisoformat(raw["effective_from"]),
        effective_until=None if until is None else date.fromisoformat(until),
        percent=Decimal(raw["percent"]),
        taxes=frozenset(raw["taxes"]),
        source=raw["source"],
        note=raw["note"],
    )
