"""Postings in the chart of accounts (MON-4): what each movement of money writes into the books.

A balance is what came in less what went out. One book per organizer, and one per selling entity
(`entity_postings`); account names are relative to it. The chart, with signs, is in docs/architecture.md.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from guichet.money import Money

if TYPE_CHECKING:  # not loaded by whoever bills nothing: a sale's cold start
    from guichet.ledger.billable import BillableLine


class LedgerAccount(StrEnum):
    """The charts of accounts: of an organizer's book, and of a selling entity's."""

    REGISTRANTS = "registrants"  # what registrants gave (negative) and got back
    PROVIDER_BALANCE = "provider_balance"  # what lies at the provider for the organizer
    PLATFORM_FEE = "platform_fee"  # what the operator took
    PROVIDER_FEE = "provider_fee"  # what the provider took
    # Negative: the organizer owes it to the operator. Positive: account credit (RFD-4).
    ORGANIZER_RECEIVABLE = "organizer_receivable"
    DISPUTED = "disputed"  # what the provider withholds until a dispute is decided
    # Of a selling entity's book, beside `provider_fee`.
    RECEIVABLE = "receivable"  # what customers owe
    SALES = "sales"  # what was sold, before tax (negative)
    SALES_TAX = "sales_tax"  # what is owed to tax offices (negative)
    ACCOUNT_CREDIT = "account_credit"  # what customers have for later bills (negative)
    CREDIT_RESERVED = "credit_reserved"  # the part of it that open orders will use (negative)
    ENTITY_BALANCE = "entity_balance"  # what lies at the entity's own provider account
    ENTITY_BANK = "entity_bank"  # what came by transfer or cheque
    TO_REFUND = "to_refund"  # what was taken, has no place here and goes back (negative)
    CLAIMS = "claims"  # what a bank took back of money that was given back, or became credit


ENTITY_ACCOUNTS: Final = frozenset(
    {
        LedgerAccount.RECEIVABLE,
        LedgerAccount.SALES,
        LedgerAccount.SALES_TAX,
        LedgerAccount.ACCOUNT_CREDIT,
        LedgerAccount.CREDIT_RESERVED,
        LedgerAccount.ENTITY_BALANCE,
        LedgerAccount.ENTITY_BANK,
        LedgerAccount.TO_REFUND,
        LedgerAccount.CLAIMS,
        LedgerAccount.PROVIDER_FEE,
    }
)


@dataclass(frozen=True, slots=True)
class Posting:
    """Money moved from one account of a book to another: balanced by construction."""

    source: LedgerAccount
    destination: LedgerAccount
    amount: Money


def balances(postings: Iterable[Posting]) -> dict[tuple[LedgerAccount, str], int]:
    """Balance per account and currency, in minor units; accounts at 0 are left out."""
    sums: Counter[tuple[LedgerAccount, str]] = Counter()
    for posting in postings:
        sums[posting.source, posting.amount.currency] -= posting.amount.amount_minor
        sums[posting.destination, posting.amount.currency] += posting.amount.amount_minor
    return {place: total for place, total in sums.items() if total}


def capture_postings(
    captured: Money, platform_fee: Money, provider_fee: Money
) -> tuple[Posting, ...]:
    """A capture on the organizer's own provider account, which both fees are taken out of (FEE-2, FEE-3).

    USD 120.00 with fees of 2.28 and 3.78 leaves 113.94 at the provider. The provider's fee may be
    in another currency, that of the organizer's balance: it is recorded as it was taken.
    """
    return posted(
        (LedgerAccount.REGISTRANTS, LedgerAccount.PROVIDER_BALANCE, captured),
        (LedgerAccount.PROVIDER_BALANCE, LedgerAccount.PLATFORM_FEE, platform_fee),
        (LedgerAccount.PROVIDER_BALANCE, LedgerAccount.PROVIDER_FEE, provider_fee),
    )


def refund_postings(amount: Money) -> tuple[Posting, ...]:
    """A refund paid out of the organizer's provider balance; the provider keeps its fee (FEE-3)."""
    return posted((LedgerAccount.PROVIDER_BALANCE, LedgerAccount.REGISTRANTS, amount))


def refund_failed_postings(amount: Money) -> tuple[Posting, ...]:
    """A refund that came back: the money lies at the provider again (RFD-6)."""
    return posted((LedgerAccount.REGISTRANTS, LedgerAccount.PROVIDER_BALANCE, amount))


def fee_return_postings(amount: Money) -> tuple[Posting, ...]:
    """The platform fee, or a part of it, given back to the organizer (RFD-3)."""
    return posted((LedgerAccount.PLATFORM_FEE, LedgerAccount.PROVIDER_BALANCE, amount))


def fee_return_failed_postings(amount: Money) -> tuple[Posting, ...]:
    """A fee that went back within a refund that failed later came back with it (RFD-6)."""
    return posted((LedgerAccount.PROVIDER_BALANCE, LedgerAccount.PLATFORM_FEE, amount))


def fee_receivable_postings(amount: Money) -> tuple[Posting, ...]:
    """A fee given back for a refund that failed later: the organizer owes it again (RFD-6)."""
    return posted((LedgerAccount.ORGANIZER_RECEIVABLE, LedgerAccount.PLATFORM_FEE, amount))


def provider_fee_return_postings(amount: Money) -> tuple[Posting, ...]:
    """What the provider says that it gave back of its own fee, in its currency (FEE-3)."""
    return posted((LedgerAccount.PROVIDER_FEE, LedgerAccount.PROVIDER_BALANCE, amount))


def provider_fee_again_postings(amount: Money) -> tuple[Posting, ...]:
    """The refund with which it had given that back has failed (RFD-6)."""
    return posted((LedgerAccount.PROVIDER_BALANCE, LedgerAccount.PROVIDER_FEE, amount))


def fee_credit_postings(amount: Money) -> tuple[Posting, ...]:
    """A part of the platform fee that only account credit can give back (RFD-4)."""
    return posted((LedgerAccount.PLATFORM_FEE, LedgerAccount.ORGANIZER_RECEIVABLE, amount))


def withheld_postings(before: Money, after: Money) -> tuple[Posting, ...]:
    """What a dispute takes from the organizer's balance, or gives back to it."""
    place = (LedgerAccount.PROVIDER_BALANCE, LedgerAccount.DISPUTED)
    return _difference(place, before, after)


def dispute_fee_postings(before: Money, after: Money) -> tuple[Posting, ...]:
    """What the provider charges for a dispute, or gives back of it (FEE-3)."""
    place = (LedgerAccount.PROVIDER_BALANCE, LedgerAccount.PROVIDER_FEE)
    return _difference(place, before, after)


def chargeback_postings(amount: Money) -> tuple[Posting, ...]:
    """A lost dispute: what was withheld is the buyer's again (RFD-4)."""
    return posted((LedgerAccount.DISPUTED, LedgerAccount.REGISTRANTS, amount))


def chargeback_undone_postings(amount: Money) -> tuple[Posting, ...]:
    """A dispute that was lost and won on appeal."""
    return posted((LedgerAccount.REGISTRANTS, LedgerAccount.DISPUTED, amount))


def billed_postings(
    lines: Iterable[BillableLine], tax_minor: int, currency: str
) -> tuple[Posting, ...]:
    """Lines on a bill of a selling entity, and its tax, which is below 0 where credits outweigh charges.

    Raises:
        CurrencyMismatchError: a line is in another currency (MON-1).
    """
    charges, credits_given = Money(0, currency), Money(0, currency)
    for line in lines:
        if line.is_credit:
            credits_given += line.amount
        else:
            charges += line.amount
    tax, tax_back = Money(max(tax_minor, 0), currency), Money(max(-tax_minor, 0), currency)
    return posted(
        (LedgerAccount.SALES, LedgerAccount.RECEIVABLE, charges),
        (LedgerAccount.RECEIVABLE, LedgerAccount.SALES, credits_given),
        (LedgerAccount.SALES_TAX, LedgerAccount.RECEIVABLE, tax),
        (LedgerAccount.RECEIVABLE, LedgerAccount.SALES_TAX, tax_back),
    )


def tax_postings(tax: Money) -> tuple[Posting, ...]:
    """The tax of an invoice whose lines were billed before."""
    return posted((LedgerAccount.SALES_TAX, LedgerAccount.RECEIVABLE, tax))


def tax_back_postings(tax: Money) -> tuple[Posting, ...]:
    """The tax of a credit note whose lines were billed before."""
    return posted((LedgerAccount.RECEIVABLE, LedgerAccount.SALES_TAX, tax))


def sales_back_postings(net_minor: int, currency: str) -> tuple[Posting, ...]:
    """What a credit note takes back of what was sold; below 0 where the lines were credits."""
    amount = Money(abs(net_minor), currency)
    if net_minor >= 0:
        return posted((LedgerAccount.RECEIVABLE, LedgerAccount.SALES, amount))
    return posted((LedgerAccount.SALES, LedgerAccount.RECEIVABLE, amount))


def payment_postings(captured: Money, provider_fee: Money) -> tuple[Posting, ...]:
    """A capture that pays what was billed. The provider's fee is recorded in the currency it was taken in."""
    return posted(
        (LedgerAccount.RECEIVABLE, LedgerAccount.ENTITY_BALANCE, captured),
        (LedgerAccount.ENTITY_BALANCE, LedgerAccount.PROVIDER_FEE, provider_fee),
    )


def payment_returned_postings(amount: Money) -> tuple[Posting, ...]:
    """A debit that the bank took back: it is owed again (INV-5)."""
    return posted((LedgerAccount.ENTITY_BALANCE, LedgerAccount.RECEIVABLE, amount))


def return_fee_postings(fee: Money) -> tuple[Posting, ...]:
    """What the provider charges for a debit that it took back (FEE-3)."""
    return posted((LedgerAccount.ENTITY_BALANCE, LedgerAccount.PROVIDER_FEE, fee))


def payment_to_credit_postings(captured: Money, provider_fee: Money) -> tuple[Posting, ...]:
    """A capture that came otherwise than asked: the customer has it as credit (COL-6, COL-8)."""
    return posted(
        (LedgerAccount.ACCOUNT_CREDIT, LedgerAccount.ENTITY_BALANCE, captured),
        (LedgerAccount.ENTITY_BALANCE, LedgerAccount.PROVIDER_FEE, provider_fee),
    )


def received_postings(amount: Money) -> tuple[Posting, ...]:
    """A transfer or a cheque: credit, which pays what is open at once (COL-6, COL-7)."""
    return posted((LedgerAccount.ACCOUNT_CREDIT, LedgerAccount.ENTITY_BANK, amount))


def credit_given_postings(amount: Money) -> tuple[Posting, ...]:
    """What a bill comes to below 0 becomes credit (INV-11)."""
    return posted((LedgerAccount.ACCOUNT_CREDIT, LedgerAccount.RECEIVABLE, amount))


def credit_used_postings(amount: Money) -> tuple[Posting, ...]:
    """Credit that pays what was billed (COL-7)."""
    return posted((LedgerAccount.RECEIVABLE, LedgerAccount.ACCOUNT_CREDIT, amount))


def credit_reserved_postings(amount: Money) -> tuple[Posting, ...]:
    """Credit set aside for an order that waits for its payment: nothing else uses it (BAD-5)."""
    return posted((LedgerAccount.CREDIT_RESERVED, LedgerAccount.ACCOUNT_CREDIT, amount))


def reservation_used_postings(amount: Money) -> tuple[Posting, ...]:
    """The order is paid, in part by the credit that waited for it."""
    return posted((LedgerAccount.RECEIVABLE, LedgerAccount.CREDIT_RESERVED, amount))


def reservation_returned_postings(amount: Money) -> tuple[Posting, ...]:
    """The order was given up: its credit is free again."""
    return posted((LedgerAccount.ACCOUNT_CREDIT, LedgerAccount.CREDIT_RESERVED, amount))


def _difference(
    place: tuple[LedgerAccount, LedgerAccount], before: Money, after: Money
) -> tuple[Posting, ...]:
    source, destination = place
    if before.currency != after.currency:  # nothing, until a first charge shows the balance's
        return posted((destination, source, before), (source, destination, after))
    if before.is_at_most(after):
        return posted((source, destination, after - before))
    return posted((destination, source, before - after))


def posted(*moves: tuple[LedgerAccount, LedgerAccount, Money]) -> tuple[Posting, ...]:
    """Postings of source, destination and amount; none of nothing."""
    return tuple(
        Posting(source, destination, amount) for source, destination, amount in moves if amount
    )
