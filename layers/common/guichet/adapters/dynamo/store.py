"""The records on the two tables: reads by key, and the one write that changes anything."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from guichet.access.membership import Account
from guichet.adapters.dynamo import items, journal_items, keys
from guichet.adapters.dynamo.codec import decode, encode_time
from guichet.adapters.dynamo.listing import Lists
from guichet.adapters.dynamo.seam import (
    TRANSACTION_LIMIT,
    Absent,
    AbsentOrBefore,
    ConditionFailedError,
    Dynamo,
    Equals,
    Item,
    Key,
    Operation,
    Put,
    Update,
)
from guichet.adapters.dynamo.steps import (
    capacity_of,
    event_applied,
    operation_for,
    second_operation,
)
from guichet.adapters.dynamo.writes import Guarded, kept, write
from guichet.errors import ConcurrentUpdateError, TooMany, not_found
from guichet.ledger.journal import Cause, Change
from guichet.payments.account import PaymentAccount
from guichet.payments.dispute import Dispute
from guichet.payments.payment import Payment
from guichet.payments.refund import Refund
from guichet.registration.cancellation import Cancellation
from guichet.registration.discount import DiscountCode, normalized
from guichet.registration.naming import training_of
from guichet.registration.ports import Aggregate, RefundsFound, Seats, Step
from guichet.registration.provider_event import EventStatus, ProviderEvent
from guichet.registration.registration import Registration
from guichet.registration.training import Training


class Store(Lists):
    """`Records` and `RateLimits` on `Dynamo`."""

    def __init__(self, dynamo: Dynamo) -> None:
        super().__init__(dynamo)
        self._dynamo = dynamo

    def _find[T](self, kind: type[T], key: Key) -> T | None:
        return items.read(kind, self._dynamo.get("state", key))

    def account(self, account_id: str) -> Account:
        found = self._find(Account, keys.account(account_id))
        if found is None:
            raise not_found("account")
        return found

    def payment_accounts(self, account_id: str) -> list[PaymentAccount]:
        partition = keys.account(account_id).pk
        page = self._dynamo.query("state", partition, prefix="PAYMENT_ACCOUNT#", limit=10)
        return [found for item in page.items if (found := items.read(PaymentAccount, item))]

    def training(self, training_id: str) -> Training | None:
        return self._find(Training, keys.training(training_id))

    def seats(self, training_id: str) -> Seats:
        item = self._dynamo.get("state", keys.seats(training_id))
        if item is None or not isinstance(item["taken"], int):
            raise not_found("training")
        return Seats(capacity_of(item), item["taken"])

    def registration(self, registration_id: str) -> Registration | None:
        training_id = training_of(registration_id)
        if training_id is None:
            return None
        return self._find(Registration, keys.registration(training_id, registration_id))

    def live_registration_of(self, training_id: str, email: str) -> Registration | None:
        item = self._dynamo.get("state", keys.live_email(training_id, email))
        return self.registration(str(item["registration_id"])) if item else None

    def discount_code(self, account_id: str, code_id: str) -> DiscountCode | None:
        return self._find(DiscountCode, keys.discount_code(account_id, code_id))

    def discount_code_named(self, account_id: str, code: str) -> DiscountCode | None:
        item = self._dynamo.get("state", keys.code_name(account_id, normalized(code)))
        return self.discount_code(account_id, str(item["code_id"])) if item else None

    def payment(self, payment_id: str) -> Payment | None:
        return self._find(Payment, keys.payment(payment_id))

    def refund(self, payment_id: str, refund_id: str) -> Refund | None:
        return self._find(Refund, keys.refund(payment_id, refund_id))

    def refunds_of(self, payment_id: str) -> RefundsFound:
        found = self._partition(keys.payment(payment_id).pk)
        disputes = [each for each in found if str(each["sk"]).startswith("DISPUTE#")]
        refunds = [each for each in found if str(each["sk"]).startswith("REFUND#")]
        # What is read is no snapshot: a count without its refund must not be decided upon. Returns
        # that were stored before there was a count have none, and leave nothing to refund.
        counts = [each["count"] for each in found if each["sk"] == "REFUNDS"]
        if any(count != len(refunds) for count in counts):
            raise ConcurrentUpdateError("a refund was stored while they were read")
        return RefundsFound(
            tuple(
                sorted(
                    (decode(Refund, each) for each in refunds),
                    key=lambda each: (each.requested_at, each.refund_id),
                )
            ),
            tuple(decode(Dispute, each) for each in disputes),
        )

    def _partition(self, pk: str) -> list[Item]:
        found: list[Item] = []
        start: Item | None = None
        while True:
            page = self._dynamo.query("state", pk, limit=TRANSACTION_LIMIT, start=start)
            found.extend(page.items)
            start = page.next_start
            if start is None:
                return found

    def cancellation(self, training_id: str) -> Cancellation | None:
        return self._find(Cancellation, keys.cancellation(training_id))

    def provider_event(self, provider: str, event_id: str) -> ProviderEvent | None:
        key = keys.provider_event(provider, event_id)
        return items.read_event(self._dynamo.get("state", key))

    def save(
        self, cause: Cause, changes: Sequence[Change[Aggregate]], steps: Sequence[Step] = ()
    ) -> None:
        operations: list[Guarded] = []
        for change in changes:
            operations += kept(
                cause,
                change,
                aggregate=items.aggregate_name(change.after),
                item=items.item_of(change.after),
                about=_effect_about,
            )
        for step in steps:
            operations.append(operation_for(step))
            second = second_operation(step)
            if second is not None:
                operations.append(second)
        write(self._dynamo, operations)

    def receive(self, cause: Cause, event: ProviderEvent) -> bool:
        # Nearly all are new: written first, looked up only where the condition says otherwise.
        if self._wrote(_received(cause, event, None)):
            return True
        earlier = self.provider_event(event.provider, event.event_id)
        if earlier is not None and earlier.status is EventStatus.RECEIVED:
            # Where another copy is faster, that copy's entry wakes it.
            self._wrote(_received(cause, event, earlier))
        return False

    def _wrote(self, operations: Sequence[Operation]) -> bool:
        try:
            self._dynamo.transact_write(operations)
        except ConditionFailedError:
            return False
        return True

    def event_ignored(self, cause: Cause, event: ProviderEvent) -> None:
        del cause  # the inbox item itself says what became of it
        try:
            self._dynamo.update(event_applied(event.provider, event.event_id))
        except ConditionFailedError:
            return  # applied by another worker meanwhile

    def count(
        self, kind: str, place: str, source: str, *, at: datetime, limit_per_hour: int
    ) -> None:
        window = int(at.timestamp()) // 3600
        counter = Update(
            "state",
            keys.rate(kind, place, source, window),
            values={"expires_epoch": (window + 2) * 3600},
            add={"counted": 1},
        )
        counted = self._dynamo.update(counter)["counted"]
        if isinstance(counted, int) and counted > limit_per_hour:
            raise _too_many(at)

    def require_room(
        self, kind: str, place: str, source: str, *, at: datetime, limit_per_hour: int
    ) -> None:
        item = self._dynamo.get(
            "state", keys.rate(kind, place, source, int(at.timestamp()) // 3600)
        )
        counted = 0 if item is None else item["counted"]
        if isinstance(counted, int) and counted >= limit_per_hour:
            raise _too_many(at)

    def may_again(self, kind: str, place: str, *, at: datetime, seconds: int) -> bool:
        earliest = encode_time(at - timedelta(seconds=seconds) + timedelta(milliseconds=1))
        stamp = Update(
            "state",
            keys.rate(kind, place, "", 0),
            values={"done_at": encode_time(at), "expires_epoch": int(at.timestamp()) + 86_400},
            condition=AbsentOrBefore("done_at", earliest),
        )
        try:
            self._dynamo.update(stamp)
        except ConditionFailedError:
            return False
        return True


def _too_many(at: datetime) -> TooMany:
    return TooMany(
        "too_many_requests",
        "Too many attempts from here; try again later.",
        retry_after_seconds=3600 - int(at.timestamp()) % 3600,
    )


def _effect_about(value: Aggregate) -> Item:
    match value:
        case Registration():
            held = {"valid_until": encode_time(value.hold.ends_at)} if value.hold else {}
            return {"registration_id": value.registration_id, **held}
        case Payment() | Refund() | Dispute():
            named: Item = {"registration_id": value.registration_id, "payment_id": value.payment_id}
            if isinstance(value, Refund):
                return {**named, "refund_id": value.refund_id}
            return (
                {**named, "dispute_id": value.dispute_id} if isinstance(value, Dispute) else named
            )
        case _:
            raise TypeError(f"no mail is about a {type(value).__name__}")


def _received(cause: Cause, event: ProviderEvent, earlier: ProviderEvent | None) -> list[Operation]:
    count = 1 if earlier is None else earlier.deliveries + 1
    entry = journal_items.journal_entry_item(
        aggregate=items.event_aggregate(event),
        sequence=count,
        account_id=items.PLATFORM,
        cause=cause,
        rest={
            "events": [
                {
                    "name": "provider_event.received",
                    "facts": {"provider": event.provider, "event_id": event.event_id},
                }
            ],
            "after": {"kind": event.kind, "provider_account_id": event.provider_account_id},
        },
    )
    key = keys.provider_event(event.provider, event.event_id)
    inbox: Operation = (
        Put("state", items.event_item(event), Absent())
        if earlier is None
        else Update(
            "state", key, {"deliveries": count}, condition=Equals("deliveries", earlier.deliveries)
        )
    )
    return [inbox, Put("journal", entry, Absent())]
