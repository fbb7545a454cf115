"""Prices of a running period, whatever is pinned, planned or bought beside it (SUB-1, SUB-7, SUB-16)."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

import pytest

from guichet.adapters.catalogue.packaged import packaged_catalogues
from guichet.catalogue.catalogue import Frequency, Product
from guichet.ledger.journal import Change
from guichet.money import Money
from guichet.subscriptions.changing import MOST_BILLED_PARTS
from guichet.subscriptions.ports import Aggregate
from guichet.subscriptions.subscription import Subscription
from guichet.subscriptions.use_cases.change_at_renewal import ChangeAtRenewal, change_at_renewal
from guichet.subscriptions.use_cases.pin_subscription import PinSubscription, pin_subscription
from tests.support.billing import Billing
from tests.support.versions import Versions
from tests.support.world import refusal_of


def test_a_pin_does_not_reprice_the_running_month_sub_1_sub_7() -> None:
    billing = Billing(catalogues=Versions({"telephony": _dearer(_telephony())}))
    lines = _lines(billing, seats=10)
    billing.until(date(2026, 12, 2))
    action = billing.action(lines.subscription_id, member=billing.representative)
    pin_subscription(PinSubscription(action, "2027-01"), carts=billing.parts().carts)

    fewer = billing.wish("change", subscription_id=lines.subscription_id, seats=1)
    (credit,) = billing.preview(fewer, member=billing.representative).lines

    assert credit.is_credit
    assert credit.amount == Money(round(9 * 1_900 * 29 / 31), "USD")


def test_a_planned_frequency_stays_when_a_seat_is_added_sub_7_sub_18() -> None:
    billing = Billing()
    lines = _lines(billing, seats=2)
    action = billing.action(lines.subscription_id)
    planned = ChangeAtRenewal(action, frequency=Frequency.ANNUAL)
    change_at_renewal(planned, carts=billing.parts().carts)

    billing.buy(billing.wish("add", subscription_id=lines.subscription_id, seats=1))

    now, later = billing.only().terms, billing.only().next_terms
    assert (now.seats, now.frequency) == (3, Frequency.MONTHLY)
    assert later is not None
    assert (later.seats, later.frequency) == (3, Frequency.ANNUAL)


@pytest.mark.parametrize(
    ("stated", "seats_later"),
    [
        pytest.param({"plan_id": "plus"}, 4, id="another plan leaves them planned"),
        pytest.param({"plan_id": "plus", "seats": 10}, 10, id="unless it says how many"),
        pytest.param({"seats": 10}, 10, id="so does saying nothing else"),
    ],
)
def test_fewer_seats_that_are_planned_stay_planned_unless_a_change_says_otherwise_sub_16(
    stated: dict[str, Any], seats_later: int
) -> None:
    billing = Billing()
    billing.buy(billing.webinar("starter", 10))
    name = billing.only().subscription_id
    change_at_renewal(ChangeAtRenewal(billing.action(name), seats=4), carts=billing.parts().carts)

    billing.buy(billing.wish("change", subscription_id=name, **stated))

    changed = billing.only()
    assert (changed.terms.seats, changed.renewed_terms.seats) == (10, seats_later)
    assert changed.renewed_terms.plan_id == changed.terms.plan_id
    pool = billing.parts().records.pool(name)
    assert pool is not None
    assert pool.capacity == seats_later


def test_a_plan_that_is_not_sold_with_what_is_planned_is_refused_sub_14() -> None:
    billing = Billing(catalogues=Versions({"webinar": _with_a_plan_for_many()}))
    billing.world.clock.at = datetime(2027, 1, 5, 9, tzinfo=UTC)
    billing.buy(billing.webinar("starter", 10))
    name = billing.only().subscription_id
    change_at_renewal(ChangeAtRenewal(billing.action(name), seats=4), carts=billing.parts().carts)
    before = billing.world.state()

    wish = billing.wish("change", subscription_id=name, plan_id="plus")
    refusal = refusal_of(lambda: billing.preview(wish))

    assert refusal.errors[0].code == "seats_out_of_range"
    assert billing.world.state() == before
    billing.buy(billing.wish("change", subscription_id=name, plan_id="plus", seats=10))
    assert billing.only().next_terms is None


def test_what_is_added_in_one_period_has_an_end_sub_16() -> None:
    billing = Billing()
    billing.buy(billing.webinar("starter", 2))
    held = billing.only()
    full = replace(held, billed=held.billed * MOST_BILLED_PARTS, version=held.version + 1)
    billing.parts().records.save(billing.world.cause("test"), [Change[Aggregate](held, full)])
    before = billing.world.state()

    one_more = billing.wish("add", subscription_id=held.subscription_id, seats=1)
    refusal = refusal_of(lambda: billing.preview(one_more))

    assert refusal.code == "too_many_changes"
    assert billing.world.state() == before
    anew = billing.wish("change", subscription_id=held.subscription_id, plan_id="plus", seats=3)
    assert billing.preview(anew).touched[0].terms.seats == 3


def _with_a_plan_for_many() -> Product:
    webinar = packaged_catalogues().version("2026-01").product("webinar")
    plus = replace(webinar.plan("plus"), minimum_seats=5)
    return replace(webinar, plans={**webinar.plans, "plus": plus})


def _telephony() -> Product:
    return packaged_catalogues().version("2026-01").product("telephony")


def _dearer(product: Product) -> Product:
    plans = {
        name: replace(plan, prices={each: 5 * price for each, price in plan.prices.items()})
        for name, plan in product.plans.items()
    }
    return replace(product, plans=plans)


def _lines(billing: Billing, *, seats: int) -> Subscription:
    billing.buy(
        billing.wish(
            "subscribe",
            product_id="telephony",
            plan_id="line",
            frequency=Frequency.MONTHLY,
            seats=seats,
        )
    )
    return billing.only()
