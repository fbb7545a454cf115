"""An account that stores payment methods."""

import pytest

from tests.support.stored_methods import Methods


@pytest.fixture
def methods() -> Methods:
    return Methods()
