from collections.abc import Iterator
from pathlib import Path

import pytest

from guichet.adapters.urllib3_http import Urllib3Http
from local.simulators.paypal import PayPalSimulator
from local.simulators.paypal.server import serve
from tests.support.paypal_calls import MERCHANT
from tests.support.paypal_shop import PayPalShop, a_shop, shop_on
from tests.support.provider_specs import require_specs
from tests.support.stripe_calls import MovableClock


@pytest.fixture(scope="session")
def specs() -> Path:
    return require_specs()


@pytest.fixture(params=["in process", "over HTTP"])
def shop(request: pytest.FixtureRequest) -> Iterator[PayPalShop]:
    """The same simulator behind both implementations of the seam."""
    if request.param == "in process":
        yield a_shop()
        return
    clock = MovableClock()
    simulator = PayPalSimulator(clock)
    simulator.add_merchant(MERCHANT)
    running = serve(simulator)
    http = Urllib3Http()
    yield shop_on(simulator, clock, http, running.url)
    http.close()
    running.stop()
