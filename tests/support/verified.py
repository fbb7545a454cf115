"""That everything stored keeps the rules: at the end of stories, simulated runs and tests of the stack."""

from __future__ import annotations

from datetime import datetime

from guichet.verification.findings import Report
from guichet.verification.verifying import verify
from tests.support.memory_dynamo import MemoryDynamo


def verified(dynamo: MemoryDynamo, now: datetime) -> Report:
    """The judgement about a store in memory, in which nothing moves."""
    return verify([*dynamo.items("state"), *dynamo.items("journal")], now=now)


def assert_verified(dynamo: MemoryDynamo, now: datetime) -> None:
    """`guichet verify` finds nothing."""
    report = verified(dynamo, now)
    assert report.findings == []
