"""Simulated providers, and the register of VAT numbers, behind one `Http`, by where a request goes."""

from __future__ import annotations

from urllib.parse import urlsplit

from guichet.adapters.http import HttpRequest, HttpResponse, NoAnswerError
from local.simulators.errors import LostAnswerError
from local.simulators.in_process import SimulatorHttp
from local.simulators.paypal import PayPalSimulator
from local.simulators.stripe import StripeSimulator
from local.simulators.vies import ViesSimulator


class ProvidersHttp:
    """Sends to PayPal, or to VIES, what goes to a host or below a path of that name, all else to Stripe."""

    def __init__(
        self,
        stripe: StripeSimulator,
        paypal: PayPalSimulator,
        vies: ViesSimulator | None = None,
    ) -> None:
        self._stripe = SimulatorHttp(stripe)
        self._paypal = SimulatorHttp(paypal)
        self._vies = vies or ViesSimulator()

    def send(self, request: HttpRequest) -> HttpResponse:
        parts = urlsplit(request.url)
        if "vies" in parts.netloc:
            return self._asked(request, parts.path)
        is_paypal = "paypal" in parts.netloc or parts.path.startswith("/_paypal/")
        return (self._paypal if is_paypal else self._stripe).send(request)

    def _asked(self, request: HttpRequest, path: str) -> HttpResponse:
        try:
            answer = self._vies.handle(request.method, path, request.headers, request.body)
        except LostAnswerError as lost:
            raise NoAnswerError(str(lost)) from lost
        return HttpResponse(answer.status, answer.headers, answer.body)
