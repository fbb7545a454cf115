"""An account that previews, orders, pays, renews and uses: what each act takes of time and of the store.

Use cases run in this process as functions run them, without what a request and its answer take.
Time is taken on an emulator's tables behind the functions' own client; units in memory, behind the
meter. The simulated provider answers in this process too: its time is taken off.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from itertools import count
from typing import Final, Self

from benchmarks.metered import Call, MeteredDynamo
from benchmarks.timed import Stopwatch, TimedDynamo, TimedHttp
from guichet.adapters.dynamo.seam import Dynamo
from guichet.catalogue.catalogue import Direction
from guichet.invoices.use_cases.apply_credit import apply_credit
from guichet.subscriptions.cart import Cart, CartLine, Preview
from guichet.subscriptions.usage_judging import UsageGiven
from guichet.subscriptions.use_cases.move_subscription import move_subscription
from guichet.subscriptions.use_cases.place_cart import PlacedCart
from guichet.subscriptions.use_cases.record_payment import RecordPayment, record_payment
from guichet.subscriptions.use_cases.record_usage import (
    RecordUsage,
    UsageOutcome,
    record_usage,
)
from tests.support.billing import Billing
from tests.support.world import SYSTEM, TestClock, World

LINES: Final = 20  # of the large cart: half of them new, half more seats for what runs
BATCH: Final = 500  # records of usage in one call
_MONTH_DAYS: Final = 30  # a webinar's monthly period (SUB-2)
_BEGIN: Final = datetime(2026, 5, 22, 9, tzinfo=UTC)  # the tables have telephony's fees of its bill


@dataclass(frozen=True, slots=True)
class Spent:
    """What one act took; `calls` where the store counts them."""

    cpu_ms: float
    client_cpu_ms: float  # of it in the store's client: signing, sending, reading
    wall_ms: float
    provider_calls: int
    calls: tuple[Call, ...] = ()

    @property
    def write_units(self) -> int:
        return sum(part.write + part.index for call in self.calls for part in call.parts)

    @property
    def read_units(self) -> float:
        return sum(part.read for call in self.calls for part in call.parts)


class Customer:
    """An account with running subscriptions, a week into their period.

    Args:
        store: where everything is kept.
        metered: the same, where it counts.
    """

    def __init__(self, store: Dynamo, metered: MeteredDynamo | None = None) -> None:
        self._metered = metered
        self._numbers = count(1)
        self._at_store, self._outside = Stopwatch(), Stopwatch()
        world = World(clock=TestClock(_BEGIN), store=TimedDynamo(store, self._at_store))
        self._http = TimedHttp(world.http, self._outside)
        world.parts = world.container(http=self._http)
        self.billing = Billing(world)
        self.running = [self._bought(self.billing.webinar(seats=2)) for _ in range(LINES // 2)]
        line = self.billing.webinar("line", product_id="telephony")
        self._telephony = self._bought(line)
        world.clock.advance(days=7)

    @classmethod
    def counted(cls, store: MeteredDynamo) -> Self:
        return cls(store, store)

    def spent_on[**P, T](
        self, act: Callable[P, T], *given: P.args, **named: P.kwargs
    ) -> tuple[T, Spent]:
        """What an act answers, and what it took."""
        self._forget()
        asked, began = self._http.calls, time.perf_counter_ns()
        before = time.process_time_ns()  # of all threads: usage is put by several
        answer = act(*given, **named)
        cpu = (time.process_time_ns() - before) / 1e6 - self._outside.take_ms()
        wall = (time.perf_counter_ns() - began) / 1e6
        calls = () if self._metered is None else tuple(self._metered.take_calls())
        return answer, Spent(cpu, self._at_store.take_ms(), wall, self._http.calls - asked, calls)

    def _forget(self) -> None:
        self._at_store.take_ms()
        self._outside.take_ms()
        if self._metered is not None:
            self._metered.take_calls()

    def preview_many(self) -> Preview:
        """Of the large cart."""
        new = [self.billing.webinar("plus", 3, add_ons={"storage": 2}) for _ in self.running]
        more = [self.billing.wish("add", subscription_id=each, seats=1) for each in self.running]
        return self.billing.preview(*new, *more)

    def preview_one(self) -> Preview:
        return self.billing.preview(self.billing.webinar(seats=5))

    def place(self, preview: Preview) -> PlacedCart:
        """By card: the order waits, and its page is open."""
        placed = self.billing.place(preview).value
        if placed.payment is None or placed.payment.redirect_url is None:
            raise RuntimeError("the order has no page")
        return placed

    def pay(self, placed: PlacedCart) -> None:
        """On the provider's page."""
        if placed.payment is None or placed.payment.session_id is None:
            raise RuntimeError("nothing is to be paid")
        self.billing.world.stripe.pay(placed.payment.session_id)

    def come_back(self, placed: PlacedCart) -> Cart:
        """The return page asks, and carries the order out."""
        cart = self.billing.come_back(placed.cart)
        if cart.status != "done":
            raise RuntimeError(f"the order ended as {cart.status}")
        return cart

    def _bought(self, wish: CartLine) -> str:
        placed = self.billing.place(self.billing.preview(wish)).value
        if placed.payment is not None:
            self.pay(placed)
            self.come_back(placed)
        return placed.cart.preview.touched[0].subscription_id

    def a_month_passes(self) -> None:
        """Until the next renewal is due; what was billed before is paid."""
        self.billing.world.clock.advance(days=_MONTH_DAYS)
        self.billing.world.invoice()
        owed = self.billing.balance().due(date.max)
        if not owed:
            return
        number, representative = str(next(self._numbers)), self.billing.representative
        command = RecordPayment(
            *("us", owed, f"transfer {number}", representative, number),
            self.billing.actor(representative),
        )
        parts = self.billing.parts()
        record_payment(command, carts=parts.carts)
        apply_credit(
            *(self.billing.account_id, "us", owed.currency, SYSTEM), invoicing=parts.invoicing
        )

    def renew(self) -> None:
        """One period of one subscription.

        Raises:
            RuntimeError: it was not due, or not billed.
        """
        parts, subscription_id = self.billing.parts(), self.running[0]
        move_subscription(
            *(self.billing.account_id, subscription_id, SYSTEM),
            ordering=parts.ordering,
            usage=parts.usage,
        )
        if not self.billing.balance().bills:
            raise RuntimeError(f"{subscription_id} was not renewed")

    def records(self, records: int) -> list[UsageGiven]:
        """Calls of one minute each, never told before."""
        at = self.billing.world.clock.at
        return [
            UsageGiven(
                *(self._telephony, "minutes", f"call-{next(self._numbers):012}", at),
                quantity=60,
                number="+14155550123",
                direction=Direction.SENT,
            )
            for _ in range(records)
        ]

    def use(self, records: list[UsageGiven]) -> None:
        """Tell a batch.

        Raises:
            RuntimeError: not all of it was stored and counts.
        """
        command = RecordUsage(tuple(records), self.billing.representative)
        results = record_usage(command, metering=self.billing.parts().metering)
        if {each.outcome for each in results} != {UsageOutcome.STORED}:
            raise RuntimeError(f"usage was answered {results[0]}")
