"""Account credit pays the oldest open invoices, once (BAD-5, COL-7)."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from guichet.errors import ConcurrentUpdateError
from guichet.events import Actor, Event
from guichet.invoices.invoice import Invoice, InvoiceStatus
from guichet.invoices.invoicing import Invoicing
from guichet.invoices.ports import Aggregate
from guichet.ledger.journal import Cause, Change
from guichet.ledger.postings import credit_used_postings
from guichet.money import Money
from guichet.retrying import with_fresh_state
from guichet.subscriptions.balance import AccountBalance

_MOST_INVOICES: Final = 20  # in one write; the rest comes in the next


def apply_credit(
    account_id: str, selling_entity: str, currency: str, actor: Actor, *, invoicing: Invoicing
) -> list[Invoice]:
    """The invoices that credit has just paid, in part or whole."""
    paid: list[Invoice] = []

    def step() -> list[Invoice]:
        cause = Cause(actor, "apply_credit", invoicing.clock.now())
        return _applied(account_id, selling_entity, currency, cause, invoicing)

    while step_paid := with_fresh_state(step):
        paid += step_paid
    return paid


def _applied(
    account_id: str, selling_entity: str, currency: str, cause: Cause, invoicing: Invoicing
) -> list[Invoice]:
    before = invoicing.billing.balance(account_id, selling_entity, currency)
    used = _uses(before)[:_MOST_INVOICES]
    if not used:
        return []
    found = invoicing.records.invoices(account_id, [name for name, _ in used])
    after, changes, paid = before, [], []
    for (name, amount), invoice in zip(used, found, strict=True):
        if invoice is None or invoice.open_minor != before.open_of(name):
            raise ConcurrentUpdateError("the invoice was written after its balance was read")
        moved = replace(invoice.credit_applied(amount), version=invoice.version + 1)
        after = replace(after.paid(name, amount), credit_minor=after.credit_minor - amount)
        paid.append(moved)
        changes.append(_changed(invoice, moved, Money(amount, currency)))
    bumped = replace(after, version=after.version + 1)
    balance = Change[Aggregate](before, bumped, book=selling_entity)
    invoicing.records.save(cause, [*changes, balance])
    return paid


def _uses(balance: AccountBalance) -> list[tuple[str, int]]:
    """Which invoices the credit pays, and how much of each; the oldest first."""
    left = {bill.invoice_id: bill.open_minor for bill in balance.settled().invoiced}
    return [
        (bill.invoice_id, bill.open_minor - left.get(bill.invoice_id, 0))
        for bill in balance.invoiced
        if left.get(bill.invoice_id, 0) < bill.open_minor
    ]


def _changed(before: Invoice, after: Invoice, used: Money) -> Change[Aggregate]:
    facts: dict[str, str | int | None] = {
        "account_id": after.account_id,
        "invoice_id": after.invoice_id,
        "amount_minor": used.amount_minor,
        "currency": used.currency,
    }
    events = [Event("invoice.credit_applied", facts)]
    if after.status is InvoiceStatus.PAID:
        events.append(Event("invoice.paid", facts))
    return Change[Aggregate](
        before, after, tuple(events), credit_used_postings(used), book=after.selling_entity
    )
