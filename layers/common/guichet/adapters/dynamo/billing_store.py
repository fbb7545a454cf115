"""The records of subscriptions, carts and balances on the two tables."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date

from guichet.access.membership import Account
from guichet.access.profile import BillingProfile, first_profile
from guichet.adapters.dynamo import billing_items, items, keys, own_refund_items
from guichet.adapters.dynamo.billing_steps import operation_for
from guichet.adapters.dynamo.codec import decode
from guichet.adapters.dynamo.listing import listed
from guichet.adapters.dynamo.seam import (
    Absent,
    ConditionFailedError,
    Dynamo,
    Key,
    Put,
)
from guichet.adapters.dynamo.writes import Guarded, kept, write
from guichet.errors import not_found
from guichet.ledger.billable import BillableLine
from guichet.ledger.journal import Cause, Change
from guichet.payments.cart_payment import CartPayment
from guichet.payments.own_refund import OwnRefund
from guichet.subscriptions.assessing import EarlierTaxes
from guichet.subscriptions.balance import AccountBalance
from guichet.subscriptions.cart import Cart, Preview
from guichet.subscriptions.creditable import Earlier
from guichet.subscriptions.ports import Aggregate, Holding, Slice, Step
from guichet.subscriptions.seats import SeatAssignment, SeatPool
from guichet.subscriptions.subscription import Subscription
from guichet.subscriptions.usage import UsageMonth


class BillingStore:
    """`BillingRecords` on `Dynamo`."""

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

    def holding(
        self, account_id: str, subscription_ids: Sequence[str], preview_id: str | None = None
    ) -> Holding:
        wanted = [keys.account(account_id), keys.profile(account_id)]
        wanted += [keys.subscription(account_id, each) for each in subscription_ids]
        if preview_id is not None:
            wanted.append(keys.preview(account_id, preview_id))
        account_item, profile_item, *found = self._dynamo.transact_get(
            [("state", key) for key in wanted]
        )
        preview_item = None if preview_id is None else found.pop()
        account = items.read(Account, account_item)
        if account is None:
            raise not_found("account")
        return Holding(
            account,
            items.read(BillingProfile, profile_item) or first_profile(account),
            tuple(items.read(Subscription, each) for each in found),
            billing_items.read_preview(preview_item),
        )

    def subscription(self, account_id: str, subscription_id: str) -> Subscription | None:
        return self._find(Subscription, keys.subscription(account_id, subscription_id))

    def subscriptions(
        self, account_id: str, subscription_ids: Sequence[str]
    ) -> list[Subscription | None]:
        if len(subscription_ids) < 2:
            return [self.subscription(account_id, each) for each in subscription_ids]
        wanted = [keys.subscription(account_id, each) for each in subscription_ids]
        found = self._dynamo.transact_get([("state", key) for key in wanted])
        return [items.read(Subscription, each) for each in found]

    def subscriptions_of(
        self, account_id: str, *, limit: int, after: str | None
    ) -> Slice[Subscription]:
        partition = keys.account(account_id).pk
        return self._slice(Subscription, partition, "SUBSCRIPTION#", limit, after)

    def preview(self, account_id: str, preview_id: str) -> Preview | None:
        key = keys.preview(account_id, preview_id)
        return billing_items.read_preview(self._dynamo.get("state", key))

    def keep_preview(self, preview: Preview) -> bool:
        try:
            self._dynamo.put(Put("state", billing_items.preview_item(preview), Absent()))
        except ConditionFailedError:
            return False
        return True

    def cart(self, account_id: str, cart_id: str) -> Cart | None:
        return self._find(Cart, keys.cart(account_id, cart_id))

    def carts_of(self, account_id: str, *, limit: int, after: str | None) -> Slice[Cart]:
        return self._slice(Cart, keys.account(account_id).pk, "CART#", limit, after)

    def cart_payment(self, payment_id: str) -> CartPayment | None:
        item = self._dynamo.get("state", keys.cart_payment(payment_id))
        return billing_items.read_cart_payment(item)

    def own_refund(self, refund_id: str) -> OwnRefund | None:
        return own_refund_items.read(self._dynamo.get("state", keys.own_refund(refund_id)))

    def balance(self, account_id: str, selling_entity: str, currency: str) -> AccountBalance:
        found = self._find(AccountBalance, keys.balance(account_id, selling_entity, currency))
        return found or AccountBalance(account_id, selling_entity, currency)

    def balances_of(self, account_id: str) -> list[AccountBalance]:
        partition = keys.account(account_id).pk
        page = self._dynamo.query("state", partition, prefix="BALANCE#")
        found = [decode(AccountBalance, each) for each in page.items]
        while page.next_start is not None:
            page = self._dynamo.query("state", partition, prefix="BALANCE#", start=page.next_start)
            found += [decode(AccountBalance, each) for each in page.items]
        return found

    def earlier_taxes(self, account_id: str, lines: Iterable[BillableLine]) -> EarlierTaxes:
        named = list(dict.fromkeys(line.of_invoice for line in lines if line.of_invoice))
        if not named:
            return {}
        from guichet.adapters.dynamo.given_back import borne  # noqa: PLC0415 - where something is

        return borne(self._dynamo, account_id, named)

    def earlier(self, account_id: str, invoice_ids: Sequence[str]) -> Earlier:
        from guichet.adapters.dynamo.given_back import earlier  # noqa: PLC0415 - where something is

        return earlier(self._dynamo, account_id, invoice_ids)

    def payment_key(self, account_id: str, mark: str) -> str | None:
        item = self._dynamo.get("state", keys.payment_key(account_id, mark))
        return None if item is None else str(item["request_hash"])

    def pool(self, subscription_id: str) -> SeatPool | None:
        item = self._dynamo.get("state", keys.pool(subscription_id))
        return None if item is None else decode(SeatPool, item)

    def seat(self, subscription_id: str, seat_id: str) -> SeatAssignment | None:
        return self._find(SeatAssignment, keys.seat(subscription_id, seat_id))

    def seats_of(
        self, subscription_id: str, *, limit: int, after: str | None
    ) -> Slice[SeatAssignment]:
        partition = keys.pool(subscription_id).pk
        return self._slice(SeatAssignment, partition, "SEAT#", limit, after)

    def usage_month(self, subscription_id: str, month: date) -> UsageMonth | None:
        return self._find(UsageMonth, keys.usage_month(subscription_id, month))

    def save(
        self, cause: Cause, changes: Sequence[Change[Aggregate]], steps: Sequence[Step] = ()
    ) -> None:
        operations: list[Guarded] = []
        for change in changes:
            operations += kept(
                cause,
                change,
                aggregate=billing_items.aggregate_name(change.after),
                item=billing_items.item_of(change.after, cause.at),
                about=billing_items.effect_about,
            )
        operations += [operation_for(step) for step in steps]
        write(self._dynamo, operations)

    def _slice[T](
        self, kind: type[T], partition: str, prefix: str, limit: int, after: str | None
    ) -> Slice[T]:
        found, rest = listed(self._dynamo, kind, partition, prefix=prefix, limit=limit, after=after)
        return Slice(found, rest)
