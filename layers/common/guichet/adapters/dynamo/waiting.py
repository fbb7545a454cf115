"""All subscriptions that time will move, for those who go through them."""

from __future__ import annotations

from collections.abc import Iterator

from guichet.adapters.dynamo import items, keys
from guichet.adapters.dynamo.seam import Dynamo, Item, Key
from guichet.registration.outbox import DueKind
from guichet.subscriptions.subscription import Subscription


def waiting_subscriptions(dynamo: Dynamo) -> Iterator[Subscription]:
    """In the order of their next moment: whatever has a renewal has one. An index only nominates."""
    start: Item | None = None
    while True:
        partition = keys.due(DueKind.SUBSCRIPTION)
        page = dynamo.query("state", partition, index="due", limit=100, start=start)
        for each in page.items:
            place = Key(str(each["pk"]), str(each["sk"]))
            found = items.read(Subscription, dynamo.get("state", place))
            if found is not None:
                yield found
        start = page.next_start
        if start is None:
            return
