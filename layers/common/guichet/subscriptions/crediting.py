"""What of a bill credit pays, and what of it becomes credit, as the ledger has it (COL-7, INV-11)."""

from __future__ import annotations

from guichet.ledger.postings import Posting, credit_given_postings, credit_used_postings
from guichet.money import Money
from guichet.subscriptions.balance import AccountBalance


def settled_postings(before: AccountBalance, after: AccountBalance) -> tuple[Posting, ...]:
    """The movement between bills and credit that settling made; either way, never both.

    What a bill below 0 gave and another used on the same day is seen as the difference.
    """
    difference = after.credit_minor - before.credit_minor
    amount = Money(abs(difference), before.currency)
    return credit_given_postings(amount) if difference > 0 else credit_used_postings(amount)
