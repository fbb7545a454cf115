"""Refusals that time cures: what a caller is told who should ask again."""

from __future__ import annotations

from guichet.errors import Unavailable


def provider_unavailable(retry_after_seconds: int | None) -> Unavailable:
    """No answer: what was asked for may have happened."""
    return Unavailable(
        "provider_unavailable",
        "The payment provider does not answer at the moment; nothing was lost, try again.",
        retry_after_seconds=retry_after_seconds or 10,
    )


def being_captured() -> Unavailable:
    """Of two calls under one key at once PayPal may fail the second.

    See developer.paypal.com/reference/guidelines/idempotency.
    """
    return Unavailable(
        "payment_in_flight",
        "This payment is being taken; ask again in a moment.",
        retry_after_seconds=2,
    )


def resting() -> Unavailable:
    """Each look at a declined order would be one more decline, and PayPal counts them."""
    return Unavailable(
        "payment_declined",
        "What the buyer paid with was declined a moment ago; it is tried again in a while.",
        retry_after_seconds=10,
    )
