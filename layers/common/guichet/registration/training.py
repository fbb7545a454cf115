"""A training: what it costs, when it is, who may come in and how they may pay (REG-1)."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from types import MappingProxyType

from guichet.errors import Conflict
from guichet.money import Money


class TrainingStatus(StrEnum):
    """Drafts are prepared, open ones sell, closed ones do not, cancelled ones don't take place."""

    DRAFT = "draft"
    OPEN = "open"
    CLOSED = "closed"
    CANCELLED = "cancelled"  # every registration ends, what was paid goes back
    DELETED = "deleted"  # a draft taken back: as absent, but its history stays


S = TrainingStatus

TRANSITIONS = MappingProxyType(
    {
        S.DRAFT: frozenset({S.OPEN, S.DELETED}),
        S.OPEN: frozenset({S.CLOSED, S.CANCELLED}),
        S.CLOSED: frozenset({S.OPEN, S.CANCELLED}),
        S.CANCELLED: frozenset(),
        S.DELETED: frozenset(),
    }
)


class Approval(StrEnum):
    """Whether the organizer looks at each registrant first (REG-6)."""

    AUTOMATIC = "automatic"
    MANUAL = "manual"


@dataclass(frozen=True, slots=True)
class OfflineMethod:
    """The organizer's own way of being paid, with what the registrant must do (REG-11)."""

    method_id: str
    label: str
    instructions: str


@dataclass(frozen=True, slots=True)
class Training:
    """A priced event of one organizer. Its seats are counted beside it, never in it."""

    training_id: str
    account_id: str
    created_by: str  # member: an event manager sees only their own
    title: str
    description: str
    terms: str
    starts_at: datetime
    ends_at: datetime
    time_zone: str
    price: Money
    capacity: int | None  # None: no limit
    provider_payment: bool  # pay at a provider's hosted page
    offline_methods: tuple[OfflineMethod, ...]
    offline_deadline_days: int
    approval: Approval
    languages: tuple[str, ...]
    created_at: datetime
    request_hash: str
    status: TrainingStatus = S.DRAFT
    version: int = 1
    ending_sessions_since: datetime | None = None  # closed: open sessions are being ended
    cancelled_at: datetime | None = None
    handled_keys: tuple[str, ...] = ()

    def transition_to(self, status: TrainingStatus) -> Training:
        """Move along the table, or refuse."""
        if status not in TRANSITIONS[self.status]:
            raise Conflict(
                f"training_{self.status}",
                f"A training that is {self.status} can't become {status}.",
                rule="REG-1",
            )
        return replace(self, status=status)

    def opened(self, *, now: datetime, can_be_paid: bool) -> Training:
        """Open for registration; a paid one needs a way to be paid (PAY-2)."""
        opened = self.transition_to(S.OPEN)
        if self.starts_at <= now:
            raise Conflict("training_started", "The training has started; change its date first.")
        if self.price and not self.provider_payment and not self.offline_methods:
            raise Conflict("no_payment_method", "Accept a payment method before opening.")
        if self.price and self.provider_payment and not can_be_paid:
            raise Conflict(
                "payment_account_not_usable",
                "Link a confirmed and verified payment account before opening a paid training.",
                rule="PAY-2",
            )
        return replace(opened, ending_sessions_since=None)

    def closed(self, *, now: datetime) -> Training:
        return replace(self.transition_to(S.CLOSED), ending_sessions_since=now)

    def cancelled(self, *, now: datetime) -> Training:
        """It does not take place; a draft is deleted instead."""
        cancelled = self.transition_to(S.CANCELLED)
        return replace(cancelled, cancelled_at=now, ending_sessions_since=None)

    def require_not_cancelled(self) -> None:
        """Refuse what would sell or change what does not take place."""
        if self.status is S.CANCELLED:
            raise Conflict("training_cancelled", "This training has been cancelled.", rule="REG-1")

    def require_registrable(self, now: datetime) -> None:
        """Refuse where none can be; that a draft is as absent is the caller's to say."""
        self.require_not_cancelled()
        if self.status is S.CLOSED:
            raise Conflict("training_closed", "Registration for this training is closed.")
        self.require_not_started(now)

    def require_not_started(self, now: datetime) -> None:
        if self.has_started(now):
            raise Conflict("training_started", "This training has already started.")

    def has_started(self, now: datetime) -> bool:
        return self.starts_at <= now

    def takes_late_payers(self, now: datetime) -> bool:
        """Whether a payment that comes too late may still get a seat (REG-4)."""
        return self.status is S.OPEN and not self.has_started(now)

    def offline_method(self, method_id: str) -> OfflineMethod | None:
        return next((m for m in self.offline_methods if m.method_id == method_id), None)
