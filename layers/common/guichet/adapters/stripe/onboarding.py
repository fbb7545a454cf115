"""Stripe as an `AccountOnboarding`: accounts of a platform, account links, and what Stripe says of them."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Final
from urllib.parse import quote, urlencode

from guichet.adapters.http import Http
from guichet.adapters.stripe.client import Call, Json, StripeClient
from guichet.adapters.stripe.errors import StripeRefusedError
from guichet.payments.account import (
    AccountReport,
    Consent,
    PaymentAccount,
    PaymentAccountStatus,
)
from guichet.payments.onboarding import OnboardingLink, OnboardingTexts
from guichet.payments.ports import ProviderUnavailableError

_ACCOUNTS: Final = "/v1/accounts"

# Whose account it is: the organizer's own, who pays Stripe's fees, bears refunds and disputes, and
# has the whole dashboard. That is what direct charges want (docs.stripe.com/connect/direct-charges).
_CONTROLLER: Final = (
    ("controller[fees][payer]", "account"),
    ("controller[losses][payments]", "stripe"),
    ("controller[requirement_collection]", "stripe"),
    ("controller[stripe_dashboard][type]", "full"),
)
# Stripe's codes for an account that is not ours any more. A 403 without them is about our own key,
# such as a restricted one that may not read accounts.
_GONE: Final = frozenset({"account_invalid", "resource_missing"})


class StripeOnboarding:
    """Implements `AccountOnboarding` on Stripe Connect.

    Arguments are as for `StripeProvider`; `environment` parts deployments that share a platform.
    """

    def __init__(
        self,
        http: Http,
        *,
        api_url: str,
        api_keys: Sequence[str],
        environment: str,
        pause: Callable[[float], None],
        elapsed: Callable[[], float] = time.monotonic,
        budget_seconds: float = 10.0,
    ) -> None:
        self._client = StripeClient(http, api_url, tuple(api_keys), pause, elapsed, budget_seconds)
        self._environment = environment

    def begin(self, account: PaymentAccount) -> str:
        """Make the organizer's account at Stripe: once per onboarding, as its key says.

        After a day Stripe forgets the key; then an account without anything in it is left behind.
        """
        form = account_form(account, self._environment)
        key = account.tracking_id_in(self._environment)
        call = Call("POST", _ACCOUNTS, form=form, key=key)
        return _text(self._client.send(call, self._client.budget()).json, "id")

    def link(self, account: PaymentAccount, texts: OnboardingTexts) -> OnboardingLink:
        """A page for one visit (docs.stripe.com/api/account_links): hence without a key."""
        call = Call("POST", "/v1/account_links", form=link_form(account, texts))
        answer = self._client.send(call, self._client.budget()).json
        return OnboardingLink(_text(answer, "url"), _instant(answer, "expires_at"))

    def status(self, account: PaymentAccount) -> AccountReport:
        """What Stripe says now; nothing is asked while there is no account to ask about."""
        if not account.provider_account_id:
            return AccountReport(Consent.AWAITED)
        path = f"{_ACCOUNTS}/{quote(account.provider_account_id, safe='')}"
        try:
            answer = self._client.send(Call("GET", path), self._client.budget())
        except StripeRefusedError as error:
            if error.reason in _GONE:
                return AccountReport(Consent.WITHDRAWN)
            raise
        return account_report(answer.json, account)


def account_form(account: PaymentAccount, environment: str) -> str:
    """The exact bytes that make the account: the same for the same onboarding."""
    pairs = [
        *_CONTROLLER,
        ("metadata[payment_account_id]", account.payment_account_id),
        ("metadata[tracking_id]", account.tracking_id_in(environment)),
    ]
    if account.country is not None:
        pairs.append(("country", account.country))
    return urlencode(pairs)


def link_form(account: PaymentAccount, texts: OnboardingTexts) -> str:
    pairs = (
        ("account", account.provider_account_id),
        ("type", "account_onboarding"),
        ("return_url", texts.return_url),
        ("refresh_url", texts.again_url),
        ("collection_options[fields]", "eventually_due"),
    )
    return urlencode(pairs)


def account_report(found: Json, account: PaymentAccount) -> AccountReport:
    """Stripe's account as our report.

    Whoever has handed in their details has confirmed their address and agreed to the platform;
    `charges_enabled` says whether they may be paid (docs.stripe.com/connect/handling-api-verification).

    Raises:
        ProviderUnavailableError: no account, or another one than was asked about.
    """
    if found.get("object") != "account" or found.get("id") != account.provider_account_id:
        raise ProviderUnavailableError("Stripe's answer is another account")
    submitted = found.get("details_submitted") is True
    if not submitted and account.status is PaymentAccountStatus.ONBOARDING:
        return AccountReport(Consent.AWAITED)
    abilities = found.get("capabilities")
    cards = abilities.get("card_payments") if isinstance(abilities, dict) else None
    return AccountReport(
        Consent.GIVEN,
        provider_account_id=account.provider_account_id,
        confirmed=submitted,
        verified=found.get("charges_enabled") is True,
        takes_cards=cards == "active",
    )


def _text(answer: Json, name: str) -> str:
    value = answer.get(name)
    if not isinstance(value, str) or not value:
        raise ProviderUnavailableError(f"Stripe's answer has no {name}")
    return value


def _instant(answer: Json, name: str) -> datetime | None:
    value = answer.get(name)
    return datetime.fromtimestamp(value, UTC) if isinstance(value, int) else None
