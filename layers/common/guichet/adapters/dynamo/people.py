"""Accounts, members and their sign-ins on the state table (ACC-1, ACC-2)."""

from __future__ import annotations

from guichet.access.membership import Account, Member
from guichet.adapters.dynamo import items, keys
from guichet.adapters.dynamo.seam import (
    Absent,
    ConditionFailedError,
    Dynamo,
    Equals,
    Item,
    Operation,
    Put,
)
from guichet.errors import Conflict, not_found
from guichet.events import Event
from guichet.ledger.journal import Cause, Change
from guichet.payments.account import PaymentAccount


class People:
    """Who belongs to which account."""

    def __init__(self, dynamo: Dynamo) -> None:
        self._dynamo = dynamo

    def member_signed_in(self, issuer: str, subject: str) -> Member | None:
        """The member this sign-in is; roles are ours, whatever a token claims."""
        item = self._dynamo.get("state", keys.sign_in(issuer, subject))
        if item is None:
            return None
        found = keys.member(str(item["account_id"]), str(item["member_id"]))
        return items.read(Member, self._dynamo.get("state", found))

    def account(self, account_id: str) -> Account | None:
        return items.read(Account, self._dynamo.get("state", keys.account(account_id)))

    def payment_account(self, account_id: str, provider: str) -> PaymentAccount | None:
        found = self._dynamo.get("state", keys.payment_account(account_id, provider))
        return items.read(PaymentAccount, found)

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

    def save_payment_account(
        self, cause: Cause, before: PaymentAccount | None, after: PaymentAccount
    ) -> None:
        """Store what the provider says of an organizer's account.

        Raises:
            NotFound: no such account.
            Conflict: `payment_account_changed`, somebody else was faster.
        """
        if self.account(after.account_id) is None:
            raise not_found("account")
        guard = Absent() if before is None else Equals("version", before.version)
        change = Change(before, after, (Event("payment_account.saved"),))
        try:
            self._dynamo.transact_write(
                [
                    Put("state", items.item_of(after), guard),
                    Put("journal", items.journal_item(cause, change), Absent()),
                ]
            )
        except ConditionFailedError as error:
            raise Conflict(
                "payment_account_changed", "This payment account was changed meanwhile."
            ) from error

    def _create(
        self,
        cause: Cause,
        value: Account | Member,
        event: str,
        code: str,
        more: tuple[Operation, ...],
    ) -> None:
        change = Change(None, value, (Event(event),))
        try:
            self._dynamo.transact_write(
                [
                    Put("state", items.item_of(value), Absent()),
                    Put("journal", items.journal_item(cause, change), Absent()),
                    *more,
                ]
            )
        except ConditionFailedError as error:
            raise Conflict(code, f"This {code.partition('_')[0]} exists already.") from error
