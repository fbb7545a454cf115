"""What a comparison with a provider's books needs from outside: runs, our own side, reports."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from guichet.events import Event
from guichet.ledger.journal import Cause
from guichet.payments.account import PaymentAccount
from guichet.payments.payment import Payment
from guichet.payments.reconciliation import ReconciliationRun, RunKind
from guichet.registration.ports import Slice

type Report = Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Touched:
    """What of ours changed in a while, and where the rest begins."""

    payment_ids: tuple[str, ...]
    refunds: tuple[tuple[str, str], ...]  # of a payment, itself
    disputes: tuple[tuple[str, str], ...]
    after: str | None


class ReconciliationRecords(Protocol):
    """Runs, and our own side of what they compare."""

    def payment_accounts(self, *, limit: int, after: str | None) -> Slice[PaymentAccount]: ...

    def latest_run(
        self, account_id: str, provider: str, kind: RunKind
    ) -> ReconciliationRun | None: ...

    def runs_of(
        self, account_id: str, *, limit: int, after: str | None
    ) -> Slice[ReconciliationRun]: ...

    def save_run(
        self,
        cause: Cause,
        before: ReconciliationRun | None,
        after: ReconciliationRun,
        events: Sequence[Event],
    ) -> None:
        """Store it.

        Raises:
            ConcurrentUpdateError: somebody else goes on with it.
        """
        ...

    def known_events(self, provider: str, event_ids: Sequence[str]) -> frozenset[str]: ...

    def payments(self, payment_ids: Sequence[str]) -> list[Payment]:
        """Those that exist; at most 100 are asked for."""
        ...

    def touched(
        self, account_id: str, since: datetime, until: datetime, *, limit: int, after: str | None
    ) -> Touched:
        """By at most so many journal entries: an index that may miss the last moments."""
        ...


class Reports(Protocol):
    """Where reports are put. The same key holds the newest one; older ones are kept beside it."""

    def put(self, key: str, report: Report) -> None: ...
