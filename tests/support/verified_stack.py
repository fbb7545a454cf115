"""That everything in a deployed stack's tables keeps the rules: at the end of each of its tests."""

from __future__ import annotations

from functools import cache
from typing import Final

import pytest

from guichet.verification.findings import Finding
from guichet.verification.live import scanned
from guichet.verification.verifying import verify
from local.deployment import client
from local.environment import AwsClient
from tests.support.deployed_stack import DeployedStack
from tests.support.stack_sale import until

_ENDS_ITS_TABLE: Final = pytest.StashKey[bool]()


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_teardown(item: pytest.Item, nextitem: pytest.Item | None) -> None:
    """For a conftest: of the rows of one table, the last that a worker runs is judged for all."""
    after = None if nextitem is None else nextitem.location[2].partition("[")[0]
    item.stash[_ENDS_ITS_TABLE] = after != item.location[2].partition("[")[0]


def assert_stack_verified(stack: DeployedStack, test: pytest.Item) -> None:
    """`guichet verify` finds nothing, once what the stack's queues hold has been done."""
    if not test.stash[_ENDS_ITS_TABLE]:
        return
    tables = (stack.state_table, stack.journal_table)

    def findings() -> list[Finding]:
        stored = scanned(_dynamodb(stack.endpoint_url), *tables)
        return verify(stored, now=stack.now()).findings

    until(findings, lambda found: not found)


@cache
def _dynamodb(endpoint_url: str) -> AwsClient:
    """Kept: making one takes longer than reading the tables."""
    return client(endpoint_url, "dynamodb")
