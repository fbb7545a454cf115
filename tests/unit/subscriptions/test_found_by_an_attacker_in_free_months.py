"""Free months of a contract: what is planned, changed and ended in them (SUB-9, SUB-11, SUB-16)."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from guichet.adapters.catalogue.packaged import packaged_catalogues
from guichet.catalogue.catalogue import Frequency
from guichet.money import Money
from guichet.subscriptions.subscription import Subscription
from guichet.subscriptions.use_cases.change_at_renewal import ChangeAtRenewal, change_at_renewal
from guichet.subscriptions.use_cases.read_subscriptions import (
    list_subscriptions,
    read_next_bill,
)
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
