"""A simulation of the parts of PayPal that Guichet uses; it knows nothing of Guichet."""

from local.simulators.paypal.errors import BuyerRefusedError, LostAnswerError, PayPalError
from local.simulators.paypal.shapes import BuyerOutcome, Json, PendingWebhook, SimResponse
from local.simulators.paypal.simulator import PayPalSimulator

__all__ = [
    "BuyerOutcome",
    "BuyerRefusedError",
    "Json",
    "LostAnswerError",
    "PayPalError",
    "PayPalSimulator",
    "PendingWebhook",
    "SimResponse",
]
