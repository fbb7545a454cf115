"""Accounts, members and their sign-ins on the state table (ACC-1, ACC-2)."""

from __future__ import annotations

from guichet.access.membership import Account, Member
from guichet.adapters.dynamo import items, journal_items, keys
from guichet.adapters.dynamo.payment_accounts import PaymentAccounts
from guichet.adapters.dynamo.seam import (
    Absent,
    ConditionFailedError,
    Dynamo,
    Item,
    Operation,
    Put,
)
from guichet.errors import Conflict
from guichet.events import Event
from guichet.ledger.journal import Cause, Change


class People(PaymentAccounts):
    """Who belongs to which account, and what accounts they have at providers."""

    def __init__(self, dynamo: Dynamo) -> None:
        super().__init__(dynamo)
        self._dynamo = dynamo

    def member_signed_in(self, issuer: str, subject: str) -> Member | None:
        """The member this sign-in is; roles are ours, whatever a token claims."""
        item = self._dynamo.get("state", keys.sign_in(issuer, subject))
        if item is None:
            return None
        found = keys.member(str(item["account_id"]), str(item["member_id"]))
        return items.read(Member, self._dynamo.get("state", found))

    def add_account(self, cause: Cause, account: Account) -> None:
        """Store a new account.

        Raises:
            Conflict: `account_exists`.
        """
        self._create(cause, account, "account.created", "account_exists", ())

    def add_member(self, cause: Cause, member: Member) -> None:
        """Store a member with their sign-in.

        Raises:
            Conflict: `member_exists`, here or with this sign-in on any account.
        """
        key = keys.sign_in(member.issuer, member.subject)
        sign_in: Item = {
            "pk": key.pk,
            "sk": key.sk,
            "account_id": member.account_id,
            "member_id": member.member_id,
        }
        self._create(
            cause, member, "member.added", "member_exists", (Put("state", sign_in, Absent()),)
        )

    def _create(
        self,
        cause: Cause,
        value: Account | Member,
        event: str,
        code: str,
        more: tuple[Operation, ...],
    ) -> None:
        change = Change(None, value, (Event(event),))
        name = items.aggregate_name(value)
        try:
            self._dynamo.transact_write(
                [
                    Put("state", items.item_of(value), Absent()),
                    Put(
                        "journal",
                        journal_items.journal_item(cause, name, change),
                        Absent(),
                    ),
                    *more,
                ]
            )
        except ConditionFailedError as error:
            raise Conflict(code, f"This {code.partition('_')[0]} exists already.") from error
