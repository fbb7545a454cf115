"""Both simulated providers behind one `Http`, told apart by where a request goes."""

from __future__ import annotations

from urllib.parse import urlsplit

from guichet.adapters.http import HttpRequest, HttpResponse
from local.simulators.in_process import SimulatorHttp
from local.simulators.paypal import PayPalSimulator
from local.simulators.stripe import StripeSimulator


class ProvidersHttp:
    """Sends to PayPal what goes to a host or below a path of that name, all else to Stripe."""

    def __init__(self, stripe: StripeSimulator, paypal: PayPalSimulator) -> None:
        self._stripe = SimulatorHttp(stripe)
        self._paypal = SimulatorHttp(paypal)

    def send(self, request: HttpRequest) -> HttpResponse:
        parts = urlsplit(request.url)
        is_paypal = "paypal" in parts.netloc or parts.path.startswith("/_paypal/")
        return (self._paypal if is_paypal else self._stripe).send(request)
