"""Stories of orders: placed, paid one way or another, or not paid at all."""

from __future__ import annotations

from typing import Final

from tests.simulation.billing_flow import BillingFlow
from tests.simulation.customers import Customers


def bought_by_card(story: Customers) -> None:
    story.order("first", story.billing.webinar(seats=3))
    story.pay("first")
    story.life.background()


def bought_and_came_back(story: Customers) -> None:
    """The return page asks before anybody tells."""
    story.order("first", story.billing.webinar())
    story.pay("first")
    story.come_back("first")
    story.life.background()
    story.come_back("first")


def bought_by_paypal(story: Customers) -> None:
    """She agrees, and we capture."""
    story.order("first", story.billing.webinar(), method="paypal")
    story.pay("first")
    story.come_back("first")
    story.life.background()


def bought_by_paypal_and_left(story: Customers) -> None:
    story.order("first", story.billing.webinar(), method="paypal")
    story.pay("first")
    story.life.background()


def bought_by_paypal_unheard(story: Customers) -> None:
    """Webhooks never come, and she does not come back: the end of the page asks (BAD-3)."""
    story.order("first", story.billing.webinar(), method="paypal")
    story.life.world.paypal.configure_chaos({"webhooks": {"drop": -1}})
    story.pay("first")
    story.life.background()


def bought_by_debit(story: Customers) -> None:
    story.order("first", story.billing.webinar())
    story.debit("first")
    story.come_back("first")
    story.life.wait(hours=5)
    story.debit_settles("first")
    story.life.background()


def order_paid_after_a_denied_debit(story: Customers) -> None:
    story.order("first", story.billing.webinar())
    story.debit("first")
    story.life.background()
    story.life.wait(hours=5)
    story.debit_is_denied("first")
    story.life.wait(hours=2)
    story.open_page("first", key="again")
    story.pay("first")
    story.life.background()


def order_paid_by_credit(story: Customers) -> None:
    """A downgrade leaves credit, and an order is paid by nothing else (BAD-5)."""
    bought = story.subscribed(story.billing.webinar("max"))
    story.change("down", bought, plan_id="starter")
    story.life.wait(days=1)
    story.add("seat", bought, seats=1)


def order_paid_in_part_by_credit(story: Customers) -> None:
    """What is reserved is used once, when the money is there."""
    bought = story.subscribed(story.billing.webinar("pro"))
    story.change("down", bought, plan_id="plus")
    story.add("seats", bought, seats=4, method="paypal")
    story.pay("seats")
    story.life.background()


def order_left_and_abandoned(story: Customers) -> None:
    """Its credit is free again, and nothing has changed (SUB-5)."""
    bought = story.subscribed(story.billing.webinar("pro"))
    story.change("down", bought, plan_id="plus")
    story.add("seats", bought, seats=4)
    story.life.wait(days=8)


def order_paid_at_the_last_moment(story: Customers) -> None:
    """Seven days are over while the page is open and paid, and nobody has heard (BAD-16)."""
    story.order("first", story.billing.webinar())
    story.life.wait(days=6, hours=23, minutes=50)
    story.open_page("first", key="late")
    story.pay("first")
    story.life.sleep(minutes=20)


def order_abandoned_with_an_open_page(story: Customers) -> None:
    """The page is ended before anything is let go; who pays then is refused."""
    story.order("first", story.billing.webinar())
    story.life.wait(days=6, hours=23, minutes=50)
    story.open_page("first", key="late")
    story.life.wait(minutes=20)
    story.pay("first")
    story.life.background()


def order_approved_at_the_last_moment(story: Customers) -> None:
    """At PayPal's nothing has moved: it is not captured any more."""
    story.order("first", story.billing.webinar(), method="paypal")
    story.life.wait(days=6, hours=23, minutes=50)
    story.open_page("first", method="paypal", key="late")
    story.life.sleep(minutes=20)
    story.pay("first")
    story.life.background()


def order_approved_unheard_at_the_last_moment(story: Customers) -> None:
    """She agreed in time, so it is captured in place of being given up."""
    story.order("first", story.billing.webinar(), method="paypal")
    story.life.wait(days=6, hours=23, minutes=50)
    story.open_page("first", method="paypal", key="late")
    story.pay("first")
    story.life.sleep(minutes=20)


def order_paid_after_it_was_abandoned(story: Customers) -> None:
    """A page that should have ended: the money goes back (COL-8, BAD-16)."""
    story.order("first", story.billing.webinar())
    story.life.wait(days=7, hours=1)
    story.pay("first", on_expired_page=True)
    story.life.background()


def order_paid_on_two_pages(story: Customers) -> None:
    """The card after PayPal: one pays the order, the other is not taken, or goes back (BAD-1)."""
    story.order("first", story.billing.webinar())
    card = story.pages.get("first")
    story.open_page("first", method="paypal", key="other")
    story.pay("first")
    story.life.background()
    if card is not None:
        story.pages["first"] = card
        story.pay("first", on_expired_page=True)
    story.life.background()


ORDER_FLOWS: Final = (
    BillingFlow(bought_by_card, {"first": "done"}),
    BillingFlow(bought_and_came_back, {"first": "done"}),
    BillingFlow(bought_by_paypal, {"first": "done"}, is_timed=True),
    BillingFlow(bought_by_paypal_and_left, {"first": "done"}, is_timed=True),
    BillingFlow(bought_by_paypal_unheard, {"first": "done"}, is_timed=True),
    BillingFlow(bought_by_debit, {"first": "done"}),
    BillingFlow(order_paid_after_a_denied_debit, {"first": "done"}),
    BillingFlow(order_paid_by_credit, {"down": "done", "seat": "done"}),
    BillingFlow(order_paid_in_part_by_credit, {"down": "done", "seats": "done"}, is_timed=True),
    BillingFlow(order_left_and_abandoned, {"first": "done", "down": "done", "seats": "abandoned"}),
    BillingFlow(order_paid_at_the_last_moment, {"first": "done"}, over_on=16, is_timed=True),
    BillingFlow(
        order_abandoned_with_an_open_page,
        {"first": "abandoned"},
        over_on=16,
        refusals=("page_refused",),
    ),
    # Who is still there to give it up late finds that its buyer has agreed.
    BillingFlow(
        order_approved_at_the_last_moment,
        {"first": "abandoned"},
        {"first": "done"},
        over_on=16,
    ),
    BillingFlow(
        order_approved_unheard_at_the_last_moment, {"first": "done"}, over_on=16, is_timed=True
    ),
    BillingFlow(
        order_paid_after_it_was_abandoned,
        {"first": "abandoned"},
        is_timed=True,
        over_on=16,
        needs_webhooks=True,
        alarms=frozenset({"cart_payment.not_taken"}),
    ),
    BillingFlow(
        order_paid_on_two_pages,
        {"first": "done"},
        is_open=True,
        is_timed=True,
        needs_webhooks=True,
        alarms=frozenset({"cart_payment.not_taken"}),
    ),
)
