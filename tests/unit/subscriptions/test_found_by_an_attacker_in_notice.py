"""Notice that is given in time counts, whatever stands in its way that day (SUB-8, SUB-9)."""

from __future__ import annotations

from datetime import date, timedelta

from guichet.catalogue.catalogue import Frequency
from guichet.money import Money
from guichet.subscriptions.cart import CartStatus
from guichet.subscriptions.use_cases.cancel_subscription import (
    CancelSubscription,
    cancel_subscription,
)
from guichet.subscriptions.use_cases.record_payment import RecordPayment, record_payment
from tests.support.billing import Billing
from tests.support.world import refusal_of


def test_notice_in_time_counts_though_a_debit_was_being_settled_that_day_sub_8() -> None:
    billing = _in_a_paid_contract()
    contract = billing.only()
    assert contract.term is not None
    billing.until(contract.term.last_notice - timedelta(days=1))
    more = billing.wish("add", subscription_id=contract.subscription_id, seats=1)
    placed = billing.place(billing.preview(more)).value
    assert placed.payment is not None
    session_id = placed.payment.session_id or ""
    billing.world.stripe.start_bank_debit(session_id)
    billing.world.settle_down()

    assert refusal_of(lambda: _cancel(billing)).code == "order_pending"
    billing.until(contract.term.last_notice + timedelta(days=2))
    billing.world.stripe.settle_bank_debit(session_id)
    billing.until(contract.term.last_notice + timedelta(days=3))

    assert billing.cart(placed.cart.cart_id).status is CartStatus.DONE
    _cancel(billing)
    mark = billing.only().cancellation
    assert mark is not None
    assert mark.ends_on == contract.term.end
    assert billing.only().terms.seats == 6


def test_notice_in_time_counts_though_a_step_of_time_was_due_that_moment_sub_8() -> None:
    billing = _in_a_paid_contract()
    contract = billing.only()
    assert contract.term is not None
    assert contract.period is not None
    billing.until(contract.period.end - timedelta(days=1))
    billing.world.clock.advance(days=1)  # nothing has looked at it yet

    assert refusal_of(lambda: _cancel(billing)).code == "renewal_due"

    assert billing.only().cancel_attempted_on == contract.period.end


def _in_a_paid_contract() -> Billing:
    billing = Billing()
    wish = billing.wish(
        "subscribe",
        product_id="corporate",
        plan_id="corporate",
        frequency=Frequency.ANNUAL,
        seats=5,
    )
    billing.buy(wish)
    billing.until(date(2027, 3, 1))
    due = Money(billing.balance().bills[0].open_minor, "USD")
    record_payment(
        RecordPayment("us", due, "transfer", billing.representative, "paid", billing.actor()),
        carts=billing.parts().carts,
    )
    return billing


def _cancel(billing: Billing) -> None:
    action = billing.action(billing.only().subscription_id)
    cancel_subscription(CancelSubscription(action), carts=billing.parts().carts)
