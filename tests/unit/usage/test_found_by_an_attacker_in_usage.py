"""Usage keeps the price that it was taken at, wherever the account moves (SUB-20, INV-8)."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime

from guichet.access.addresses import Address
from guichet.adapters.catalogue.packaged import packaged_catalogues
from guichet.catalogue.catalogue import Catalogue, Direction, Frequency
from guichet.ledger.billable import LineKind
from guichet.money import Money
from guichet.subscriptions.usage_judging import UsageGiven
from guichet.subscriptions.use_cases.record_usage import RecordUsage, record_usage
from tests.support.billing import NEW_YORK, Billing

PARIS = Address(line1="1 rue Cler", city="Paris", country="FR", postal_code="75007")


class OnlyForAmericans:
    """`Catalogues` of which every row of a price table is for the United States."""

    def __init__(self) -> None:
        first = packaged_catalogues().version("2026-01")
        telephony = first.product("telephony")
        minutes = telephony.metered["minutes"]
        tables = tuple(
            replace(table, rows=tuple(replace(row, country="US") for row in table.rows))
            for table in minutes.tables
        )
        metered = {**telephony.metered, "minutes": replace(minutes, tables=tables)}
        products = {**first.products, "telephony": replace(telephony, metered=metered)}
        self._only = replace(first, products=products)

    def at(self, day: date) -> Catalogue:
        del day
        return self._only

    def version(self, version: str) -> Catalogue:
        del version
        return self._only


def test_a_move_over_the_1st_leaves_no_month_without_a_price_sub_20() -> None:
    billing = Billing(catalogues=OnlyForAmericans())
    billing.world.clock.at = datetime(2026, 12, 31, 9, tzinfo=UTC)
    wish = billing.wish(
        "subscribe",
        product_id="telephony",
        plan_id="line",
        frequency=Frequency.MONTHLY,
        seats=1,
    )
    billing.buy(wish)
    billing.until(date(2027, 1, 20))
    _speak(billing, minutes=5_000)

    billing.until(date(2027, 1, 31))
    billing.move_to(PARIS)
    billing.until(date(2027, 2, 1))
    billing.move_to(NEW_YORK)
    billing.until(date(2027, 2, 2))

    (line,) = [each for each in billing.billed() if each.kind is LineKind.USAGE]
    assert line.bill_on == date(2027, 2, 1)
    assert line.amount == Money(8_400, "USD")  # 1000 included, 4000 to Britain at 0.021


def _speak(billing: Billing, *, minutes: int) -> None:
    given = UsageGiven(
        billing.only().subscription_id,
        "minutes",
        "call",
        billing.world.clock.now(),
        quantity=minutes,
        number="44",
        direction=Direction.SENT,
    )
    record_usage(RecordUsage((given,), billing.representative), metering=billing.parts().metering)
