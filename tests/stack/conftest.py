"""What tests of the whole stack share: one that is deployed for the test run."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.support.deployed_stack import DeployedStack, deployed_stack
from tests.support.verified_stack import assert_stack_verified, pytest_runtest_teardown

__all__ = ["deployed_stack", "pytest_runtest_teardown"]


@pytest.fixture(autouse=True)
def _alone(deployed_stack: DeployedStack, request: pytest.FixtureRequest) -> Iterator[None]:
    """One test at a time, whichever worker it runs in: some move the clock or break a part.

    It is faster, too: for each call at the same time the emulator starts one more process.
    """
    with deployed_stack.one_at_a_time("tests"):
        yield
        assert_stack_verified(deployed_stack, request.node)
