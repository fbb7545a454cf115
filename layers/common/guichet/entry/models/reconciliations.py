"""What owners are shown of the comparisons with the providers' books (EXT-3)."""

from __future__ import annotations

from datetime import datetime
from typing import Literal, Self

from guichet.entry.fields import Answer
from guichet.payments.reconciliation import Finding, ReconciliationRun


class FindingAnswer(Answer):
    """A difference that no rule repairs. Nothing was changed because of it."""

    code: str
    provider_object_id: str | None
    payment_id: str | None
    refund_id: str | None
    ours: str
    theirs: str

    @classmethod
    def of(cls, finding: Finding) -> Self:
        return cls(
            code=finding.code,
            provider_object_id=finding.object_id or None,
            payment_id=finding.payment_id,
            refund_id=finding.refund_id,
            ours=finding.ours,
            theirs=finding.theirs,
        )


class ReconciliationAnswer(Answer):
    """One comparison of [since, until). `findings` are the first of `finding_count`."""

    reconciliation_id: str
    provider: str
    status: Literal["running", "finished"]
    since: datetime
    until: datetime
    started_at: datetime
    finished_at: datetime | None
    counts: dict[str, int]
    finding_count: int
    findings: list[FindingAnswer]

    @classmethod
    def of(cls, run: ReconciliationRun) -> Self:
        return cls(
            reconciliation_id=run.run_id,
            provider=run.provider,
            status=run.status.value,
            since=run.since,
            until=run.until,
            started_at=run.started_at,
            finished_at=run.finished_at,
            counts=run.counts.as_plain(),
            finding_count=run.found,
            findings=[FindingAnswer.of(each) for each in run.findings],
        )


class ReconciliationsAnswer(Answer):
    """Part of a list, newest first; `next_cursor` leads on, null at the end."""

    items: list[ReconciliationAnswer]
    next_cursor: str | None
