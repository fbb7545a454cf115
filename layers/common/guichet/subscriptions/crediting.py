"""Lines on the bills of an account, what credit pays of them, and what becomes credit (COL-7)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from guichet.ledger.billable import BillableLine
from guichet.ledger.journal import Change
from guichet.ledger.postings import (
    Posting,
    billed_postings,
    credit_given_postings,
    credit_used_postings,
)
from guichet.money import Money
from guichet.subscriptions.balance import AccountBalance
from guichet.subscriptions.ports import Aggregate
from guichet.subscriptions.writing import balance_change


@dataclass(frozen=True, slots=True)
class OnBills:
    """What goes with the change whose lines were billed: its postings, and the balance's change."""

    postings: tuple[Posting, ...]
    changes: tuple[Change[Aggregate], ...]


def put_on_bills(
    balance: AccountBalance, lines: Sequence[BillableLine], day: date, *, terms_days: int
) -> OnBills:
    """These lines on the bills of their days, and every bill settled whose day has come.

    Args:
        balance: of the account with the lines' selling entity, in their currency.
        lines: before tax.
        day: the present one, or that of the step that bills them.
        terms_days: from a bill's day to the day on which it is due.
    """
    billed = balance.billed(lines, terms_days=terms_days)
    settled = billed.settled(day)
    postings = (
        *billed_postings(lines, 0, balance.currency),
        *settled_postings(billed, settled),
    )
    return OnBills(postings, balance_change(balance, settled))


def settled_postings(before: AccountBalance, after: AccountBalance) -> tuple[Posting, ...]:
    """The movement between bills and credit that settling made; either way, never both.

    What a bill below 0 gave and another used on the same day is seen as the difference.
    """
    difference = after.credit_minor - before.credit_minor
    amount = Money(abs(difference), before.currency)
    return credit_given_postings(amount) if difference > 0 else credit_used_postings(amount)


def credit_to(balance: AccountBalance, amount: Money, day: date) -> tuple[Change[Aggregate], ...]:
    """Money as account credit, which pays first what is open (COL-7)."""
    credited = balance.credited(amount)
    settled = credited.settled(day)
    return balance_change(balance, settled, settled_postings(credited, settled))
