"""Credit pays first what is open, and once: nothing is bought with what was never paid (COL-7, BAD-5)."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from guichet.catalogue.catalogue import Frequency
from guichet.ledger.journal import Change
from guichet.money import Money
from guichet.subscriptions.subscription import SubscriptionStatus
from guichet.subscriptions.use_cases.set_collection_state import (
    CollectionState,
    SetCollectionState,
    set_collection_state,
)
from tests.support.billing import Billing
from tests.support.verified import assert_verified


def test_what_is_given_back_of_an_unpaid_bill_reduces_that_bill_col_7() -> None:
    billing = Billing()
    billing.buy(billing.webinar(seats=10, frequency=Frequency.ANNUAL))
    billing.until(date(2027, 11, 23))
    assert billing.balance().due(date(2027, 12, 22)) == Money(330_000, "USD")
    subscription_id = billing.only().subscription_id

    monthly = billing.wish(
        "change", subscription_id=subscription_id, seats=1, frequency=Frequency.MONTHLY
    )
    preview = billing.preview(monthly)
    billing.place(preview, None)
    spendable = billing.balance().to_spend(date(2027, 11, 23))
    billing.world.settle_down()

    assert preview.credit_given.amount_minor > 300_000
    assert spendable == Money(0, "USD"), "nothing is bought with what was never paid"
    assert billing.balance().credit == Money(0, "USD")
    left = 330_000 - preview.credit_given.amount_minor
    assert [bill.open_minor for bill in billing.balance().bills] == [left]
    assert_verified(billing.world.dynamo, billing.world.clock.now())


def test_one_credit_serves_one_order_even_where_the_rest_is_too_little_to_be_paid_bad_5() -> None:
    billing = Billing()
    _credit(billing, 5_970)

    for _ in range(2):
        billing.buy(billing.webinar("plus"))

    # 60.00 each: the first leaves 0.30 to a bill and no credit; the second is paid for whole.
    assert billing.balance().credit == Money(0, "USD")
    assert [bill.open_minor for bill in billing.balance().bills] == [30]
    assert billing.world.stripe.books()["own"]["USD"]["customer_paid"] == 6_000


def test_credit_is_never_left_beside_what_is_overdue_col_7() -> None:
    billing = Billing()
    billing.buy(billing.webinar())
    billing.until(date(2027, 1, 25))
    subscription = billing.only()
    assert billing.balance().overdue(date(2027, 1, 25)) == Money(3_000, "USD")
    _set(billing, CollectionState.PAST_DUE)
    _set(billing, CollectionState.SUSPENDED)

    _credit(billing, 180_000)
    _set(billing, CollectionState.ACTIVE)

    assert billing.only().status is SubscriptionStatus.ACTIVE
    assert billing.balance().due(date(2027, 12, 31)) == Money(0, "USD")
    assert billing.only().subscription_id == subscription.subscription_id


@pytest.mark.parametrize(("credit", "due"), [(0, 6_000), (1_000, 5_000), (9_000, 0)])
def test_a_preview_spends_only_what_open_bills_leave_bad_14(credit: int, due: int) -> None:
    billing = Billing()
    _credit(billing, credit)

    assert billing.preview(billing.webinar("plus")).due_now == Money(due, "USD")


def _credit(billing: Billing, minor: int) -> None:
    before = billing.balance()
    after = replace(before, credit_minor=before.credit_minor + minor, version=before.version + 1)
    stored = before if before.version else None
    billing.parts().records.save(billing.world.cause("seed"), [Change(stored, after)])


def _set(billing: Billing, state: CollectionState) -> None:
    action = billing.action(billing.only().subscription_id, member=billing.representative)
    set_collection_state(SetCollectionState(action, state), carts=billing.parts().carts)
