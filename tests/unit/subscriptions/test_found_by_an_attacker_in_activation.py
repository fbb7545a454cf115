"""The day of an activation lies within the service that it begins the billing of (SUB-17)."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

from guichet.adapters.catalogue.packaged import packaged_catalogues
from guichet.catalogue.catalogue import Contract, Frequency
from guichet.subscriptions.ports import MarkBilled
from guichet.subscriptions.subscription import Subscription, SubscriptionStatus
from guichet.subscriptions.use_cases.cancel_subscription import (
    CancelSubscription,
    cancel_subscription,
)
from guichet.subscriptions.use_cases.report_activation import ReportActivation, report_activation
from tests.support.billing import Billing
from tests.support.versions import Versions
from tests.support.world import refusal_of

AGAIN = date(2027, 3, 1)


def test_an_activation_lies_in_the_service_that_was_reactivated_sub_17() -> None:
    billing = _reactivated_on_activation()
    before = billing.world.state()

    early = refusal_of(lambda: _report(billing, AGAIN - timedelta(days=1)))

    assert early.errors[0].code == "activation_before_service"
    assert billing.world.state() == before
    assert _report(billing, AGAIN).billing_start == AGAIN


def test_a_day_on_which_an_earlier_period_was_billed_is_no_hindrance_sub_17() -> None:
    billing = _reactivated_on_activation()
    name = billing.only().subscription_id
    marked = MarkBilled(name, AGAIN)  # by a renewal on the day on which it ended
    billing.parts().records.save(billing.world.cause("move_subscription"), [], [marked])

    assert _report(billing, AGAIN).billing_start == AGAIN


def test_an_activation_after_the_contract_is_refused_sub_9_sub_17() -> None:
    billing = _contract_of_two_months()
    term = billing.only().term
    assert term is not None
    billing.until(term.end + timedelta(days=3))
    before = billing.world.state()

    late = refusal_of(lambda: _report(billing, term.end))

    assert late.errors[0].code == "activation_after_term"
    assert billing.world.state() == before
    begun = _report(billing, term.end - timedelta(days=1))
    assert begun.period is not None
    assert begun.period.end == term.end


def test_nothing_is_activated_before_the_order_it_stands_in_is_paid_sub_17() -> None:
    billing = Billing()
    wishes = (billing.webinar(on_activation=True), billing.webinar("plus", seats=2))
    preview = billing.preview(*wishes, member=billing.representative)
    placed = billing.place(preview, member=billing.representative).value
    waiting = next(each for each in _all(billing) if each.on_activation)
    before = billing.world.state()

    refused = refusal_of(lambda: _report_on(billing, waiting, waiting.created_at.date()))

    assert refused.code == "subscription_pending"
    assert billing.world.state() == before
    billing.pay(placed)
    begun = billing.subscription(waiting.subscription_id)
    assert (begun.status, begun.billing_start) == (SubscriptionStatus.ACTIVE, None)
    assert [line.amount.amount_minor for line in billing.billed()] == [12000]
    day = begun.created_at.date()
    assert _report_on(billing, begun, day).billing_start == day
    assert [line.amount.amount_minor for line in billing.billed()] == [12000, 3000]


def _all(billing: Billing) -> tuple[Subscription, ...]:
    records = billing.parts().records
    return tuple(records.subscriptions_of(billing.account_id, limit=10, after=None).items)


def _reactivated_on_activation() -> Billing:
    billing = Billing()
    billing.buy(billing.webinar())
    name = billing.only().subscription_id
    cancel_subscription(CancelSubscription(billing.action(name)), carts=billing.parts().carts)
    billing.until(AGAIN)
    wish = billing.wish("reactivate", subscription_id=name, on_activation=True)
    representative = billing.representative
    billing.place(billing.preview(wish, member=representative), None, member=representative)
    assert billing.only().status is SubscriptionStatus.ACTIVE
    return billing


def _contract_of_two_months() -> Billing:
    corporate = packaged_catalogues().version("2026-01").product("corporate")
    short = replace(corporate, contract=Contract(2, 0, 30))
    billing = Billing(catalogues=Versions({"corporate": short}))
    billing.world.clock.at = datetime(2027, 1, 5, 9, tzinfo=UTC)
    wish = billing.wish(
        "subscribe",
        product_id="corporate",
        plan_id="corporate",
        frequency=Frequency.ANNUAL,
        seats=5,
        on_activation=True,
    )
    representative = billing.representative
    billing.place(billing.preview(wish, member=representative), None, member=representative)
    return billing


def _report(billing: Billing, day: date) -> Subscription:
    return _report_on(billing, billing.only(), day)


def _report_on(billing: Billing, subscription: Subscription, day: date) -> Subscription:
    action = billing.action(subscription.subscription_id, member=billing.representative)
    return report_activation(ReportActivation(action, day), carts=billing.parts().carts).value
