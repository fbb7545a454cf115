"""The simulated providers of a local stack: what they remember, and who brings their webhooks."""

import json
from collections.abc import Callable, Collection, Mapping
from datetime import datetime
from pathlib import Path

from guichet.adapters.paypal.webhooks import ENDPOINT_EVENTS as PAYPAL_EVENTS
from guichet.adapters.stripe.webhooks import ENDPOINT_EVENTS, OWN_ENDPOINT_EVENTS
from local.seed import (
    PAYPAL_CLIENT_ID,
    PAYPAL_CLIENT_SECRET,
    PAYPAL_PARTNER_ID,
    PAYPAL_WEBHOOK_ID,
    STRIPE_API_KEY,
    STRIPE_WEBHOOK_SECRET,
)
from local.simulators.delivery import Courier
from local.simulators.paypal import PayPalSimulator
from local.simulators.serving import Simulator
from local.simulators.stripe import StripeSimulator

# Connected accounts have an endpoint of their own, as the README sets it up; here both lead to one.
_STRIPE_EVENTS = {"connect": ENDPOINT_EVENTS, "account": OWN_ENDPOINT_EVENTS}


class Providers:
    """Stripe and PayPal, each with a file in the stack's folder."""

    def __init__(self, folder: Path, url: str, now: Callable[[], datetime]) -> None:
        """Continue from the files; `url` is the front door's."""
        self._url = url
        self._couriers: list[Courier] = []
        self.stripe = StripeSimulator(
            now, STRIPE_API_KEY, (STRIPE_WEBHOOK_SECRET,), f"{url}/_stripe"
        )
        self.paypal = PayPalSimulator(
            now,
            client_id=PAYPAL_CLIENT_ID,
            client_secret=PAYPAL_CLIENT_SECRET,
            partner_id=PAYPAL_PARTNER_ID,
            webhook_ids=(PAYPAL_WEBHOOK_ID,),
            base_url=f"{url}/_paypal",
        )
        self._kept: tuple[tuple[Path, Simulator], ...] = tuple(
            zip(_files(folder), (self.stripe, self.paypal), strict=True)
        )
        for file, simulator in self._kept:
            if file.is_file():
                simulator.restore(json.loads(file.read_text()))

    def deliver(self) -> None:
        """Begin to post webhooks to the front door."""
        self._bring(self.stripe, "stripe", _STRIPE_EVENTS)
        self._bring(self.paypal, "paypal", {"webhook": PAYPAL_EVENTS})

    def _bring(
        self, simulator: Simulator, name: str, events: Mapping[str, Collection[str]]
    ) -> None:
        courier = Courier(simulator, f"{self._url}/v1/webhooks/{name}", enabled_events=events)
        courier.start()
        self._couriers.append(courier)

    def stop_delivering(self) -> None:
        """Return once the deliveries under way have ended."""
        for courier in self._couriers:
            courier.stop()

    def keep(self) -> None:
        """Write down all that they know."""
        for file, simulator in self._kept:
            file.write_text(json.dumps(simulator.snapshot()))


def forget(folder: Path) -> None:
    """Begin anew the next time."""
    for file in _files(folder):
        file.unlink(missing_ok=True)


def _files(folder: Path) -> tuple[Path, Path]:
    return folder / "stripe.json", folder / "paypal.json"
