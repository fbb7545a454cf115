"""A new version of the catalogue says whom it concerns, from which renewal on (SUB-1)."""

from datetime import date

from guichet.adapters.catalogue.packaged import packaged_catalogues
from guichet.adapters.dynamo.waiting import waiting_subscriptions
from guichet.catalogue.catalogue import Frequency
from guichet.catalogue.diff import difference
from guichet.subscriptions.concerned import concerned, renewal_from
from guichet.subscriptions.use_cases.cancel_subscription import (
    CancelSubscription,
    cancel_subscription,
)
from guichet.subscriptions.use_cases.pin_subscription import PinSubscription, pin_subscription
from tests.support.billing import Billing

CATALOGUES = packaged_catalogues()
CHANGES = difference(CATALOGUES.version("2026-01"), CATALOGUES.version("2027-06"))


def test_a_price_changes_with_the_first_renewal_in_force_never_in_a_running_period_sub_1() -> None:
    billing = Billing()
    billing.buy(billing.webinar(seats=2))

    (waiting,) = waiting_subscriptions(billing.world.dynamo)

    found = concerned(CHANGES, waiting)
    assert found is not None
    # 22 November 2026 and every 30 days: the 7th renewal is the first one in June.
    assert found.from_day == date(2027, 6, 20)
    assert {each.part_id for each in found.changes} == {"starter"}
    billing.until(found.from_day)
    assert billing.only().catalogue_version == "2027-06"
    assert concerned(CHANGES, billing.only()) is None


def test_a_renewal_by_months_keeps_its_day_when_it_is_looked_for_sub_2() -> None:
    billing = Billing()
    billing.buy(billing.webinar(frequency=Frequency.QUARTERLY))

    assert renewal_from(billing.only(), date(2027, 6, 1)) == date(2027, 8, 22)


def test_a_pinned_subscription_and_one_that_ends_before_are_not_concerned_sub_1() -> None:
    billing = Billing()
    billing.buy(billing.webinar())
    subscription_id = billing.only().subscription_id
    carts = billing.parts().carts

    action = billing.action(subscription_id, member=billing.representative)
    pin_subscription(PinSubscription(action, "2026-01"), carts=carts)
    assert concerned(CHANGES, billing.only()) is None

    pin_subscription(PinSubscription(action, None), carts=carts)
    assert concerned(CHANGES, billing.only()) is not None
    cancel_subscription(CancelSubscription(billing.action(subscription_id)), carts=carts)
    assert concerned(CHANGES, billing.only()) is None
