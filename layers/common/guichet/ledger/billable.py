"""What is billed: lines that are facts of the journal, until an invoice bears them (MON-4, INV-2)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from guichet.money import Money
from guichet.period import Period


class LineKind(StrEnum):
    """What a line is for (INV-2)."""

    PLAN = "plan"  # plan and seats: quantity is the seats
    ADD_ON = "add_on"
    RENTAL = "rental"
    ONE_OFF = "one_off"
    USAGE = "usage"
    FEE = "fee"  # a regulatory fee: a charge, not a tax (TAX-5)


@dataclass(frozen=True, slots=True)
class BillableLine:
    """One line of a bill, before tax. `amount` is what it comes to; a credit counts against charges.

    `unit_price` is text: an amount in major units, perhaps finer than the currency's smallest coin.
    `share` is the part of the whole price that `period` is, as `19/30`; empty for all of it.
    """

    subscription_id: str
    product_id: str
    kind: LineKind
    item: str  # plan, add-on or metered item
    quantity: int
    unit_price: str
    amount: Money
    period: Period
    bill_on: date  # the day of the bill that it is on
    tax_class: str
    catalogue_version: str
    is_credit: bool = False
    share: str = ""
    discount: Money | None = None  # what was taken off; the amount is what is left
    of_invoice: str = (
        ""  # of a credit: the invoice whose line it gives back, at its tax rates (SUB-6)
    )

    @property
    def net_minor(self) -> int:
        """Signed: a credit is below 0."""
        return -self.amount.amount_minor if self.is_credit else self.amount.amount_minor


def net_minor(lines: Iterable[BillableLine]) -> int:
    return sum(line.net_minor for line in lines)
