"""The records of payment methods on the two tables."""

from __future__ import annotations

from collections.abc import Sequence

from guichet.access.membership import Account
from guichet.access.profile import BillingProfile, first_profile
from guichet.adapters.dynamo import items, keys, method_items
from guichet.adapters.dynamo.codec import decode
from guichet.adapters.dynamo.seam import Dynamo, Key, Put
from guichet.adapters.dynamo.steps import event_applied, plain_item
from guichet.adapters.dynamo.writes import Guarded, kept, lost_race, write
from guichet.collection.customer import ProviderCustomer
from guichet.collection.declines import Declines
from guichet.collection.payment_methods import PaymentMethods
from guichet.collection.ports import Aggregate, PointToMethod, Step
from guichet.collection.setup import Setup
from guichet.collection.stored import StoredMethod
from guichet.errors import not_found
from guichet.ledger.journal import Cause, Change
from guichet.subscriptions.ports import ProviderEventApplied


class MethodStore:
    """`CollectionRecords` on `Dynamo`."""

    def __init__(self, dynamo: Dynamo) -> None:
        self._dynamo = dynamo

    def _find[T](self, kind: type[T], key: Key) -> T | None:
        return items.read(kind, self._dynamo.get("state", key))

    def account(self, account_id: str) -> Account:
        found = self._find(Account, keys.account(account_id))
        if found is None:
            raise not_found("account")
        return found

    def profile(self, account_id: str) -> BillingProfile:
        found = self._find(BillingProfile, keys.profile(account_id))
        return found or first_profile(self.account(account_id))

    def setup(self, setup_id: str) -> Setup | None:
        item = self._dynamo.get("state", keys.method_setup(setup_id))
        return method_items.read_asking(Setup, item)

    def customer(
        self, account_id: str, selling_entity: str, provider: str
    ) -> ProviderCustomer | None:
        key = keys.provider_customer(account_id, selling_entity, provider)
        return method_items.read_asking(ProviderCustomer, self._dynamo.get("state", key))

    def methods(self, account_id: str, selling_entity: str) -> PaymentMethods:
        found = self._find(PaymentMethods, keys.payment_methods(account_id, selling_entity))
        return found or PaymentMethods(account_id=account_id, selling_entity=selling_entity)

    def methods_of(self, account_id: str) -> list[PaymentMethods]:
        partition = keys.account(account_id).pk
        page = self._dynamo.query("state", partition, prefix="METHODS#")
        found = [decode(PaymentMethods, each) for each in page.items]
        while page.next_start is not None:
            page = self._dynamo.query("state", partition, prefix="METHODS#", start=page.next_start)
            found += [decode(PaymentMethods, each) for each in page.items]
        return found

    def stored_method(self, account_id: str, method_id: str) -> StoredMethod | None:
        return self._find(StoredMethod, keys.stored_method(account_id, method_id))

    def stored_methods(self, account_id: str, method_ids: Sequence[str]) -> list[StoredMethod]:
        if not method_ids:
            return []
        wanted = [keys.stored_method(account_id, each) for each in method_ids]
        found = self._dynamo.transact_get([("state", key) for key in wanted])
        return [method for item in found if (method := items.read(StoredMethod, item))]

    def method_named(self, provider: str, token_id: str) -> StoredMethod | None:
        item = self._dynamo.get("state", keys.method_token(provider, token_id))
        if item is None:
            return None
        return self.stored_method(str(item["account_id"]), str(item["method_id"]))

    def declines(self, account_id: str) -> Declines:
        return self._find(Declines, keys.declines(account_id)) or Declines(account_id=account_id)

    def save(
        self, cause: Cause, changes: Sequence[Change[Aggregate]], steps: Sequence[Step] = ()
    ) -> None:
        operations: list[Guarded] = []
        for change in changes:
            operations += kept(
                cause,
                change,
                aggregate=method_items.aggregate_name(change.after),
                item=method_items.item_of(change.after),
                about=method_items.effect_about,
            )
        operations += [_operation_for(step) for step in steps]
        write(self._dynamo, operations)


def _operation_for(step: Step) -> Guarded:
    match step:
        case PointToMethod(provider, token_id, account_id, method_id):
            key = keys.method_token(provider, token_id)
            item = plain_item(key, account_id=account_id, method_id=method_id)
            return Put("state", item), lost_race
        case ProviderEventApplied(provider, event_id):
            return event_applied(provider, event_id), lost_race
