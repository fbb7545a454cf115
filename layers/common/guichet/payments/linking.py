"""Asking a provider about an organizer's account and writing what its answer means: once, whoever asks."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Final

from guichet.access.membership import Account, Member, Permission
from guichet.clock import Clock
from guichet.errors import Invalid, Refusal, Unavailable, invalid_field, not_found
from guichet.events import Actor, Event
from guichet.ledger.journal import Cause
from guichet.payments.account import AccountReport, PaymentAccount, PaymentAccountStatus
from guichet.payments.onboarding import AccountOnboarding, PaymentAccountRecords
from guichet.payments.ports import ProviderRefusedError, ProviderUnavailableError
from guichet.retrying import with_fresh_state

# The kind of the mail that tells the organizer (REG-13); a plain word, as mails lie an area above.
_REVOKED_MAIL: Final = "organizer_account_revoked"

S = PaymentAccountStatus


@dataclass(frozen=True, slots=True)
class Linking:
    """The shared road of everything that links an account, or may learn that one is gone."""

    records: PaymentAccountRecords
    onboarding: Mapping[str, AccountOnboarding]  # of the providers that the operator works with
    clock: Clock

    def cause(self, actor: Actor, use_case: str) -> Cause:
        return Cause(actor, use_case, self.clock.now())

    def permitted(self, member: Member, payment_account_id: str) -> PaymentAccount:
        """The member's own account's (PAY-3, ACC-2).

        Raises:
            NotAllowed: no role of this member may link.
            NotFound: absent, or another account's.
        """
        member.reach(Permission.LINK_PAYMENT_ACCOUNTS)
        accounts = self.records.payment_accounts(member.account_id)
        found = next((e for e in accounts if e.payment_account_id == payment_account_id), None)
        if found is None:
            raise not_found("payment account")
        return found

    def organizer(self, account_id: str) -> Account:
        found = self.records.account(account_id)
        if found is None:
            raise not_found("account")
        return found

    def provider(self, name: str) -> AccountOnboarding:
        """The onboarding of a provider.

        Raises:
            Invalid: `provider_not_offered`.
        """
        found = self.onboarding.get(name)
        if found is None:
            raise self._not_offered()
        return found

    def ask(self, account: PaymentAccount, cause: Cause) -> PaymentAccount:
        """Ask the provider, write what is new; the account as it is then (PAY-2, PAY-5).

        An answer is written only over what it was asked about: a late one sets nothing back (BAD-4).

        Raises:
            Unavailable: the provider does not answer; nothing was written.
            Conflict: `payment_account_taken`.
        """

        def attempt() -> PaymentAccount:
            fresh = self.records.payment_account(account.account_id, account.provider)
            if fresh is None or not fresh.is_live:
                return fresh or account
            learned = fresh.learned(self._report(fresh), now=self.clock.now())
            if learned == fresh:
                return fresh
            after = replace(learned, version=fresh.version + 1)
            self.records.save_payment_account(
                cause, fresh, after, events=(_event(fresh, after),), mails=_mails(fresh, after)
            )
            return after

        return with_fresh_state(attempt)

    def _report(self, account: PaymentAccount) -> AccountReport:
        onboarding = self.onboarding.get(account.provider)
        if onboarding is None:  # the operator has taken it out of the secret
            raise not_answering(ProviderUnavailableError("this provider is not set up"))
        try:
            return onboarding.status(account)
        except (ProviderUnavailableError, ProviderRefusedError) as error:
            raise not_answering(error) from error

    def _not_offered(self) -> Invalid:
        known = ", ".join(self.onboarding)
        return invalid_field("/provider", "provider_not_offered", f"One of {known}.", rule="PAY-1")


def not_answering(error: ProviderUnavailableError | ProviderRefusedError) -> Refusal:
    """A refusal of the provider's is no answer about the account either: nothing was learned."""
    seconds = error.retry_after_seconds if isinstance(error, ProviderUnavailableError) else None
    return Unavailable(
        "provider_unavailable",
        "The payment provider does not answer at the moment; nothing was lost, try again.",
        retry_after_seconds=seconds or 10,
    )


def facts_of(account: PaymentAccount) -> dict[str, str | int | None]:
    """What an event tells those who act upon it."""
    return {
        "account_id": account.account_id,
        "provider": account.provider,
        "provider_account_id": account.provider_account_id,
    }


def _event(before: PaymentAccount, after: PaymentAccount) -> Event:
    if after.status is before.status:
        return Event("payment_account.updated", facts_of(after))
    return Event(f"payment_account.{after.status}", facts_of(after))


def _mails(before: PaymentAccount, after: PaymentAccount) -> tuple[str, ...]:
    revoked = before.status is S.LINKED and after.status is S.REVOKED
    return (_REVOKED_MAIL,) if revoked else ()
