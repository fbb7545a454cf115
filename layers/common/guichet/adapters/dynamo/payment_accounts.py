"""Organizers' accounts at providers on the state table, and the two ways to find one (PAY-1)."""

from __future__ import annotations

from guichet.access.membership import Account
from guichet.adapters.dynamo import items, journal_items, keys
from guichet.adapters.dynamo.seam import (
    Absent,
    ConditionFailedError,
    Delete,
    Dynamo,
    Equals,
    Item,
    Key,
    Operation,
    Put,
)
from guichet.errors import ConcurrentUpdateError, Conflict, not_found
from guichet.events import Event
from guichet.ledger.journal import Cause, Change
from guichet.payments.account import PaymentAccount


class PaymentAccounts:
    """`PaymentAccountRecords` on `Dynamo`."""

    def __init__(self, dynamo: Dynamo) -> None:
        self.__dynamo = dynamo

    def account(self, account_id: str) -> Account | None:
        return items.read(Account, self.__dynamo.get("state", keys.account(account_id)))

    def payment_account(self, account_id: str, provider: str) -> PaymentAccount | None:
        found = self.__dynamo.get("state", keys.payment_account(account_id, provider))
        return items.read(PaymentAccount, found)

    def payment_accounts(self, account_id: str) -> list[PaymentAccount]:
        partition = keys.account(account_id).pk
        page = self.__dynamo.query("state", partition, prefix="PAYMENT_ACCOUNT#", limit=10)
        return [found for item in page.items if (found := items.read(PaymentAccount, item))]

    def payment_account_named(self, payment_account_id: str) -> PaymentAccount | None:
        return self._pointed_at(keys.payment_account_pointer(payment_account_id))

    def payment_account_at(self, provider: str, provider_account_id: str) -> PaymentAccount | None:
        found = self._pointed_at(keys.payee(provider, provider_account_id))
        if found is None or found.provider_account_id != provider_account_id:
            return None  # moved on between the two reads
        return found

    def save_payment_account(
        self,
        cause: Cause,
        before: PaymentAccount | None,
        after: PaymentAccount,
        *,
        events: tuple[Event, ...] = (Event("payment_account.saved"),),
        mails: tuple[str, ...] = (),
    ) -> None:
        if before is None and self.account(after.account_id) is None:
            raise not_found("account")
        change = Change(before, after, events, mails=mails)
        guard = Absent() if before is None else Equals("version", before.version)
        written: list[Operation] = [
            Put("state", items.item_of(after), guard),
            Put(
                "journal",
                journal_items.journal_item(cause, items.aggregate_name(after), change),
                Absent(),
            ),
        ]
        claim = _claim(before, after)
        try:
            self.__dynamo.transact_write([*written, *claim, *_beside(cause, change)])
        except ConditionFailedError as error:
            if any(place < len(written) for place in error.failed):
                raise ConcurrentUpdateError("somebody else wrote first") from error
            raise _taken() from error

    def _pointed_at(self, key: Key) -> PaymentAccount | None:
        pointer = self.__dynamo.get("state", key)
        if pointer is None:
            return None
        return self.payment_account(str(pointer["account_id"]), str(pointer["provider"]))


def _claim(before: PaymentAccount | None, after: PaymentAccount) -> list[Operation]:
    """While an account is linked, or about to be, its name at the provider is this organizer's."""
    held, wanted = _payee(before), _payee(after)
    if held == wanted:
        return []
    released: list[Operation] = [Delete("state", held)] if held else []
    claimed: list[Operation] = [Put("state", _pointer(wanted, after), Absent())] if wanted else []
    return claimed + released


def _payee(account: PaymentAccount | None) -> Key | None:
    if account is None or not account.is_live or not account.provider_account_id:
        return None
    return keys.payee(account.provider, account.provider_account_id)


def _beside(cause: Cause, change: Change[PaymentAccount]) -> list[Operation]:
    """What is written once: the pointer of a new account, and the mails of this change."""
    after, beside = change.after, list[Operation]()
    if change.before is None:
        key = keys.payment_account_pointer(after.payment_account_id)
        beside.append(Put("state", _pointer(key, after)))
    if change.mails:
        about: Item = {
            "account_id": after.account_id,
            "provider": after.provider,
            "provider_account_id": after.provider_account_id,
        }
        name = items.aggregate_name(after)
        effect = items.effect_item(name, after.version, about, change.mails, cause.at)
        beside.append(Put("state", effect, Absent()))
    return beside


def _pointer(key: Key, account: PaymentAccount) -> Item:
    return {
        "pk": key.pk,
        "sk": key.sk,
        "account_id": account.account_id,
        "provider": account.provider,
    }


def _taken() -> Conflict:
    return Conflict(
        "payment_account_taken",
        "This account at the provider is linked by another organizer here; unlink it there first.",
        rule="PAY-1",
    )
