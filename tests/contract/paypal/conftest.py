from pathlib import Path

import pytest

from tests.support.paypal_shop import PayPalShop, a_shop
from tests.support.provider_specs import require_specs


@pytest.fixture(scope="session")
def specs() -> Path:
    return require_specs()


@pytest.fixture
def shop() -> PayPalShop:
    return a_shop()
