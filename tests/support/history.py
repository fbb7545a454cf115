"""A random history of an account: what may happen to it, done by the use cases and told to the sheets."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Final
from zoneinfo import ZoneInfo

from guichet.catalogue.catalogue import Frequency
from guichet.subscriptions.seats import SeatStatus
from guichet.subscriptions.use_cases.assign_seat import AssignSeat, assign_seat
from guichet.subscriptions.use_cases.cancel_subscription import (
    CancelSubscription,
    cancel_subscription,
)
from guichet.subscriptions.use_cases.change_at_renewal import ChangeAtRenewal, change_at_renewal
from guichet.subscriptions.use_cases.move_seat import MoveSeat, move_seat
from guichet.subscriptions.use_cases.read_subscriptions import read_next_bill
from guichet.subscriptions.use_cases.set_collection_state import CollectionState
from guichet.subscriptions.use_cases.withdraw_cancellation import withdraw_cancellation
from tests.support.billing import NEW_YORK
from tests.support.odd_catalogue import (
    CURRENCY,
    PRICE_BOOK,
    RULES,
)
from tests.support.second_calculation import Deal, Sheet, first_after
from tests.support.story import (
    ENTITY,
    ZONES,
    Act,
    Story,
)

_MOST_SUBSCRIPTIONS: Final = 4


class History(Story):
    """Each act is one of these, by its name."""

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
            said = {"seats": seats, "extras": rooms, "frequency": frequency}
            stated = frozenset(name for name, value in said.items() if value is not None)
            sheet.change(day, wanted, today, stated=stated)

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

    def _pay(self, act: Act) -> None:
        """Some of what is due, all of it, or more."""
        due = self.billing.balance(CURRENCY, ENTITY).due(self._local("UTC")).amount_minor
        self._receive(act, max(1, due * (1 + act.a % 3) // 2))

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
