"""The journal: the one fact that every change writes. Ledger, audit log and outbox are readings of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Protocol

from guichet.events import Actor, Event
from guichet.ledger.postings import Posting

if TYPE_CHECKING:  # not loaded by whoever bills nothing: a sale's cold start
    from guichet.ledger.billable import BillableLine


class Versioned(Protocol):
    """An aggregate: guarded by the version that was read."""

    @property
    def version(self) -> int: ...


@dataclass(frozen=True, slots=True)
class Cause:
    """Who changed something, when, and in which use case (ACC-3)."""

    actor: Actor
    use_case: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Change[T: Versioned]:
    """One aggregate before and after, with what the change means to books and to the world.

    `mails` are kinds of `guichet.registration.outbox`; they are sent at least once after the write.
    `lines` are what it adds to bills. `book` is the selling entity in whose book the postings stand;
    None: the account's own.
    """

    before: T | None
    after: T
    events: tuple[Event, ...] = ()
    postings: tuple[Posting, ...] = ()
    mails: tuple[str, ...] = ()
    lines: tuple[BillableLine, ...] = ()
    book: str | None = None


@dataclass(frozen=True, slots=True)
class JournalEntry:
    """One change as it was written; nothing ever updates or deletes it."""

    aggregate: str
    sequence: int
    account_id: str
    at: datetime
    actor: Actor
    use_case: str
    before: Mapping[str, object]
    after: Mapping[str, object]
    events: tuple[Event, ...]
    postings: tuple[Posting, ...]
    mails: tuple[str, ...] = ()
    lines: tuple[BillableLine, ...] = ()
    book: str | None = None  # the selling entity whose it is; None: the account's own
