"""An organizer's account at a provider: who receives the money, and whether it may yet (PAY-1, PAY-2)."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from guichet.errors import Conflict
from guichet.ids import derived_id

_FORMER_KEPT: Final = 20
# A checkout that read the account just before it was given up has ended by then.
_STRAGGLERS: Final = timedelta(minutes=2)


class PaymentAccountStatus(StrEnum):
    """How far the link has come. Whether money may be received is said beside it."""

    ONBOARDING = "onboarding"  # begun here; the organizer has not agreed at the provider yet
    LINKED = "linked"  # the organizer agreed at the provider that we act for them
    UNLINKED = "unlinked"  # given up here (PAY-4)
    REVOKED = "revoked"  # given up at the provider (PAY-5)


S = PaymentAccountStatus

TRANSITIONS = MappingProxyType(
    {
        S.ONBOARDING: frozenset({S.LINKED, S.UNLINKED, S.REVOKED}),
        S.LINKED: frozenset({S.UNLINKED, S.REVOKED}),
        S.UNLINKED: frozenset({S.ONBOARDING}),
        S.REVOKED: frozenset({S.ONBOARDING}),
    }
)


class Consent(StrEnum):
    """Whether the organizer lets us act for them, in the provider's eyes."""

    AWAITED = "awaited"  # not yet: the onboarding is not finished
    GIVEN = "given"
    WITHDRAWN = "withdrawn"  # the account can't be reached by us any more


@dataclass(frozen=True, slots=True)
class AccountReport:
    """The provider's answer about one account. Never made from a return address or a webhook."""

    consent: Consent
    provider_account_id: str = ""  # with GIVEN
    confirmed: bool = False
    verified: bool = False
    takes_cards: bool = False


class NextStep(StrEnum):
    """What the organizer can do for more, most urgent first."""

    LINK = "link"
    FINISH_ONBOARDING = "finish_onboarding"
    CONFIRM_EMAIL = "confirm_email"
    GET_VERIFIED = "get_verified"
    GET_CARDS = "get_cards"


@dataclass(frozen=True, slots=True)
class PaymentAccount:
    """At most one per organizer and provider (PAY-1); usable once confirmed and verified (PAY-2)."""

    account_id: str
    provider: str
    provider_account_id: str  # as the provider names it; empty until it does
    confirmed: bool  # the provider says: e-mail address confirmed
    verified: bool  # the provider says: may receive payments
    takes_cards: bool
    status: PaymentAccountStatus = S.LINKED
    version: int = 1
    onboarding_count: int = 1  # how often a link was begun
    country: str | None = None  # where the organizer is established, as they said it when beginning
    former: tuple[str, ...] = ()  # provider's names of accounts that were linked before (PAY-4)
    ending_sessions_since: datetime | None = None  # pages that pay a former account are being ended
    handled_keys: tuple[str, ...] = ()

    @property
    def payment_account_id(self) -> str:
        """The public id: the same for as long as the organizer has any account at this provider."""
        return payment_account_id(self.account_id, self.provider)

    def tracking_id_in(self, environment: str) -> str:
        """What one onboarding is known by at the provider: another attempt is another onboarding.

        `environment` parts deployments that share an operator's account there, and whose staff
        gave an organizer the same id.
        """
        return f"{self.payment_account_id}-{self.onboarding_count}-{environment}"

    @property
    def is_usable(self) -> bool:
        return self.status is S.LINKED and self.confirmed and self.verified

    @property
    def is_live(self) -> bool:
        """Whether it is linked, or on its way there: the provider can be asked about it."""
        return self.status in {S.ONBOARDING, S.LINKED}

    @property
    def look_again_at(self) -> datetime | None:
        """When pages that pay a former account are looked for a last time; None where none can be."""
        since = self.ending_sessions_since
        return None if since is None else since + _STRAGGLERS

    @property
    def next_steps(self) -> tuple[NextStep, ...]:
        """What is missing, and how to get cards (PAY-2, PAY-6)."""
        if not self.is_live:
            return (NextStep.LINK,)
        if self.status is S.ONBOARDING:
            return (NextStep.FINISH_ONBOARDING,)
        missing = {
            NextStep.CONFIRM_EMAIL: not self.confirmed,
            NextStep.GET_VERIFIED: not self.verified,
            NextStep.GET_CARDS: not self.takes_cards,
        }
        return tuple(step for step, is_missing in missing.items() if is_missing)

    def transition_to(self, status: PaymentAccountStatus) -> PaymentAccount:
        """Move along the table, or refuse."""
        if status not in TRANSITIONS[self.status]:
            raise Conflict(
                f"payment_account_{self.status}",
                f"A payment account that is {self.status} can't become {status}.",
                rule="PAY-1",
            )
        return replace(self, status=status)

    def begun_again(self, *, provider_account_id: str, country: str | None) -> PaymentAccount:
        """Another onboarding: of a new account, or of one that was linked before."""
        return replace(
            self.transition_to(S.ONBOARDING),
            provider_account_id=provider_account_id,
            country=country,
            confirmed=False,
            verified=False,
            takes_cards=False,
            onboarding_count=self.onboarding_count + 1,
        )

    def learned(self, report: AccountReport, *, now: datetime) -> PaymentAccount:
        """What the provider's answer makes of it; itself where nothing is new (PAY-2, PAY-5)."""
        match report.consent:
            case Consent.GIVEN:
                linked = self if self.status is S.LINKED else self.transition_to(S.LINKED)
                return replace(
                    linked,
                    provider_account_id=report.provider_account_id,
                    confirmed=report.confirmed,
                    verified=report.verified,
                    takes_cards=report.takes_cards,
                )
            case Consent.AWAITED if self.status is S.ONBOARDING:
                return self
            case _:
                return self._given_up(S.REVOKED, now)

    def unlinked(self, *, now: datetime) -> PaymentAccount:
        """Given up by the organizer: at once, whatever is under way (PAY-4)."""
        return self._given_up(S.UNLINKED, now)

    def replaced_by(self, account: PaymentAccount, *, now: datetime) -> PaymentAccount:
        """The account that takes this one's place, with the memory of this one."""
        differs = account.provider_account_id != self.provider_account_id
        return replace(
            account,
            version=self.version,
            onboarding_count=self.onboarding_count,
            former=self._with_former() if differs else self.former,
            ending_sessions_since=now
            if differs and self.status is S.LINKED
            else self.ending_sessions_since,
            handled_keys=self.handled_keys,
        )

    def _given_up(self, status: PaymentAccountStatus, now: datetime) -> PaymentAccount:
        was_linked = self.status is S.LINKED
        return replace(
            self.transition_to(status),
            confirmed=False,
            verified=False,
            takes_cards=False,
            former=self._with_former() if was_linked else self.former,
            ending_sessions_since=now if was_linked else self.ending_sessions_since,
        )

    def _with_former(self) -> tuple[str, ...]:
        others = tuple(each for each in self.former if each != self.provider_account_id)
        return (*others, self.provider_account_id)[-_FORMER_KEPT:]


def payment_account_id(account_id: str, provider: str) -> str:
    """The id of the one account that an organizer can have at a provider (PAY-1)."""
    return derived_id("pac", account_id, provider)
