"""The pool of seats of what is ordered again, and who may have more of them (SUB-10, SUB-13, SUB-14)."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime

from guichet.adapters.catalogue.packaged import packaged_catalogues
from guichet.catalogue.catalogue import SelfService
from guichet.subscriptions.subscription import Subscription
from guichet.subscriptions.use_cases.abandon_cart import AbandonCart, abandon_cart
from guichet.subscriptions.use_cases.cancel_subscription import (
    CancelSubscription,
    cancel_subscription,
)
from tests.support.billing import Billing
from tests.support.versions import Versions
from tests.support.world import refusal_of


def test_a_reactivation_with_fewer_seats_that_is_given_up_leaves_the_pool_sub_5_sub_14() -> None:
    billing, ended = _ended()
    fewer = billing.wish("reactivate", subscription_id=ended.subscription_id, seats=3)
    ordered = billing.place(billing.preview(fewer)).value.cart
    assert _capacity(billing, ended) == 3

    abandon_cart(
        AbandonCart(ordered.cart_id, billing.owner, billing.actor()),
        ordering=billing.parts().ordering,
    )

    assert _capacity(billing, ended) == 10


def test_what_is_reactivated_as_it_was_has_all_its_seats_sub_10() -> None:
    billing, ended = _ended()
    fewer = billing.wish("reactivate", subscription_id=ended.subscription_id, seats=3)
    billing.place(billing.preview(fewer))
    billing.until(date(2027, 1, 5))  # nobody paid it for seven days

    billing.buy(billing.wish("reactivate", subscription_id=ended.subscription_id))

    assert billing.only().terms.seats == 10
    assert _capacity(billing, ended) == 10


def test_who_may_not_add_seats_does_not_change_to_more_of_them_either_sub_13() -> None:
    billing = Billing(catalogues=_where_seats_are_added_by_a_representative())
    billing.world.clock.at = datetime(2027, 1, 5, 9, tzinfo=UTC)
    billing.buy(billing.webinar("starter", 2))
    name = billing.only().subscription_id
    before = billing.world.state()

    more = billing.wish("change", subscription_id=name, plan_id="plus", seats=3)
    refusal = refusal_of(lambda: billing.preview(more))

    assert refusal.code == "ask_representative"
    assert billing.world.state() == before
    billing.buy(billing.wish("change", subscription_id=name, plan_id="plus", seats=2))
    assert billing.only().terms.plan_id == "plus"


def _where_seats_are_added_by_a_representative() -> Versions:
    webinar = packaged_catalogues().version("2026-01").product("webinar")
    allowed = webinar.self_service - {SelfService.ADD_SEATS}
    return Versions({"webinar": replace(webinar, self_service=allowed)})


def _ended() -> tuple[Billing, Subscription]:
    billing = Billing()
    billing.buy(billing.webinar("starter", 10))
    bought = billing.only()
    cancel_subscription(
        CancelSubscription(billing.action(bought.subscription_id)), carts=billing.parts().carts
    )
    assert bought.period is not None
    billing.until(bought.period.end)
    return billing, billing.only()


def _capacity(billing: Billing, subscription: Subscription) -> int:
    pool = billing.parts().records.pool(subscription.subscription_id)
    assert pool is not None
    return pool.capacity
