"""Our PayPal provider on the simulated PayPal, whose clock runs on while we pause."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from guichet.adapters.http import Http
from guichet.adapters.paypal.provider import PayPalProvider
from guichet.payments.payment import Capture, Payment
from local.simulators.in_process import SimulatorHttp
from local.simulators.paypal import PayPalSimulator
from tests.support.paypal import a_payment, captured, capturing, opened, provider_on
from tests.support.paypal_calls import CLIENT, MERCHANT
from tests.support.stripe import Pauses, RecordedHttp
from tests.support.stripe_calls import MovableClock


@dataclass(frozen=True)
class ClockOf:
    """The port `Clock` on a clock that moves when told."""

    at: MovableClock

    def now(self) -> datetime:
        return self.at()


@dataclass
class PayPalShop:
    """What a test of a sale through PayPal needs."""

    simulator: PayPalSimulator
    clock: MovableClock
    http: RecordedHttp
    pauses: Pauses
    provider: PayPalProvider

    def calls(self, pattern: str = "") -> list[str]:
        """What was sent, without the asking for tokens, as `POST /v2/checkout/orders`."""
        sent = (f"{each.method} {each.url[each.url.index('/v') :]}" for each in self.http.sent)
        return [each for each in sent if pattern in each and "/oauth2/" not in each]


def shop_on(
    simulator: PayPalSimulator,
    clock: MovableClock,
    http: Http | None = None,
    url: str = "https://paypal.invalid",
) -> PayPalShop:
    recorded = RecordedHttp(http or SimulatorHttp(simulator))
    pauses = Pauses(lambda seconds: clock.advance(seconds=seconds))
    provider = provider_on(
        recorded,
        api_url=url,
        pause=pauses,
        clock=ClockOf(clock),
        client_id=CLIENT[0],
        client_secrets=(CLIENT[1],),
    )
    return PayPalShop(simulator, clock, recorded, pauses, provider)


def a_shop() -> PayPalShop:
    """A shop in this process, whose seller has consented."""
    clock = MovableClock()
    simulator = PayPalSimulator(clock)
    simulator.add_merchant(MERCHANT)
    return shop_on(simulator, clock)


def page_of(shop: PayPalShop, **changes: Any) -> tuple[Payment, str]:  # noqa: ANN401 - any field
    """A payment with its page, and its order's id."""
    changes.setdefault("payee", MERCHANT)
    payment = opened(shop.provider, a_payment(shop.provider, now=shop.clock(), **changes))
    assert payment.session_id is not None
    return payment, payment.session_id


def approved(shop: PayPalShop, instrument: str = "balance", **changes: Any) -> Payment:  # noqa: ANN401 - any field
    """A payment whose buyer agreed, with our intent to capture it."""
    payment, order_id = page_of(shop, **changes)
    shop.simulator.approve(order_id, instrument)
    return capturing(payment, now=shop.clock())


def a_sale(shop: PayPalShop, **changes: Any) -> tuple[Payment, Capture]:  # noqa: ANN401 - any field
    payment = approved(shop, **changes)
    return payment, captured(shop.provider.capture(payment))


def balances(shop: PayPalShop) -> tuple[int, int]:
    """What PayPal holds for the organizer and for the platform, in USD cents."""
    books = shop.simulator.books()
    organizer = books["merchants"].get(MERCHANT, {}).get("USD", {}).get("provider_balance", 0)
    return organizer, books["platform"].get("USD", {}).get("balance", 0)
