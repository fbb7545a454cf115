"""That everything stored keeps the rules: at the end of stories and of every simulated run."""

from __future__ import annotations

from datetime import datetime

from guichet.verification.verifying import verify
from tests.support.memory_dynamo import MemoryDynamo


def assert_verified(dynamo: MemoryDynamo, now: datetime) -> None:
    """`guichet verify` finds nothing in a store in memory, in which nothing moves."""
    report = verify([*dynamo.items("state"), *dynamo.items("journal")], now=now)
    assert report.findings == [], "\n".join(map(str, report.findings))
