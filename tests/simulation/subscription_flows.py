"""Stories of what was bought: tried, changed, cancelled, renewed, used, paid for, and assigned."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from guichet.catalogue.catalogue import Direction, Frequency
from guichet.subscriptions.seats import SeatStatus
from guichet.subscriptions.usage_judging import UsageGiven
from tests.simulation.billing_flow import BillingFlow
from tests.simulation.customers import Customers
from tests.support.billing import FlatTaxes

_TELEPHONY: Final = {"product_id": "telephony", "plan_id": "line", "frequency": Frequency.MONTHLY}


def _telephony(story: Customers) -> str:
    """Its regulatory fees are known for the present quarter alone: another tax stands for them."""
    story.life.taxes = FlatTaxes()
    wish = story.billing.wish("subscribe", seats=2, **_TELEPHONY)
    return story.subscribed(wish)


def downgraded_with_credit_left(story: Customers) -> None:
    """What is over pays for the next periods (SUB-6, COL-7)."""
    bought = story.subscribed(story.billing.webinar("pro"))
    story.life.wait(days=3)
    story.change("down", bought, plan_id="starter")


def upgraded(story: Customers) -> None:
    bought = story.subscribed()
    story.life.wait(days=3)
    story.change("up", bought, plan_id="plus")
    story.pay("up")
    story.life.background()


def seats_added(story: Customers) -> None:
    bought = story.subscribed(story.billing.webinar(seats=2))
    story.life.wait(days=3)
    story.add("seats", bought, seats=3, add_ons={"storage": 1})
    story.pay("seats")
    story.come_back("seats")


def seats_taken_off(story: Customers) -> None:
    """From the next renewal on (SUB-16)."""
    bought = story.subscribed(story.billing.webinar(seats=5))
    story.at_renewal(bought, seats=2)
    story.life.wait(days=31)


def calendar_plan_changed(story: Customers) -> None:
    """Effective that day, on the bill of the 1st (SUB-7)."""
    bought = _telephony(story)
    story.change("up", bought, plan_id="line-plus")
    story.life.wait(days=12)


def tried(story: Customers) -> None:
    """The trial ends by itself, in the free plan (SUB-4)."""
    story.try_out()
    story.life.wait(days=15)


def tried_and_bought(story: Customers) -> None:
    story.try_out()
    story.life.wait(days=5)
    if story.trial is not None:
        trial_id = story.trial.subscription_id
        story.order("first", story.billing.webinar(subscription_id=trial_id, seats=2))
        story.pay("first")
        story.life.background()


def cancelled_until_it_expired(story: Customers) -> None:
    bought = story.subscribed()
    story.cancel(bought)
    story.life.wait(days=31)


def cancelled_and_withdrawn(story: Customers) -> None:
    bought = story.subscribed()
    story.cancel(bought)
    story.withdraw(bought)
    story.life.wait(days=31)


def reactivated(story: Customers) -> None:
    """With another plan, starting that day (SUB-10)."""
    bought = story.subscribed()
    story.cancel(bought)
    story.life.wait(days=35)
    wish = story.billing.wish("reactivate", subscription_id=bought, plan_id="plus")
    story.order("again", wish, method="paypal")
    story.pay("again")
    story.life.background()


def renewed_late(story: Customers) -> None:
    """Nothing ran for three periods: each of them is billed once (BAD-12)."""
    story.subscribed()
    story.life.sleep(days=95)


def renewed_while_an_order_waits(story: Customers) -> None:
    """The order is ended first: its change was of the period that is over."""
    bought = story.subscribed()
    story.life.wait(days=29)
    story.change("up", bought, plan_id="plus")
    story.life.wait(days=2)
    story.pay("up", on_expired_page=True)
    story.life.background()


def renewal_waits_for_a_debit(story: Customers) -> None:
    """The bank says yes after the period is over: the change was of its last day but one."""
    bought = story.subscribed()
    story.life.wait(days=29, hours=14)  # an hour before the next period
    story.change("up", bought, plan_id="plus")
    story.debit("up")
    story.life.wait(hours=3)
    story.debit_settles("up")
    story.life.background()


def renewed_after_a_denied_debit(story: Customers) -> None:
    bought = story.subscribed()
    story.life.wait(days=29, hours=14)  # an hour before the next period
    story.change("up", bought, plan_id="plus")
    story.debit("up")
    story.life.wait(hours=3)
    story.debit_is_denied("up")
    story.life.background()


def used_and_billed(story: Customers) -> None:
    """Usage of a month is on the bill of the 1st, once (INV-8)."""
    bought = _telephony(story)
    at = story.life.world.clock.at
    calls = [
        UsageGiven(
            bought,
            "minutes",
            f"call-{n}",
            at + timedelta(seconds=n),
            quantity=900,
            number="+33612345678",
            direction=Direction.SENT,
        )
        for n in range(3)
    ]
    story.life.wait(hours=1)
    story.use(*calls)
    story.life.wait(days=12)


def overdue_then_paid(story: Customers) -> None:
    """Overdue, suspended, paid by transfer, working again (COL-5)."""
    bought = story.subscribed()
    story.life.wait(days=62)
    story.set_state(bought, "past_due")
    story.set_state(bought, "suspended")
    story.life.wait(days=3)
    story.money_came(9000)
    story.set_state(bought, "active")


def seats_assigned_and_released(story: Customers) -> None:
    bought = story.subscribed(story.billing.webinar(seats=2))
    ada = story.assign(bought, "ada")
    story.assign(bought, "bea")
    story.move_seat(bought, ada, SeatStatus.ACTIVE)
    story.move_seat(bought, ada, SeatStatus.RELEASED)
    story.assign(bought, "cyn")


def fewer_seats_given_up(story: Customers) -> None:
    """While the order waits, the seat that it takes off can't be assigned; then it can (SUB-14)."""
    bought = story.subscribed(story.billing.webinar(seats=2))
    story.assign(bought, "ada")
    story.change("fewer", bought, plan_id="pro", seats=1)
    story.life.wait(days=8)
    story.assign(bought, "bea")


SUBSCRIPTION_FLOWS: Final = (
    BillingFlow(downgraded_with_credit_left, {"down": "done"}, over_on=40, is_timed=True),
    BillingFlow(upgraded, {"up": "done"}, over_on=40, is_timed=True),
    BillingFlow(seats_added, {"seats": "done"}, over_on=35, is_timed=True),
    BillingFlow(seats_taken_off, {"first": "done"}, over_on=35),
    BillingFlow(calendar_plan_changed, {"up": "done"}, over_on=45, is_timed=True),
    BillingFlow(tried, {}, over_on=20),
    BillingFlow(tried_and_bought, {"first": "done"}, over_on=20),
    BillingFlow(cancelled_until_it_expired, {"first": "done"}, over_on=33),
    BillingFlow(cancelled_and_withdrawn, {"first": "done"}, over_on=33),
    BillingFlow(reactivated, {"again": "done"}, over_on=50, is_timed=True),
    BillingFlow(renewed_late, {"first": "done"}, over_on=100),
    BillingFlow(
        renewed_while_an_order_waits,
        {"up": "abandoned"},
        over_on=45,
        is_timed=True,
        needs_webhooks=True,
        alarms=frozenset({"cart_payment.not_taken"}),
    ),
    BillingFlow(renewal_waits_for_a_debit, {"up": "done"}, over_on=45, is_timed=True),
    BillingFlow(renewed_after_a_denied_debit, {"up": "abandoned"}, over_on=45, is_timed=True),
    BillingFlow(used_and_billed, {"first": "done"}, over_on=15, is_timed=True),
    BillingFlow(overdue_then_paid, {"first": "done"}, over_on=80, is_timed=True),
    BillingFlow(fewer_seats_given_up, {"fewer": "abandoned"}, over_on=18),
    BillingFlow(seats_assigned_and_released, {"first": "done"}),
)
