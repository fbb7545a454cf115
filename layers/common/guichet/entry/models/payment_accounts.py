"""What organizers send and are shown of their accounts at providers (PAY-1 to PAY-6)."""

from __future__ import annotations

from datetime import datetime
from types import MappingProxyType
from typing import Annotated, Final, Literal

from pydantic import StringConstraints

from guichet.entry.fields import Answer, Request
from guichet.payments.account import NextStep, PaymentAccount
from guichet.payments.onboarding import OnboardingLink
from guichet.registration.paying import methods_of

Country = Annotated[str, StringConstraints(pattern=r"^[A-Z]{2}$")]
ProviderAccount = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_]{1,70}$")]

_ADVICE: Final = MappingProxyType(
    {
        NextStep.LINK: "Begin again to link this account, or another.",
        NextStep.FINISH_ONBOARDING: "Ask for an onboarding link and finish at the provider.",
        NextStep.CONFIRM_EMAIL: "Confirm your e-mail address at the provider.",
        NextStep.GET_VERIFIED: "Give the provider what it still needs before you may be paid.",
    }
)
_CARDS: Final = MappingProxyType(
    {
        "stripe": "Finish what Stripe asks for card payments; an onboarding link leads there.",
        "paypal": "Cards need a PayPal Business account that takes them: upgrade at PayPal, or "
        "link a Stripe account.",
    }
)


class PaymentAccountRequest(Request):
    """Whose account is to be linked.

    `country` is where you are established: Stripe never lets it be changed later. Name a
    `provider_account_id` only to link again what had been linked before.
    """

    provider: Literal["stripe", "paypal"]
    country: Country | None = None
    provider_account_id: ProviderAccount | None = None


class NextStepAnswer(Answer):
    """What can be done for more."""

    code: Literal["link", "finish_onboarding", "confirm_email", "get_verified", "get_cards"]
    detail: str


class PaymentAccountAnswer(Answer):
    """An account at a provider: what registrants are offered through it, and what is missing."""

    payment_account_id: str
    version: int
    provider: str
    provider_account_id: str | None
    status: Literal["onboarding", "linked", "unlinked", "revoked"]
    confirmed: bool
    verified: bool
    takes_cards: bool
    usable: bool
    methods: list[str]
    next_steps: list[NextStepAnswer]
    country: str | None
    linked_before: list[str]

    @classmethod
    def of(cls, account: PaymentAccount) -> PaymentAccountAnswer:
        return cls(
            payment_account_id=account.payment_account_id,
            version=account.version,
            provider=account.provider,
            provider_account_id=account.provider_account_id or None,
            status=account.status.value,
            confirmed=account.confirmed,
            verified=account.verified,
            takes_cards=account.takes_cards,
            usable=account.is_usable,
            methods=[each.name for each in methods_of(account)] if account.is_usable else [],
            next_steps=[
                NextStepAnswer(code=step.value, detail=_detail(step, account.provider))
                for step in account.next_steps
            ],
            country=account.country,
            linked_before=list(account.former),
        )


class PaymentAccountsAnswer(Answer):
    """All of them: at most one per provider."""

    items: list[PaymentAccountAnswer]


class OnboardingLinkAnswer(Answer):
    """The provider's page: for one visit, and until `expires_at` where the provider says it."""

    url: str
    expires_at: datetime | None

    @classmethod
    def of(cls, link: OnboardingLink) -> OnboardingLinkAnswer:
        return cls(url=link.url, expires_at=link.expires_at)


def _detail(step: NextStep, provider: str) -> str:
    return _CARDS[provider] if step is NextStep.GET_CARDS else _ADVICE[step]
