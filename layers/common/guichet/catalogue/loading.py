"""The compiled catalogue as objects: read at most once, and each product only when it is asked for."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from guichet.catalogue.catalogue import (
    AddOn,
    BillingMode,
    Catalogue,
    Contract,
    Direction,
    FeeClass,
    Frequency,
    FrequencyChange,
    MeteredItem,
    Plan,
    PriceTable,
    Product,
    RecurringPrices,
    Retention,
    SelfService,
    TaxClass,
    UnitPrice,
)
from guichet.errors import Unavailable
from guichet.period import Basis

type Raw = dict[str, Any]


class CompiledCatalogues:
    """Every version of the compiled file; implements `Catalogues`.

    Args:
        read: gives the compiled text; called once, at the first question.
    """

    def __init__(self, read: Callable[[], str]) -> None:
        self._read = read
        self._loaded: dict[str, Catalogue] | None = None

    def at(self, day: date) -> Catalogue:
        """The version in force on a day.

        Raises:
            Unavailable: `catalogue_missing`, none is in force yet.
        """
        found = None
        for catalogue in self.all():
            if catalogue.effective_from <= day:
                found = catalogue
        if found is None:
            raise Unavailable("catalogue_missing", "Nothing is sold yet.", rule="SUB-1")
        return found

    def version(self, version: str) -> Catalogue:
        """The version of this name.

        Raises:
            Unavailable: `catalogue_version_missing`, it was taken out of the file.
        """
        found = self._versions().get(version)
        if found is None:
            raise Unavailable(
                "catalogue_version_missing", f"Version {version} is not deployed.", rule="SUB-1"
            )
        return found

    def all(self) -> tuple[Catalogue, ...]:
        """Every version, by `effective_from`."""
        return tuple(self._versions().values())

    def _versions(self) -> dict[str, Catalogue]:
        if self._loaded is None:
            self._loaded = {
                raw["version"]: Catalogue(
                    raw["version"],
                    date.fromisoformat(raw["effective_from"]),
                    _Products(raw["products"]),
                )
                for raw in json.loads(self._read())["versions"]
            }
        return self._loaded


class _Products(Mapping[str, Product]):
    """Products by id, each made when it is first asked for."""

    def __init__(self, raw: dict[str, Raw]) -> None:
        self._raw = raw
        self._made: dict[str, Product] = {}

    def __getitem__(self, product_id: str) -> Product:
        made = self._made.get(product_id)
        if made is None:
            made = self._made[product_id] = _product(product_id, self._raw[product_id])
        return made

    def __iter__(self) -> Iterator[str]:
        return iter(self._raw)

    def __len__(self) -> int:
        return len(self._raw)


def _product(product_id: str, raw: Raw) -> Product:
    contract = raw["contract"]
    return Product(
        product_id=product_id,
        names=raw["names"],
        mode=BillingMode(raw["mode"]),
        basis=Basis(raw["basis"]),
        tax_class=TaxClass(raw["tax_class"]),
        currencies=tuple(raw["currencies"]),
        frequencies=tuple(map(Frequency, raw["frequencies"])),
        plans={name: _plan(name, plan) for name, plan in raw["plans"].items()},
        add_ons={name: _add_on(name, add_on) for name, add_on in raw["add_ons"].items()},
        metered={name: _metered(name, item) for name, item in raw["metered"].items()},
        fees=tuple(FeeClass(**fee) for fee in raw["fees"]),
        self_service=frozenset(map(SelfService, raw["self_service"])),
        retention=Retention(**raw["retention"]),
        frequency_change=FrequencyChange(raw["frequency_change"]),
        contract=Contract(**contract) if contract is not None else None,
        free_plan_id=raw["free_plan_id"],
        selling_entities=raw["selling_entities"],
    )


def _plan(plan_id: str, raw: Raw) -> Plan:
    return Plan(**{**raw, "plan_id": plan_id, "prices": _recurring(raw["prices"])})


def _add_on(add_on_id: str, raw: Raw) -> AddOn:
    made = {**raw, "add_on_id": add_on_id, "recurring": _recurring(raw["recurring"])}
    if "tax_class" in raw:  # absent where the catalogue says nothing
        made["tax_class"] = TaxClass(raw["tax_class"])
    return AddOn(**made)


def _recurring(raw: dict[str, dict[str, int]]) -> RecurringPrices:
    return {
        (currency, Frequency(frequency)): amount_minor
        for currency, by_frequency in raw.items()
        for frequency, amount_minor in by_frequency.items()
    }


def _metered(item_id: str, raw: Raw) -> MeteredItem:
    countries, tax_class = raw["countries"], raw["tax_class"]
    return MeteredItem(
        item_id=item_id,
        names=raw["names"],
        unit=raw["unit"],
        tables=tuple(
            PriceTable(date.fromisoformat(table["effective_from"]), tuple(map(_row, table["rows"])))
            for table in raw["tables"]
        ),
        included=raw["included"],
        countries=frozenset(countries) if countries is not None else None,
        counts_characters=raw["counts_characters"],
        tax_class=TaxClass(tax_class) if tax_class is not None else None,
    )


def _row(raw: Raw) -> UnitPrice:
    direction = raw["direction"]
    return UnitPrice(
        per_unit={currency: Decimal(text) for currency, text in raw["per_unit"].items()},
        prefix=raw["prefix"],
        country=raw["country"],
        direction=Direction(direction) if direction is not None else None,
    )
