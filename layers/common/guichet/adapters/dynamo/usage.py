"""Records of usage on the state table: one conditional put each, no journal, no transaction (INV-8)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Final

from guichet.adapters.dynamo import items, keys
from guichet.adapters.dynamo.codec import decode_time, encode_time
from guichet.adapters.dynamo.seam import Absent, ConditionFailedError, Dynamo, Item, Put
from guichet.catalogue.catalogue import Direction
from guichet.subscriptions.usage import UsageRecord
from guichet.subscriptions.usage_ports import Kept

_AT_ONCE: Final = 4  # as many connections as are kept open between two calls
_PAGE: Final = 1000
_MOST_PAGES: Final = 2000  # two million records a month of one subscription


class UsageStore:
    """`UsageRecords` on `Dynamo`.

    Args:
        dynamo: the store; may be used by several threads.
        at_once: so many records of a batch are put at the same time; 1 keeps to one thread.
    """

    def __init__(self, dynamo: Dynamo, at_once: int = _AT_ONCE) -> None:
        self._dynamo = dynamo
        self._at_once = at_once

    def put(self, record: UsageRecord) -> Kept:
        item = _item(record)
        operation = Put("state", item, Absent())
        try:
            self._dynamo.put(operation)
        except ConditionFailedError:
            there = self._dynamo.get("state", operation.key)
            is_same = there is not None and _record(there).is_same_use(record)
            return Kept.SAME if is_same else Kept.OTHER
        return Kept.STORED

    def put_many(self, records: Sequence[UsageRecord]) -> list[Kept]:
        if self._at_once == 1 or len(records) < 2:
            return [self.put(each) for each in records]
        from concurrent.futures import ThreadPoolExecutor  # noqa: PLC0415 - on its road only

        with ThreadPoolExecutor(min(self._at_once, len(records))) as pool:
            return list(pool.map(self.put, records))

    def of_month(self, subscription_id: str, month: date) -> list[UsageRecord]:
        partition = keys.usage_month_partition(subscription_id, month)
        found: list[UsageRecord] = []
        start: Item | None = None
        for _ in range(_MOST_PAGES):
            page = self._dynamo.query("state", partition, limit=_PAGE, start=start)
            found.extend(_record(each) for each in page.items)
            start = page.next_start
            if start is None:
                return found
        raise OverflowError(f"more than {_MOST_PAGES} pages of usage in {partition}")


def _item(record: UsageRecord) -> Item:
    """Less than 1 KB, so that it costs one write unit; what is not stated is not there."""
    key = keys.usage(record.subscription_id, record.month, record.key)
    stated: Item = {
        "country": record.country,
        "number": record.number,
        "direction": None if record.direction is None else str(record.direction),
        "account_country": record.account_country,
    }
    return items.stored(
        key,
        {
            "subscription_id": record.subscription_id,
            "item_id": record.item_id,
            "quantity": record.quantity,
            "used_at": encode_time(record.used_at),
            "used_on": record.used_on.isoformat(),
            "received_at": encode_time(record.received_at),
            "is_counted": record.is_counted,
            **{name: value for name, value in stated.items() if value is not None},
        },
    )


def _record(item: Item) -> UsageRecord:
    direction = _text(item, "direction")
    return UsageRecord(
        subscription_id=str(item["subscription_id"]),
        item_id=str(item["item_id"]),
        key=str(item["sk"]).removeprefix("USE#"),
        quantity=_whole(item["quantity"]),
        used_at=decode_time(str(item["used_at"])),
        used_on=date.fromisoformat(str(item["used_on"])),
        received_at=decode_time(str(item["received_at"])),
        is_counted=item["is_counted"] is True,
        country=_text(item, "country"),
        number=_text(item, "number"),
        direction=None if direction is None else Direction(direction),
        account_country=_text(item, "account_country"),
    )


def _text(item: Item, name: str) -> str | None:
    return None if item.get(name) is None else str(item[name])


def _whole(value: object) -> int:
    if type(value) is not int:
        raise TypeError(f"expected int, found {type(value).__name__}")
    return value
