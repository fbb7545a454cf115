"""PayPal as an `AccountOnboarding`: partner referrals, and what PayPal says of a merchant."""

from __future__ import annotations

import json
from typing import Final
from urllib.parse import quote, urlencode

from guichet.adapters.paypal.client import Budget, Call, Json, PayPalClient
from guichet.adapters.paypal.fields import objects_of, text_of, unreadable
from guichet.payments.account import (
    AccountReport,
    Consent,
    PaymentAccount,
    PaymentAccountStatus,
)
from guichet.payments.onboarding import OnboardingLink, OnboardingTexts
from guichet.payments.ports import NOT_REACHABLE, ProviderRefusedError

# What we ask the organizer to let us do, and no more.
FEATURES: Final = (
    "PAYMENT",
    "REFUND",
    "PARTNER_FEE",
    "READ_SELLER_DISPUTE",
    "ACCESS_MERCHANT_INFORMATION",
)
# Without one of these we could not sell, give back, or take the platform's fee.
_NEEDED_SCOPES: Final = frozenset(
    f"https://uri.paypal.com/services/payments/{each}"
    for each in ("realtimepayment", "refund", "partnerfee")
)
_CARDS: Final = frozenset({"STANDARD_CARD_PROCESSING", "CUSTOM_CARD_PROCESSING"})


class PayPalOnboarding:
    """Implements `AccountOnboarding` on PayPal's partner referrals.

    Args:
        client: the one that also sells, so that its token is dropped when a seller has agreed.
        client_id: the operator's, whom the seller has to have agreed to.
        partner_id: the operator's own merchant id.
        environment: ours; it parts deployments that share a partner account.
    """

    def __init__(
        self, client: PayPalClient, *, client_id: str, partner_id: str, environment: str
    ) -> None:
        self._client = client
        self._environment = environment
        self._client_id = client_id
        self._integrations = (
            f"/v1/customer/partners/{quote(partner_id, safe='')}/merchant-integrations"
        )

    def begin(self, account: PaymentAccount) -> str:
        """Nothing: which account it will be is known once somebody has signed in at PayPal."""
        del account
        return ""

    def link(self, account: PaymentAccount, texts: OnboardingTexts) -> OnboardingLink:
        """Refer the organizer to PayPal, by the tracking id of this onboarding."""
        body = referral_body(account.tracking_id_in(self._environment), texts)
        call = Call("POST", "/v2/customer/partner-referrals", body=body)
        answer = self._client.send(call, self._client.budget())
        for link in objects_of(answer, "links"):
            if link.get("rel") == "action_url":
                return OnboardingLink(text_of(link, "href"), expires_at=None)
        raise unreadable("a referral without its page")

    def status(self, account: PaymentAccount) -> AccountReport:
        """What PayPal says of the merchant. Whatever a return address claims is not looked at."""
        budget = self._client.budget()
        report = self._named(account, budget)
        if report.consent is Consent.WITHDRAWN and not _is_linked(account):
            report = self._tracked(account, budget)
        if report.consent is Consent.GIVEN and not _is_linked(account):
            self._client.forget_token()  # one from before the consent doesn't cover this seller
        return report

    def _named(self, account: PaymentAccount, budget: Budget) -> AccountReport:
        """By PayPal's own name of the merchant, where we have it."""
        if not account.provider_account_id:
            return AccountReport(Consent.WITHDRAWN)
        found = self._get(f"/{quote(account.provider_account_id, safe='')}", budget)
        if found is None:
            return AccountReport(Consent.WITHDRAWN)
        return merchant_report(found, account.provider_account_id, self._client_id)

    def _tracked(self, account: PaymentAccount, budget: Budget) -> AccountReport:
        """By our own tracking id, which the merchant that agreed has to bear."""
        ours = account.tracking_id_in(self._environment)
        pointer = self._get(f"?{urlencode((('tracking_id', ours),))}", budget)
        if pointer is None or pointer.get("tracking_id", ours) != ours:
            return AccountReport(Consent.AWAITED)
        merchant_id = text_of(pointer, "merchant_id")
        found = self._get(f"/{quote(merchant_id, safe='')}", budget)
        if found is None or found.get("tracking_id") != ours:
            return AccountReport(Consent.AWAITED)
        report = merchant_report(found, merchant_id, self._client_id)
        return report if report.consent is Consent.GIVEN else AccountReport(Consent.AWAITED)

    def _get(self, rest: str, budget: Budget) -> Json | None:
        """What PayPal knows; None where it knows of no agreement with us."""
        try:
            return self._client.send(Call("GET", f"{self._integrations}{rest}"), budget)
        except ProviderRefusedError as error:
            if error.code == NOT_REACHABLE:
                return None
            raise


def referral_body(tracking_id: str, texts: OnboardingTexts) -> str:
    """A referral: who is sent, what we ask for, where the page leads back to."""
    rest = {
        "integration_method": "PAYPAL",
        "integration_type": "THIRD_PARTY",
        "third_party_details": {"features": list(FEATURES)},
    }
    body = {
        "tracking_id": tracking_id,
        "email": texts.email,
        "preferred_language_code": texts.language,
        "partner_config_override": {"return_url": texts.return_url},
        "operations": [
            {
                "operation": "API_INTEGRATION",
                "api_integration_preference": {"rest_api_integration": rest},
            }
        ],
        "products": ["PPCP"],
        "legal_consents": [{"type": "SHARE_DATA_CONSENT", "granted": True}],
    }
    return json.dumps(body, separators=(",", ":"))


def merchant_report(found: Json, merchant_id: str, client_id: str) -> AccountReport:
    """PayPal's merchant as our report; WITHDRAWN where it has not agreed to us, or not to enough.

    Raises:
        ProviderUnavailableError: another merchant than was asked about.
    """
    if text_of(found, "merchant_id") != merchant_id:
        raise unreadable("another merchant")
    if not _has_agreed(found, client_id):
        return AccountReport(Consent.WITHDRAWN)
    return AccountReport(
        Consent.GIVEN,
        provider_account_id=merchant_id,
        confirmed=found.get("primary_email_confirmed") is True,
        verified=found.get("payments_receivable") is True,
        takes_cards=_takes_cards(found),
    )


def _has_agreed(found: Json, client_id: str) -> bool:
    for integration in objects_of(found, "oauth_integrations"):
        for each in objects_of(integration, "oauth_third_party"):
            scopes = each.get("scopes")
            granted = {s for s in scopes if isinstance(s, str)} if isinstance(scopes, list) else ()
            if each.get("partner_client_id") == client_id and _NEEDED_SCOPES.issubset(granted):
                return True
    return False


def _takes_cards(found: Json) -> bool:
    """PayPal's guest page takes cards for sellers who may process them (PAY-6)."""
    return any(
        each.get("name") in _CARDS and each.get("status") == "ACTIVE"
        for each in objects_of(found, "capabilities")
    )


def _is_linked(account: PaymentAccount) -> bool:
    return account.status is PaymentAccountStatus.LINKED
