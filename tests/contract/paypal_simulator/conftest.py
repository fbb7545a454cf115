from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from local.simulators.paypal import PayPalSimulator
from local.simulators.paypal.server import RunningSimulator, serve
from tests.support.paypal_calls import MERCHANT, OTHER_MERCHANT, PayPalCalls
from tests.support.stripe_calls import MovableClock


@pytest.fixture
def clock() -> MovableClock:
    return MovableClock()


@pytest.fixture
def simulator(clock: MovableClock) -> PayPalSimulator:
    made = PayPalSimulator(clock)
    made.add_merchant(MERCHANT)
    made.add_merchant(OTHER_MERCHANT, currency="EUR")
    return made


@pytest.fixture
def calls(simulator: PayPalSimulator) -> PayPalCalls:
    return PayPalCalls(simulator)


@pytest.fixture
def partner(simulator: PayPalSimulator) -> PayPalCalls:
    """The partner on its own behalf."""
    return PayPalCalls(simulator, merchant=None)


@pytest.fixture
def served() -> Iterator[RunningSimulator]:
    """A simulator on the real clock, over HTTP, without webhook deliveries."""
    simulator = PayPalSimulator(lambda: datetime.now(UTC))
    simulator.add_merchant(MERCHANT)
    running = serve(simulator)
    yield running
    running.stop()
