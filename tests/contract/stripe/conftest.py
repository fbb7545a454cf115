from collections.abc import Iterator
from pathlib import Path

import pytest

from guichet.adapters.http import Http
from guichet.adapters.urllib3_http import Urllib3Http
from local.simulators.stripe import StripeSimulator
from local.simulators.stripe.in_process import SimulatorHttp
from local.simulators.stripe.server import serve
from tests.support.provider_specs import StripeSchema, require_specs
from tests.support.stripe import Pauses, RecordedHttp, Shop, books_on, provider_on
from tests.support.stripe_calls import ORGANIZER, MovableClock


def shop_on(simulator: StripeSimulator, clock: MovableClock, http: Http, url: str) -> Shop:
    recorded, pauses = RecordedHttp(http), Pauses(lambda seconds: clock.advance(seconds=seconds))
    provider = provider_on(recorded, api_url=url, pause=pauses)
    return Shop(simulator, clock, recorded, pauses, provider, books_on(recorded, api_url=url))


@pytest.fixture(params=["in process", "over HTTP"])
def shop(request: pytest.FixtureRequest) -> Iterator[Shop]:
    """The same simulator behind both implementations of the seam."""
    clock = MovableClock()
    simulator = StripeSimulator(clock)
    simulator.add_account(ORGANIZER)
    if request.param == "in process":
        yield shop_on(simulator, clock, SimulatorHttp(simulator), "https://stripe.invalid")
        return
    running = serve(simulator)
    http = Urllib3Http()
    yield shop_on(simulator, clock, http, running.url)
    http.close()
    running.stop()


@pytest.fixture(scope="session")
def specs() -> Path:
    return require_specs()


@pytest.fixture(scope="session")
def schema(specs: Path) -> StripeSchema:
    return StripeSchema.load(specs)
