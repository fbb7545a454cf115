"""An administrator gets a fresh page at the provider's, to agree there or to finish (PAY-1, PAY-3)."""

from __future__ import annotations

from dataclasses import dataclass, replace

from guichet.access.membership import Member
from guichet.errors import Conflict, Refusal
from guichet.events import Actor, Event
from guichet.ledger.journal import Cause
from guichet.payments.account import PaymentAccount
from guichet.payments.linking import Linking, facts_of, not_answering
from guichet.payments.onboarding import OnboardingLink, OnboardingTexts
from guichet.payments.ports import (
    NOT_REACHABLE,
    ProviderRefusedError,
    ProviderUnavailableError,
)
from guichet.retrying import with_fresh_state


@dataclass(frozen=True, slots=True)
class GiveOnboardingLink:
    """A member goes to the provider's page; `page_url` is the one of ours that it leads back to."""

    payment_account_id: str
    page_url: str
    member: Member
    actor: Actor


def give_onboarding_link(command: GiveOnboardingLink, *, linking: Linking) -> OnboardingLink:
    """A page for one visit. What the provider prepares for it is prepared once.

    Raises:
        Conflict: `payment_account_unlinked`, `payment_account_revoked`: begin again first;
            `payment_account_usable`: nothing is left to do there; `account_not_reachable`;
            `onboarding_refused`, for a reason that the operator has to look into.
        Unavailable: the provider does not answer.
    """
    cause = linking.cause(command.actor, "give_onboarding_link")

    def attempt() -> PaymentAccount:
        account = linking.permitted(command.member, command.payment_account_id)
        _require_unfinished(account)
        return account if account.provider_account_id else _prepared(account, linking, cause)

    organizer = linking.organizer(command.member.account_id)
    account = with_fresh_state(attempt)
    texts = OnboardingTexts(
        return_url=f"{command.page_url}?from=provider",
        again_url=f"{command.page_url}?again=1",
        email=organizer.email,
        language=organizer.language,
    )
    try:
        return linking.provider(account.provider).link(account, texts)
    except (ProviderUnavailableError, ProviderRefusedError) as error:
        raise _refusal(error) from error


def _require_unfinished(account: PaymentAccount) -> None:
    if not account.is_live:
        raise Conflict(
            f"payment_account_{account.status}",
            "This account is not linked any more; begin again to link it, or another.",
            rule="PAY-4",
        )
    if account.is_usable and account.takes_cards:
        raise Conflict(
            "payment_account_usable", "This account is linked and takes cards; nothing is left."
        )


def _prepared(account: PaymentAccount, linking: Linking, cause: Cause) -> PaymentAccount:
    """The account with the provider's name of it, where the provider gives one beforehand."""
    try:
        name = linking.provider(account.provider).begin(account)
    except (ProviderUnavailableError, ProviderRefusedError) as error:
        raise _refusal(error) from error
    if not name:
        return account
    after = replace(account, provider_account_id=name, version=account.version + 1)
    event = Event("payment_account.prepared", facts_of(after))
    linking.records.save_payment_account(cause, account, after, events=(event,))
    return after


def _refusal(error: ProviderUnavailableError | ProviderRefusedError) -> Refusal:
    if isinstance(error, ProviderUnavailableError):
        return not_answering(error)
    if error.code == NOT_REACHABLE:
        return Conflict(
            NOT_REACHABLE,
            "The provider doesn't let us reach this account any more; unlink it and begin again.",
            rule="PAY-5",
        )
    return Conflict(
        "onboarding_refused",
        "The provider refuses to begin this onboarding; ask whoever runs this site to look into it.",
        rule="PAY-1",
    )
