"""One comparison of our books with a provider's: how far it has come, and what it found (EXT-3)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from datetime import datetime
from enum import StrEnum
from types import MappingProxyType
from typing import Any, Final

from guichet.payments.account import PaymentAccount, PaymentAccountStatus
from guichet.payments.books import ListedKind

PLATFORM: Final = "platform"  # the operator's own: what belongs to no organizer
SHOWN_FINDINGS: Final = 20  # kept with the run itself; the report has them all


class FindingCode(StrEnum):
    """What no rule repairs; docs/operations.md says what to do about each."""

    ACCOUNT_NOT_REACHABLE = "account_not_reachable"
    LIST_REFUSED = "list_refused"
    NOT_ANSWERED = "not_answered"
    CAPTURE_UNKNOWN = "capture_unknown"  # it names a payment that we don't have
    CAPTURE_NOT_RECORDED = "capture_not_recorded"
    CAPTURED_TWICE = "captured_twice"
    CAPTURE_DIFFERS = "capture_differs"
    CAPTURE_MISSING_THERE = "capture_missing_there"
    FEE_DIFFERS = "fee_differs"
    FEE_RETURN_DIFFERS = "fee_return_differs"
    REFUND_NOT_RECORDED = "refund_not_recorded"
    REFUND_DIFFERS = "refund_differs"
    REFUND_MISSING_THERE = "refund_missing_there"
    DISPUTE_NOT_RECORDED = "dispute_not_recorded"


@dataclass(frozen=True, slots=True)
class Finding:
    """One difference, with both sides' figures. Nothing was changed because of it."""

    code: FindingCode
    payee: str
    object_id: str  # the provider's, as far as there is one
    ours: str
    theirs: str
    payment_id: str | None = None
    refund_id: str | None = None

    def as_plain(self) -> dict[str, str | None]:
        return {name: None if value is None else str(value) for name, value in _values(self)}


@dataclass(frozen=True, slots=True)
class Counts:
    """What was looked at, and what came of it."""

    events: int = 0
    captures: int = 0
    refunds: int = 0
    disputes: int = 0
    fees: int = 0
    payouts: int = 0
    payments: int = 0  # of ours, compared the other way round
    received: int = 0  # events whose webhook was lost
    repaired: int = 0

    def __add__(self, other: Counts) -> Counts:
        added = dict(_values(other))
        return Counts(**{name: value + added[name] for name, value in _values(self)})

    def as_plain(self) -> dict[str, int]:
        return dict(_values(self))


def _values(held: Finding | Counts) -> list[tuple[str, Any]]:
    return [(field.name, getattr(held, field.name)) for field in fields(held)]


class RunKind(StrEnum):
    """What asked for a run."""

    DAILY = "daily"
    BY_HAND = "hand"


class RunStatus(StrEnum):
    """A run that was killed is still running: the next one that is started goes on with it."""

    RUNNING = "running"
    FINISHED = "finished"


S = RunStatus

TRANSITIONS = MappingProxyType({S.RUNNING: frozenset({S.FINISHED}), S.FINISHED: frozenset()})


@dataclass(frozen=True, slots=True)
class ReconciliationRun:
    """One organizer's account at one provider, or the operator's own, over [since, until).

    `step` and `after` say where it goes on; `pages` counts what was read, and names the reports.
    """

    run_id: str
    account_id: str
    provider: str
    kind: RunKind
    request: str  # what is asked for once: a day, or a request by hand; later ones sort later
    payees: tuple[str, ...]  # the linked one, then those linked before (PAY-4)
    linked: str | None
    since: datetime
    until: datetime
    started_at: datetime
    status: RunStatus = S.RUNNING
    finished_at: datetime | None = None
    step: int = 0
    after: str | None = None
    pages: int = 0
    counts: Counts = Counts()
    findings: tuple[Finding, ...] = ()  # the first of them
    found: int = 0
    version: int = 0  # 0 until it is stored

    @property
    def is_finished(self) -> bool:
        return self.status is S.FINISHED

    def turned(
        self, counts: Counts, findings: Sequence[Finding], after: str | None
    ) -> ReconciliationRun:
        """One page further; without an `after` the next step begins."""
        return replace(
            self,
            step=self.step if after is not None else self.step + 1,
            after=after,
            pages=self.pages + 1,
            counts=self.counts + counts,
            findings=(*self.findings, *findings)[:SHOWN_FINDINGS],
            found=self.found + len(findings),
        )

    def skipping_to(self, step: int) -> ReconciliationRun:
        return replace(self, step=step, after=None)

    def finished(self, now: datetime) -> ReconciliationRun:
        if S.FINISHED not in TRANSITIONS[self.status]:
            raise ValueError("this run is finished")
        return replace(self, status=S.FINISHED, finished_at=now)


@dataclass(frozen=True, slots=True)
class Step:
    """One list to be read to its end: the provider's of this kind, or (None) our own."""

    kind: ListedKind | None
    payee: str


# The operator's own list, whoever of the organizers it is about.
_OPERATORS: Final = frozenset({ListedKind.FEE, ListedKind.EVENT})


def steps_of(run: ReconciliationRun, kinds: Sequence[ListedKind]) -> tuple[Step, ...]:
    """What a run reads, in order: events first, since they repair by the ordinary road.

    A provider that lists no captures lists events for all organizers at once.
    """
    ordered = [each for each in _ORDER if each in kinds]
    if run.account_id == PLATFORM:
        return tuple(Step(each, "") for each in ordered if each in _OPERATORS)
    by_account = [each for each in ordered if each is not ListedKind.FEE]
    if ListedKind.CAPTURE not in kinds:
        by_account = [each for each in by_account if each is not ListedKind.EVENT]
    theirs = [Step(kind, payee) for payee in run.payees for kind in by_account]
    return (*theirs, Step(None, ""))


_ORDER: Final = (
    ListedKind.EVENT,
    ListedKind.CAPTURE,
    ListedKind.REFUND,
    ListedKind.DISPUTE,
    ListedKind.FEE,
    ListedKind.PAYOUT,
)


@dataclass(frozen=True, slots=True)
class Target:
    """Whose books are compared at which provider."""

    account_id: str
    provider: str
    payees: tuple[str, ...]
    linked: str | None

    @classmethod
    def of(cls, account: PaymentAccount) -> Target | None:
        """None where nothing was ever linked."""
        linked = (
            account.provider_account_id if account.status is PaymentAccountStatus.LINKED else None
        )
        before = tuple(each for each in account.former if each != linked)
        payees = before if linked is None else (linked, *before)
        if not payees:
            return None
        return cls(account.account_id, account.provider, payees, linked)

    @classmethod
    def operator(cls, provider: str) -> Target:
        return cls(PLATFORM, provider, ("",), "")
