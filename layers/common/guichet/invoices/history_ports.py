"""What an account's history is read from: the journal, and what each balance says of itself (INV-9)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from guichet.invoices.movement import Moved
from guichet.ledger.journal import JournalEntry
from guichet.subscriptions.balance import OpenBill
from guichet.subscriptions.ports import Slice


@dataclass(frozen=True, slots=True)
class Placed:
    """An entry of the journal, and its place in the account's history."""

    entry: JournalEntry
    place: str


@dataclass(frozen=True, slots=True)
class BalanceStep:
    """One version of a balance, and what it is more than the version before it."""

    version: int
    at: datetime
    moved: Moved


class AccountHistory(Protocol):
    """What happened to an account's money, the newest first."""

    def entries(self, account_id: str, *, limit: int, after: str | None) -> Slice[Placed]:
        """Entries that may have moved money. The index nominates, and may miss the last moments.

        A part may be short, even empty, and lead on all the same.
        """
        ...

    def balance_steps(
        self, account_id: str, selling_entity: str, currency: str, *, below: int, limit: int
    ) -> list[BalanceStep]:
        """The versions of a balance below this one, the newest first: none is ever missing."""
        ...

    def bills_at(
        self, account_id: str, selling_entity: str, currency: str, *, version: int
    ) -> tuple[OpenBill, ...]:
        """The bills of a balance as they were at a version."""
        ...
