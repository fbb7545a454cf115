"""A simulation of the parts of Stripe that Guichet uses; it knows nothing of Guichet."""

from local.simulators.stripe.errors import BuyerRefusedError, LostAnswerError, StripeError
from local.simulators.stripe.shapes import (
    API_VERSION,
    BuyerOutcome,
    Json,
    PendingWebhook,
    SimResponse,
)
from local.simulators.stripe.simulator import StripeSimulator

__all__ = [
    "API_VERSION",
    "BuyerOutcome",
    "BuyerRefusedError",
    "Json",
    "LostAnswerError",
    "PendingWebhook",
    "SimResponse",
    "StripeError",
    "StripeSimulator",
]
