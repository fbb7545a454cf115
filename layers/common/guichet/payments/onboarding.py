"""What linking needs from outside: the provider's own onboarding (PAY-1), and the records."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from guichet.access.membership import Account
from guichet.events import Event
from guichet.ledger.journal import Cause
from guichet.payments.account import AccountReport, PaymentAccount


@dataclass(frozen=True, slots=True)
class OnboardingTexts:
    """Where the provider's page leads back to, and whom it greets."""

    return_url: str
    again_url: str  # where a page that is used up or too old leads: it asks for a fresh link
    email: str
    language: str


@dataclass(frozen=True, slots=True)
class OnboardingLink:
    """A page at the provider's on which the organizer agrees; for one visit, and for a while."""

    url: str
    expires_at: datetime | None  # None where the provider doesn't say


class AccountOnboarding(Protocol):
    """One provider's way of linking. We never see a password or a secret of the organizer's (PAY-1).

    Raises:
        ProviderUnavailableError: no answer; nothing is known.
        ProviderRefusedError: a final no.
    """

    def begin(self, account: PaymentAccount) -> str:
        """Prepare the onboarding; the provider's name of the account, empty where it has none yet.

        A repeat of the same onboarding prepares it once.
        """
        ...

    def link(self, account: PaymentAccount, texts: OnboardingTexts) -> OnboardingLink:
        """A fresh page, each time."""
        ...

    def status(self, account: PaymentAccount) -> AccountReport:
        """What the provider says of the account now."""
        ...


class PaymentAccountRecords(Protocol):
    """Payment accounts by organizer and provider, by their id, and by the provider's name of them."""

    def account(self, account_id: str) -> Account | None: ...

    def payment_account(self, account_id: str, provider: str) -> PaymentAccount | None: ...

    def payment_accounts(self, account_id: str) -> list[PaymentAccount]: ...

    def payment_account_named(self, payment_account_id: str) -> PaymentAccount | None: ...

    def payment_account_at(self, provider: str, provider_account_id: str) -> PaymentAccount | None:
        """The one live link of this account at the provider."""
        ...

    def save_payment_account(
        self,
        cause: Cause,
        before: PaymentAccount | None,
        after: PaymentAccount,
        *,
        events: tuple[Event, ...] = ...,
        mails: tuple[str, ...] = ...,
    ) -> None:
        """Store it, with the provider's name of it claimed for this organizer alone.

        Raises:
            NotFound: no such account.
            ConcurrentUpdateError: it is no longer what was read.
            Conflict: `payment_account_taken`, another organizer has linked it.
        """
        ...
