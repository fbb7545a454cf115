"""Accounts at providers: link, look, refresh, unlink (PAY-1 to PAY-6)."""

from __future__ import annotations

from typing import Final

from guichet.entry.callers import known_form
from guichet.entry.calls.signed_in import SIGN_IN, Sender, SignedInCalls
from guichet.entry.http import MemberKey, MemberKeyOrNone, Text, answered, route
from guichet.entry.models.payment_accounts import (
    OnboardingLinkAnswer,
    PaymentAccountAnswer,
    PaymentAccountRequest,
    PaymentAccountsAnswer,
)
from guichet.payments.account import PaymentAccount
from guichet.payments.use_cases.give_onboarding_link import GiveOnboardingLink, give_onboarding_link
from guichet.payments.use_cases.link_payment_account import LinkPaymentAccount, link_payment_account
from guichet.payments.use_cases.list_payment_accounts import list_payment_accounts
from guichet.payments.use_cases.read_payment_account import read_payment_account
from guichet.payments.use_cases.refresh_payment_account import (
    RefreshPaymentAccount,
    refresh_payment_account,
)
from guichet.payments.use_cases.unlink_payment_account import (
    UnlinkPaymentAccount,
    unlink_payment_account,
)

ACCOUNTS: Final = "/v1/payment-accounts"
ACCOUNT: Final = f"{ACCOUNTS}/<payment_account_id>"
_WHAT: Final = "payment account"


class PaymentAccountCalls(SignedInCalls):
    """One method a call."""

    @route(
        "POST",
        ACCOUNTS,
        "Begin to link an account at a provider; what is linked already is answered again",
        who=SIGN_IN,
        answers=PaymentAccountAnswer,
        status=201,
    )
    def link_payment_account(self, body: PaymentAccountRequest, idempotency_key: MemberKey) -> Text:
        sender = self._sender()
        command = LinkPaymentAccount(
            provider=body.provider,
            country=body.country,
            provider_account_id=body.provider_account_id,
            member=sender.member,
            idempotency_key=idempotency_key,
            actor=sender.actor,
        )
        reply = link_payment_account(command, linking=sender.held.linking)
        account = reply.value
        return answered(
            PaymentAccountAnswer.of(account),
            status=201,
            location=f"{ACCOUNTS}/{account.payment_account_id}",
            version=account.version,
            replayed=reply.replayed,
        )

    @route(
        "GET", ACCOUNTS, "List accounts at providers", who=SIGN_IN, answers=PaymentAccountsAnswer
    )
    def list_payment_accounts(self) -> Text:
        sender = self._sender()
        found = list_payment_accounts(sender.member, linking=sender.held.linking)
        return answered(
            PaymentAccountsAnswer(items=[PaymentAccountAnswer.of(each) for each in found])
        )

    @route("GET", ACCOUNT, "Read a payment account", who=SIGN_IN, answers=PaymentAccountAnswer)
    def read_payment_account(self, payment_account_id: str) -> Text:
        sender = self._sender()
        found = read_payment_account(
            known_form(payment_account_id, _WHAT), sender.member, linking=sender.held.linking
        )
        return _shown(found)

    @route(
        "POST",
        f"{ACCOUNT}/onboarding-link",
        "Get a fresh page at the provider's, for one visit",
        who=SIGN_IN,
        answers=OnboardingLinkAnswer,
    )
    def give_onboarding_link(
        self, payment_account_id: str, idempotency_key: MemberKeyOrNone = None
    ) -> Text:
        del idempotency_key  # a page that was given before may be used up: each is another
        sender = self._sender()
        command = GiveOnboardingLink(
            known_form(payment_account_id, _WHAT),
            _page(sender, payment_account_id),
            sender.member,
            sender.actor,
        )
        link = give_onboarding_link(command, linking=sender.held.linking)
        return answered(OnboardingLinkAnswer.of(link))

    @route(
        "POST",
        f"{ACCOUNT}/refresh",
        "Ask the provider what the account can do by now",
        who=SIGN_IN,
        answers=PaymentAccountAnswer,
    )
    def refresh_payment_account(
        self, payment_account_id: str, idempotency_key: MemberKeyOrNone = None
    ) -> Text:
        del idempotency_key  # a repeat asks again, which is what is wanted
        sender = self._sender()
        command = RefreshPaymentAccount(
            known_form(payment_account_id, _WHAT), sender.member, sender.actor
        )
        return _shown(refresh_payment_account(command, linking=sender.held.linking))

    @route("DELETE", ACCOUNT, "Unlink, and end open payment sessions", who=SIGN_IN, status=204)
    def unlink_payment_account(
        self, payment_account_id: str, idempotency_key: MemberKeyOrNone = None
    ) -> Text:
        sender = self._sender()
        command = UnlinkPaymentAccount(
            known_form(payment_account_id, _WHAT), sender.member, idempotency_key, sender.actor
        )
        reply = unlink_payment_account(command, linking=sender.held.linking)
        return answered(None, status=204, replayed=reply.replayed)


def _page(sender: Sender, payment_account_id: str) -> str:
    """The page of ours that the provider's leads back to."""
    return f"{sender.held.settings.public_base_url}/organizer/payment-accounts/{payment_account_id}"


def _shown(account: PaymentAccount) -> Text:
    return answered(PaymentAccountAnswer.of(account), version=account.version)
