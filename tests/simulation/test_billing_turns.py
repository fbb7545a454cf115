"""Two browsers, the clock, a webhook and a return page at one account: every call may be interrupted."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from typing import Final

import pytest

from guichet.subscriptions.cart import CartStatus
from guichet.subscriptions.seats import SeatStatus
from guichet.subscriptions.subscription import SubscriptionStatus
from tests.simulation.billing_outcome import Found, captured_minor
from tests.simulation.enumeration import EVERY_PLACE, IS_WIDE
from tests.simulation.rivals import NOT_TAKEN, Rivals
from tests.simulation.turns import Turns, explore

_PREEMPTIONS: Final = 2 if IS_WIDE else 1
_EVERY: Final = 1 if IS_WIDE else 2 * EVERY_PLACE

DONE = CartStatus.DONE


def each_schedule(begin: Callable[[Rivals], None]) -> Iterator[tuple[Rivals, list[str]]]:
    """Every world in which the actors have taken their turns, with the schedule that they took."""
    worlds: list[Rivals] = []

    def start() -> Turns:
        worlds.append(Rivals())
        begin(worlds[-1])
        return worlds[-1].turns

    for turns in explore(start, preemptions=_PREEMPTIONS, every=_EVERY):
        yield worlds.pop(), turns.schedule


@pytest.mark.parametrize("methods", [("stripe", "stripe"), ("stripe", "paypal")], ids="-".join)
def test_two_browsers_that_place_one_preview_make_one_order_sub_5(methods: tuple[str, str]) -> None:
    def begin(rivals: Rivals) -> None:
        preview = rivals.preview(rivals.billing.webinar())
        first, second = methods
        rivals.add(
            one=partial(rivals.place, preview, first, "one"),
            other=partial(rivals.place, preview, second, "other"),
        )

    for rivals, schedule in each_schedule(begin):
        assert set(rivals.answers) == {"ok"}, schedule
        rivals.pay_what_waits()
        rivals.end()
        assert [each.status for each in rivals.orders] == [DONE], schedule
        assert captured_minor(rivals.life.world) == 3000, schedule


def test_two_orders_for_one_subscription_at_once_are_one_and_a_refusal_sub_5() -> None:
    def begin(rivals: Rivals) -> None:
        bought = rivals.story.subscribed()
        for plan, method in (("plus", "stripe"), ("pro", "paypal")):
            wish = rivals.billing.wish("change", subscription_id=bought, plan_id=plan)
            act = partial(rivals.place, rivals.preview(wish), method, plan)
            rivals.add(**{plan: act})

    for rivals, schedule in each_schedule(begin):
        assert sorted(rivals.answers) in (["ok", "order_pending"], ["ok", "preview_stale"]), (
            schedule
        )
        rivals.pay_what_waits()
        rivals.end()
        assert [each.status for each in rivals.orders] == [DONE] * 2, schedule


def test_two_downgrades_at_once_credit_one_period_once_bad_5() -> None:
    """Nothing is due: each is carried out as it is placed, or refused as stale."""

    def begin(rivals: Rivals) -> None:
        bought = rivals.story.subscribed(rivals.billing.webinar("pro"))
        for plan in ("plus", "starter"):
            wish = rivals.billing.wish("change", subscription_id=bought, plan_id=plan)
            rivals.add(**{plan: partial(rivals.place, rivals.preview(wish), "stripe", plan)})

    for rivals, schedule in each_schedule(begin):
        assert sorted(rivals.answers) == ["ok", "preview_stale"], schedule
        rivals.end()
        plan = rivals.billing.only().terms.plan_id
        assert rivals.billing.balance().credit_minor == {"plus": 6000, "starter": 9000}[plan]


@pytest.mark.parametrize("methods", [("stripe", "stripe"), ("stripe", "paypal")], ids="-".join)
def test_who_pays_from_two_browsers_has_one_page_and_pays_once_col_8(
    methods: tuple[str, str],
) -> None:
    def begin(rivals: Rivals) -> None:
        rivals.story.order("first", rivals.billing.webinar())
        cart, (first, second) = rivals.story.placed["first"], methods
        rivals.life.wait(minutes=40)  # the first page has ended
        rivals.add(
            one=partial(rivals.pay_order, cart, first, "one"),
            other=partial(rivals.pay_order, cart, second, "other"),
        )

    for rivals, schedule in each_schedule(begin):
        assert set(rivals.answers) <= {"ok", "payment_in_flight"}, schedule
        leased = {each.open_payment_id for each in rivals.orders}
        for payment in Found(rivals.life.world).payments:
            if payment.provider == "stripe" and payment.session_id is not None:
                is_open = rivals.life.world.stripe.find(payment.session_id)["status"] == "open"
                assert not is_open or payment.payment_id in leased, schedule
        rivals.life.wait(minutes=1)
        rivals.pay_what_waits()
        rivals.end()
        assert captured_minor(rivals.life.world) == 3000, schedule


@pytest.mark.parametrize("provider", ["stripe", "paypal"])
@pytest.mark.parametrize("rival", ["webhook", "return", "duplicate"])
def test_return_page_and_webhook_at_once_have_one_effect_bad_2(provider: str, rival: str) -> None:
    def begin(rivals: Rivals) -> None:
        rivals.story.order("first", rivals.billing.webinar(), method=provider)
        rivals.story.pay("first")
        cart = rivals.story.placed["first"]
        acts = {
            "webhook": partial(rivals.webhook, provider),
            "return": partial(rivals.come_back, cart),
            "duplicate": partial(rivals.upkeep_late, minutes=40),
        }
        rivals.add(page=partial(rivals.come_back, cart), rival=acts[rival])

    for rivals, schedule in each_schedule(begin):
        assert rivals.answers.count("ok") >= 1, schedule
        rivals.end()
        assert [each.status for each in rivals.orders] == [DONE], schedule
        confirmed = [key for _, key in rivals.life.mail.taken if "order_confirmed" in key]
        assert len(confirmed) == 1, schedule
        assert captured_minor(rivals.life.world) == 3000, schedule


@pytest.mark.parametrize("provider", ["stripe", "paypal"])
def test_a_plan_change_is_paid_while_its_period_is_renewed_bad_12(provider: str) -> None:
    """It is of the period that is over, or of none: never both, and its money has its place."""

    def begin(rivals: Rivals) -> None:
        bought = rivals.story.subscribed()
        rivals.life.wait(days=29, hours=14, minutes=50)  # ten minutes before the next period
        rivals.story.change("up", bought, plan_id="plus", method=provider)
        rivals.story.pay("up")
        rivals.life.world.clock.advance(minutes=15)
        rivals.add(clock=rivals.upkeep, told=partial(rivals.webhook, provider))

    for rivals, schedule in each_schedule(begin):
        rivals.end(40, alarms=NOT_TAKEN)
        (up,) = (
            each for each in rivals.orders if each.cart_id == rivals.story.placed["up"].cart_id
        )
        plan = rivals.billing.only().terms.plan_id
        assert (up.status, plan) in {(DONE, "plus"), (CartStatus.ABANDONED, "starter")}, schedule


def test_a_plan_change_is_placed_while_its_period_is_renewed_bad_12() -> None:
    def begin(rivals: Rivals) -> None:
        bought = rivals.story.subscribed()
        rivals.life.wait(days=29, hours=14, minutes=50)
        wish = rivals.billing.wish("change", subscription_id=bought, plan_id="plus")
        preview = rivals.preview(wish)
        rivals.life.world.clock.advance(minutes=15)
        rivals.add(clock=rivals.upkeep, browser=partial(rivals.place, preview, "stripe", "change"))

    for rivals, schedule in each_schedule(begin):
        rivals.pay_what_waits()
        rivals.end(40, alarms=NOT_TAKEN)
        assert rivals.billing.only().status is SubscriptionStatus.ACTIVE, schedule


def test_a_subscription_is_cancelled_while_it_is_renewed_sub_8() -> None:
    """Who cancels what should have been renewed by then is asked to come again (BAD-12)."""

    def begin(rivals: Rivals) -> None:
        bought = rivals.story.subscribed()
        rivals.life.wait(days=29, hours=14, minutes=50)
        rivals.life.world.clock.advance(minutes=15)
        rivals.add(clock=rivals.upkeep, browser=partial(rivals.cancel, bought))

    for rivals, schedule in each_schedule(begin):
        rivals.end(75)
        ended = rivals.billing.only().status is SubscriptionStatus.EXPIRED
        assert (ended, *rivals.answers) in {(True, "ok", "ok"), (False, "renewal_due", "ok")}, (
            schedule
        )
        renewals = [line.bill_on for line in rivals.billing.billed()][1:]
        assert len(renewals) == (1 if ended else 2), schedule


@pytest.mark.parametrize("provider", ["stripe", "paypal"])
@pytest.mark.parametrize("teller", ["webhook", "return"])
def test_seven_days_are_over_while_a_payment_is_heard_of_sub_3(provider: str, teller: str) -> None:
    """Paid in time, it is carried out, whoever hears of it first (BAD-16)."""

    def begin(rivals: Rivals) -> None:
        rivals.story.order("first", rivals.billing.webinar(), method=provider)
        rivals.life.wait(days=6, hours=23, minutes=50)
        rivals.story.open_page("first", provider, key="late")
        rivals.story.pay("first")
        rivals.life.world.clock.advance(minutes=20)
        told = {
            "webhook": partial(rivals.webhook, provider),
            "return": partial(rivals.come_back, rivals.story.placed["first"]),
        }
        rivals.add(clock=rivals.upkeep, told=told[teller])

    for rivals, schedule in each_schedule(begin):
        rivals.end(16)
        assert [each.status for each in rivals.orders] == [DONE], schedule


@pytest.mark.parametrize("provider", ["stripe", "paypal"])
def test_a_buyer_pays_between_any_two_calls_of_the_end_of_seven_days_bad_16(provider: str) -> None:
    def begin(rivals: Rivals) -> None:
        rivals.story.order("first", rivals.billing.webinar(), method=provider)
        rivals.life.wait(days=6, hours=23, minutes=50)
        rivals.story.open_page("first", provider, key="late")
        rivals.life.world.clock.advance(minutes=20)
        rivals.add(clock=rivals.upkeep, buyer=partial(rivals.buyer_pays, "first"))

    for rivals, schedule in each_schedule(begin):
        rivals.end(16)
        (order,) = rivals.orders
        assert captured_minor(rivals.life.world) == (3000 if order.status is DONE else 0), schedule


def test_two_orders_use_one_credit_once_bad_5() -> None:
    def begin(rivals: Rivals) -> None:
        story, billing = rivals.story, rivals.billing
        bought = story.subscribed(billing.webinar("pro"))
        story.change("down", bought, plan_id="starter")  # leaves 90.00
        telephony = billing.webinar("plus", seats=2)
        wishes = (
            billing.wish("add", subscription_id=bought, seats=4),
            telephony,
        )
        for n, wish in enumerate(wishes):
            act = partial(rivals.place, rivals.preview(wish), "stripe", f"order-{n}")
            rivals.add(**{f"order-{n}": act})

    for rivals, schedule in each_schedule(begin):
        assert sorted(rivals.answers) == ["ok", "preview_stale"], schedule
        assert rivals.billing.balance().reserved_minor == 9000, schedule
        rivals.pay_what_waits()
        rivals.end()
        assert rivals.billing.balance().credit_minor == 0, schedule


def test_the_last_seat_is_assigned_twice_while_seats_are_taken_off_sub_14() -> None:
    def begin(rivals: Rivals) -> None:
        bought = rivals.story.subscribed(rivals.billing.webinar(seats=2))
        rivals.story.assign(bought, "zoe")
        rivals.add(
            ada=partial(rivals.assign, bought, "ada"),
            bea=partial(rivals.assign, bought, "bea"),
            fewer=partial(rivals.at_renewal, bought, seats=1),
        )

    for rivals, schedule in each_schedule(begin):
        rivals.end(32)
        seats = [
            each for each in Found(rivals.life.world).seats if each.status is SeatStatus.INVITED
        ]
        kept = rivals.billing.only().terms.seats
        assert (len(seats), kept) in {(2, 2), (1, 1)}, schedule
        refused = {"seats_all_assigned", "seats_below_assigned"}
        assert rivals.answers.count("ok") == 1, schedule
        assert set(rivals.answers) - {"ok"} <= refused, schedule


def test_a_seat_is_assigned_while_an_order_takes_it_off_sub_14() -> None:
    """Whichever came first holds, and the order's money is never in the way of the other."""

    def begin(rivals: Rivals) -> None:
        bought = rivals.story.subscribed(rivals.billing.webinar(seats=2))
        rivals.story.assign(bought, "zoe")
        wish = rivals.billing.wish("change", subscription_id=bought, plan_id="pro", seats=1)
        rivals.add(
            order=partial(rivals.place, rivals.preview(wish), "stripe", "fewer"),
            ada=partial(rivals.assign, bought, "ada"),
        )

    for rivals, schedule in each_schedule(begin):
        refused = {each for each in rivals.answers if each != "ok"}
        assert rivals.answers.count("ok") == 1, schedule
        assert refused <= {"seats_all_assigned", "seats_below_assigned"}, schedule
        rivals.pay_what_waits()
        rivals.end()
        seats = [
            each for each in Found(rivals.life.world).seats if each.status is SeatStatus.INVITED
        ]
        assert len(seats) == rivals.billing.only().terms.seats, schedule
