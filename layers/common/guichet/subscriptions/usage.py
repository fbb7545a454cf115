"""Usage: what was used and when, what it comes to in a month, and how it is counted (INV-8, SUB-20)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from fractions import Fraction
from typing import Final

from guichet.catalogue.catalogue import Direction, MeteredItem, Plan
from guichet.money import Money, half_up, minor_digits
from guichet.period import Period, add_months, first_of_next_month

CHARACTERS_A_CREDIT: Final = 160  # INV-8: fixed


@dataclass(frozen=True, slots=True)
class UsageRecord:
    """One use, told once: an immutable fact, found by subscription, month and key.

    `used_on` is the day of use in the subscription's time zone when the record came; a later change
    of the zone moves no record into another month (MON-6).
    """

    subscription_id: str
    item_id: str
    key: str  # the sender's; the same key in the same month is the same use
    quantity: int
    used_at: datetime
    used_on: date
    received_at: datetime
    is_counted: bool  # False: used before the billing start, as it was known then (SUB-17)
    country: str | None = None  # None: the account's billing country (SUB-20)
    number: str | None = None  # leading digits, without `+`
    direction: Direction | None = None
    account_country: str | None = None  # the account's billing country when it came

    @property
    def month(self) -> date:
        """The 1st of the month that it belongs to."""
        return self.used_on.replace(day=1)

    def is_same_use(self, other: UsageRecord) -> bool:
        """Whether both tell the same, whenever each of them came."""
        return self._content == other._content

    @property
    def _content(self) -> tuple[object, ...]:
        told = (self.subscription_id, self.item_id, self.key, self.quantity, self.used_at)
        return (*told, self.country, self.number, self.direction)


@dataclass(frozen=True, slots=True)
class UsedItem:
    """How much of an item was used in a month, and how much of it is included."""

    item_id: str
    used: int
    included: int


@dataclass(frozen=True, slots=True)
class BilledUsage:
    """What was billed at one unit price of an item for a month, on all lines together."""

    item_id: str
    unit_price: str
    quantity: int
    amount_minor: int


@dataclass(frozen=True, slots=True)
class UsageMonth:
    """What was billed for a month of a subscription so far, and by which terms.

    Late records are priced by these terms too, so nothing that is billed changes its price.
    """

    subscription_id: str
    account_id: str
    month: date  # its 1st
    currency: str
    country: str | None
    plan_id: str
    catalogue_version: str
    items: tuple[UsedItem, ...] = ()  # by item
    billed: tuple[BilledUsage, ...] = ()  # by item, then unit price as it is written
    version: int = 1


@dataclass(frozen=True, slots=True)
class CountedOnce:
    """The records that count, and those that tell a use once more under another month."""

    records: tuple[UsageRecord, ...]
    duplicates: tuple[UsageRecord, ...]


def sms_credits(characters: Sequence[int]) -> int:
    """One credit for each 160 characters begun, of each message by itself (INV-8).

    Raises:
        ValueError: a message has fewer than 0 characters.
    """
    if any(each < 0 for each in characters):
        raise ValueError("a message has no fewer than 0 characters")
    return sum(-(-each // CHARACTERS_A_CREDIT) for each in characters)


def overage(included: int, quantity: int, unit_price: Decimal, currency: str) -> tuple[int, Money]:
    """What goes beyond the included quantity, and what it costs.

    Args:
        included: of this quantity nothing is charged.
        quantity: all that was used.
        unit_price: in major units, exact; it may be finer than the currency.
        currency: of the unit price.

    Returns:
        The quantity beyond, and its price: exact, then rounded half-up once (MON-3).
    """
    if included < 0 or quantity < 0:
        raise ValueError("quantities are at least 0")
    beyond = max(quantity - included, 0)
    return beyond, price_of(beyond, unit_price, currency)


def price_of(quantity: int, unit_price: Decimal, currency: str) -> Money:
    """Exact, then rounded half-up once (MON-3)."""
    exact = Fraction(unit_price) * quantity * 10 ** minor_digits(currency)
    return Money(half_up(exact), currency)


def included_of(item: MeteredItem, plan: Plan) -> int:
    """Per month: what the plan says, else the item. A month that is billed in part has all of it."""
    if plan.included is None:
        return item.included
    return plan.included.get(item.item_id, item.included)


def month_of(day: date) -> Period:
    """The calendar month of a day: the cycle of every metered item (INV-8)."""
    return Period(day.replace(day=1), first_of_next_month(day))


def months_to_bill(day: date, late_months: int) -> tuple[date, ...]:
    """The months that may have something to bill on a day, oldest first: the 1st of each.

    The one before the day's own, and those before it for which records still came.
    """
    return tuple(add_months(day.replace(day=1), -back) for back in range(late_months + 1, 0, -1))


def months_around(month: date, late_months: int) -> tuple[date, ...]:
    """The months whose records may tell the same use as one of this month, itself among them."""
    return tuple(add_months(month, away) for away in range(-late_months, late_months + 1))


def counted_once(month: date, records: Iterable[UsageRecord]) -> CountedOnce:
    """The month's records without those whose key came first in another month.

    A sender that corrects the time of a use and sends it again would be charged twice otherwise:
    the first that was received counts. `records` are those of `months_around`.
    """
    first: dict[str, UsageRecord] = {}
    own = []
    for record in records:
        known = first.get(record.key)
        if known is None or _arrival(record) < _arrival(known):
            first[record.key] = record
        if record.month == month:
            own.append(record)
    counts = [each for each in own if first[each.key].month == month]
    return CountedOnce(
        tuple(sorted(counts, key=lambda each: (each.used_at, each.key))),
        tuple(each for each in own if first[each.key].month != month),
    )


def _arrival(record: UsageRecord) -> tuple[datetime, datetime]:
    return record.received_at, record.used_at
