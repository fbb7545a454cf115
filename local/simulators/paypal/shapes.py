"""The few shapes and facts that all parts of the simulated PayPal share."""

from datetime import UTC, datetime

from local.simulators.shapes import BuyerOutcome, Json, PendingWebhook, SimResponse

__all__ = [
    "ORDER_WINDOW_SECONDS",
    "REFUND_WINDOW_SECONDS",
    "BuyerOutcome",
    "Json",
    "PendingWebhook",
    "SimResponse",
    "link",
    "timestamp",
]

ORDER_WINDOW_SECONDS = 6 * 3600  # how long an order waits for its buyer, and then for its capture
REFUND_WINDOW_SECONDS = 180 * 24 * 3600


def timestamp(seconds: int) -> str:
    """An instant as PayPal writes it."""
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def link(href: str, rel: str, method: str = "GET") -> Json:
    return {"href": href, "rel": rel, "method": method}
