"""One version of the catalogue: products, plans, add-ons, metered items, prices (SUB-1).

Amounts are integer minor units; unit prices are exact decimals of the currency's major unit, since
they may be finer than its smallest coin. Names are texts by language, `en` always among them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum

from guichet.errors import Invalid, invalid_field
from guichet.money import Money
from guichet.period import Basis


class BillingMode(StrEnum):
    """Where periods begin (SUB-2)."""

    ANNIVERSARY = "anniversary"  # monthly is every 30 days; quarterly and annual the same day
    ANNIVERSARY_MONTH = "anniversary_month"  # the same day each month
    CALENDAR = "calendar"  # on the 1st, billed in advance, the first part month pro rata


class Frequency(StrEnum):
    """How often a plan is billed."""

    MONTHLY = "monthly"
    QUARTERLY = "quarterly"
    ANNUAL = "annual"

    @property
    def months(self) -> int:
        return {"monthly": 1, "quarterly": 3, "annual": 12}[self.value]


class SelfService(StrEnum):
    """What a customer may do without a representative (SUB-13)."""

    ADD_SEATS = "add_seats"
    UPGRADE = "upgrade"
    DOWNGRADE = "downgrade"
    REMOVE = "remove"  # seats and add-ons
    CANCEL = "cancel"


class TaxClass(StrEnum):
    """How tax tables see a product (TAX-1)."""

    STANDARD = "standard"
    TELECOM = "telecom"
    EXEMPT = "exempt"
    ZERO_RATED = "zero_rated"


class FrequencyChange(StrEnum):
    """When another frequency begins (SUB-18)."""

    AT_ONCE = "at_once"
    AT_RENEWAL = "at_renewal"


class Direction(StrEnum):
    """Which way a call or a message went (SUB-20)."""

    SENT = "sent"
    RECEIVED = "received"


type Names = Mapping[str, str]  # language to text
type RecurringPrices = Mapping[tuple[str, Frequency], int]  # currency and frequency to minor units


@dataclass(frozen=True, slots=True)
class Retention:
    """How long data is kept after the last paid period (SUB-15): `P90D` or `P6M`; one is 0."""

    days: int = 90
    months: int = 0


@dataclass(frozen=True, slots=True)
class Contract:
    """A fixed term (SUB-9): months of it, months of them free at its start (SUB-11), days of notice."""

    term_months: int
    free_months: int = 0
    notice_days: int = 30


@dataclass(frozen=True, slots=True)
class Plan:
    """One plan of a product. `rank` orders them: a higher one is an upgrade."""

    plan_id: str
    names: Names
    rank: int
    prices: RecurringPrices  # per seat; empty where `is_free`
    is_free: bool = False
    attendance_limit: int | None = None
    trial_days: int = 0  # 0: no trial (SUB-4)
    pay_online: bool = True  # False: sold by quote only
    minimum_seats: int = 1
    maximum_seats: int = 10_000
    included: Mapping[str, int] | None = (
        None  # metered item to quantity per cycle; None: the item's
    )


@dataclass(frozen=True, slots=True)
class AddOn:
    """What is sold beside a plan: recurring, or once."""

    add_on_id: str
    names: Names
    recurring: RecurringPrices  # per unit; empty where it is sold once
    once: Mapping[str, int]  # currency to minor units per unit; empty where it recurs
    is_physical: bool = False  # asks for a shipping address (ACC-4)
    is_rental: bool = False  # a device that stays the operator's
    maximum_quantity: int = 1000
    tax_class: TaxClass | None = None  # None: `Product.tax_class_of` says

    @property
    def recurs(self) -> bool:
        return bool(self.recurring)


@dataclass(frozen=True, slots=True)
class UnitPrice:
    """One row of a price table (SUB-20): the longest matching prefix wins.

    None in a column means any. `per_unit` is in major units: currency to exact decimal.
    """

    per_unit: Mapping[str, Decimal]
    prefix: str | None = None  # of the number, without `+`
    country: str | None = None
    direction: Direction | None = None


@dataclass(frozen=True, slots=True)
class PriceTable:
    """The unit prices from a day on, until the next table begins."""

    effective_from: date
    rows: tuple[UnitPrice, ...]


@dataclass(frozen=True, slots=True)
class MeteredItem:
    """What is counted and priced beyond what is included; its cycle is a month (INV-8)."""

    item_id: str
    names: Names
    unit: str  # credit, minute, …
    tables: tuple[PriceTable, ...]  # by `effective_from`, ascending
    included: int = 0  # per cycle, where the plan says nothing
    countries: frozenset[str] | None = None  # billing countries where it is sold; None: all
    counts_characters: bool = False  # one credit per 160 characters begun
    tax_class: TaxClass | None = None  # None: the product's

    def table_at(self, day: date) -> PriceTable | None:
        """The table in force on a day; None before the first."""
        found = None
        for table in self.tables:
            if table.effective_from <= day:
                found = table
        return found


@dataclass(frozen=True, slots=True)
class FeeClass:
    """A regulatory fee (TAX-5): which table of fees a product's telecom lines bear, and how much of them."""

    fee_id: str
    names: Names
    country: str
    interstate_share_bps: int = 10_000  # the share of the lines that the fee is computed on


@dataclass(frozen=True, slots=True)
class Product:
    """One product and how it is billed."""

    product_id: str
    names: Names
    mode: BillingMode
    basis: Basis
    tax_class: TaxClass
    currencies: tuple[str, ...]
    frequencies: tuple[Frequency, ...]
    plans: Mapping[str, Plan]
    add_ons: Mapping[str, AddOn]
    metered: Mapping[str, MeteredItem]
    fees: tuple[FeeClass, ...]
    self_service: frozenset[SelfService]
    retention: Retention
    frequency_change: FrequencyChange = FrequencyChange.AT_ONCE
    contract: Contract | None = None
    free_plan_id: str | None = None  # where trials end (SUB-4)
    selling_entities: Mapping[str, str] | None = None  # country to entity, before the general map

    def plan(self, plan_id: str) -> Plan:
        """The plan of this id.

        Raises:
            Invalid: `plan_unknown`.
        """
        found = self.plans.get(plan_id)
        if found is None:
            raise invalid_field("/plan", "plan_unknown", "Choose one of the product's plans.")
        return found

    def add_on(self, add_on_id: str) -> AddOn:
        """The add-on of this id.

        Raises:
            Invalid: `add_on_unknown`.
        """
        found = self.add_ons.get(add_on_id)
        if found is None:
            raise invalid_field(
                "/add_ons", "add_on_unknown", "Choose one of the product's add-ons."
            )
        return found

    def seat_price(self, plan: Plan, currency: str, frequency: Frequency) -> Money:
        """Per seat and period; 0 for a free plan.

        Raises:
            Invalid: `currency_not_sold`, `frequency_not_sold`.
        """
        if plan.is_free:
            return Money(0, currency)
        return Money(_priced(plan.prices, currency, frequency), currency)

    def add_on_price(self, add_on: AddOn, currency: str, frequency: Frequency) -> Money:
        """Per unit: of a period where it recurs, else once.

        Raises:
            Invalid: `currency_not_sold`, `frequency_not_sold`.
        """
        if add_on.recurs:
            return Money(_priced(add_on.recurring, currency, frequency), currency)
        if currency not in add_on.once:
            raise currency_not_sold()
        return Money(add_on.once[currency], currency)

    def tax_class_of(self, add_on_id: str) -> TaxClass:
        """How tax tables see an add-on: as its product, unless it says otherwise or is a thing.

        A device, sold or rented, is no telecom line: no regulatory fee is computed on it (TAX-5).
        """
        add_on = self.add_ons.get(add_on_id)
        if add_on is not None and add_on.tax_class is not None:
            return add_on.tax_class
        is_thing = add_on is not None and add_on.is_physical
        if is_thing and self.tax_class is TaxClass.TELECOM:
            return TaxClass.STANDARD
        return self.tax_class

    def allows(self, action: SelfService) -> bool:
        return action in self.self_service


@dataclass(frozen=True, slots=True)
class Catalogue:
    """All products as they are sold from a day on (a day of the account's time zone)."""

    version: str
    effective_from: date
    products: Mapping[str, Product]

    def product(self, product_id: str) -> Product:
        """The product of this id.

        Raises:
            Invalid: `product_unknown`.
        """
        try:
            return self.products[product_id]
        except KeyError:
            raise invalid_field(
                "/product", "product_unknown", "Choose one of the products sold."
            ) from None


def currency_not_sold() -> Invalid:
    return invalid_field(
        "/currency", "currency_not_sold", "This is not sold in that currency; choose another."
    )


def _priced(prices: RecurringPrices, currency: str, frequency: Frequency) -> int:
    found = prices.get((currency, frequency))
    if found is not None:
        return found
    if any(sold == currency for sold, _ in prices):
        raise invalid_field(
            "/frequency", "frequency_not_sold", "This is not billed that often; choose another."
        )
    raise currency_not_sold()
