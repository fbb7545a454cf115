"""Prices of a product: complete, in what is sold, in the currency's own decimals (SUB-1, SUB-20)."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from itertools import pairwise

from guichet.adapters.catalogue.mistakes import Finding, Path
from guichet.adapters.catalogue.shape import (
    AddOnShape,
    PlanShape,
    ProductShape,
    RowShape,
)
from guichet.catalogue.catalogue import Frequency
from guichet.money import minor_digits

type Recurring = Mapping[str, Mapping[Frequency, str]]


def plan_price_findings(path: Path, product: ProductShape) -> Iterator[Finding]:
    for plan_id, plan in product.plans.items():
        here = (*path, "plans", plan_id)
        if not plan.free:
            is_free = (*here, "free")
            yield from _recurring(path, (*here, "prices"), product, plan.prices, is_free)
            yield from _zeros((*here, "prices"), plan)
        elif plan.prices:
            yield Finding((*here, "prices"), "free_plan_priced", "A free plan has no prices.")


def add_on_findings(path: Path, product: ProductShape) -> Iterator[Finding]:
    for add_on_id, add_on in product.add_ons.items():
        here = (*path, "add_ons", add_on_id)
        if (add_on.recurring is None) is (add_on.once is None):
            yield Finding(
                here,
                "add_on_price_kind",
                "Write either `recurring` or `once`.",
                ((*here, "recurring"), (*here, "once")),
            )
        if add_on.rental and add_on.once is not None:
            yield Finding((*here, "rental"), "rental_once", "A rental recurs.")
        yield from _add_on_prices(path, here, product, add_on)


def _add_on_prices(
    path: Path, here: Path, product: ProductShape, add_on: AddOnShape
) -> Iterator[Finding]:
    if add_on.recurring is not None:
        yield from _recurring(path, (*here, "recurring"), product, add_on.recurring)
    if add_on.once is not None:
        prices = (*here, "once")
        yield from _sold(prices, add_on.once, product.currencies, (*path, "currencies"))
        for currency, amount in add_on.once.items():
            yield from _decimals((*prices, currency), amount, currency)


def _recurring(
    path: Path, here: Path, product: ProductShape, prices: Recurring, *about: Path
) -> Iterator[Finding]:
    yield from _sold(here, prices, product.currencies, (*path, "currencies"), *about)
    for currency, by_frequency in prices.items():
        place = (*here, currency)
        if currency in product.currencies:
            sold = (*path, "frequencies")
            yield from _sold(place, by_frequency, product.frequencies, sold)
        for frequency, amount in by_frequency.items():
            yield from _decimals((*place, frequency.value), amount, currency)


def _sold(
    here: Path, priced: Collection[str], sold: Sequence[str], listed: Path, *about: Path
) -> Iterator[Finding]:
    """A price for each that is sold, none for another."""
    for name in sold:
        if name not in priced:
            yield Finding(
                here, "price_missing", f"Write the price for {name}.", (here, listed, *about)
            )
    for name in priced:
        if name not in sold:
            yield Finding(
                (*here, str(name)),
                "price_not_sold",
                f"The product is not sold in it: add it to `{listed[-1]}`.",
                (listed,),
            )


def _decimals(here: Path, amount: str, currency: str) -> Iterator[Finding]:
    digits = minor_digits(currency)
    if len(amount.partition(".")[2]) > digits:
        yield Finding(here, "amount_decimals", f"{currency} has {digits} decimals.")


def _zeros(here: Path, plan: PlanShape) -> Iterator[Finding]:
    for currency, by_frequency in plan.prices.items():
        for frequency, amount in by_frequency.items():
            if not amount.strip("0."):
                yield Finding(
                    (*here, currency, frequency.value),
                    "plan_price_zero",
                    "A plan that costs nothing says `free: true`.",
                )


def metered_findings(path: Path, product: ProductShape) -> Iterator[Finding]:
    for item_id, item in product.metered.items():
        here = (*path, "metered", item_id)
        for earlier, later in pairwise(enumerate(item.tables)):
            if later[1].effective_from <= earlier[1].effective_from:
                yield Finding(
                    (*here, "tables", later[0], "effective_from"),
                    "tables_not_ascending",
                    "A table begins after the one written above it.",
                    (
                        (*here, "tables", earlier[0], "effective_from"),
                        (*here, "tables", later[0], "effective_from"),
                    ),
                )
        for at, table in enumerate(item.tables):
            rows = (*here, "tables", at, "rows")
            for number, row in enumerate(table.rows):
                yield from _row_findings(path, (*rows, number), product, row)
            yield from _twice(rows, table.rows)


def _row_findings(
    path: Path, here: Path, product: ProductShape, row: RowShape
) -> Iterator[Finding]:
    prices, sold = (*here, "per_unit"), (*path, "currencies")
    for currency in product.currencies:
        if currency not in row.per_unit:
            yield Finding(
                prices,
                "unit_price_missing",
                f"Write the price per unit in {currency}.",
                (prices, sold),
            )
    for currency in row.per_unit:
        if currency not in product.currencies:
            yield Finding(
                (*prices, currency),
                "price_not_sold",
                "The product is not sold in it: add it to `currencies`.",
                (sold,),
            )


def _twice(here: Path, rows: Sequence[RowShape]) -> Iterator[Finding]:
    """Two rows that match the same calls equally well: neither would win."""
    first: dict[tuple[str | None, ...], int] = {}
    for number, row in enumerate(rows):
        earlier = first.setdefault((row.prefix, row.country, row.direction), number)
        if earlier != number:
            columns = ("prefix", "country", "direction")
            yield Finding(
                (*here, number),
                "row_twice",
                "An earlier row matches the same calls: neither would win.",
                tuple((*here, at, column) for at in (earlier, number) for column in columns),
            )
