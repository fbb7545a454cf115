"""What can be made to go wrong at the simulated Stripe, and the countdowns of it."""

from dataclasses import dataclass, field
from typing import ClassVar

from local.simulators import chaos
from local.simulators.chaos import CallFault

__all__ = ["CallFault", "Chaos", "WebhookFaults"]


@dataclass
class WebhookFaults(chaos.WebhookFaults):
    """`api_version` and `livemode` replace those of the events made from now on."""

    api_version: str | None = None
    livemode: bool | None = None


@dataclass
class Chaos(chaos.Chaos):
    """All knobs; the default is a provider that never fails.

    `pay_expired` lets the buyer pay that many sessions that are expired already, as a page
    left open may (stripe/stripe-node#2462).
    """

    WEBHOOK_FAULTS: ClassVar[type[WebhookFaults]] = WebhookFaults

    webhooks: WebhookFaults = field(default_factory=WebhookFaults)
    pay_expired: int = 0

    def take_pay_expired(self) -> bool:
        if self.pay_expired == 0:
            return False
        self.pay_expired -= 1
        return True
