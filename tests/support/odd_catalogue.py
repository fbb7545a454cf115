"""Prices that divide badly, of every mode and basis: as a catalogue, and for the second calculation."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final

from guichet.catalogue.catalogue import (
    AddOn,
    BillingMode,
    Catalogue,
    Contract,
    Frequency,
    FrequencyChange,
    Plan,
    Product,
    Retention,
    SelfService,
    TaxClass,
)
from guichet.period import Basis
from tests.support.second_calculation import ONCE, PriceBook, Prices, Rules

CURRENCY: Final = "USD"
FREE: Final = "free"
VERSIONS: Final = (date(2026, 1, 1), date(2027, 3, 10), date(2027, 8, 1))

# Product to how it is billed.
RULES: Final[Mapping[str, Rules]] = {
    "thirty": Rules("anniversary", free_plan=FREE),
    "seconds": Rules("anniversary", basis="seconds"),
    "fixed": Rules("anniversary_month", basis="fixed_30", frequency_waits=True, free_plan=FREE),
    "contract": Rules("anniversary_month", term_months=5, free_months=1, frequency_waits=True),
    "calendar": Rules("calendar"),
    "lines": Rules("calendar", term_months=7, free_months=1),
}
FREQUENCIES: Final = dict.fromkeys(RULES, ("monthly", "quarterly", "annual"))

# Item to the price of a month, a quarter, a year; version by version.
_PERIODIC: Final[Mapping[str, tuple[tuple[int, int, int], ...]]] = {
    "small": ((2999, 8533, 29990), (3101, 8887, 31009), (3101, 8887, 31009)),
    "large": ((7103, 20011, 71030), (7103, 20011, 71030), (6899, 19601, 68990)),
    "room": ((777, 2203, 7331), (783, 2221, 7331), (801, 2311, 8009)),
}
_KIT: Final = (1499, 1511, 1511)


def _prices(version: int) -> Prices:
    periodic = {
        (item, str(frequency)): by_version[version][place]
        for item, by_version in _PERIODIC.items()
        for place, frequency in enumerate(Frequency)
    }
    return {**periodic, ("kit", ONCE): _KIT[version]}


PRICE_BOOK: Final = PriceBook([(day, _prices(number)) for number, day in enumerate(VERSIONS)])


def _recurring(item: str, prices: Prices) -> Mapping[tuple[str, Frequency], int]:
    return {(CURRENCY, frequency): prices[item, str(frequency)] for frequency in Frequency}


def _product(name: str, rules: Rules, prices: Prices) -> Product:
    plans = {
        each: Plan(each, {"en": each}, rank, _recurring(each, prices), trial_days=rules.trial_days)
        for rank, each in enumerate(("small", "large"), 1)
    }
    if rules.free_plan:
        plans[FREE] = Plan(FREE, {"en": "Free"}, 0, {}, is_free=True, maximum_seats=1)
    contract = Contract(rules.term_months, rules.free_months, rules.notice_days)
    waits = FrequencyChange.AT_RENEWAL if rules.frequency_waits else FrequencyChange.AT_ONCE
    return Product(
        product_id=name,
        names={"en": name},
        mode=BillingMode(rules.mode),
        basis=Basis(rules.basis),
        tax_class=TaxClass.STANDARD,
        currencies=(CURRENCY,),
        frequencies=tuple(Frequency),
        plans=plans,
        add_ons={
            "room": AddOn("room", {"en": "Room"}, _recurring("room", prices), {}),
            "kit": AddOn("kit", {"en": "Kit"}, {}, {CURRENCY: prices["kit", ONCE]}),
        },
        metered={},
        fees=(),
        self_service=frozenset(SelfService),
        retention=Retention(days=90),
        frequency_change=waits,
        contract=contract if rules.term_months else None,
        free_plan_id=rules.free_plan,
    )


@dataclass(frozen=True)
class OddCatalogues:
    """`Catalogues`, made rather than compiled."""

    versions: tuple[Catalogue, ...]

    def at(self, day: date) -> Catalogue:
        return [each for each in self.versions if each.effective_from <= day][-1]

    def version(self, version: str) -> Catalogue:
        return next(each for each in self.versions if each.version == version)


def odd_catalogues() -> OddCatalogues:
    return OddCatalogues(
        tuple(
            Catalogue(
                f"v{number}",
                begins,
                {name: _product(name, rules, prices) for name, rules in RULES.items()},
            )
            for number, (begins, prices) in enumerate(PRICE_BOOK.versions)
        )
    )
