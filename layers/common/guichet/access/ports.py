"""What access needs from outside: the records of accounts and members."""

from __future__ import annotations

from typing import Protocol

from guichet.access.membership import Account, Member
from guichet.ledger.journal import Cause


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
