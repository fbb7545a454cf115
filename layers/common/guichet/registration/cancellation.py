"""A training that is cancelled: how far the run is, and what became of the money (RFD-1, REG-8)."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from guichet.errors import Conflict
from guichet.payments.schedule import WORKER_LIVES, next_question_at
from guichet.registration.registration import MoneyOutcome

# Refunds and late payments that have not ended by then are told by their own alarms and mails.
FOLLOWED_FOR: Final = timedelta(days=5)


class CancellationStatus(StrEnum):
    """A run goes over the registrations, pass by pass, until nothing is left to do."""

    RUNNING = "running"
    DONE = "done"


S = CancellationStatus

TRANSITIONS = MappingProxyType({S.RUNNING: frozenset({S.DONE}), S.DONE: frozenset()})


@dataclass(frozen=True, slots=True)
class Tally:
    """Registrations by what became of their money; those that were over before are in none."""

    refunded: int = 0
    refunding: int = 0  # on its way to the registrant
    nothing_to_refund: int = 0
    returned_on_arrival: int = 0  # not settled yet: what arrives goes back by itself (REG-8)
    not_refunded: int = 0
    failed: int = 0  # the provider refused, or took it back
    waiting: int = 0  # not cancelled yet: its open session could not be ended

    def and_one(self, outcome: MoneyOutcome | None) -> Tally:
        """One registration more; None: it is not cancelled yet."""
        name = "waiting" if outcome is None else str(outcome)
        return replace(self, **{name: getattr(self, name) + 1})

    @property
    def on_the_way(self) -> int:
        return self.refunding + self.returned_on_arrival


@dataclass(frozen=True, slots=True)
class Cancellation:
    """The run over one training's registrations. Each page is written down, so that any worker goes on.

    A pass counts from nothing by what the registrations themselves say: a repeat counts the same.
    """

    training_id: str
    account_id: str
    requested_by: str  # member
    requested_at: datetime
    explanation: str  # why, in the organizer's words
    note: str | None  # to the registrants
    status: CancellationStatus = S.RUNNING
    pass_began_at: datetime | None = None  # None: between two passes
    cursor: str | None = None  # up to where this pass has come
    counting: Tally = Tally()  # of this pass so far
    counted: Tally | None = None  # of the last whole pass
    pass_count: int = 0
    look_again_at: datetime | None = None
    finished_at: datetime | None = None
    version: int = 1

    @property
    def tally(self) -> Tally:
        """What is known: of the last whole pass, or of the first one as far as it has come."""
        return self.counting if self.counted is None else self.counted

    def transition_to(self, status: CancellationStatus) -> Cancellation:
        """The only door between states."""
        if status not in TRANSITIONS[self.status]:
            raise Conflict(f"cancellation_{self.status}", f"This cancellation is {self.status}.")
        return replace(self, status=status)

    def is_due(self, now: datetime) -> bool:
        """Whether there is something to do: a pass under way, or the next one's moment."""
        if self.status is S.DONE or self.look_again_at is None:
            return False
        return self.pass_began_at is not None or self.look_again_at <= now

    def came_to(self, tally: Tally, cursor: str | None, *, began_at: datetime) -> Cancellation:
        """One page further.

        Args:
            tally: of the pass, this page included.
            cursor: where the next page begins; None: the pass is over.
            began_at: when this page was begun.
        """
        since = self.pass_began_at or began_at
        if cursor is not None:
            return replace(
                self,
                pass_began_at=since,
                cursor=cursor,
                counting=tally,
                look_again_at=began_at + WORKER_LIVES,  # should the worker of the next page die
                version=self.version + 1,
            )
        passed = replace(
            self,
            pass_began_at=None,
            cursor=None,
            counting=Tally(),
            counted=tally,
            pass_count=self.pass_count + 1,
            version=self.version + 1,
        )
        if _is_enough(self, tally, since):
            done = passed.transition_to(S.DONE)
            return replace(done, look_again_at=None, finished_at=began_at)
        return replace(passed, look_again_at=_next_pass_at(passed, began_at))


def _is_enough(run: Cancellation, tally: Tally, began_at: datetime) -> bool:
    """Whether no registrant is left, none can still come, and no money is awaited any longer.

    A registration may be written by a worker that had read the training before it was cancelled.
    """
    if tally.waiting or began_at < run.requested_at + WORKER_LIVES:
        return False
    return not tally.on_the_way or began_at >= run.requested_at + FOLLOWED_FOR


def _next_pass_at(run: Cancellation, now: datetime) -> datetime:
    count = run.pass_count
    while next_question_at(run.requested_at, count) <= now:
        count += 1  # those slept through are not made up for
    return max(next_question_at(run.requested_at, count), run.requested_at + WORKER_LIVES)
