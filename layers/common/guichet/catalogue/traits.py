"""Everything that a product says of itself as texts by name, so that two versions can be compared."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from enum import StrEnum

from guichet.catalogue.catalogue import (
    AddOn,
    Contract,
    FeeClass,
    Frequency,
    MeteredItem,
    Plan,
    Product,
    RecurringPrices,
    UnitPrice,
)
from guichet.money import Money


class Part(StrEnum):
    """What of a product something is said of."""

    PRODUCT = "product"
    PLAN = "plan"
    ADD_ON = "add_on"
    METERED = "metered"
    FEE = "fee"


type Trait = tuple[str, str | None, Frequency | None]  # name; currency and frequency of a price
type Traits = Mapping[Trait, str | None]
type PartKey = tuple[Part, str]


def traits_of(product: Product) -> dict[PartKey, Traits]:
    """The product's own traits first, then those of each part, in the order of the catalogue."""
    return {
        (Part.PRODUCT, product.product_id): _product(product),
        **{(Part.PLAN, name): _plan(plan) for name, plan in product.plans.items()},
        **{(Part.ADD_ON, name): _add_on(add_on) for name, add_on in product.add_ons.items()},
        **{(Part.METERED, name): _metered(item) for name, item in product.metered.items()},
        **{(Part.FEE, fee.fee_id): _fee(fee) for fee in product.fees},
    }


def _product(product: Product) -> Traits:
    retention = product.retention
    return _terms(
        names=_pairs(product.names),
        mode=product.mode,
        basis=product.basis,
        tax_class=product.tax_class,
        currencies=_listed(product.currencies),
        frequencies=_listed(product.frequencies),
        self_service=_listed(product.self_service),
        retention=f"P{retention.months}M" if retention.months else f"P{retention.days}D",
        frequency_change=product.frequency_change,
        contract=_contract(product.contract),
        free_plan=product.free_plan_id,
        selling_entities=_pairs(product.selling_entities),
    )


def _contract(contract: Contract | None) -> str | None:
    if contract is None:
        return None
    return (
        f"{contract.term_months} months, {contract.free_months} free, "
        f"{contract.notice_days} days of notice"
    )


def _plan(plan: Plan) -> Traits:
    return {
        **_recurring(plan.prices),
        **_terms(
            names=_pairs(plan.names),
            rank=plan.rank,
            free=plan.is_free,
            attendance_limit=plan.attendance_limit,
            trial_days=plan.trial_days,
            pay_online=plan.pay_online,
            minimum_seats=plan.minimum_seats,
            maximum_seats=plan.maximum_seats,
            included=_pairs(plan.included),
        ),
    }


def _add_on(add_on: AddOn) -> Traits:
    return {
        **_recurring(add_on.recurring),
        **{
            ("price_once", currency, None): str(Money(amount_minor, currency))
            for currency, amount_minor in add_on.once.items()
        },
        **_terms(
            names=_pairs(add_on.names),
            physical=add_on.is_physical,
            rental=add_on.is_rental,
            maximum_quantity=add_on.maximum_quantity,
            tax_class=add_on.tax_class,
        ),
    }


def _metered(item: MeteredItem) -> Traits:
    return {
        **_terms(
            names=_pairs(item.names),
            unit=item.unit,
            included=item.included,
            countries=_listed(item.countries) if item.countries is not None else None,
            counts_characters=item.counts_characters,
            tax_class=item.tax_class,
        ),
        **{
            (f"unit_price {table.effective_from} {_row(row)}", currency, None): f"{price:f}"
            for table in item.tables
            for row in table.rows
            for currency, price in row.per_unit.items()
        },
    }


def _row(row: UnitPrice) -> str:
    prefix = f"+{row.prefix}" if row.prefix is not None else None
    return " ".join(filter(None, (prefix, row.country, row.direction))) or "any"


def _fee(fee: FeeClass) -> Traits:
    return _terms(
        names=_pairs(fee.names),
        country=fee.country,
        interstate_share_bps=fee.interstate_share_bps,
    )


def _terms(**terms: str | int | None) -> Traits:
    """`bool` is an `int` too."""
    return {
        (name, None, None): str(value) if value is not None else None
        for name, value in terms.items()
    }


def _recurring(prices: RecurringPrices) -> Traits:
    return {
        ("price", currency, frequency): str(Money(amount_minor, currency))
        for (currency, frequency), amount_minor in prices.items()
    }


def _listed(words: Iterable[str]) -> str:
    return ", ".join(sorted(words))


def _pairs(pairs: Mapping[str, object] | None) -> str | None:
    if pairs is None:
        return None
    return ", ".join(f"{name}: {value}" for name, value in sorted(pairs.items()))
