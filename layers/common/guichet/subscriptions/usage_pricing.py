"""What a month's usage costs, by unit prices and what is included (INV-8, SUB-1, SUB-20)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from itertools import groupby

from guichet.catalogue.catalogue import Catalogue, Direction, MeteredItem, Plan, Product, UnitPrice
from guichet.errors import Conflict
from guichet.money import Money
from guichet.subscriptions.subscription import Subscription
from guichet.subscriptions.usage import (
    UsageMonth,
    UsageRecord,
    included_of,
    price_of,
)


@dataclass(frozen=True, slots=True)
class UsageTerms:
    """What a month of a subscription is priced by: as it was at the month's end."""

    subscription_id: str
    account_id: str
    product: Product
    plan: Plan
    country: str | None  # of the billing address
    currency: str
    catalogue_version: str
    billing_start: date | None


@dataclass(frozen=True, slots=True)
class UsageCharge:
    """All that goes beyond what is included, at one unit price of an item in a month."""

    unit_price: str
    quantity: int
    amount: Money


@dataclass(frozen=True, slots=True)
class ItemUsage:
    """An item in a month: what was used of it and what that costs.

    `unpriced` are records beyond what is included that have no unit price any more: they are
    reported, not guessed.
    """

    item_id: str
    used: int
    included: int
    charges: tuple[UsageCharge, ...] = ()
    unpriced: tuple[UsageRecord, ...] = ()

    @property
    def overage(self) -> int:
        return max(self.used - self.included, 0)


def priced_version(subscription: Subscription, before: UsageMonth | None) -> str:
    """The catalogue's version that prices a month: the one by which it was billed first."""
    return subscription.catalogue_version if before is None else before.catalogue_version


def usage_terms(
    subscription: Subscription, catalogue: Catalogue, country: str | None, before: UsageMonth | None
) -> UsageTerms:
    """The terms of a month: those that it was billed by, else the subscription's of now."""
    product = catalogue.product(subscription.product_id)
    return UsageTerms(
        subscription_id=subscription.subscription_id,
        account_id=subscription.account_id,
        product=product,
        plan=product.plan(subscription.terms.plan_id if before is None else before.plan_id),
        country=country if before is None else before.country,
        currency=subscription.currency if before is None else before.currency,
        catalogue_version=catalogue.version,
        billing_start=subscription.billing_start,
    )


def unit_price(
    item: MeteredItem, record: UsageRecord, country: str | None, currency: str
) -> Decimal:
    """The price of a unit on the day of use, by the longest prefix of the number (SUB-20).

    Of two rows with the same prefix the one that names a country wins, then one that names a
    direction. A record without a country has the account's billing country, as it was when the
    record came: a move afterwards takes no price away.

    Raises:
        Conflict: `usage_not_priced`.
    """
    table = item.table_at(record.used_on)
    rows = () if table is None else table.rows
    whose = record.country or record.account_country or country
    fitting = [row for row in rows if _fits(row, record.number, whose, record.direction)]
    best = max(fitting, key=_closeness, default=None)
    if best is None or currency not in best.per_unit:
        raise Conflict(
            "usage_not_priced",
            "No unit price fits this record; state number, country or direction, or extend the "
            "item's price table.",
            rule="SUB-20",
        )
    return best.per_unit[currency]


def _fits(
    row: UnitPrice, number: str | None, country: str | None, direction: Direction | None
) -> bool:
    return (
        (row.prefix is None or (number or "").startswith(row.prefix))
        and row.country in {None, country}
        and row.direction in {None, direction}
    )


def _closeness(row: UnitPrice) -> tuple[int, bool, bool]:
    return len(row.prefix or ""), row.country is not None, row.direction is not None


def priced(records: Sequence[UsageRecord], terms: UsageTerms) -> tuple[ItemUsage, ...]:
    """Each item of a month, by its id.

    What is included is used up in the order of use; the rest has the price of each record. Sums
    are exact and rounded half-up once per item and unit price. What was used before the billing
    start is neither counted nor priced (SUB-17).
    """
    counted = sorted(
        (each for each in records if _counts(each, terms)),
        key=lambda each: (each.item_id, each.used_at, each.key),
    )
    return tuple(
        _item_usage(terms, item_id, tuple(each))
        for item_id, each in groupby(counted, key=lambda each: each.item_id)
    )


def _counts(record: UsageRecord, terms: UsageTerms) -> bool:
    """Billing may have been found to have begun earlier than was known when the record came."""
    start = terms.billing_start
    return record.is_counted or (start is not None and record.used_on >= start)


@dataclass(slots=True)
class _Sums:
    """Exact prices and the quantities at each of them, and what has none."""

    by_price: dict[str, tuple[Decimal, int]] = field(default_factory=dict)
    unpriced: list[UsageRecord] = field(default_factory=list)

    def add(self, price: Decimal, quantity: int) -> None:
        text = exact_text(price)
        self.by_price[text] = (price, self.by_price.get(text, (price, 0))[1] + quantity)


def _item_usage(terms: UsageTerms, item_id: str, records: Sequence[UsageRecord]) -> ItemUsage:
    used = sum(each.quantity for each in records)
    item = terms.product.metered.get(item_id)
    if item is None:
        return ItemUsage(item_id, used, 0, unpriced=tuple(records))
    left = included = included_of(item, terms.plan)
    sums = _Sums()
    for record in records:
        free = min(left, record.quantity)
        left -= free
        if record.quantity > free:
            try:
                price = unit_price(item, record, terms.country, terms.currency)
            except Conflict:
                sums.unpriced.append(record)
            else:
                sums.add(price, record.quantity - free)
    charges = tuple(
        UsageCharge(text, quantity, price_of(quantity, price, terms.currency))
        for text, (price, quantity) in sorted(sums.by_price.items())
    )
    return ItemUsage(item_id, used, included, charges, tuple(sums.unpriced))


def exact_text(price: Decimal) -> str:
    """The exact decimal without zeros at its end: `0.10` and `0.1` are one price."""
    text = f"{price:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text
