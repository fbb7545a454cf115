"""An organizer's administrator at the payment accounts' page, and at the providers' own pages."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from itertools import count
from typing import Any
from urllib.parse import parse_qs, urlsplit

from guichet.access.membership import Member, Role
from guichet.adapters.dynamo.seam import Dynamo
from guichet.bootstrap import Container
from guichet.payments.account import PaymentAccount
from guichet.payments.onboarding import OnboardingLink
from guichet.payments.use_cases.give_onboarding_link import GiveOnboardingLink, give_onboarding_link
from guichet.payments.use_cases.link_payment_account import LinkPaymentAccount, link_payment_account
from guichet.payments.use_cases.refresh_payment_account import (
    RefreshPaymentAccount,
    refresh_payment_account,
)
from guichet.payments.use_cases.unlink_payment_account import (
    UnlinkPaymentAccount,
    unlink_payment_account,
)
from guichet.replies import Reply
from tests.support.organizing import actor_of
from tests.support.world import ACCOUNT, World

PAGE = "https://pay.example/organizer/payment-accounts/pac_1"
_KEYS = count(1)


class InBetween:
    """A store on which somebody else acts once, just before the first call of a kind."""

    def __init__(self, inner: Dynamo, call: str, act: Callable[[], object]) -> None:
        self._inner = inner
        self._call = call
        self._act: Callable[[], object] | None = act

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401 - any call of the seam
        if name == self._call and self._act is not None:
            act, self._act = self._act, None
            act()
        return getattr(self._inner, name)


@dataclass
class Desk:
    """One administrator. Each act can be done by another worker's parts."""

    world: World
    member: Member
    _another: PaymentAccount | None = None

    @classmethod
    def of(cls, world: World, name: str = "adrian", account_id: str = ACCOUNT) -> Desk:
        return cls(world, world.member(name, Role.ADMINISTRATOR, account_id=account_id))

    def tries_another(self, account: PaymentAccount) -> None:
        """From now on this account's id is given, whosever it is."""
        self._another = account

    def account(self, provider: str = "stripe") -> PaymentAccount:
        """What is stored; its id is what the acts below are about."""
        if self._another is not None:
            return self._another
        found = self.world.parts.people.payment_account(self.member.account_id, provider)
        assert found is not None
        return found

    def link(
        self,
        provider: str = "stripe",
        *,
        key: str | None = None,
        parts: Container | None = None,
        **wishes: Any,  # noqa: ANN401 - fields of the command
    ) -> Reply[PaymentAccount]:
        command = LinkPaymentAccount(
            **{
                "provider": provider,
                "country": None,
                "provider_account_id": None,
                "member": self.member,
                "idempotency_key": key or f"link-{next(_KEYS)}",
                "actor": actor_of(self.member),
            }
            | wishes
        )
        return link_payment_account(command, linking=(parts or self.world.parts).linking)

    def page(self, provider: str = "stripe", parts: Container | None = None) -> OnboardingLink:
        command = GiveOnboardingLink(
            self.account(provider).payment_account_id, PAGE, self.member, actor_of(self.member)
        )
        return give_onboarding_link(command, linking=(parts or self.world.parts).linking)

    def refresh(self, provider: str = "stripe", parts: Container | None = None) -> PaymentAccount:
        command = RefreshPaymentAccount(
            self.account(provider).payment_account_id, self.member, actor_of(self.member)
        )
        return refresh_payment_account(command, linking=(parts or self.world.parts).linking)

    def unlink(
        self, provider: str = "stripe", key: str | None = None, parts: Container | None = None
    ) -> Reply[PaymentAccount]:
        command = UnlinkPaymentAccount(
            self.account(provider).payment_account_id, self.member, key, actor_of(self.member)
        )
        return unlink_payment_account(command, linking=(parts or self.world.parts).linking)

    def agree_at_stripe(self, link: OnboardingLink, **found: bool) -> None:
        """Visit the page and hand in the details; `verified`, `cards` are what Stripe finds."""
        link_id = link.url.rpartition("/")[2]
        assert self.world.stripe.visit_onboarding(link_id) is not None
        self.world.stripe.finish_onboarding(link_id, **found)

    def agree_at_paypal(self, link: OnboardingLink, **found: Any) -> None:  # noqa: ANN401 - facts
        (referral,) = parse_qs(urlsplit(link.url).query)["referralToken"]
        self.world.paypal.agree(referral, **found)

    def linked(self, provider: str = "stripe", **found: Any) -> PaymentAccount:  # noqa: ANN401 - same
        """The whole way: begin, agree at the provider, come back."""
        self.link(provider)
        page = self.page(provider)
        if provider == "stripe":
            self.agree_at_stripe(page, **found)
        else:
            self.agree_at_paypal(page, **found)
        return self.refresh(provider)
