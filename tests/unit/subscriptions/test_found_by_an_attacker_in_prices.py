"""Prices of a running period, whatever is pinned, planned or bought beside it (SUB-1, SUB-7, SUB-16)."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from guichet.adapters.catalogue.packaged import packaged_catalogues
from guichet.catalogue.catalogue import Frequency, Product
from guichet.money import Money
from guichet.subscriptions.subscription import Subscription
from guichet.subscriptions.use_cases.pin_subscription import PinSubscription, pin_subscription
from tests.support.billing import Billing
from tests.support.versions import Versions


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
