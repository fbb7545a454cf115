"""The shape of `config/catalogue.yaml`: its keys and what each may hold (SUB-1).

Editors are told by the JSON Schema that is made from here. What concerns several places at once is
in `checking.py`.
"""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from guichet.adapters.catalogue import scalars
from guichet.adapters.catalogue.scalars import EACH_ONCE, Id, Names, Quantity
from guichet.catalogue import catalogue
from guichet.period import Basis

type RecurringPrices = dict[scalars.Currency, dict[scalars.FrequencyWord, scalars.Amount]]
type PricesOnce = dict[scalars.Currency, scalars.Amount]
type Seats = Annotated[int, Field(ge=1, le=1_000_000)]


class Shape(BaseModel):
    model_config = ConfigDict(
        extra="forbid", strict=True, frozen=True, use_attribute_docstrings=True
    )


class ContractShape(Shape):
    """A fixed term, renewed for the same term unless notice is given (SUB-9)."""

    term_months: Annotated[int, Field(ge=1, le=120)]
    """Months of the whole term."""
    free_months: Annotated[int, Field(ge=0, le=119)] = 0
    """Months at its start that are not billed (SUB-11)."""
    notice_days: Annotated[int, Field(ge=0, le=366)] = 30
    """Days before the end by which notice is given."""


class PlanShape(Shape):
    """One plan of a product."""

    names: Names
    rank: Annotated[int, Field(ge=0, le=1000)]
    """A higher one is an upgrade; no two plans of a product have the same."""
    prices: RecurringPrices = {}
    """Per seat, for each currency and frequency of the product; none where the plan is free."""
    free: bool = False
    """Costs nothing; the product's `free_plan` names it."""
    attendance_limit: Annotated[int, Field(ge=1, le=1_000_000)] | None = None
    trial_days: Annotated[int, Field(ge=0, le=366)] = 0
    """Days to try the plan without paying; 0: no trial (SUB-4)."""
    pay_online: bool = True
    """`false`: sold by quote only."""
    minimum_seats: Seats = 1
    maximum_seats: Seats = 10_000
    included: dict[Id, Quantity] | None = None
    """Metered items that come with the plan, per cycle; the item's own number where absent."""


class AddOnShape(Shape):
    """What is sold beside a plan, by the unit: either `recurring` or `once`."""

    names: Names
    recurring: RecurringPrices | None = None
    """Per unit, for each currency and frequency of the product."""
    once: PricesOnce | None = None
    """Per unit, for each currency of the product."""
    physical: bool = False
    """Is sent: asks for a shipping address (ACC-4)."""
    rental: bool = False
    """A device that stays the operator's."""
    maximum_quantity: Annotated[int, Field(ge=1, le=1_000_000)] = 1000
    tax_class: scalars.TaxClassWord | None = None
    """The product's where absent; of something `physical` in a telecom product `standard` (TAX-5)."""


class RowShape(Shape):
    """One unit price; what is absent means any (SUB-20).

    The longest matching prefix wins, then a row that names a country, then one that names a direction.
    """

    per_unit: dict[scalars.Currency, scalars.UnitAmount]
    prefix: scalars.Prefix | None = None
    country: scalars.Country | None = None
    direction: scalars.DirectionWord | None = None


class TableShape(Shape):
    """Unit prices from a day on, until the next table begins."""

    effective_from: scalars.Day
    rows: Annotated[list[RowShape], Field(min_length=1)]


class MeteredShape(Shape):
    """What is counted, and priced beyond what is included; its cycle is a month (INV-8)."""

    names: Names
    unit: Id
    """What is counted: credit, minute, …"""
    tables: Annotated[list[TableShape], Field(min_length=1)]
    included: Quantity = 0
    """Per cycle, where the plan says nothing."""
    countries: Annotated[list[scalars.Country], Field(min_length=1), EACH_ONCE] | None = None
    """Billing countries where it is sold; absent: all."""
    counts_characters: bool = False
    """One credit for each 160 characters begun."""
    tax_class: scalars.TaxClassWord | None = None
    """The product's where absent."""


class FeeShape(Shape):
    """A regulatory fee on the product's telecom lines (TAX-5)."""

    id: Id
    names: Names
    country: scalars.Country
    interstate_share_bps: Annotated[int, Field(ge=0, le=10_000)] = 10_000
    """The share of the lines that the fee is computed on; 10000 is all of them."""


class ProductShape(Shape):
    """One product and how it is billed."""

    names: Names
    mode: scalars.ModeWord
    """Where periods begin (SUB-2)."""
    basis: scalars.BasisWord = Basis.CALENDAR_DAYS
    """What a share of a period is counted in (MON-5)."""
    tax_class: scalars.TaxClassWord = catalogue.TaxClass.STANDARD
    currencies: Annotated[list[scalars.Currency], Field(min_length=1), EACH_ONCE]
    frequencies: Annotated[list[scalars.FrequencyWord], Field(min_length=1), EACH_ONCE]
    plans: Annotated[dict[Id, PlanShape], Field(min_length=1)]
    add_ons: dict[Id, AddOnShape] = {}
    metered: dict[Id, MeteredShape] = {}
    fees: list[FeeShape] = []
    self_service: Annotated[list[scalars.SelfServiceWord], EACH_ONCE]
    """What a customer may do without a representative (SUB-13)."""
    retention: scalars.RetentionPeriod = "P90D"
    """How long data is kept after the last paid period (SUB-15)."""
    frequency_change: scalars.FrequencyChangeWord = catalogue.FrequencyChange.AT_ONCE
    """When another frequency begins (SUB-18)."""
    contract: ContractShape | None = None
    free_plan: Id | None = None
    """Where trials end (SUB-4)."""
    selling_entities: dict[scalars.Country, scalars.EntityId] | None = None
    """Who sells it in a country, before the general map."""


class VersionShape(Shape):
    """All products as they are sold from a day on."""

    version: scalars.Version
    """Its name, written in every preview and subscription; never given again."""
    effective_from: scalars.Day
    """From the next renewal on or after this day (SUB-1)."""
    products: Annotated[dict[Id, ProductShape], Field(min_length=1)]


class FileShape(Shape):
    """The operator's catalogue: every version that is, was or will be in force."""

    versions: Annotated[list[VersionShape], Field(min_length=1)]
    """Ascending by `effective_from`."""
