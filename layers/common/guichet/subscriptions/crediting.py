"""Lines on the bills of an account, and money that becomes its credit (COL-7)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from guichet.ledger.billable import BillableLine
from guichet.ledger.journal import Change
from guichet.ledger.postings import Posting, billed_postings
from guichet.money import Money
from guichet.subscriptions.balance import AccountBalance
from guichet.subscriptions.ports import Aggregate
from guichet.subscriptions.subscription import Subscription
from guichet.subscriptions.writing import balance_change


@dataclass(frozen=True, slots=True)
class OnBills:
    """A subscription whose lines are on bills, with the postings of its change, and the balance."""

    subscription: Subscription
    postings: tuple[Posting, ...]
    balance: AccountBalance

    def changes(self, before: AccountBalance) -> tuple[Change[Aggregate], ...]:
        return balance_change(before, self.balance)


def put_on_bills(
    balance: AccountBalance,
    before: Subscription | None,
    after: Subscription,
    lines: Sequence[BillableLine],
) -> OnBills:
    """These lines on the bills of their days; what they charge names the invoice that will bear it.

    Args:
        balance: of the account with the lines' selling entity, in their currency.
        before: the subscription as it is stored; None: it is new.
        after: as it will be, before it gets its next version.
        lines: before tax.
    """
    version = after.version if before is None else after.version + 1
    billed = balance.billed(
        lines,
        source=f"{after.subscription_id}@{version}",
        time_zone=after.time_zone,
    )
    days = [line.bill_on for line in lines if not line.is_credit]
    bill = billed.bill_of(days[0]) if days else None
    kept = after if bill is None else borne_by(after, bill.invoice_id)
    return OnBills(kept, billed_postings(lines, 0, balance.currency), billed)


def borne_by(subscription: Subscription, invoice_id: str) -> Subscription:
    """With the invoice of what was just billed for the running period (SUB-6)."""
    if all(part.invoice_id for part in subscription.billed):
        return subscription
    parts = tuple(
        part if part.invoice_id else replace(part, invoice_id=invoice_id)
        for part in subscription.billed
    )
    return replace(subscription, billed=parts)


@dataclass(frozen=True, slots=True)
class Spread:
    """What money that comes in does: so much of each invoice is paid, the oldest first; the rest is credit.

    Args:
        paid: by invoice, in minor units.
        left_open: what is left to pay of each of those.
        credit_minor: what becomes credit for good.
        open_minor: what is left to pay of all invoices together.
    """

    paid: Mapping[str, int]
    left_open: Mapping[str, int]
    credit_minor: int
    open_minor: int


def spread(balance: AccountBalance, amount: Money) -> Spread:
    """What an amount does on a balance, beside the credit that is there already (COL-6, COL-7)."""
    before, after = balance.settled(), balance.credited(amount).settled()
    shares = {
        bill.invoice_id: before.open_of(bill.invoice_id) - after.open_of(bill.invoice_id)
        for bill in before.invoiced
    }
    paid = {name: share for name, share in shares.items() if share}
    return Spread(
        paid,
        {name: after.open_of(name) for name in paid},
        after.credit_minor - before.credit_minor,
        sum(bill.open_minor for bill in after.invoiced),
    )


def credit_to(balance: AccountBalance, amount: Money) -> tuple[Change[Aggregate], ...]:
    """Money as account credit; what is open is paid with it by `apply_credit` (COL-7)."""
    return balance_change(balance, balance.credited(amount))
