"""A random history of an account, done twice: by the use cases, and on sheets of the second calculation."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from functools import partial
from typing import Final
from zoneinfo import ZoneInfo

from guichet.adapters.dynamo.journal_items import journal_entry
from guichet.bootstrap import Container
from guichet.catalogue.catalogue import Frequency
from guichet.errors import Refusal
from guichet.ledger.billable import BillableLine
from guichet.ledger.journal import JournalEntry
from guichet.money import Money
from guichet.subscriptions.cart import Cart, CartLine, CartStatus, Preview
from guichet.subscriptions.seats import SeatStatus
from guichet.subscriptions.use_cases.abandon_cart import AbandonCart, abandon_cart
from guichet.subscriptions.use_cases.assign_seat import AssignSeat, assign_seat
from guichet.subscriptions.use_cases.cancel_subscription import (
    CancelSubscription,
    cancel_subscription,
)
from guichet.subscriptions.use_cases.change_at_renewal import ChangeAtRenewal, change_at_renewal
from guichet.subscriptions.use_cases.move_seat import MoveSeat, move_seat
from guichet.subscriptions.use_cases.pay_cart import PayCart, pay_cart
from guichet.subscriptions.use_cases.place_cart import PlacedCart
from guichet.subscriptions.use_cases.read_subscriptions import read_next_bill
from guichet.subscriptions.use_cases.record_payment import RecordPayment, record_payment
from guichet.subscriptions.use_cases.set_collection_state import (
    CollectionState,
    SetCollectionState,
    set_collection_state,
)
from guichet.subscriptions.use_cases.withdraw_cancellation import withdraw_cancellation
from tests.support.billing import NEW_YORK, Billing
from tests.support.odd_catalogue import (
    CURRENCY,
    FREQUENCIES,
    PRICE_BOOK,
    RULES,
    odd_catalogues,
)
from tests.support.second_calculation import Deal, Sheet, first_after
from tests.support.world import TestClock, World

ENTITY: Final = "us"
ZONES: Final = ("Europe/Paris", "America/New_York", "Pacific/Honolulu", "Pacific/Auckland")
BEGIN: Final = datetime(2026, 11, 24, 9, tzinfo=UTC)
_MOST_SUBSCRIPTIONS: Final = 4

type Told = Callable[[], None]  # what an order does to the sheets, once it is carried out


@dataclass(frozen=True)
class Act:
    """One thing that happens; what the numbers choose depends on what is there to choose from."""

    name: str
    a: int = 0
    b: int = 0
    c: int = 0
    d: int = 0


class QuietWorld(World):
    """Its mails are not written, and its journal is kept as it was read."""

    def __post_init__(self) -> None:
        self._kept: list[JournalEntry] = []
        super().__post_init__()

    def deliver(self, parts: Container | None = None) -> None:
        del parts
        self.deliver_queue.clear()

    def relay(self) -> None:
        self._kept = self.seen()
        super().relay()

    def seen(self) -> list[JournalEntry]:
        """The journal, in the order in which it was written."""
        return [*self._kept, *(journal_entry(item) for item in self.dynamo.stream)]


@dataclass
class Waiting:
    """An order that was left without being paid."""

    cart: Cart
    told: Told


@dataclass
class History:
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
    order_taxes_minor: int = 0

    def __post_init__(self) -> None:
        world = QuietWorld(clock=TestClock(self.begin))
        self.billing = Billing(world, flat_tax=self.flat_tax, catalogues=odd_catalogues())
        self.world, self.carts = world, self.billing.parts().carts
        self.billing.move_to(NEW_YORK, time_zone=self.zone)

    # -- doing it -------------------------------------------------------------------------------

    def do(self, act: Act) -> None:
        getattr(self, f"_{act.name}")(act)

    def _subscribe(self, act: Act) -> None:
        if len(self.sheets) >= _MOST_SUBSCRIPTIONS:
            return
        product = sorted(RULES)[act.a % len(RULES)]
        sheet = Sheet(RULES[product], PRICE_BOOK)
        self._begin("subscribe", None, product, sheet, act)

    def _subscribe_from_trial(self, act: Act) -> None:
        name = self._one(act, "trialing", "free")
        if name is not None:
            product = self._product(name)
            self._begin("subscribe", name, product, self.sheets[name], act)

    def _reactivate(self, act: Act) -> None:
        name = self._one(act, "expired")
        if name is not None:
            self._begin("reactivate", name, None, self.sheets[name], act)

    def _begin(
        self, kind: str, name: str | None, product: str | None, sheet: Sheet, act: Act
    ) -> None:
        rooms, kits = act.c % 3, act.d % 2
        frequency = self._frequency(product or self._product(name or ""), act.d)
        deal = Deal("large" if act.b % 2 else "small", 1 + act.c % 5, frequency, {"room": rooms})
        wish = self.billing.wish(
            kind,
            subscription_id=name,
            product_id=product if name is None else None,
            plan_id=deal.plan,
            seats=deal.seats,
            frequency=Frequency(frequency),
            add_ons={"room": rooms},
            once={"kit": kits} if kits else {},
        )
        preview = self._preview(act, wish)
        if preview is None:
            return
        day, zone, subscription_id = self._today(), self.zone, preview.touched[0].subscription_id

        def told() -> None:
            self.sheets[subscription_id] = sheet
            sheet.begin(day, zone, deal)
            self._bought_once(sheet, day, kits)

        self._order(act, preview, told)

    def _trial(self, act: Act) -> None:
        product = sorted(RULES)[act.a % len(RULES)]
        if product in self.tried or len(self.sheets) >= _MOST_SUBSCRIPTIONS:
            return
        seats = 1 if RULES[product].free_plan else 1 + act.b % 3
        started = self._tried(act, lambda: self.billing.try_out("small", seats, product))
        if started is not None:
            self.tried.add(product)
            sheet = Sheet(RULES[product], PRICE_BOOK)
            sheet.on_trial(self._today(), self.zone, Deal("small", seats, "monthly"))
            self.sheets[started.subscription_id] = sheet

    def _add(self, act: Act) -> None:
        name = self._one(act, "active")
        if name is None:
            return
        sheet, seats, rooms, kits = self.sheets[name], act.b % 3, act.c % 2, act.d % 3
        wish = self.billing.wish(
            "add", subscription_id=name, seats=seats, add_ons={"room": rooms}, once={"kit": kits}
        )
        preview, day, today = self._preview(act, wish), self._day_of(sheet), self._today()
        if preview is None:
            return

        def told() -> None:
            deal = sheet.deal
            more = {**deal.extras, "room": deal.extras.get("room", 0) + rooms}
            sheet.change(day, replace(deal, seats=deal.seats + seats, extras=more), today)
            self._bought_once(sheet, day, kits, today)

        self._order(act, preview, told)

    def _change(self, act: Act) -> None:
        name = self._one(act, "active")
        if name is None:
            return
        sheet = self.sheets[name]
        frequency = self._frequency(self._product(name), act.d) if act.a % 3 else None
        plan = "large" if act.b % 2 else "small"
        seats = 1 + act.c % 6 if act.d % 2 else None
        rooms = act.c % 3 if act.d % 3 else None
        wish = self.billing.wish(
            "change",
            subscription_id=name,
            plan_id=plan,
            frequency=Frequency(frequency) if frequency else None,
            seats=seats,
            **({} if rooms is None else {"add_ons": {"room": rooms}}),
        )
        preview, day, today = self._preview(act, wish), self._day_of(sheet), self._today()
        if preview is None:
            return

        def told() -> None:
            deal = sheet.deal
            wanted = Deal(
                plan,
                deal.seats if seats is None else seats,
                frequency or deal.frequency,
                deal.extras if rooms is None else {"room": rooms},
            )
            sheet.change(day, wanted, today)

        self._order(act, preview, told)

    def _at_renewal(self, act: Act) -> None:
        name = self._one(act, "active")
        if name is None:
            return
        sheet = self.sheets[name]
        later = sheet.next_deal or sheet.deal
        seats = max(later.seats - act.b % 3, 1)
        rooms = max(later.extras.get("room", 0) - act.c % 2, 0)
        frequency = self._frequency(self._product(name), act.d) if act.c % 2 else later.frequency
        command = ChangeAtRenewal(
            self.billing.action(name), seats, {"room": rooms}, Frequency(frequency)
        )
        if self._tried(act, lambda: change_at_renewal(command, carts=self.carts)) is not None:
            sheet.later(Deal(later.plan, seats, frequency, {"room": rooms}))

    def _cancel(self, act: Act) -> None:
        name = self._one(act, "active", "past_due", "trialing", "free")
        if name is None:
            return
        sheet, day = self.sheets[name], self._local(self.sheets[name].zone)
        ends_on = sheet.last_day_if_cancelled(day)
        command = CancelSubscription(self.billing.action(name), ends_on)
        if self._tried(act, lambda: cancel_subscription(command, carts=self.carts)) is not None:
            sheet.cancel(day)

    def _withdraw(self, act: Act) -> None:
        name = self._one(act, "active", "past_due", "suspended", "trialing", "free")
        if name is None:
            return
        action = self.billing.action(name)
        if self._tried(act, lambda: withdraw_cancellation(action, carts=self.carts)) is not None:
            self.sheets[name].ends_on = None

    def _past_due(self, act: Act) -> None:
        name = self._one(act, "active")
        if name is not None and self._collect(act, name, CollectionState.PAST_DUE):
            self.sheets[name].state = "past_due"

    def _suspend(self, act: Act) -> None:
        name = self._one(act, "past_due")
        if name is not None and self._collect(act, name, CollectionState.SUSPENDED):
            self.sheets[name].suspend(self.world.clock.now())

    def _restore(self, act: Act) -> None:
        name = self._one(act, "past_due", "suspended")
        if name is None:
            return
        self._pay_what_is_due()
        day = self._local(self.sheets[name].zone)
        if self._collect(act, name, CollectionState.ACTIVE):
            sheet, running = self.sheets[name], self.sheets[name].running
            sheet.restore(day)
            self.happened["restored with a new period"] += sheet.running != running

    def _dun(self, act: Act) -> None:
        """Overdue, suspended, and at last paid: perhaps after the period's end, or too late."""
        for name in ("past_due", "suspend"):
            self.do(replace(act, name=name))
        self.do(Act("pass", act.b % 36, 1, act.c, 1))
        self.do(replace(act, name="restore", a=0))

    def _collect(self, act: Act, name: str, state: CollectionState) -> bool:
        action = self.billing.action(name, member=self.billing.representative)
        command = SetCollectionState(action, state)
        return self._tried(act, lambda: set_collection_state(command, carts=self.carts)) is not None

    def _pay(self, act: Act) -> None:
        """Some of what is due, all of it, or more."""
        due = self.billing.balance(CURRENCY, ENTITY).due(self._local("UTC")).amount_minor
        self._receive(act, max(1, due * (1 + act.a % 3) // 2))

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

    def _assign(self, act: Act) -> None:
        name = self._one(act, "active", "trialing", "free", "past_due")
        if name is None:
            return
        for _ in range(1 + act.b % 4):
            key = self.billing.key()
            person = f"{key}@atelier.example"
            command = AssignSeat(
                name, person, "P", False, True, self.billing.owner, key, self.billing.actor()
            )  # fmt: skip
            self._tried(act, partial(assign_seat, command, carts=self.carts))

    def _release(self, act: Act) -> None:
        name = self._one(act, "active", "trialing", "free", "past_due", "suspended", "expired")
        if name is None:
            return
        seats = self.billing.parts().records.seats_of(name, limit=100, after=None).items
        for seat in [each for each in seats if each.status is SeatStatus.ACTIVE][: 1 + act.b % 3]:
            command = MoveSeat(
                name, seat.seat_id, SeatStatus.RELEASED, self.billing.owner, self.billing.actor()
            )
            self._tried(act, partial(move_seat, command, carts=self.carts))

    def _move(self, act: Act) -> None:
        self.zone = ZONES[act.a % len(ZONES)]
        self.billing.move_to(NEW_YORK, time_zone=self.zone)
        self.happened["move"] += 1

    # -- time -----------------------------------------------------------------------------------

    def _pass(self, act: Act) -> None:
        """Days go by; work is done when it is due, or late where `b` says so."""
        is_late = act.b % 5 == 0
        days = act.a + 10 if is_late else act.a % (40 if act.b % 2 else 12)
        until = self.world.clock.now() + timedelta(days=days, hours=act.c % 24)
        if act.d % 7 == 6:  # to where months end
            first = first_after(until.date())
            until = datetime(first.year, first.month, first.day, 10, tzinfo=UTC)
            until -= timedelta(days=1 + act.d % 3)
        if act.d % 3 == 0:  # just before midnight
            day = until.astimezone(ZoneInfo(self.zone)).date()
            before = datetime(day.year, day.month, day.day, 23, 45, tzinfo=ZoneInfo(self.zone))
            until = max(before.astimezone(UTC), self.world.clock.now())
        if not is_late:
            while (due := min(self._due(), default=until)) < until:
                self._over(due, minutes=act.b % 50)
        self.world.clock.at = max(until, self.world.clock.now())
        self._settle()
        if act.b % 3 == 0:
            self._pay_what_is_due()

    def _due(self) -> list[datetime]:
        events = [sheet.next_event() for sheet in self.sheets.values()]
        return [event[0].astimezone(UTC) for event in events if event is not None]

    def _over(self, due: datetime, *, minutes: int) -> None:
        """The eve's preview of each bill is what is billed (BAD-14)."""
        self.world.clock.at = max(due - timedelta(minutes=30), self.world.clock.now())
        self._settle()
        shown = {
            name: read_next_bill(self.billing.owner, name, carts=self.carts)
            for name, sheet in self.sheets.items()
            if (event := sheet.next_event()) is not None and event[0] == due
        }
        counted = {name: len(self.sheets[name].charges) for name in shown}
        periods = {name: (self.sheets[name].next_event() or (due, ""))[1] for name in shown}
        zones = {name: self.sheets[name].zone for name in shown}
        before = len(self.lines())
        self.world.clock.at = due + timedelta(minutes=minutes)
        self._settle()
        billed = self.lines()[before:]
        for name, preview in shown.items():
            own = [line for line in billed if line.subscription_id == name]
            if "period" not in periods[name] or len(self.sheets[name].charges) == counted[name]:
                assert not own, "nothing was to be billed"
                continue
            assert own == list(preview.lines), f"{name}: the preview is the bill"
            self._credit_came_first(due.astimezone(ZoneInfo(zones[name])).date())
            self.happened["previewed renewal"] += 1

    def _credit_came_first(self, day: date) -> None:
        """COL-7: after the bill of a day nothing is open that credit could have paid."""
        balance = self.billing.balance(CURRENCY, ENTITY)
        owed = [bill.open_minor for bill in balance.bills if bill.bill_on <= day]
        assert not (owed and balance.credit_minor), "credit is applied to the next bill"
        assert min(owed, default=0) >= 0, "a total is never below 0 (INV-11)"
        self.happened["credit left"] += balance.credit_minor > 0

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
        self.order_taxes_minor += tax
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
