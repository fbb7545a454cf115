"""A run over everything due: what it planned, how far it has come, what it came to (INV-1)."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from guichet.errors import Conflict

PLATFORM: Final = "platform"  # whose runs are: they are about the accounts of all


class RunStatus(StrEnum):
    """A run's life."""

    PLANNING = "planning"  # finding what is due
    WORKING = "working"
    FINISHED = "finished"


S = RunStatus

TRANSITIONS = MappingProxyType(
    {  # a pair absent from this table does not happen
        S.PLANNING: frozenset({S.WORKING, S.FINISHED}),
        S.WORKING: frozenset({S.FINISHED}),
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
    """One run. Counts are added by the writes that number invoices, so they are exact."""

    run_id: str
    account_id: str  # the platform's: a run is about all accounts
    started_at: datetime
    started_by: str
    status: RunStatus = S.PLANNING
    planned: int = 0  # accounts and orders that may be due
    looked_at: int = 0
    parked: int = 0
    finished_at: datetime | None = None
    version: int = 1

    def transition_to(self, status: RunStatus) -> InvoiceRun:
        """The only door between states.

        Raises:
            Conflict: `invoice_run_<status>`.
        """
        if status not in TRANSITIONS[self.status]:
            raise Conflict(f"invoice_run_{self.status}", f"This run is {self.status}.")
        return replace(self, status=status)
