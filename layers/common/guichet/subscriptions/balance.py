"""What an account owes a selling entity in one currency, and what it has as credit (COL-5, COL-7)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, timedelta

from guichet.ledger.billable import BillableLine
from guichet.money import Money


@dataclass(frozen=True, slots=True)
class OpenBill:
    """What is left to pay of the bill of a day; below 0 until its day comes, where credits outweigh."""

    bill_on: date
    due_on: date
    open_minor: int


@dataclass(frozen=True, slots=True)
class AccountBalance:
    """Bills that are open, oldest first, and account credit. Orders paid at once never appear here."""

    account_id: str
    selling_entity: str
    currency: str
    credit_minor: int = 0
    reserved_minor: int = 0  # credit that orders waiting for their payment will use
    bills: tuple[OpenBill, ...] = ()
    version: int = 0  # 0: not stored yet

    @property
    def credit(self) -> Money:
        return Money(self.credit_minor, self.currency)

    def to_spend(self, day: date) -> Money:
        """The credit that is left once it has paid every bill whose day has come (COL-7)."""
        return self.settled(day).credit

    def due(self, day: date) -> Money:
        """What is due today or earlier, after the credit that pays it (COL-5, COL-7)."""
        bills = self.settled(day).bills
        due = sum(bill.open_minor for bill in bills if bill.due_on <= day and bill.open_minor > 0)
        return Money(due, self.currency)

    def overdue(self, day: date) -> Money:
        """What was due before today (SUB-12)."""
        return self.due(day - timedelta(days=1))

    def billed(self, lines: Iterable[BillableLine], *, terms_days: int) -> AccountBalance:
        """With these lines on the bills of their days."""
        sums = {bill.bill_on: bill for bill in self.bills}
        for line in lines:
            if line.amount.currency != self.currency:
                raise ValueError(
                    f"{line.amount.currency} does not belong on a bill in {self.currency}"
                )
            bill = sums.get(line.bill_on) or OpenBill(
                line.bill_on, line.bill_on + timedelta(days=terms_days), 0
            )
            sums[line.bill_on] = replace(bill, open_minor=bill.open_minor + line.net_minor)
        return replace(self, bills=_open(sums.values()))

    def settled(self, day: date) -> AccountBalance:
        """With every bill whose day has come: what is below 0 becomes credit, credit pays the rest.

        A total is never below 0 (INV-11); credit is used oldest bill first, once (BAD-5, COL-7).
        """
        credit, left = self.credit_minor, []
        for bill in self.bills:
            if bill.bill_on <= day and bill.open_minor < 0:
                credit -= bill.open_minor
            else:
                left.append(bill)
        bills = []
        for bill in left:
            used = min(credit, bill.open_minor) if bill.bill_on <= day else 0
            credit -= used
            bills.append(replace(bill, open_minor=bill.open_minor - used))
        return replace(self, credit_minor=credit, bills=_open(bills))

    def paid(self, amount: Money) -> AccountBalance:
        """With a received payment on the oldest bills; what is over is credit (COL-2, COL-6)."""
        left, bills = amount.amount_minor, []
        for bill in self.bills:
            used = min(left, max(bill.open_minor, 0))
            left -= used
            bills.append(replace(bill, open_minor=bill.open_minor - used))
        return replace(self, credit_minor=self.credit_minor + left, bills=_open(bills))

    def credited(self, amount: Money) -> AccountBalance:
        return replace(self, credit_minor=self.credit_minor + amount.amount_minor)

    def reserved(self, amount: Money) -> AccountBalance:
        """Set credit aside for an order that waits for its payment.

        Raises:
            ValueError: there is not so much; a preview that says otherwise is stale.
        """
        if amount.amount_minor > self.credit_minor:
            raise ValueError("credit is used once")
        return replace(
            self,
            credit_minor=self.credit_minor - amount.amount_minor,
            reserved_minor=self.reserved_minor + amount.amount_minor,
        )

    def reservation_used(self, amount: Money) -> AccountBalance:
        return replace(self, reserved_minor=self.reserved_minor - amount.amount_minor)

    def reservation_returned(self, amount: Money) -> AccountBalance:
        return self.reservation_used(amount).credited(amount)


def _open(bills: Iterable[OpenBill]) -> tuple[OpenBill, ...]:
    """What is not settled, oldest first."""
    return tuple(sorted((bill for bill in bills if bill.open_minor), key=lambda bill: bill.bill_on))
