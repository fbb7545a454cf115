"""A judgement in words."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from guichet.verification.findings import MEANING, Check, Report


def lines_of(report: Report, *, now: datetime) -> Iterator[str]:
    """What was read, what was checked of how many objects, and what was found."""
    state, journal = report.read["state"], report.read["journal"]
    yield f"{now.isoformat(timespec='seconds')}: {state:,} items, {journal:,} journal entries"
    for check in Check:
        verdict = f"FOUND {report.found[check]:,}" if report.found[check] else "ok"
        yield f"{verdict:>8}  {check:<18} {report.judged[check]:>9,}  {MEANING[check]}"
    if report.moving:
        yield (
            f"{report.moving:,} objects were being changed and are not judged: "
            "verify again, or an export"
        )
    for finding in report.findings:
        yield f"{finding.check}  {finding.subject}  {finding.detail}"
    left = report.found.total() - len(report.findings)
    if left:
        yield f"and {left:,} more"
