"""An organizer's account at a provider: who receives the money, and whether it may yet (PAY-1, PAY-2)."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class PaymentAccount:
    """At most one per organizer and provider; usable once confirmed and verified."""

    account_id: str
    provider: str
    provider_account_id: str
    confirmed: bool  # the provider says: e-mail address confirmed
    verified: bool  # the provider says: may receive payments
    takes_cards: bool
    linked: bool = True
    version: int = 1

    @property
    def is_usable(self) -> bool:
        return self.linked and self.confirmed and self.verified
