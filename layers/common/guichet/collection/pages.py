"""Where a customer stores payment methods, and comes back to."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class MethodPages:
    """Addresses of the billing centre."""

    base_url: str

    @property
    def methods(self) -> str:
        return f"{self.base_url}/billing/payment-methods"

    def payment(self, payment_id: str) -> str:
        """Where the customer authenticates a payment, and comes back to (COL-4)."""
        return f"{self.base_url}/billing/payments/{payment_id}"

    def returned(self, setup_id: str) -> str:
        return f"{self.methods}/{setup_id}/return"
