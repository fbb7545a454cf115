"""The books as a plain-text journal that hledger and ledger read (MON-4)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Final

from guichet.ledger.journal import JournalEntry
from guichet.ledger.postings import LedgerAccount, balances
from guichet.money import minor_digits

UNKNOWN_PROVIDER: Final = "unknown_provider"
_NO_NAME: Final = re.compile(r"[^\w.-]")  # what would part or end an account's name


def plain_text_journal(entries: Iterable[JournalEntry]) -> str:
    """One entry for each journal entry with postings, oldest first; the same books give the same text.

    Accounts are `organizer:provider:account`; what an organizer has at one provider never meets
    what it has at another. Entries in the book of a selling entity go to `entity:account`, with the
    customer in a comment. Dates are UTC; the exact instant, ids and use case stand in comments.
    The provider is read from the entry that created the payment or refund, which has to be among
    the entries.
    """
    known = sorted(entries, key=lambda each: (each.at, each.aggregate, each.sequence))
    providers = _providers(known)
    moving = [each for each in known if each.postings]
    blocks = [_commodities(moving)]
    blocks.extend(_block(each, providers.get(each.aggregate, UNKNOWN_PROVIDER)) for each in moving)
    return "\n".join(block for block in blocks if block)


def amount_text(amount_minor: int, currency: str) -> str:
    """A signed amount with the currency's own number of decimals: `-120.00 USD`."""
    digits = minor_digits(currency)
    whole, rest = divmod(abs(amount_minor), 10**digits)
    sign = "-" if amount_minor < 0 else ""
    return f"{sign}{whole}.{rest:0{digits}} {currency}" if digits else f"{sign}{whole} {currency}"


def _providers(entries: Iterable[JournalEntry]) -> Mapping[str, str]:
    return {
        each.aggregate: provider
        for each in entries
        if isinstance(provider := each.after.get("provider"), str)
    }


def _commodities(entries: Iterable[JournalEntry]) -> str:
    currencies = {posting.amount.currency for each in entries for posting in each.postings}
    return "".join(
        f"commodity {currency}\n    format {amount_text(10 ** (minor_digits(currency) + 3), currency)}\n"
        for currency in sorted(currencies)
    )


def _block(entry: JournalEntry, provider: str) -> str:
    what = ", ".join(event.name for event in entry.events) or entry.use_case
    identity = entry.aggregate.partition("/")[2]
    lines = [
        f"{entry.at:%Y-%m-%d} * ({identity}/{entry.sequence}) {what}",
        f"    ; at:{entry.at.isoformat(timespec='milliseconds')}",
        f"    ; entry:{entry.aggregate}/{entry.sequence}",
        f"    ; use_case:{entry.use_case}",
    ]
    place = f"{_name(entry.account_id)}:{_name(provider)}"
    if entry.book is not None:
        lines.append(f"    ; account:{_name(entry.account_id)}")
        place = _name(entry.book)
    sums = balances(entry.postings)
    for currency in sorted({currency for _, currency in sums}):
        lines.extend(
            f"    {place}:{account}  {amount_text(sums[account, currency], currency)}"
            for account in LedgerAccount
            if (account, currency) in sums
        )
    return "\n".join(lines) + "\n"


def _name(text: str) -> str:
    return _NO_NAME.sub("_", text)
