"""What a cart may not hold: a free plan, another product, more than anybody would lend (SUB-4, SUB-5)."""

from __future__ import annotations

import pytest

from guichet.subscriptions.cart import CartLine
from guichet.subscriptions.subscription import SubscriptionStatus
from tests.support.billing import Billing
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


def _refused(billing: Billing, *wishes: CartLine) -> str:
    """The code; nothing is written."""
    before = billing.world.state()
    refusal = refusal_of(lambda: billing.preview(*wishes))
    assert billing.world.state() == before
    return refusal.errors[0].code if refusal.errors else refusal.code
