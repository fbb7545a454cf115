"""What is sold: products, plans, add-ons and metered items, with prices (SUB-1, SUB-20)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Self

from guichet.catalogue.catalogue import (
    AddOn,
    MeteredItem,
    Plan,
    Product,
    RecurringPrices,
    UnitPrice,
)
from guichet.catalogue.selling import SellingEntity
from guichet.entry.fields import Amount, Answer
from guichet.entry.models.billing_lines import Naming
from guichet.money import Money
from guichet.subscriptions.use_cases.list_products import Assortment, SoldProduct


class SellerAnswer(Answer):
    """A company of the operator's. The first of its currencies is used where none is asked for."""

    selling_entity: str
    name: str
    currencies: list[str]

    @classmethod
    def of(cls, entity: SellingEntity, currencies: Iterable[str]) -> Self:
        return cls(
            selling_entity=entity.entity_id, name=entity.legal_name, currencies=list(currencies)
        )


class RecurringPriceAnswer(Amount):
    """For each seat or unit, and each period of this frequency."""

    frequency: str


def _recurring(prices: RecurringPrices, sold: SoldProduct) -> list[RecurringPriceAnswer]:
    return [
        RecurringPriceAnswer(
            amount_minor=prices[currency, frequency], currency=currency, frequency=frequency
        )
        for currency in sold.currencies
        for frequency in sold.product.frequencies
        if (currency, frequency) in prices
    ]


class PlanAnswer(Answer):
    """A plan. A higher `rank` is an upgrade; without `pay_online` it is sold by quote."""

    plan: str
    name: str
    rank: int
    free: bool
    pay_online: bool
    attendance_limit: int | None
    trial_days: int
    minimum_seats: int
    maximum_seats: int
    included: dict[str, int]
    prices: list[RecurringPriceAnswer]

    @classmethod
    def of(cls, plan: Plan, sold: SoldProduct, naming: Naming) -> Self:
        return cls(
            plan=plan.plan_id,
            name=naming.text(plan.names),
            rank=plan.rank,
            free=plan.is_free,
            pay_online=plan.pay_online,
            attendance_limit=plan.attendance_limit,
            trial_days=plan.trial_days,
            minimum_seats=plan.minimum_seats,
            maximum_seats=plan.maximum_seats,
            included=dict(plan.included or {}),
            prices=_recurring(plan.prices, sold),
        )


class AddOnAnswer(Answer):
    """An add-on: it recurs, at `prices`, or is bought once, at `once`."""

    add_on: str
    name: str
    recurs: bool
    physical: bool
    rental: bool
    maximum_quantity: int
    prices: list[RecurringPriceAnswer]
    once: list[Amount]

    @classmethod
    def of(cls, add_on: AddOn, sold: SoldProduct, naming: Naming) -> Self:
        return cls(
            add_on=add_on.add_on_id,
            name=naming.text(add_on.names),
            recurs=add_on.recurs,
            physical=add_on.is_physical,
            rental=add_on.is_rental,
            maximum_quantity=add_on.maximum_quantity,
            prices=_recurring(add_on.recurring, sold),
            once=[
                Amount.of(Money(add_on.once[each], each))
                for each in sold.currencies
                if each in add_on.once
            ],
        )


class UnitPriceRow(Answer):
    """What one unit costs beyond what is included: exact decimals of the major unit, by currency.

    Null means any. Of rows that fit, the longest prefix counts, then country, then direction.
    """

    prefix: str | None
    country: str | None
    direction: str | None
    per_unit: dict[str, str]

    @classmethod
    def of(cls, row: UnitPrice, currencies: Iterable[str]) -> Self:
        return cls(
            prefix=row.prefix,
            country=row.country,
            direction=row.direction,
            per_unit={
                each: f"{row.per_unit[each]:f}" for each in currencies if each in row.per_unit
            },
        )


class MeteredItemAnswer(Answer):
    """What is counted, month by month. `countries`: the billing countries where it is sold; null: all."""

    item: str
    name: str
    unit: str
    included: int
    countries: list[str] | None
    counts_characters: bool
    unit_prices: list[UnitPriceRow]

    @classmethod
    def of(cls, item: MeteredItem, sold: SoldProduct, day: date, naming: Naming) -> Self:
        table = item.table_at(day)
        rows = () if table is None else table.rows
        return cls(
            item=item.item_id,
            name=naming.text(item.names),
            unit=item.unit,
            included=item.included,
            countries=None if item.countries is None else sorted(item.countries),
            counts_characters=item.counts_characters,
            unit_prices=[UnitPriceRow.of(each, sold.currencies) for each in rows],
        )


class ContractAnswer(Answer):
    """A fixed term: its months, those of them free at its start, and the days of notice."""

    term_months: int
    free_months: int
    notice_days: int


class ProductAnswer(Answer):
    """A product. `self_service` is what customers do themselves; all else a representative does.

    `trial_available`: its one trial has not been started; its plans say for how many days.
    """

    product: str
    name: str
    mode: str
    frequencies: list[str]
    frequency_change: str
    seller: SellerAnswer
    self_service: list[str]
    free_plan: str | None
    trial_available: bool
    contract: ContractAnswer | None
    plans: list[PlanAnswer]
    add_ons: list[AddOnAnswer]
    metered: list[MeteredItemAnswer]

    @classmethod
    def of(cls, sold: SoldProduct, day: date, naming: Naming) -> Self:
        product = sold.product
        plans = sorted(product.plans.values(), key=lambda each: each.rank)
        return cls(
            product=product.product_id,
            name=naming.text(product.names),
            mode=product.mode,
            frequencies=list(product.frequencies),
            frequency_change=product.frequency_change,
            seller=SellerAnswer.of(sold.entity, sold.currencies),
            self_service=sorted(product.self_service),
            free_plan=product.free_plan_id,
            trial_available=sold.has_unused_trial,
            contract=_contract(product),
            plans=[PlanAnswer.of(each, sold, naming) for each in plans],
            add_ons=[AddOnAnswer.of(each, sold, naming) for each in product.add_ons.values()],
            metered=[
                MeteredItemAnswer.of(each, sold, day, naming) for each in product.metered.values()
            ],
        )


def _contract(product: Product) -> ContractAnswer | None:
    found = product.contract
    if found is None:
        return None
    return ContractAnswer(
        term_months=found.term_months,
        free_months=found.free_months,
        notice_days=found.notice_days,
    )


class ProductsAnswer(Answer):
    """Today's catalogue, for this customer. `country` is that of the billing address, which orders need."""

    catalogue_version: str
    effective_from: date
    country: str | None
    seller: SellerAnswer
    products: list[ProductAnswer]

    @classmethod
    def of(cls, found: Assortment, naming: Naming) -> Self:
        return cls(
            catalogue_version=found.catalogue.version,
            effective_from=found.catalogue.effective_from,
            country=found.country,
            seller=SellerAnswer.of(found.entity, found.entity.currencies),
            products=[
                ProductAnswer.of(each, found.day, naming) for each in found.products.values()
            ],
        )
