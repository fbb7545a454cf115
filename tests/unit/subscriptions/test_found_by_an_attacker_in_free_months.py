"""Free months of a contract: what is planned, changed and ended in them (SUB-9, SUB-11, SUB-16)."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime

from guichet.adapters.catalogue.packaged import packaged_catalogues
from guichet.catalogue.catalogue import Frequency
from guichet.money import Money
from guichet.subscriptions.subscription import Subscription, SubscriptionStatus
from guichet.subscriptions.use_cases.cancel_subscription import (
    CancelSubscription,
    cancel_subscription,
)
from guichet.subscriptions.use_cases.change_at_renewal import ChangeAtRenewal, change_at_renewal
from guichet.subscriptions.use_cases.read_subscriptions import (
    list_subscriptions,
    read_next_bill,
)
from guichet.subscriptions.use_cases.record_payment import RecordPayment, record_payment
from tests.support.billing import Billing
from tests.support.versions import Versions

BILLING_START = date(2027, 2, 22)  # three months after the order


def test_fewer_seats_planned_in_free_months_are_what_billing_begins_with_sub_16() -> None:
    billing = Billing()
    contract = _signed(billing)
    action = billing.action(contract.subscription_id, member=billing.representative)
    change_at_renewal(ChangeAtRenewal(action, seats=5), carts=billing.parts().carts)

    shown = read_next_bill(billing.owner, contract.subscription_id, carts=billing.parts().carts)
    billing.until(BILLING_START)

    (line,) = billing.billed()
    assert (line.quantity, line.amount) == (5, Money(5 * 96_000, "USD"))
    assert list(shown.lines) == [line]
    assert (billing.only().terms.seats, billing.only().next_terms) == (5, None)
    pool = billing.parts().records.pool(contract.subscription_id)
    assert pool is not None
    assert pool.capacity == 5


def test_a_plan_that_only_a_newer_version_has_is_taken_in_free_months_sub_1() -> None:
    billing = Billing(catalogues=_with_one_more_plan())
    contract = _signed(billing)
    billing.until(date(2027, 1, 5))

    wish = billing.wish("change", subscription_id=contract.subscription_id, plan_id="corporate-max")
    billing.buy(wish)

    (shown,) = list_subscriptions(
        billing.owner, limit=10, after=None, carts=billing.parts().carts
    ).items
    assert (shown.subscription.terms.plan_id, shown.subscription.catalogue_version) == (
        "corporate-max",
        "2027-01",
    )
    billing.buy(billing.wish("add", subscription_id=contract.subscription_id, seats=1))
    billing.until(BILLING_START)
    assert [line.item for line in billing.billed()] == ["corporate-max"]


def test_a_contract_that_is_reactivated_has_no_free_months_again_sub_10_sub_11() -> None:
    billing = Billing()
    contract = _signed(billing)
    billing.until(BILLING_START)
    _pay_all(billing)
    action = billing.action(contract.subscription_id)
    cancel_subscription(CancelSubscription(action), carts=billing.parts().carts)
    assert contract.term is not None
    billing.until(contract.term.end)

    again = billing.wish("reactivate", subscription_id=contract.subscription_id)
    bought = billing.buy(again)

    assert bought.preview.due_now == Money(960_000, "USD")
    assert billing.only().billing_start == contract.term.end


def test_an_expired_trial_is_signed_for_the_first_time_sub_11() -> None:
    corporate = packaged_catalogues().version("2026-01").product("corporate")
    tried = replace(corporate.plan("corporate"), trial_days=14)
    plans = {**corporate.plans, "corporate": tried}
    billing = Billing(catalogues=Versions({"corporate": replace(corporate, plans=plans)}))
    billing.world.clock.at = datetime(2027, 1, 5, 9, tzinfo=UTC)
    trial = billing.try_out("corporate", 5, "corporate")
    billing.until(date(2027, 1, 25))
    assert billing.only().status is SubscriptionStatus.EXPIRED

    wish = billing.wish(
        "reactivate", subscription_id=trial.subscription_id, frequency=Frequency.ANNUAL
    )
    billing.buy(wish)

    assert billing.only().billing_start == date(2027, 4, 25)
    assert billing.billed() == []


def _pay_all(billing: Billing) -> None:
    due = Money(billing.balance().bills[0].open_minor, "USD")
    record_payment(
        RecordPayment("us", due, "transfer", billing.representative, "paid", billing.actor()),
        carts=billing.parts().carts,
    )


def _with_one_more_plan() -> Versions:
    corporate = packaged_catalogues().version("2026-01").product("corporate")
    most = replace(corporate.plan("corporate-plus"), plan_id="corporate-max", rank=3)
    plans = {**corporate.plans, "corporate-max": most}
    return Versions({"corporate": replace(corporate, plans=plans)})


def _signed(billing: Billing) -> Subscription:
    """Ten seats, the first three months free."""
    billing.buy(
        billing.wish(
            "subscribe",
            product_id="corporate",
            plan_id="corporate",
            frequency=Frequency.ANNUAL,
            seats=10,
        )
    )
    return billing.only()
