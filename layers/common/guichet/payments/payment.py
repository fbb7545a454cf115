"""The payment of a registration: one attempt, into the organizer's own account."""

from __future__ import annotations

from dataclasses import dataclass

from guichet.payments.attempt import (
    CALL_LIMIT,
    FINAL,
    TRANSITIONS,
    Attempt,
    Capture,
    CaptureMethod,
    PaymentStatus,
    Purpose,
)

# The words of every attempt, for those who have to do with registrations alone.
__all__ = [
    "CALL_LIMIT",
    "FINAL",
    "TRANSITIONS",
    "Capture",
    "CaptureMethod",
    "Payment",
    "PaymentStatus",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Payment(Attempt):
    """One attempt for one registration; `payee` is the organizer's account at the provider."""

    registration_id: str
    training_id: str
    refund_id: str | None = None  # the return of the whole capture, once it was decided

    @property
    def purpose(self) -> Purpose:
        return Purpose("registration_id", self.registration_id)

    @property
    def on_behalf_of(self) -> str:
        return self.payee
