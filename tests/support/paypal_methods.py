"""Our PayPal accounts on the simulated PayPal, whose clock runs on while we pause."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from guichet.adapters.http import Http
from guichet.adapters.paypal.client import PayPalClient
from guichet.adapters.paypal.methods import PayPalMethods
from guichet.payments.stored_method import FoundMethod, MethodKind
from local.simulators.in_process import SimulatorHttp
from local.simulators.paypal import PayPalSimulator
from tests.support.methods import ClockOf, a_setup, found, with_setup_page
from tests.support.paypal_calls import CLIENT
from tests.support.stripe import Pauses, RecordedHttp
from tests.support.stripe_calls import MovableClock


@dataclass
class PayPalMethodShop:
    """What a test of stored PayPal accounts needs."""

    simulator: PayPalSimulator
    clock: MovableClock
    http: RecordedHttp
    provider: PayPalMethods


def paypal_method_shop(
    simulator: PayPalSimulator | None = None,
    clock: MovableClock | None = None,
    http: Http | None = None,
    url: str = "https://paypal.invalid",
    bn_code: str | None = None,
) -> PayPalMethodShop:
    clock = clock or MovableClock()
    simulator = simulator or PayPalSimulator(clock)
    recorded = RecordedHttp(http or SimulatorHttp(simulator))
    client = PayPalClient(
        recorded,
        api_url=url,
        client_id=CLIENT[0],
        client_secrets=(CLIENT[1],),
        pause=Pauses(lambda seconds: clock.advance(seconds=seconds)),
        bn_code=bn_code,
    )
    provider = PayPalMethods(client, environment="dev", clock=ClockOf(clock))
    return PayPalMethodShop(simulator, clock, recorded, provider)


def stored_account(
    shop: PayPalMethodShop,
    account: str = "balance",
    email: str = "buyer@example.org",
    **changes: Any,  # noqa: ANN401 - any field
) -> FoundMethod:
    """An account whose owner agreed on PayPal's page."""
    asked = a_setup(shop.provider, kind=MethodKind.PAYPAL, now=shop.clock(), **changes)
    setup, setup_id = with_setup_page(shop.provider, asked)
    shop.simulator.approve_setup(setup_id, account, email)
    return found(shop.provider.ask_setup(setup))
