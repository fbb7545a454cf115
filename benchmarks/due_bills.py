"""Accounts whose renewed period waits for its invoice: one is made for real, the others are its copies.

Only what a run reads is copied. Ids are as long as those of real accounts.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Final

from guichet.adapters.dynamo.seam import TRANSACTION_LIMIT, Dynamo, Operation, Put, TableName
from guichet.subscriptions.use_cases.move_subscription import move_subscription
from tests.support.billing import Billing
from tests.support.world import SYSTEM, TestClock, World

_MONTH_DAYS: Final = 30  # a webinar's monthly period (SUB-2)
_SEATS: Final = 3
_READ: Final = ("ACCOUNT", "PROFILE", "BALANCE#", "SUBSCRIPTION#")


class DueBills:
    """The account that is copied: three seats of a webinar, renewed just before `now`."""

    def __init__(self, now: datetime | None = None) -> None:
        self.now = now or datetime.now(UTC)
        bought_at = self.now - timedelta(days=_MONTH_DAYS)
        world = World(clock=TestClock(bought_at))
        billing = Billing(world)
        placed = billing.place(billing.preview(billing.webinar(seats=_SEATS))).value
        if placed.payment is None or placed.payment.session_id is None:
            raise RuntimeError("the order has no page")
        world.stripe.pay(placed.payment.session_id)
        billing.come_back(placed.cart)
        world.clock.advance(days=_MONTH_DAYS)
        parts, subscription_id = billing.parts(), billing.only().subscription_id
        move_subscription(
            *(billing.account_id, subscription_id, SYSTEM),
            ordering=parts.ordering,
            usage=parts.usage,
        )
        (bill,) = billing.balance().bills
        self._names = (billing.account_id, subscription_id, bill.invoice_id)
        self._pattern = list(_pattern(world, billing, subscription_id, bill.sources[0]))

    def store(self, dynamo: Dynamo, first: int, count: int) -> str:
        """So many accounts, numbered from `first` on, several in one write. Answers the last one's id."""
        waiting: list[Operation] = []
        for number in range(first, first + count):
            if len(waiting) + len(self._pattern) > TRANSACTION_LIMIT:
                dynamo.transact_write(waiting)
                waiting = []
            waiting += self._copies(number)
        dynamo.transact_write(waiting)
        return _renamed(self._names[0], first + count - 1)

    def _copies(self, number: int) -> Iterator[Put]:
        for table, text in self._pattern:
            copied = text
            for name in self._names:
                copied = copied.replace(name, _renamed(name, number))
            yield Put(table, json.loads(copied))


def _renamed(name: str, number: int) -> str:
    return f"{name.rpartition('_')[0]}_{number:020}"


def _pattern(
    world: World, billing: Billing, subscription_id: str, source: str
) -> Iterator[tuple[TableName, str]]:
    for item in world.dynamo.items("state"):
        if item["pk"] == f"ACCOUNT#{billing.account_id}" and str(item["sk"]).startswith(_READ):
            yield "state", json.dumps(item)
    version = int(source.rpartition("@")[2])
    for item in world.dynamo.items("journal"):
        if item["pk"] == f"JOURNAL#subscription/{subscription_id}" and item["sequence"] == version:
            yield "journal", json.dumps(item)
