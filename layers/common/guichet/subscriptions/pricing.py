"""What terms cost for a period or a part of it: the lines of a bill, before tax (MON-3, SUB-6, SUB-16)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from typing import Final

from guichet.catalogue.catalogue import Product, TaxClass
from guichet.ledger.billable import BillableLine, LineKind
from guichet.money import Money, half_up, minor_digits
from guichet.period import Period
from guichet.subscriptions.terms import Terms

WHOLE: Final = Fraction(1)


@dataclass(frozen=True, slots=True)
class PricedItem:
    """One thing that recurs: how many, at what price each, for a whole period."""

    kind: LineKind
    item: str
    quantity: int
    unit: Money

    @property
    def total_minor(self) -> int:
        return self.unit.amount_minor * self.quantity


@dataclass(frozen=True, slots=True)
class PriceList:
    """One product's prices in one currency, of one version of the catalogue."""

    subscription_id: str
    product: Product
    currency: str
    version: str

    def items(self, terms: Terms) -> Iterator[PricedItem]:
        """What terms are billed for, the plan with its seats first."""
        plan = self.product.plan(terms.plan_id)
        unit = self.product.seat_price(plan, self.currency, terms.frequency)
        yield PricedItem(LineKind.PLAN, plan.plan_id, terms.seats, unit)
        for each in terms.add_ons:
            add_on = self.product.add_on(each.add_on_id)
            unit = self.product.add_on_price(add_on, self.currency, terms.frequency)
            kind = LineKind.RENTAL if add_on.is_rental else LineKind.ADD_ON
            yield PricedItem(kind, add_on.add_on_id, each.quantity, unit)

    def full(
        self, terms: Terms, period: Period, bill_on: date, part: Fraction = WHOLE
    ) -> tuple[BillableLine, ...]:
        """A period of these terms, or the part of it that is billed: each line is rounded once."""
        made = (self.line(item, period, bill_on, part) for item in self.items(terms))
        return tuple(line for line in made if line.amount)

    def line(
        self, item: PricedItem, period: Period, bill_on: date, part: Fraction = WHOLE
    ) -> BillableLine:
        """A charge of the exact part of an item's price, rounded half-up once (MON-3)."""
        return self.signed(item, half_up(item.total_minor * part), period, bill_on, part)

    def signed(
        self, item: PricedItem, amount_minor: int, period: Period, bill_on: date, part: Fraction
    ) -> BillableLine:
        """A line of an amount computed already: below 0 it is a credit."""
        return BillableLine(
            subscription_id=self.subscription_id,
            product_id=self.product.product_id,
            kind=item.kind,
            item=item.item,
            quantity=item.quantity,
            unit_price=major_text(item.unit),
            amount=Money(abs(amount_minor), self.currency),
            period=period,
            bill_on=bill_on,
            tax_class=str(self._tax_class(item)),
            catalogue_version=self.version,
            is_credit=amount_minor < 0,
            share="" if part == WHOLE else str(part),
        )

    def _tax_class(self, item: PricedItem) -> TaxClass:
        if item.kind is LineKind.PLAN:
            return self.product.tax_class
        return self.product.tax_class_of(item.item)

    def once(self, add_on_id: str, quantity: int, day: date, bill_on: date) -> BillableLine:
        """What is sold once, on its day."""
        add_on = self.product.add_on(add_on_id)
        unit = self.product.add_on_price(add_on, self.currency, self.product.frequencies[0])
        item = PricedItem(LineKind.ONE_OFF, add_on.add_on_id, quantity, unit)
        return self.line(item, Period(day, day), bill_on)


def major_text(amount: Money) -> str:
    """An amount in major units: `30.00`, `3000` of a currency without decimals."""
    digits = minor_digits(amount.currency)
    whole, rest = divmod(amount.amount_minor, 10**digits)
    return f"{whole}.{rest:0{digits}}" if digits else str(whole)
