"""Sending a refund, whosever it is: asked about first where it may have arrived (BAD-11)."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from guichet.payments.ports import (
    PaymentProvider,
    ProviderRefusedError,
    ProviderUnavailableError,
    RefundReport,
)
from guichet.payments.refund import SentRefund

# The provider forgets our key after 24 h (BAD-11): from then on it is asked before it is told.
_KEY_LIVES: Final = timedelta(hours=23)


def answer_about(
    refund: SentRefund, provider: PaymentProvider, now: datetime, *, is_submitted: bool
) -> RefundReport:
    """Ask first where it may have arrived; sending the same bytes under the same key is safe.

    Past the key's life only the asking keeps it from being sent twice; before, it finds what the
    provider did behind an error that it keeps under the key.

    Raises:
        ProviderUnavailableError: what became of it is unknown.
        ProviderRefusedError: a final no to sending it.
    """
    sent_at = refund.first_sent_at
    forgotten = sent_at is None or now >= sent_at + _KEY_LIVES
    if is_submitted or refund.asked_count or forgotten:
        report = asked_about(refund, provider)
        if report is not None:
            return report
    return provider.refund(refund)


def asked_about(refund: SentRefund, provider: PaymentProvider) -> RefundReport | None:
    """What became of it. A question that is refused says nothing about the refund."""
    try:
        return provider.ask_refund(refund)
    except ProviderRefusedError as error:
        raise ProviderUnavailableError(f"the question was refused: {error}") from error
