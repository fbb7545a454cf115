"""A run over everything due: what it planned, how far it has come, what it came to (INV-1)."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from guichet.errors import Conflict
from guichet.invoices.batches import Batch, CountedBatches, with_counted

PLATFORM: Final = "platform"  # whose runs are: they are about the accounts of all
_PLANS_FOR: Final = timedelta(minutes=5)  # longer than a planner lives: then another one may
_QUIET_FOR: Final = timedelta(hours=1)  # then messages were lost: what is still due is found anew


class RunStatus(StrEnum):
    """A run's life."""

    PLANNING = "planning"  # finding what is due
    WORKING = "working"
    FINISHED = "finished"


S = RunStatus

TRANSITIONS = MappingProxyType(
    {  # a pair absent from this table does not happen
        S.PLANNING: frozenset({S.WORKING, S.FINISHED}),
        S.WORKING: frozenset({S.FINISHED, S.PLANNING}),  # found anew, where messages were lost
        S.FINISHED: frozenset(),
    }
)


@dataclass(frozen=True, slots=True)
class RunTotal:
    """What a run invoiced in one currency."""

    currency: str
    total_minor: int


@dataclass(frozen=True, slots=True)
class InvoiceRun:
    """One run. Counts are added by the writes that number invoices, so they are exact.

    It is planned by one planner at a time. One that takes over passes on again whatever is still
    due; what the former one has passed on counts no more, but as far as it was looked at by then.
    """

    run_id: str
    account_id: str  # the platform's: a run is about all accounts
    started_at: datetime
    started_by: str
    status: RunStatus = S.PLANNING
    planned: int = 0  # accounts and orders that may be due
    looked_at: int = 0
    parked: int = 0
    finished_at: datetime | None = None
    planning: int = 0  # how often somebody began to find what is due
    planner_until: datetime | None = None  # then whoever plans it is gone
    looked_before: int = 0  # at, when the latest planning began
    progressed_at: datetime | None = None
    counted_batches: tuple[CountedBatches, ...] = ()  # of the latest planning
    version: int = 1

    def may_be_planned(self, now: datetime) -> bool:
        """Whether nobody plans it, or what was passed on is lost."""
        match self.status:
            case S.PLANNING:
                return self.planner_until is None or self.planner_until <= now
            case S.WORKING:
                moved_at = self.progressed_at or self.planner_until or self.started_at
                return moved_at + _QUIET_FOR <= now
            case S.FINISHED:
                return False

    def taken_by_planner(self, now: datetime) -> InvoiceRun:
        """One planner's alone from now on; where it was planned before, anew."""
        planning = self.transition_to(S.PLANNING) if self.status is S.WORKING else self
        return replace(
            planning,
            planned=0,
            planning=self.planning + 1,
            planner_until=now + _PLANS_FOR,
            looked_before=self.looked_at,
            progressed_at=None,
            counted_batches=(),
        )

    def with_planned(self, planned: int, now: datetime) -> InvoiceRun:
        """So many were passed on; finished where all of them were looked at by now."""
        working = replace(self.transition_to(S.WORKING), planned=self.looked_before + planned)
        return working.finished_if_all_is_looked_at(now)

    def with_progress(
        self, batch: Batch, selling_entity: str, looked_at: int, parked: int, now: datetime
    ) -> InvoiceRun | None:
        """With what one message was about; None where that counts no more, or was counted."""
        if self.status is S.FINISHED or batch.planning != self.planning:
            return None
        counted = with_counted(self.counted_batches, selling_entity, batch.number)
        if counted is None:
            return None
        after = replace(
            self,
            looked_at=self.looked_at + looked_at,
            parked=self.parked + parked,
            progressed_at=now,
            counted_batches=counted,
        )
        return after.finished_if_all_is_looked_at(now)

    def finished_if_all_is_looked_at(self, now: datetime) -> InvoiceRun:
        if self.status is not S.WORKING or self.looked_at < self.planned:
            return self
        return replace(self.transition_to(S.FINISHED), finished_at=now)

    def transition_to(self, status: RunStatus) -> InvoiceRun:
        """The only door between states.

        Raises:
            Conflict: `invoice_run_<status>`.
        """
        if status not in TRANSITIONS[self.status]:
            raise Conflict(f"invoice_run_{self.status}", f"This run is {self.status}.")
        return replace(self, status=status)
