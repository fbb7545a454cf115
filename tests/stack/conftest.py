"""What tests of the whole stack share: one that is deployed for the test run."""

from tests.support.deployed_stack import deployed_stack

__all__ = ["deployed_stack"]
