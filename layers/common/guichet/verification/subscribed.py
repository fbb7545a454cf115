"""One subscription with its seats and its periods (SUB-14, INV-1)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from guichet.adapters.dynamo.seam import Item
from guichet.subscriptions.seats import SeatAssignment, SeatStatus
from guichet.subscriptions.subscription import Subscription, SubscriptionStatus

_LIVE: Final = frozenset({SeatStatus.INVITED, SeatStatus.ACTIVE})
_BOUGHT_NOTHING: Final = frozenset({SubscriptionStatus.PENDING, SubscriptionStatus.ABANDONED})


@dataclass(frozen=True, slots=True)
class Begun:
    """A period that time, not an order, began: in which it was billed, and where the one before ended."""

    start: str
    end: str
    follows: str  # "" where it is the first


@dataclass(frozen=True, slots=True)
class SubscriptionFound:
    """A subscription and all that lies beside it. Days are texts, which sort as they read."""

    subscription: Subscription
    pool: Item | None
    seats: Sequence[SeatAssignment]
    locks: Mapping[str, str]  # seat by key of the e-mail
    marked: Counter[str]  # days of periods that were marked as billed
    begun: Sequence[Begun]


def seats(found: SubscriptionFound) -> Iterator[str]:
    """As many are assigned as are counted, and never more than were bought (SUB-14)."""
    live = {each.seat_id: each.email for each in found.seats if each.status in _LIVE}
    if found.pool is None and found.subscription.status in _BOUGHT_NOTHING:
        return  # it comes with the payment
    pool = found.pool or {}
    capacity, assigned = pool.get("capacity"), pool.get("assigned")
    if not isinstance(capacity, int) or not isinstance(assigned, int):
        yield "has no pool of seats"
        return
    if assigned != len(live):
        yield f"counts {assigned} seats assigned, and {len(live)} people have one"
    if assigned > capacity:
        yield f"has {capacity} seats, of which {assigned} are assigned"
    subscription = found.subscription
    is_begun = subscription.status not in _BOUGHT_NOTHING
    bought = subscription.terms.seats if is_begun else 0
    if capacity > bought:
        yield f"bought {bought} seats, and lets {capacity} be assigned"
    for who, email in live.items():
        if found.locks.get(email) != who:
            yield f"{who} is live, and its address belongs to {found.locks.get(email)}"
    for who in found.locks.values():
        if who not in live:
            yield f"{who} is not live, and keeps its address"


def periods(found: SubscriptionFound) -> Iterator[str]:
    """Each period that time began is marked, once, and none is billed twice (INV-1, BAD-12)."""
    begun = Counter(each.start for each in found.begun)
    for start in sorted({*begun, *found.marked}):
        if not found.marked[start]:
            yield f"the period of {start} was billed, and is not marked"
        if not begun[start]:
            yield f"the period of {start} is marked as billed, and was not"
        if begun[start] > 1:
            yield f"the period of {start} was billed {begun[start]} times"
    for each in found.begun:
        if each.start < each.follows:
            yield f"the period of {each.start} was billed within one that ended on {each.follows}"
