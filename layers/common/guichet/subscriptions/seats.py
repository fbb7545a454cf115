"""Seats: what was bought is a pool, out of which members get theirs (SUB-14)."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from types import MappingProxyType

from guichet.errors import Conflict


class SeatStatus(StrEnum):
    """The life of an assignment; the first two use a seat."""

    INVITED = "invited"
    ACTIVE = "active"
    RELEASED = "released"


S = SeatStatus

TRANSITIONS = MappingProxyType(
    {  # a pair absent from this table does not happen
        S.INVITED: frozenset({S.ACTIVE, S.RELEASED}),
        S.ACTIVE: frozenset({S.RELEASED}),
        S.RELEASED: frozenset(),
    }
)


@dataclass(frozen=True, slots=True)
class SeatPool:
    """How many seats may be assigned, and how many are."""

    capacity: int
    assigned: int


@dataclass(frozen=True, slots=True)
class SeatAssignment:
    """One seat of one person."""

    seat_id: str
    subscription_id: str
    account_id: str
    email: str
    name: str
    status: SeatStatus
    assigned_at: datetime
    request_hash: str
    activated_at: datetime | None = None
    released_at: datetime | None = None
    handled_keys: tuple[str, ...] = ()
    version: int = 1

    def transition_to(self, status: SeatStatus) -> SeatAssignment:
        """The only door between states.

        Raises:
            Conflict: `seat_<status>`.
        """
        if status not in TRANSITIONS[self.status]:
            raise Conflict(f"seat_{self.status}", f"This seat is {self.status}.", rule="SUB-14")
        return replace(self, status=status)

    def activated(self, at: datetime) -> SeatAssignment:
        return replace(self.transition_to(S.ACTIVE), activated_at=at)

    def released(self, at: datetime) -> SeatAssignment:
        return replace(self.transition_to(S.RELEASED), released_at=at)


def seats_below_assigned() -> Conflict:
    return Conflict(
        "seats_below_assigned",
        "More seats are assigned than would be left; take some back first.",
        rule="SUB-14",
    )
