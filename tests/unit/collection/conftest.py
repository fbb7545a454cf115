"""An account that stores payment methods."""

import pytest

from tests.support.methods import Methods


@pytest.fixture
def methods() -> Methods:
    return Methods()
