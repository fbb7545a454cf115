"""Lines of bills, their taxes and sums, as previews, orders and bills show them (INV-2)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Literal, Self

from guichet.catalogue.catalogue import Product
from guichet.catalogue.ports import Catalogues
from guichet.entry.fields import Amount, Answer
from guichet.errors import Refusal
from guichet.languages import DEFAULT_LANGUAGE, Language
from guichet.ledger.billable import BillableLine, LineKind, net_minor
from guichet.period import Period
from guichet.subscriptions.cart import Bill, TaxQuote


@dataclass(frozen=True, slots=True)
class Naming:
    """What things are called in the reader's language, by the catalogue that they were sold from."""

    catalogues: Catalogues
    language: Language
    _products: dict[tuple[str, str], Product | None] = field(default_factory=dict)

    def text(self, names: Mapping[str, str]) -> str:
        return names.get(self.language, names[DEFAULT_LANGUAGE])

    def product(self, product_id: str, version: str) -> str:
        found = self._product(product_id, version)
        return product_id if found is None else self.text(found.names)

    def line(self, line: BillableLine) -> str:
        """What the line is for; its id, where the catalogue no longer has that version."""
        product = self._product(line.product_id, line.catalogue_version)
        if product is None:
            return line.item
        names = self._names_in(product, line)
        return line.item if names is None else self.text(names)

    def _product(self, product_id: str, version: str) -> Product | None:
        place = product_id, version
        if place not in self._products:
            try:
                self._products[place] = self.catalogues.version(version).product(product_id)
            except Refusal:
                self._products[place] = None
        return self._products[place]

    @staticmethod
    def _names_in(product: Product, line: BillableLine) -> Mapping[str, str] | None:
        match line.kind:
            case LineKind.PLAN:
                plan = product.plans.get(line.item)
                return None if plan is None else plan.names
            case LineKind.ADD_ON | LineKind.RENTAL | LineKind.ONE_OFF:
                add_on = product.add_ons.get(line.item)
                return None if add_on is None else add_on.names
            case LineKind.USAGE:
                metered = product.metered.get(line.item)
                return None if metered is None else metered.names
            case LineKind.FEE:
                fees = {each.fee_id: each.names for each in product.fees}
                return fees.get(line.item)


class DaysAnswer(Answer):
    """Days from `start` up to, not including, `end`."""

    start: date
    end: date

    @classmethod
    def of(cls, period: Period | None) -> Self | None:
        return None if period is None else cls(start=period.start, end=period.end)


class SumAnswer(Answer):
    """A signed sum: below 0 where credits outweigh charges."""

    amount_minor: int
    currency: str


class BillLineAnswer(Answer):
    """One line, before tax. `amount` is charged, or credited where `direction` says so.

    `unit_price` is an exact decimal of the major unit, of a whole period; `share` is the part of it
    that `period` is, as `19/30`; empty for all of it. `discount` is null until there are quotes.
    """

    subscription_id: str
    product: str
    product_name: str
    kind: str
    item: str
    name: str
    period: DaysAnswer
    quantity: int
    unit_price: str
    share: str
    direction: Literal["charge", "credit"]
    amount: Amount
    discount: Amount | None
    bill_on: date
    catalogue_version: str

    @classmethod
    def of(cls, line: BillableLine, naming: Naming) -> Self:
        return cls(
            subscription_id=line.subscription_id,
            product=line.product_id,
            product_name=naming.product(line.product_id, line.catalogue_version),
            kind=line.kind,
            item=line.item,
            name=naming.line(line),
            period=DaysAnswer(start=line.period.start, end=line.period.end),
            quantity=line.quantity,
            unit_price=line.unit_price,
            share=line.share,
            direction="credit" if line.is_credit else "charge",
            amount=Amount.of(line.amount),
            discount=None if line.discount is None else Amount.of(line.discount),
            bill_on=line.bill_on,
            catalogue_version=line.catalogue_version,
        )


class TaxAnswer(Answer):
    """One tax with a rate, as the invoice will have it; `percent` is a decimal: `9.975`."""

    name: str
    percent: str
    amount: SumAnswer


class BillSumsAnswer(Answer):
    """Lines and what they come to. `tax` is the sum of `taxes`."""

    bill_on: date
    lines: list[BillLineAnswer]
    subtotal: SumAnswer
    taxes: list[TaxAnswer]
    tax: SumAnswer
    total: SumAnswer

    @classmethod
    def of(cls, bill: Bill, currency: str, naming: Naming) -> Self:
        return cls(
            bill_on=bill.bill_on,
            lines=lines_of(bill.all_lines, naming),
            subtotal=SumAnswer(amount_minor=bill.net_minor, currency=currency),
            taxes=taxes_of(bill.tax, currency),
            tax=SumAnswer(amount_minor=bill.tax.total_minor, currency=currency),
            total=SumAnswer(amount_minor=bill.total_minor, currency=currency),
        )


def lines_of(lines: Iterable[BillableLine], naming: Naming) -> list[BillLineAnswer]:
    return [BillLineAnswer.of(each, naming) for each in lines]


def taxes_of(quote: TaxQuote, currency: str) -> list[TaxAnswer]:
    return [
        TaxAnswer(
            name=each.name,
            percent=each.percent,
            amount=SumAnswer(amount_minor=each.amount_minor, currency=currency),
        )
        for each in quote.taxes
    ]


def subtotal_of(lines: Iterable[BillableLine], currency: str) -> SumAnswer:
    return SumAnswer(amount_minor=net_minor(lines), currency=currency)
