"""What tests of the whole stack share: one that is deployed for the test run."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.support.deployed_stack import DeployedStack, deployed_stack

__all__ = ["deployed_stack"]


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "alone: no other test uses the stack meanwhile")


@pytest.fixture(autouse=True)
def _company(request: pytest.FixtureRequest, deployed_stack: DeployedStack) -> Iterator[None]:
    """Tests share the stack, but for those marked `alone`: they move its clock or break a part."""
    is_alone = request.node.get_closest_marker("alone") is not None
    with deployed_stack.alone() if is_alone else deployed_stack.in_company():
        yield
