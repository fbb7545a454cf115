"""The few shapes that all parts of the simulator share."""

from local.simulators.shapes import BuyerOutcome, Json, PendingWebhook, SimResponse

__all__ = [
    "API_VERSION",
    "APPLICATION",
    "PLATFORM",
    "BuyerOutcome",
    "Json",
    "PendingWebhook",
    "SimResponse",
]

API_VERSION = "2026-10-28.endive"
PLATFORM = "acct_platform"
APPLICATION = "ca_guichet"
