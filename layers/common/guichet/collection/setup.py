"""One try to store a payment method: stored before the provider hears of it, ended in any case."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from guichet.collection.stored import Authorization
from guichet.errors import Conflict
from guichet.payments.stored_method import FoundMethod, MethodSetup

CALL_LIMIT: Final = timedelta(seconds=30)  # so long another worker may wait for the provider
LOOK_AFTER: Final = timedelta(minutes=1)  # what a worker does at once is looked after then


class SetupStatus(StrEnum):
    """Where it stands."""

    CREATED = "created"  # nobody has its page
    OPEN = "open"  # the customer has the provider's page
    STORED = "stored"
    REFUSING = "refusing"  # the provider stored what we do not take: it has to forget it
    REFUSED = "refused"
    ENDED = "ended"  # nobody agreed


S = SetupStatus

TRANSITIONS = MappingProxyType(
    {  # a pair absent from this table does not happen
        S.CREATED: frozenset({S.OPEN, S.ENDED}),
        S.OPEN: frozenset({S.STORED, S.REFUSING, S.ENDED}),
        S.STORED: frozenset(),
        S.REFUSING: frozenset({S.REFUSED}),
        S.REFUSED: frozenset(),
        S.ENDED: frozenset({S.STORED, S.REFUSING}),  # agreed at the last moment, heard of later
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Setup(MethodSetup):
    """A setup with its life. It stores at most one method, whoever hears of it how often."""

    started_at: datetime
    started_by: str  # the member
    request_hash: str
    status: SetupStatus = SetupStatus.CREATED
    calling_since: datetime | None = None  # a worker waits for the provider
    redirect_url: str | None = None
    authorization: Authorization | None = None  # accepted before the page was opened (COL-10)
    found: FoundMethod | None = None  # what the provider has still to forget
    forget_from: datetime | None = None
    refusal: str | None = None  # why it was refused, or not opened
    method_id: str | None = None
    version: int = 1

    @property
    def is_live(self) -> bool:
        return self.status in {SetupStatus.CREATED, SetupStatus.OPEN}

    def transition_to(self, status: SetupStatus) -> Setup:
        """The only door between states.

        Raises:
            Conflict: `setup_<status>`.
        """
        if status not in TRANSITIONS[self.status]:
            raise Conflict(f"setup_{self.status}", f"This page is {self.status}.")
        return replace(self, status=status)

    def is_being_called(self, now: datetime) -> bool:
        """Whether another worker may still receive the page."""
        return self.calling_since is not None and now < self.calling_since + CALL_LIMIT

    def retried(self, now: datetime, ends_at: datetime) -> Setup:
        """The next attempt number: a page that reached nobody is harmless."""
        if self.status is not SetupStatus.CREATED:
            raise Conflict(f"setup_{self.status}", f"This page is {self.status}.")
        return replace(
            self, attempt=self.attempt + 1, request_body="", ends_at=ends_at, calling_since=now
        )

    def asking(self, request_body: str, customer_id: str | None) -> Setup:
        """The exact bytes that will open the page."""
        return replace(self, request_body=request_body, customer_id=customer_id)

    def call_lost(self) -> Setup:
        return replace(self, calling_since=None)

    def opened(self, session_id: str, redirect_url: str) -> Setup:
        """The page is known: the bytes that asked for it are let go."""
        return replace(
            self.transition_to(SetupStatus.OPEN),
            session_id=session_id,
            redirect_url=redirect_url,
            request_body="",
            calling_since=None,
        )

    def stored(self, method_id: str) -> Setup:
        return replace(self._over(SetupStatus.STORED), method_id=method_id)

    def refusing(self, found: FoundMethod, refusal: str, at: datetime) -> Setup:
        """What was stored is not taken; the provider is told to forget it."""
        moved = self._over(SetupStatus.REFUSING)
        return replace(moved, found=found, refusal=refusal, forget_from=at + LOOK_AFTER)

    def refused(self) -> Setup:
        """The provider has forgotten it."""
        return replace(self.transition_to(SetupStatus.REFUSED), found=None, forget_from=None)

    def ended(self, refusal: str | None = None) -> Setup:
        return replace(self._over(SetupStatus.ENDED), refusal=refusal)

    def _over(self, status: SetupStatus) -> Setup:
        """The page leads nowhere any more."""
        moved = self.transition_to(status)
        return replace(moved, redirect_url=None, request_body="", calling_since=None)

    def next_look_at(self) -> datetime | None:
        """When it ends, unheard of perhaps; or when what is not taken must be forgotten."""
        return self.ends_at if self.is_live else self.forget_from
