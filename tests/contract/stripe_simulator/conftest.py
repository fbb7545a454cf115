from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
import stripe

from local.simulators.stripe import StripeSimulator
from local.simulators.stripe.server import RunningSimulator, serve
from tests.support.stripe_calls import ORGANIZER, OTHER_ORGANIZER, MovableClock, StripeCalls


@pytest.fixture
def clock() -> MovableClock:
    return MovableClock()


@pytest.fixture
def simulator(clock: MovableClock) -> StripeSimulator:
    made = StripeSimulator(clock)
    made.add_account(ORGANIZER)
    made.add_account(OTHER_ORGANIZER)
    return made


@pytest.fixture
def calls(simulator: StripeSimulator) -> StripeCalls:
    return StripeCalls(simulator)


@pytest.fixture
def platform(simulator: StripeSimulator) -> StripeCalls:
    return StripeCalls(simulator, account=None)


@pytest.fixture
def served() -> Iterator[RunningSimulator]:
    """A simulator on the real clock, over HTTP, without webhook deliveries."""
    simulator = StripeSimulator(lambda: datetime.now(UTC))
    simulator.add_account(ORGANIZER)
    running = serve(simulator)
    yield running
    running.stop()


@pytest.fixture
def sdk(served: RunningSimulator) -> Iterator[stripe.StripeClient]:
    http = stripe.RequestsClient()
    yield stripe.StripeClient(
        "sk_test_platform",
        base_addresses={"api": served.url},
        http_client=http,
        max_network_retries=0,
    )
    http.close()
