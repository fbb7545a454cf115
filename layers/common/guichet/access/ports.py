"""What access needs from outside: the records of accounts, members and profiles."""

from __future__ import annotations

from typing import Protocol

from guichet.access.membership import Account, Member
from guichet.access.profile import BillingProfile
from guichet.events import Event
from guichet.ledger.journal import Cause, Change
from guichet.tax.vat_check import VatRecord


class PeopleRecords(Protocol):
    """Accounts, members and sign-ins."""

    def add_account(self, cause: Cause, account: Account) -> None:
        """Store a new account.

        Raises:
            Conflict: `account_exists`.
        """
        ...

    def add_member(self, cause: Cause, member: Member) -> None:
        """Store a member with their sign-in.

        Raises:
            Conflict: `member_exists`, here or with this sign-in on any account.
        """
        ...

    def account(self, account_id: str) -> Account | None: ...


class ProfileRecords(Protocol):
    """Accounts and what they are billed as."""

    def account(self, account_id: str) -> Account | None: ...

    def profile(self, account: Account) -> BillingProfile:
        """The stored profile, else `first_profile` of the account."""
        ...

    def vat_record(self, account_id: str, vat_number: str) -> VatRecord | None:
        """What is known of a number of the account's."""
        ...

    def save_profile(
        self,
        cause: Cause,
        before: BillingProfile,
        after: BillingProfile,
        number: Change[VatRecord] | None = None,
        told: Event | None = None,
    ) -> None:
        """Store a changed profile, and in the same write that its number has to be asked about.

        Args:
            cause: who, when and why.
            before: as it was read.
            after: as it is to be.
            number: the record of a number that was entered.
            told: what the journal says of it; None: which fields a member changed.

        Raises:
            ConcurrentUpdateError: somebody else wrote first.
        """
        ...
