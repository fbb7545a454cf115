"""What can be made to go wrong at the simulated Stripe, and the countdowns of it."""

from dataclasses import dataclass, field
from typing import ClassVar

from local.simulators import chaos

__all__ = ["CallFault", "Chaos", "RefundFaults", "WebhookFaults"]


@dataclass
class CallFault(chaos.CallFault):
    """With `do` = `card_error` a card is declined with that code before anything is done."""

    KNOWN: ClassVar[frozenset[str]] = chaos.CALL_FAULTS | {"card_error"}

    code: str = "card_declined"


@dataclass
class WebhookFaults(chaos.WebhookFaults):
    """`api_version` and `livemode` replace those of the events made from now on."""

    api_version: str | None = None
    livemode: bool | None = None


@dataclass
class RefundFaults(chaos.RefundFaults):
    """`refuse` refuses that many refunds, with `refusal` as Stripe's own code."""

    refuse: int = 0
    refusal: str = "balance_insufficient"


@dataclass
class Chaos(chaos.Chaos):
    """All knobs; the default is a provider that never fails.

    `pay_expired` lets the buyer pay that many sessions that are expired already, as a page
    left open may (stripe/stripe-node#2462).
    """

    CALL_FAULT: ClassVar[type[CallFault]] = CallFault
    WEBHOOK_FAULTS: ClassVar[type[WebhookFaults]] = WebhookFaults
    REFUND_FAULTS: ClassVar[type[RefundFaults]] = RefundFaults

    webhooks: WebhookFaults = field(default_factory=WebhookFaults)
    refunds: RefundFaults = field(default_factory=RefundFaults)
    pay_expired: int = 0

    def take_pay_expired(self) -> bool:
        if self.pay_expired == 0:
            return False
        self.pay_expired -= 1
        return True

    def take_refusal(self) -> str | None:
        """Stripe's code with which the next refund is refused, if it is."""
        if self.refunds.refuse == 0:
            return None
        self.refunds.refuse -= self.refunds.refuse > 0
        return self.refunds.refusal
