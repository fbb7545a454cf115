from pathlib import Path

import pytest

from tests.support.provider_specs import require_specs


@pytest.fixture(scope="session")
def specs() -> Path:
    return require_specs()
