"""Postings of money that a selling entity gives back: from its capture to where it ends (COL-8, MON-4).

A capture that has no place is owed to its payer from the first moment, in an account of its own; when
that is 0 again, the money went back, or became credit, or the payer's bank took it by itself. The
provider's fee of the capture stays a cost.
"""

from __future__ import annotations

from guichet.ledger.postings import LedgerAccount, Posting, posted
from guichet.money import Money

A = LedgerAccount


def payment_to_refund_postings(captured: Money, provider_fee: Money) -> tuple[Posting, ...]:
    """A capture that goes back. The provider's fee is recorded in the currency it was taken in."""
    return posted(
        (A.TO_REFUND, A.ENTITY_BALANCE, captured), (A.ENTITY_BALANCE, A.PROVIDER_FEE, provider_fee)
    )


def own_refund_postings(amount: Money) -> tuple[Posting, ...]:
    """The provider has taken it out of the entity's balance."""
    return posted((A.ENTITY_BALANCE, A.TO_REFUND, amount))


def own_refund_failed_postings(amount: Money) -> tuple[Posting, ...]:
    """It came back: it lies at the provider again."""
    return posted((A.TO_REFUND, A.ENTITY_BALANCE, amount))


def refund_to_credit_postings(amount: Money) -> tuple[Posting, ...]:
    """The provider will not give it back: the customer has it as credit."""
    return posted((A.ACCOUNT_CREDIT, A.TO_REFUND, amount))


def payment_claimed_postings(amount: Money) -> tuple[Posting, ...]:
    """It went out once more: it was back before, or had become credit. A person decides who owes it."""
    return posted((A.ENTITY_BALANCE, A.CLAIMS, amount))


def claim_came_back_postings(amount: Money) -> tuple[Posting, ...]:
    """What had gone out once more lies at the provider again."""
    return posted((A.CLAIMS, A.ENTITY_BALANCE, amount))


def claim_settled_postings(amount: Money) -> tuple[Posting, ...]:
    """What the bank took was still waiting to be given back: nothing is owed by anybody."""
    return posted((A.CLAIMS, A.TO_REFUND, amount))


def own_provider_fee_return_postings(amount: Money) -> tuple[Posting, ...]:
    """What the provider says that it gave back of its own fee, in its currency (FEE-3)."""
    return posted((A.PROVIDER_FEE, A.ENTITY_BALANCE, amount))


def own_provider_fee_again_postings(amount: Money) -> tuple[Posting, ...]:
    """The refund with which it had given that back has failed."""
    return posted((A.ENTITY_BALANCE, A.PROVIDER_FEE, amount))
