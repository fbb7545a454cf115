"""That everything in a deployed stack's tables keeps the rules: at the end of each of its tests."""

from __future__ import annotations

from guichet.verification.findings import Finding
from guichet.verification.live import scanned
from guichet.verification.verifying import verify
from tests.support.deployed_stack import DeployedStack
from tests.support.stack_sale import until


def assert_stack_verified(stack: DeployedStack) -> None:
    """`guichet verify` finds nothing, once what the stack's queues hold has been done."""
    client = stack.client("dynamodb")

    def findings() -> list[Finding]:
        stored = scanned(client, stack.state_table, stack.journal_table)
        return verify(stored, now=stack.now()).findings

    until(findings, lambda found: not found)
