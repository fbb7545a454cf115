"""What the catalogue drops, or a debit that is never settled, stops no subscription (SUB-1)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, timedelta

from guichet.adapters.catalogue.packaged import packaged_catalogues
from guichet.catalogue.catalogue import Catalogue, MeteredItem, Product
from guichet.errors import Refusal
from guichet.money import Money
from guichet.subscriptions.cart import CartStatus
from guichet.subscriptions.subscription import SubscriptionStatus
from guichet.subscriptions.use_cases.pay_cart import PayCart, pay_cart
from guichet.subscriptions.use_cases.pin_subscription import PinSubscription, pin_subscription
from tests.support.billing import Billing
from tests.support.world import refusal_of


class Versions:
    """`Catalogues` of the packaged first version, and another one from 2027 on."""

    def __init__(self, products: Mapping[str, Product]) -> None:
        self._first = packaged_catalogues().version("2026-01")
        self._second = Catalogue("2027-01", date(2027, 1, 1), products)

    def at(self, day: date) -> Catalogue:
        return self._second if day >= self._second.effective_from else self._first

    def version(self, version: str) -> Catalogue:
        return {"2026-01": self._first, "2027-01": self._second}[version]


def _without_starter() -> Versions:
    webinar = packaged_catalogues().version("2026-01").product("webinar")
    plans = {name: plan for name, plan in webinar.plans.items() if name != "starter"}
    return Versions({"webinar": replace(webinar, plans=plans)})


def test_a_plan_that_is_no_longer_sold_keeps_its_price_and_a_person_is_told_sub_1() -> None:
    billing = Billing(catalogues=_without_starter())
    billing.buy(billing.webinar())

    billing.until(date(2027, 2, 25))

    renewed = billing.only()
    assert (renewed.status, renewed.catalogue_version) == (SubscriptionStatus.ACTIVE, "2026-01")
    assert billing.billed()[-1].amount == Money(3_000, "USD")
    assert "subscription.not_sold" in billing.world.alarms


def test_it_can_still_be_changed_to_what_is_sold() -> None:
    billing = Billing(catalogues=_without_starter())
    billing.buy(billing.webinar())
    billing.until(date(2027, 1, 2))
    wish = billing.wish("change", subscription_id=billing.only().subscription_id, plan_id="plus")

    billing.buy(wish)

    assert (billing.only().terms.plan_id, billing.only().catalogue_version) == ("plus", "2027-01")


def test_a_pin_to_a_version_that_does_not_sell_it_is_refused_sub_1() -> None:
    billing = Billing(catalogues=_without_starter())
    billing.buy(billing.webinar())
    before = billing.world.state()

    refusal = _pinned(billing, "2027-01")

    assert refusal.code == "plan_unknown"
    assert billing.world.state() == before


def test_what_becomes_metered_is_billed_from_the_next_period_on_inv_8() -> None:
    first = packaged_catalogues().version("2026-01")
    webinar, minutes = first.product("webinar"), first.product("telephony").metered["minutes"]
    assert isinstance(minutes, MeteredItem)
    metered = replace(webinar, metered={"minutes": minutes})
    billing = Billing(catalogues=Versions({"webinar": metered}))
    billing.buy(billing.webinar())
    assert billing.only().usage_due_on() is None

    billing.until(date(2027, 1, 25))

    assert billing.only().usage_due_on() == date(2027, 2, 1)


def test_a_trial_ends_though_a_debit_is_being_settled_sub_4() -> None:
    billing = Billing()
    trial = billing.try_out()
    billing.until(date(2026, 12, 5))
    cart_id, session_id = _paid_by_debit(billing, trial.subscription_id)

    billing.until(date(2026, 12, 8))
    assert billing.only().status is SubscriptionStatus.FREE
    assert billing.cart(cart_id).status is CartStatus.PROCESSING

    billing.world.stripe.settle_bank_debit(session_id)
    billing.until(date(2026, 12, 9))
    assert billing.only().status is SubscriptionStatus.ACTIVE


def test_no_attempt_begins_when_the_days_of_an_order_are_over_sub_3() -> None:
    billing = Billing()
    cart_id, session_id = _paid_by_debit(billing, None)
    billing.world.clock.advance(days=8)
    billing.world.stripe.deny_bank_debit(session_id)
    billing.world.deliver_webhooks()
    billing.world.relay()
    billing.world.settle()
    before = billing.world.state()

    command = PayCart(cart_id, "stripe", billing.owner, "again", billing.actor())
    refusal = refusal_of(lambda: pay_cart(command, opening=billing.parts().opening))

    assert refusal.code == "cart_overdue"
    assert billing.world.state() == before
    billing.until(billing.world.clock.at.date() + timedelta(days=1))
    assert billing.cart(cart_id).status is CartStatus.ABANDONED


def _paid_by_debit(billing: Billing, subscription_id: str | None) -> tuple[str, str]:
    wish = billing.webinar(seats=2)
    if subscription_id is not None:
        wish = replace(wish, subscription_id=subscription_id)
    placed = billing.place(billing.preview(wish)).value
    assert placed.payment is not None
    assert placed.payment.session_id is not None
    billing.world.stripe.start_bank_debit(placed.payment.session_id)
    billing.world.settle_down()
    return placed.cart.cart_id, placed.payment.session_id


def _pinned(billing: Billing, version: str) -> Refusal:
    action = billing.action(billing.only().subscription_id, member=billing.representative)
    command = PinSubscription(action, version)
    return refusal_of(lambda: pin_subscription(command, carts=billing.parts().carts))
