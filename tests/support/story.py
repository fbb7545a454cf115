"""An account in two books: the use cases', and the sheets of a second calculation."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from guichet.errors import Refusal
from guichet.invoices.content import InvoiceContent
from guichet.ledger.billable import BillableLine
from guichet.money import Money
from guichet.subscriptions.cart import Cart, CartLine, CartStatus, Preview
from guichet.subscriptions.use_cases.abandon_cart import AbandonCart, abandon_cart
from guichet.subscriptions.use_cases.pay_cart import PayCart, pay_cart
from guichet.subscriptions.use_cases.place_cart import PlacedCart
from guichet.subscriptions.use_cases.record_payment import RecordPayment, record_payment
from guichet.subscriptions.use_cases.set_collection_state import (
    CollectionState,
    SetCollectionState,
    set_collection_state,
)
from tests.support.billing import NEW_YORK, Billing
from tests.support.odd_catalogue import (
    CURRENCY,
    FREQUENCIES,
    odd_catalogues,
)
from tests.support.quiet_world import QuietWorld
from tests.support.second_calculation import Sheet
from tests.support.world import TestClock

ENTITY: Final = "us"
ZONES: Final = ("Europe/Paris", "America/New_York", "Pacific/Honolulu", "Pacific/Auckland")
BEGIN: Final = datetime(2026, 11, 24, 9, tzinfo=UTC)

type Told = Callable[[], None]  # what an order does to the sheets, once it is carried out


@dataclass(frozen=True)
class Act:
    """One thing that happens; what the numbers choose depends on what is there to choose from."""

    name: str
    a: int = 0
    b: int = 0
    c: int = 0
    d: int = 0


@dataclass
class Waiting:
    """An order that was left without being paid."""

    cart: Cart
    told: Told


@dataclass
class Story:
    """The account, and what the rules say that it should look like."""

    begin: datetime = BEGIN
    zone: str = ZONES[0]
    flat_tax: bool = False
    sheets: dict[str, Sheet] = field(default_factory=dict)
    tried: set[str] = field(default_factory=set)
    waiting: Waiting | None = None
    happened: Counter[str] = field(default_factory=Counter)
    received_minor: int = 0
    captured_minor: int = 0
    kept_contents: dict[str, InvoiceContent] = field(default_factory=dict)

    def __post_init__(self) -> None:
        world = QuietWorld(clock=TestClock(self.begin))
        self.billing = Billing(world, flat_tax=self.flat_tax, catalogues=odd_catalogues())
        self.world, self.carts = world, self.billing.parts().carts
        self.billing.move_to(NEW_YORK, time_zone=self.zone)

    # -- choosing and looking -------------------------------------------------------------------

    def _one(self, act: Act, *states: str) -> str | None:
        names = [name for name, sheet in self.sheets.items() if sheet.state in states]
        return names[act.a % len(names)] if names else None

    def _product(self, name: str) -> str:
        return self.billing.subscription(name).product_id

    @staticmethod
    def _frequency(product: str, number: int) -> str:
        return FREQUENCIES[product][number % len(FREQUENCIES[product])]

    def _local(self, zone: str) -> date:
        return self.world.clock.now().astimezone(ZoneInfo(zone)).date()

    def _today(self) -> date:
        return self._local(self.zone)

    def _day_of(self, sheet: Sheet) -> date:
        """Today where the period began; one that began further east has begun all the same."""
        day = self._local(sheet.zone)
        return max(day, sheet.running[0]) if sheet.running else day

    def _tried[T](self, act: Act, what: Callable[[], T], *, counted: bool = True) -> T | None:
        """The answer; None where it was refused, which leaves nothing behind (but a first notice)."""
        before = self.world.dynamo.snapshot()
        try:
            answer = what()
        except Refusal as refusal:
            if act.name != "cancel":
                assert self.world.dynamo.snapshot() == before, "a refusal leaves nothing behind"
            self.happened[refusal.code] += 1
            return None
        if counted:
            self.happened[act.name] += 1
        return answer

    def lines(self) -> list[BillableLine]:
        """All that was billed, in the order in which it was written."""
        return [line for entry in self.world.seen() for line in entry.lines]

    # -- money and time -----------------------------------------------------------------------

    def _due(self) -> list[datetime]:
        events = [sheet.next_event() for sheet in self.sheets.values()]
        return [event[0].astimezone(UTC) for event in events if event is not None]

    def _credit_came_first(self, day: date) -> None:
        """COL-7: once a bill's day has come nothing is open that credit could have paid."""
        balance = self.billing.balance(CURRENCY, ENTITY)
        assert not (balance.invoiced and balance.credit_minor), "credit pays the next invoice"
        long_ago = self.world.clock.now() - timedelta(hours=25)  # a lease may hold up a renewal
        come = [bill for bill in balance.waiting if bill.is_waiting_at(long_ago)]
        assert not come, f"the bill of a day that has come, as {day} has, is an invoice"
        self.happened["credit left"] += balance.credit_minor > 0

    def _collect(self, act: Act, name: str, state: CollectionState) -> bool:
        action = self.billing.action(name, member=self.billing.representative)
        command = SetCollectionState(action, state)
        return self._tried(act, lambda: set_collection_state(command, carts=self.carts)) is not None

    def _receive(self, act: Act, amount_minor: int) -> None:
        command = RecordPayment(
            ENTITY,
            Money(amount_minor, CURRENCY),
            "transfer",
            self.billing.representative,
            self.billing.key(),
            self.billing.actor(),
        )
        if self._tried(act, lambda: record_payment(command, carts=self.carts)) is not None:
            self.received_minor += amount_minor

    def _pay_what_is_due(self) -> None:
        due = self.billing.balance(CURRENCY, ENTITY).due(date(9999, 1, 1)).amount_minor
        if due:
            self._receive(Act("pay"), due)

    def _settle(self) -> None:
        self.world.settle_down()
        for sheet in self.sheets.values():
            before, running = sheet.state, sheet.running
            sheet.until(self.world.clock.now(), self.zone)
            self.happened[f"{before} to {sheet.state}"] += before != sheet.state
            if running and sheet.running and running[1] < sheet.running[0]:
                self.happened["several periods late"] += 1
        self._look_at_waiting()

    # -- orders ---------------------------------------------------------------------------------

    def _preview(self, act: Act, *wishes: CartLine) -> Preview | None:
        return self._tried(
            act, lambda: self.billing.preview(*wishes, currency=CURRENCY), counted=False
        )

    def _order(self, act: Act, preview: Preview, told: Told) -> None:
        """Place it, and pay at once, later, after a decline, or never."""
        way = (act.a + act.b + act.c + act.d) % 8
        if way == 1:
            self.world.clock.advance(minutes=29)  # perhaps over midnight, before any work is done
        before = len(self.lines())
        reply = self._tried(act, lambda: self.billing.place(preview))
        if reply is None:
            return
        placed = reply.value
        if placed.payment is not None and way in {2, 3}:
            self.happened["left"] += 1
            if way == 2 and self.waiting is None:
                self.waiting = Waiting(placed.cart, told)
            else:
                self._abandon(placed.cart)
            assert len(self.lines()) == before, "an order that is not paid changes nothing"
            return
        if placed.payment is not None and way == 4:
            self._decline(placed)
        cart = self.billing.pay(placed)
        assert cart.status is CartStatus.DONE
        self._carried_out(cart, told)
        self._settle()

    def _decline(self, placed: PlacedCart) -> None:
        assert placed.payment is not None
        assert placed.payment.session_id is not None
        self.world.stripe.pay(placed.payment.session_id, "declined")
        self.world.deliver_webhooks()
        self.world.relay()
        self.world.settle()
        assert self.billing.cart(placed.cart.cart_id).status is CartStatus.PENDING
        self.happened["declined"] += 1

    def _come_back(self, act: Act) -> None:
        """Pay the order that was left, on a new page."""
        waiting = self.waiting
        if waiting is None:
            return
        command = PayCart(
            waiting.cart.cart_id,
            "stripe",
            self.billing.owner,
            self.billing.key(),
            self.billing.actor(),
        )
        opening = self.billing.parts().opening
        payment = self._tried(act, lambda: pay_cart(command, opening=opening))
        if payment is None:
            return
        placed = PlacedCart(waiting.cart, payment.value)
        cart = self.billing.pay(placed)
        assert cart.status is CartStatus.DONE
        self.waiting = None
        self._carried_out(cart, waiting.told)
        self._settle()

    def _give_up(self, act: Act) -> None:
        if self.waiting is not None:
            self._abandon(self.waiting.cart)
            self.waiting = None
            self.happened[act.name] += 1

    def _abandon(self, cart: Cart) -> None:
        command = AbandonCart(cart.cart_id, self.billing.owner, self.billing.actor())
        abandon_cart(command, ordering=self.billing.parts().ordering)

    def _look_at_waiting(self) -> None:
        if self.waiting is None:
            return
        cart = self.billing.cart(self.waiting.cart.cart_id)
        if cart.status is CartStatus.ABANDONED:
            self.waiting = None
            self.happened["abandoned"] += 1

    def _lines_of(self, cart: Cart) -> list[BillableLine]:
        return [
            line
            for entry in self.world.seen()
            if any(event.facts.get("cart_id") == cart.cart_id for event in entry.events)
            for line in entry.lines
        ]

    def _carried_out(self, cart: Cart, told: Told) -> None:
        """What the journal got is what was shown, and what was paid is what it came to."""
        preview = cart.preview
        assert Counter(self._lines_of(cart)) == Counter(preview.lines), "the preview is the bill"
        told()
        net = sum(line.net_minor for line in preview.now.lines)
        tax = preview.now.tax.total_minor
        paid_minor = preview.due_now.amount_minor
        gross = net + tax
        given = preview.credit_given.amount_minor
        assert gross == paid_minor + preview.credit_applied.amount_minor - given
        self.captured_minor += paid_minor
        if cart.paid_payment_id is not None:
            payment = self.billing.payment(cart.paid_payment_id)
            assert payment.capture is not None
            assert payment.capture.amount == preview.due_now
        else:
            assert paid_minor == 0

    @staticmethod
    def _bought_once(sheet: Sheet, day: date, kits: int, today: date | None = None) -> None:
        if kits:
            sheet.once(day, "kit", kits, today)
