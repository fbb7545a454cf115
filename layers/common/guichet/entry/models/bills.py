"""What was billed, what is due, what is credit; and money that came outside the providers (INV-9)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Annotated, Self

from pydantic import StringConstraints

from guichet.entry.fields import Amount, Answer, CodeWord, Line, Minor, Request
from guichet.entry.models.billing_lines import (
    BillLineAnswer,
    Naming,
    SumAnswer,
    lines_of,
    subtotal_of,
)
from guichet.money import Money
from guichet.subscriptions.balance import AccountBalance
from guichet.subscriptions.ports import ReadBill
from guichet.subscriptions.use_cases.read_subscriptions import AccountBills


class ReceivedPayment(Request):
    """A transfer or a cheque, with its reference, in a currency that the entity bills in."""

    selling_entity: CodeWord
    amount_minor: Minor
    currency: Annotated[str, StringConstraints(pattern=r"^[A-Z]{3}$")]
    reference: Line

    def money(self) -> Money:
        return Money(self.amount_minor, self.currency)


class BillAnswer(Answer):
    """A bill before tax. `order` was paid with the lines; else they are on the bill of that day."""

    selling_entity: str
    currency: str
    bill_on: date
    due_on: date
    order: str | None
    lines: list[BillLineAnswer]
    subtotal: SumAnswer

    @classmethod
    def of(cls, bill: ReadBill, naming: Naming) -> Self:
        return cls(
            selling_entity=bill.selling_entity,
            currency=bill.currency,
            bill_on=bill.bill_on,
            due_on=bill.due_on,
            order=bill.cart_id,
            lines=lines_of(bill.lines, naming),
            subtotal=subtotal_of(bill.lines, bill.currency),
        )


class OpenBillAnswer(Answer):
    """What is left to pay of the bill of a day."""

    bill_on: date
    due_on: date
    open: SumAnswer


class BalanceAnswer(Answer):
    """What the account owes a selling entity in one currency, and has there.

    `due` today or earlier; `overdue` before today: nothing more is bought then (SUB-12).
    `reserved` is credit that orders waiting for their payment will use.
    """

    selling_entity: str
    currency: str
    due: Amount
    overdue: Amount
    credit: Amount
    reserved: Amount
    bills: list[OpenBillAnswer]

    @classmethod
    def of(cls, balance: AccountBalance, today: date) -> Self:
        currency = balance.currency
        return cls(
            selling_entity=balance.selling_entity,
            currency=currency,
            due=Amount.of(balance.due(today)),
            overdue=Amount.of(balance.overdue(today)),
            credit=Amount.of(balance.credit),
            reserved=Amount.of(Money(balance.reserved_minor, currency)),
            bills=[
                OpenBillAnswer(
                    bill_on=each.bill_on,
                    due_on=each.due_on,
                    open=SumAnswer(amount_minor=each.open_minor, currency=currency),
                )
                for each in balance.bills
            ],
        )


class BillsAnswer(Answer):
    """Bills, newest first, with what is open. `balance_due` is a sum for each currency in which something is.

    `next_cursor` leads on, null at the end; balances are those of the whole account on every page.
    """

    today: date
    balance_due: list[Amount]
    balances: list[BalanceAnswer]
    items: list[BillAnswer]
    next_cursor: str | None

    @classmethod
    def of(
        cls, found: AccountBills, page: Iterable[ReadBill], cursor: str | None, naming: Naming
    ) -> Self:
        return cls(
            today=found.today,
            balance_due=[Amount.of(due) for due in found.due],
            balances=[BalanceAnswer.of(each, found.today) for each in found.balances],
            items=[BillAnswer.of(each, naming) for each in page],
            next_cursor=cursor,
        )


def page_of(
    bills: Sequence[ReadBill], limit: int, after: str | None
) -> tuple[list[ReadBill], str | None]:
    """So many, newest first, from after a place on; and the place where the next ones begin."""
    ordered = sorted(bills, key=_place, reverse=True)
    left = [each for each in ordered if after is None or _place(each) < after]
    page = left[:limit]
    return page, _place(page[-1]) if len(left) > limit else None


def _place(bill: ReadBill) -> str:
    """No two bills have the same."""
    return "|".join(
        (bill.bill_on.isoformat(), bill.selling_entity, bill.currency, bill.cart_id or "")
    )
