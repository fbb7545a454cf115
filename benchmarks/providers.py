"""Simulated providers that count what they are asked, served for a while."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from local.simulators.paypal import PayPalSimulator
from local.simulators.paypal.server import serve as serve_paypal
from local.simulators.shapes import SimResponse
from local.simulators.stripe import StripeSimulator
from local.simulators.stripe.server import serve as serve_stripe

STRIPE_ACCOUNT: Final = "acct_bench"
PAYPAL_MERCHANT: Final = "BENCHSELLER42"
_STRIPE_KEY: Final = "sk_test_platform"
_WEBHOOK_SECRET: Final = "whsec_bench"  # noqa: S105 - made up
_CLIENT_ID, _CLIENT_SECRET = "paypal-client", "paypal-secret"
_WEBHOOK_ID: Final = "WHBENCH1"


class CountingStripe(StripeSimulator):
    """A simulated Stripe that counts what it is asked."""

    calls = 0

    def handle(
        self, method: str, path: str, headers: Mapping[str, str], body: bytes = b""
    ) -> SimResponse:
        self.calls += 1
        return super().handle(method, path, headers, body)


class CountingPayPal(PayPalSimulator):
    """A simulated PayPal that counts what it is asked."""

    calls = 0

    def handle(
        self, method: str, path: str, headers: Mapping[str, str], body: bytes = b""
    ) -> SimResponse:
        self.calls += 1
        return super().handle(method, path, headers, body)


@dataclass(frozen=True)
class Providers:
    """Both, with where they are and what a deployment's secret holds of them."""

    stripe: CountingStripe
    paypal: CountingPayPal
    addresses: Mapping[str, str]
    secret: Mapping[str, object]

    @property
    def calls(self) -> int:
        """How often either was asked."""
        return self.stripe.calls + self.paypal.calls


@contextmanager
def serve_providers() -> Iterator[Providers]:
    """Both with an organizer who may be paid."""
    stripe = CountingStripe(_now, _STRIPE_KEY, (_WEBHOOK_SECRET,))
    stripe.add_account(STRIPE_ACCOUNT, email="owner@atelier.example")
    paypal = CountingPayPal(
        _now, client_id=_CLIENT_ID, client_secret=_CLIENT_SECRET, webhook_ids=(_WEBHOOK_ID,)
    )
    paypal.add_merchant(PAYPAL_MERCHANT)
    with ExitStack() as running:
        at_stripe = serve_stripe(stripe)
        running.callback(at_stripe.stop)
        at_paypal = serve_paypal(paypal)
        running.callback(at_paypal.stop)
        paypal.base_url = at_paypal.url
        addresses = {
            "STRIPE_API_URL": at_stripe.url,
            "PAYPAL_API_URL": at_paypal.url,
            "PAYPAL_CERTIFICATE_HOSTS": at_paypal.url,
        }
        secret = {
            "stripe_api_keys": [_STRIPE_KEY],
            "stripe_webhook_secrets": [_WEBHOOK_SECRET],
            "paypal_client_id": _CLIENT_ID,
            "paypal_client_secrets": [_CLIENT_SECRET],
            "paypal_webhook_ids": [_WEBHOOK_ID],
            "paypal_trust_anchors": [paypal.ca_pem],
        }
        yield Providers(stripe, paypal, addresses, secret)


def _now() -> datetime:
    return datetime.now(UTC)
