"""What tests of documents share."""

from collections.abc import Iterator

import pytest

from tests.support.business_rules import Judge, rule_books


@pytest.fixture(scope="session")
def judges() -> Iterator[dict[str, Judge]]:
    """The rule books of both syntaxes, compiled once."""
    with rule_books() as books:
        yield books
