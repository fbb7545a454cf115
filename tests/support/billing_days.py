"""An account of billing on a day of one's choice, and what its tests ask of it again and again."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime
from typing import Any

from guichet.catalogue.catalogue import Frequency
from guichet.ledger.billable import LineKind
from guichet.period import Period
from guichet.replies import Reply
from guichet.subscriptions.subscription import Subscription
from guichet.subscriptions.use_cases.cancel_subscription import (
    CancelSubscription,
    cancel_subscription,
)
from guichet.subscriptions.use_cases.record_payment import RecordPayment, record_payment
from guichet.subscriptions.use_cases.set_collection_state import (
    CollectionState,
    SetCollectionState,
    set_collection_state,
)
from tests.support.billing import Billing
from tests.support.odd_catalogue import odd_catalogues
from tests.support.quiet_world import QuietWorld
from tests.support.world import TestClock


def on(day: date, hour: int = 9, *, odd: bool = False, flat_tax: bool = False) -> Billing:
    """An account whose first day this is; `odd`: with the catalogue of prices that divide badly."""
    at = datetime(day.year, day.month, day.day, hour, tzinfo=UTC)
    world = QuietWorld(clock=TestClock(at))
    return Billing(world, flat_tax=flat_tax, catalogues=odd_catalogues() if odd else None)


def with_contract(day: date) -> Billing:
    """5 months from this day on, the first of them free, then billed every month."""
    billing = on(day, odd=True)
    billing.buy(billing.webinar("small", product_id="contract", frequency=Frequency.MONTHLY))
    return billing


def changed(billing: Billing, **wanted: Any) -> list[int]:  # noqa: ANN401 - fields of a line
    """Buy a change of the only subscription; what its lines came to."""
    wish = billing.wish("change", subscription_id=billing.only().subscription_id, **wanted)
    preview = billing.preview(wish)
    billing.pay(billing.place(preview).value)
    return [line.net_minor for line in preview.lines]


def cancel(billing: Billing, ends_on: date | None = None) -> Reply[Subscription]:
    action = billing.action(billing.only().subscription_id)
    return cancel_subscription(CancelSubscription(action, ends_on), carts=billing.parts().carts)


def collect(billing: Billing, *states: str) -> None:
    """Let dunning set these states, one after the other."""
    for state in states:
        action = billing.action(billing.only().subscription_id, member=billing.representative)
        command = SetCollectionState(action, CollectionState(state))
        set_collection_state(command, carts=billing.parts().carts)


def pay_all(billing: Billing) -> None:
    """Whatever is on a bill, by transfer."""
    owed = billing.balance().due(date(9999, 1, 1))
    if owed:
        command = RecordPayment(
            "us", owed, "transfer", billing.representative, billing.key(), billing.actor()
        )
        record_payment(command, carts=billing.parts().carts)


def running(found: Subscription) -> Period:
    assert found.period is not None
    return found.period


def billed_on(billing: Billing, day: date) -> list[int]:
    """What the bill of a day has, without the regulatory fees that come with it (TAX-5)."""
    return [
        line.net_minor
        for line in billing.billed()
        if line.bill_on == day and line.kind is not LineKind.FEE
    ]


def starts(billing: Billing, until: date) -> list[date]:
    """The first days of what was billed by that day."""
    billing.until(until)
    return sorted({line.period.start for line in billing.billed()})


def told(billing: Billing, event: str) -> Sequence[tuple[str, object]]:
    """When an event happened, and the days that it names."""
    return [
        (f"{entry.at:%Y-%m-%d}", each.facts.get("days"))
        for entry in billing.world.journal()
        for each in entry.events
        if each.name == event
    ]
