"""What a cart may not hold: a free plan, another product, more than anybody would lend (SUB-4, SUB-5)."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from guichet.catalogue.catalogue import Frequency
from guichet.subscriptions.cart import CartLine
from guichet.subscriptions.subscription import SubscriptionStatus
from guichet.subscriptions.use_cases.cancel_subscription import (
    CancelSubscription,
    cancel_subscription,
)
from tests.support.billing import NEW_YORK, Billing
from tests.support.world import refusal_of


@pytest.mark.parametrize("kind", ["change", "subscribe"])
def test_a_free_plan_is_not_ordered_in_place_of_a_paid_one_sub_4(kind: str) -> None:
    billing = Billing()
    if kind == "change":
        billing.buy(billing.webinar())
    else:
        billing.try_out()
    name = billing.only().subscription_id

    code = _refused(billing, billing.wish(kind, subscription_id=name, plan_id="free"))

    assert code == "plan_is_free"


def test_a_free_subscription_is_not_subscribed_as_it_is_sub_4() -> None:
    billing = Billing()
    trial = billing.try_out()
    assert trial.trial_ends_on is not None
    billing.until(trial.trial_ends_on)
    assert billing.only().status is SubscriptionStatus.FREE

    code = _refused(billing, billing.wish("subscribe", subscription_id=trial.subscription_id))

    assert code == "plan_is_free"


def test_a_trial_is_not_paid_for_as_another_product_sub_4() -> None:
    billing = Billing()
    name = billing.try_out().subscription_id

    wish = billing.wish(
        "subscribe", subscription_id=name, product_id="telephony", plan_id="starter"
    )

    assert _refused(billing, wish) == "product_differs"
    same = billing.wish("subscribe", subscription_id=name, product_id="webinar", plan_id="starter")
    assert billing.preview(same).due_now


def test_no_more_is_lent_until_a_1st_than_could_be_paid_online_sub_5() -> None:
    billing = Billing()
    wish = billing.wish(
        "subscribe",
        product_id="telephony",
        plan_id="line",
        frequency=Frequency.MONTHLY,
        seats=10_000,
    )
    orders = [wish] * 20  # 8 of 30 days: 1 013 333.40

    assert _refused(billing, *orders) == "amount_too_large"
    assert billing.preview(*orders, member=billing.representative).later


def test_a_rental_that_comes_again_needs_an_address_to_ship_to_acc_4() -> None:
    billing = Billing()
    billing.move_to(NEW_YORK, shipping=NEW_YORK)
    wish = billing.wish(
        "subscribe",
        product_id="telephony",
        plan_id="line",
        frequency=Frequency.MONTHLY,
        seats=1,
        add_ons={"desk-phone": 1},
    )
    billing.buy(wish)
    name = billing.only().subscription_id
    action = billing.action(name, member=billing.representative)
    cancel_subscription(CancelSubscription(action), carts=billing.parts().carts)
    billing.until(date(2026, 12, 2))
    _forget_where_to_ship(billing)

    again = billing.wish("reactivate", subscription_id=name)

    assert _refused(billing, again) == "shipping_address_missing"
    without = billing.wish("reactivate", subscription_id=name, add_ons={})
    assert not billing.preview(without).needs_shipping


def _forget_where_to_ship(billing: Billing) -> None:
    before = billing.parts().records.profile(billing.account_id)
    after = replace(before, shipping_address=None, version=before.version + 1)
    cause = billing.world.cause("update_profile")
    billing.world.parts.profiles.save_profile(cause, before, after)


def _refused(billing: Billing, *wishes: CartLine) -> str:
    """The code; nothing is written."""
    before = billing.world.state()
    refusal = refusal_of(lambda: billing.preview(*wishes))
    assert billing.world.state() == before
    return refusal.errors[0].code if refusal.errors else refusal.code
