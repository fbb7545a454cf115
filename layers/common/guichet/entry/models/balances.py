"""What an account owes and has, by selling entity and currency; money that came by hand (INV-9)."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Self

from pydantic import StringConstraints

from guichet.access.membership import Member
from guichet.entry.fields import Amount, Answer, CodeWord, Line, Minor, Request
from guichet.entry.models.billing_lines import SumAnswer
from guichet.entry.models.invoices import sums_of
from guichet.invoices.use_cases.read_invoices import Balances
from guichet.money import Money
from guichet.subscriptions.balance import AccountBalance, OpenBill

CurrencyCode = Annotated[str, StringConstraints(pattern=r"^[A-Z]{3}$")]


class ReceivedPayment(Request):
    """A transfer or a cheque, with its reference, in a currency that the entity bills in."""

    selling_entity: CodeWord
    amount_minor: Minor
    currency: CurrencyCode
    reference: Line

    def money(self) -> Money:
        return Money(self.amount_minor, self.currency)


class ReleaseRequest(Request):
    """Which of the account's balances may be invoiced again."""

    selling_entity: CodeWord
    currency: CurrencyCode


class OpenInvoiceAnswer(Answer):
    """What is left to pay of an invoice, before credit that will pay it."""

    invoice_id: str
    bill_on: date
    due_on: date
    open: Amount
    processing: bool

    @classmethod
    def of(cls, bill: OpenBill, currency: str) -> Self:
        return cls(
            invoice_id=bill.invoice_id,
            bill_on=bill.bill_on,
            due_on=bill.due_on,
            open=Amount(amount_minor=bill.open_minor, currency=currency),
            processing=bill.is_leased,
        )


class WaitingBillAnswer(Answer):
    """What waits to be invoiced for a day, before tax; below 0 where credits outweigh charges."""

    bill_on: date
    net: SumAnswer

    @classmethod
    def of(cls, bill: OpenBill, currency: str) -> Self:
        net = SumAnswer(amount_minor=bill.open_minor, currency=currency)
        return cls(bill_on=bill.bill_on, net=net)


class BalanceAnswer(Answer):
    """What the account owes a selling entity in one currency, and has there.

    `due` today or earlier; `overdue` before today: nothing more is bought then (SUB-12).
    `reserved` is credit that orders waiting for their payment will use. `bills` wait for their
    invoice: nobody owes them yet. While `parked`, none is made of them; the operator's people are told
    why by `parked_reason`.
    """

    selling_entity: str
    currency: str
    due: Amount
    overdue: Amount
    credit: Amount
    reserved: Amount
    invoices: list[OpenInvoiceAnswer]
    bills: list[WaitingBillAnswer]
    parked: bool
    parked_reason: str | None

    @classmethod
    def of(cls, balance: AccountBalance, today: date, reader: Member) -> Self:
        currency = balance.currency
        reason = balance.parked if reader.is_operators else ""
        return cls(
            selling_entity=balance.selling_entity,
            currency=currency,
            due=Amount.of(balance.due(today)),
            overdue=Amount.of(balance.overdue(today)),
            credit=Amount.of(balance.credit),
            reserved=Amount(amount_minor=balance.reserved_minor, currency=currency),
            invoices=[OpenInvoiceAnswer.of(each, currency) for each in balance.invoiced],
            bills=[WaitingBillAnswer.of(each, currency) for each in balance.waiting],
            parked=bool(balance.parked),
            parked_reason=reason or None,
        )


class BalancesAnswer(Answer):
    """Every balance of the account. `balance_due` has a sum for each currency in which something is."""

    today: date
    balance_due: list[Amount]
    items: list[BalanceAnswer]

    @classmethod
    def of(cls, found: Balances, reader: Member) -> Self:
        return cls(
            today=found.today,
            balance_due=sums_of(each.due(found.today) for each in found.items),
            items=[BalanceAnswer.of(each, found.today, reader) for each in found.items],
        )
