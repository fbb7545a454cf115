"""Working again is for what was overdue alone: nothing else gets access that way (BAD-9, COL-5)."""

from __future__ import annotations

from dataclasses import replace

import pytest

from guichet.access.membership import AccountKind
from guichet.catalogue.catalogue import Frequency
from guichet.errors import Refusal
from guichet.ledger.journal import Change
from guichet.subscriptions.subscription import Subscription, SubscriptionStatus
from guichet.subscriptions.use_cases.cancel_subscription import (
    CancelSubscription,
    cancel_subscription,
)
from guichet.subscriptions.use_cases.set_collection_state import (
    CollectionState,
    SetCollectionState,
    set_collection_state,
)
from tests.support.billing import Billing
from tests.support.world import refusal_of

S = SubscriptionStatus
NOT_OVERDUE = sorted(set(S) - {S.ACTIVE, S.PAST_DUE, S.SUSPENDED})


@pytest.mark.parametrize("status", NOT_OVERDUE)
def test_what_was_not_overdue_is_not_restored_bad_9(status: SubscriptionStatus) -> None:
    billing = Billing()
    billing.buy(billing.webinar())
    _put(billing, replace(billing.only(), status=status, period=None))
    before = billing.world.state()

    refusal = _asked(billing, CollectionState.ACTIVE)

    assert refusal.code == f"subscription_{status}"
    assert billing.world.state() == before


def test_an_order_that_waits_gives_no_access_by_it_bad_9() -> None:
    billing = Billing()
    billing.place(billing.preview(billing.webinar()))

    refusal = _asked(billing, CollectionState.ACTIVE)

    assert refusal.code == "subscription_pending"
    assert not billing.only().has_access


def test_what_has_ended_by_its_cancellation_is_not_restored_before_upkeep_came_sub_3() -> None:
    billing = Billing()
    billing.buy(billing.webinar())
    action = billing.action(billing.only().subscription_id)
    cancel_subscription(CancelSubscription(action), carts=billing.parts().carts)
    for state in (CollectionState.PAST_DUE, CollectionState.SUSPENDED):
        about = billing.action(billing.only().subscription_id, member=billing.representative)
        set_collection_state(SetCollectionState(about, state), carts=billing.parts().carts)
    billing.world.clock.advance(days=31)

    refusal = _asked(billing, CollectionState.ACTIVE)

    assert refusal.code == "renewal_due"
    billing.world.settle_down()
    assert billing.only().status is S.EXPIRED
    assert len(billing.billed()) == 1


def test_a_corporate_account_orders_annually_online_sub_2() -> None:
    billing = Billing()
    _become_corporate(billing)

    refusal = refusal_of(lambda: billing.preview(billing.webinar()))
    annual = billing.preview(billing.webinar(frequency=Frequency.ANNUAL))
    by_representative = billing.preview(billing.webinar(), member=billing.representative)

    assert refusal.rule == "SUB-2"
    assert (annual.due_now.amount_minor, by_representative.due_now.amount_minor) == (30000, 3000)


@pytest.mark.parametrize("is_corporate", [False, True])
def test_a_plan_sold_by_quote_is_ordered_by_a_representative_alone_sub_1(
    is_corporate: bool,  # noqa: FBT001 - a parameter of the table
) -> None:
    billing = Billing()
    if is_corporate:
        _become_corporate(billing)
    wish = billing.webinar("events", frequency=Frequency.ANNUAL)

    assert refusal_of(lambda: billing.preview(wish)).code == "plan_by_quote"
    assert billing.preview(wish, member=billing.representative).due_now


def test_a_sum_too_small_to_be_paid_is_billed_and_credit_pays_it_at_once_col_7() -> None:
    billing = Billing()
    billing.buy(billing.webinar())
    balance = billing.balance()
    credited = replace(balance, credit_minor=60, version=balance.version + 1)
    stored = balance if balance.version else None
    billing.parts().records.save(billing.world.cause("seed"), [Change(stored, credited)])
    billing.until(billing.only().period.end.replace(day=21))  # type: ignore[union-attr]  # it is paid
    wish = billing.wish("add", subscription_id=billing.only().subscription_id, seats=1)

    preview = billing.preview(wish)
    billing.place(preview, None)
    spendable = billing.balance().to_spend(preview.day).amount_minor
    billing.world.settle_down()

    # A seat for the last day is 1.00, of which 0.40 is left: no provider takes that.
    assert spendable == 0
    assert (preview.due_now.amount_minor, preview.later[0].net_minor) == (0, 100)
    assert billing.balance().credit_minor == 0
    assert [bill.open_minor for bill in billing.balance().bills] == [40]


def _asked(billing: Billing, state: CollectionState) -> Refusal:
    action = billing.action(billing.only().subscription_id, member=billing.representative)
    command = SetCollectionState(action, state)
    return refusal_of(lambda: set_collection_state(command, carts=billing.parts().carts))


def _put(billing: Billing, subscription: Subscription) -> None:
    before = billing.only()
    after = replace(subscription, version=before.version + 1)
    billing.parts().records.save(billing.world.cause("seed"), [Change(before, after)])


def _become_corporate(billing: Billing) -> None:
    account = billing.parts().records.account(billing.account_id)
    corporate = replace(account, kind=AccountKind.CORPORATE, version=account.version + 1)
    billing.world.parts.records.save(billing.world.cause("seed"), [Change(account, corporate)])
