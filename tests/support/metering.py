"""A telephony product with its usage in memory: recorded, read and billed as the real ones are."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any, Final

from guichet.access.addresses import Address
from guichet.access.membership import Member, Role
from guichet.access.profile import BillingProfile
from guichet.adapters.dynamo.usage import UsageStore
from guichet.catalogue.catalogue import (
    BillingMode,
    Catalogue,
    Direction,
    Frequency,
    MeteredItem,
    Plan,
    PriceTable,
    Product,
    Retention,
    TaxClass,
    UnitPrice,
)
from guichet.configuration import load_billing_policy
from guichet.errors import Refusal
from guichet.ledger.billable import BillableLine
from guichet.period import Basis
from guichet.subscriptions.metering import Metering
from guichet.subscriptions.subscription import Subscription, SubscriptionStatus
from guichet.subscriptions.terms import Terms
from guichet.subscriptions.usage import UsageMonth, UsageRecord, months_around, months_to_bill
from guichet.subscriptions.usage_billing import UsageBill, month_lines
from guichet.subscriptions.usage_judging import UsageGiven
from guichet.subscriptions.usage_pricing import UsageTerms, priced_version, usage_terms
from guichet.subscriptions.use_cases.record_usage import RecordUsage, UsageResult, record_usage
from tests.support.memory_dynamo import MemoryDynamo
from tests.support.world import TestClock

ACCOUNT: Final = "acc_atelier"
SUBSCRIPTION: Final = "sub_phone"
VERSION: Final = "2026-01"
NOVEMBER: Final = date(2026, 11, 1)
NOON: Final = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)


def per_unit(usd: str, cad: str | None = None) -> Mapping[str, Decimal]:
    return {"USD": Decimal(usd), "CAD": Decimal(cad or usd)}


def item(item_id: str, *rows: UnitPrice, included: int = 0, **more: Any) -> MeteredItem:  # noqa: ANN401 - fields of many types
    tables = (PriceTable(date(2026, 1, 1), rows),)
    made = MeteredItem(item_id, {"en": item_id.title(), "fr": "Compteur"}, "unit", tables, included)
    return replace(made, **more)


SMS: Final = item(
    "sms",
    UnitPrice(per_unit("0.0055", "0.00715")),
    included=500,
    countries=frozenset({"US", "CA"}),
    counts_characters=True,
)
MINUTES: Final = item(
    "minutes",
    UnitPrice(per_unit("0"), direction=Direction.RECEIVED),
    UnitPrice(per_unit("0.39"), direction=Direction.SENT),
    UnitPrice(per_unit("0.012"), prefix="1", direction=Direction.SENT),
    UnitPrice(per_unit("0.21"), prefix="1876", direction=Direction.SENT),
    tax_class=TaxClass.TELECOM,
)


def catalogue(*items: MeteredItem, version: str = VERSION) -> Catalogue:
    monthly = {("USD", Frequency.MONTHLY): 2500, ("CAD", Frequency.MONTHLY): 3400}
    big = {"sms": 2000}
    product = Product(
        product_id="phone",
        names={"en": "Phone"},
        mode=BillingMode.CALENDAR,
        basis=Basis.CALENDAR_DAYS,
        tax_class=TaxClass.STANDARD,
        currencies=("USD", "CAD"),
        frequencies=(Frequency.MONTHLY,),
        plans={
            "line": Plan("line", {"en": "Line"}, 1, monthly),
            "big": Plan("big", {"en": "Big"}, 2, monthly, included=big),
        },
        add_ons={},
        metered={each.item_id: each for each in items or (SMS, MINUTES)},
        fees=(),
        self_service=frozenset(),
        retention=Retention(),
    )
    return Catalogue(version, date(2026, 1, 1), {"phone": product})


def subscription(**changed: Any) -> Subscription:  # noqa: ANN401 - fields of many types
    made = Subscription(
        subscription_id=SUBSCRIPTION,
        account_id=ACCOUNT,
        product_id="phone",
        terms=Terms("line", 1, Frequency.MONTHLY),
        currency="USD",
        selling_entity="us",
        mode=BillingMode.CALENDAR,
        basis=Basis.CALENDAR_DAYS,
        time_zone="America/New_York",
        catalogue_version=VERSION,
        status=SubscriptionStatus.ACTIVE,
        created_at=datetime(2026, 1, 1, tzinfo=UTC),
        request_hash="h",
        billing_start=date(2026, 2, 1),
    )
    return replace(made, **changed)


def used(key: str, **changed: Any) -> UsageGiven:  # noqa: ANN401 - same
    made = UsageGiven(SUBSCRIPTION, "sms", key, NOON, quantity=1)
    return replace(made, **changed)


def record(key: str, quantity: int = 1, **changed: Any) -> UsageRecord:  # noqa: ANN401 - same
    made = UsageRecord(
        *(SUBSCRIPTION, "sms", key, quantity, NOON, NOON.date(), NOON), is_counted=True
    )
    if "used_at" in changed:
        changed = {"used_on": changed["used_at"].date(), **changed}
    return replace(made, **changed)


def terms(*items: MeteredItem, **changed: Any) -> UsageTerms:  # noqa: ANN401 - same
    return replace(usage_terms(subscription(), catalogue(*items), "US", None), **changed)


def representative(**changed: Any) -> Member:  # noqa: ANN401 - same
    made = Member(
        *("mem_rita", ACCOUNT, "https://issuer.example", "rita", "rita@operator.example", "Rita"),
        roles=(Role.REPRESENTATIVE,),
    )
    return replace(made, **changed)


@dataclass
class Reads:
    """What `BillingRecords` reads, from memory."""

    subscriptions: dict[str, Subscription] = field(default_factory=dict)
    months: dict[tuple[str, date], UsageMonth] = field(default_factory=dict)
    country: str | None = "US"
    reads: list[str] = field(default_factory=list)

    def subscription(self, account_id: str, subscription_id: str) -> Subscription | None:
        self.reads.append(subscription_id)
        found = self.subscriptions.get(subscription_id)
        return found if found is not None and found.account_id == account_id else None

    def profile(self, account_id: str) -> BillingProfile:
        made = BillingProfile(
            account_id=account_id, company="A", contact_email="", time_zone="UTC", language="en"
        )
        if self.country is None:
            return made
        return replace(made, billing_address=Address("1 Example St", "City", self.country))

    def usage_month(self, subscription_id: str, month: date) -> UsageMonth | None:
        return self.months.get((subscription_id, month))


@dataclass
class Versions:
    """`Catalogues` of these versions."""

    held: dict[str, Catalogue]

    def at(self, day: date) -> Catalogue:
        return max(
            (each for each in self.held.values() if each.effective_from <= day),
            key=lambda each: each.effective_from,
        )

    def version(self, version: str) -> Catalogue:
        return self.held[version]


@dataclass
class Meter:
    """One subscription's usage, from telling it to the lines of its bills."""

    catalogue: Catalogue = field(default_factory=catalogue)
    dynamo: MemoryDynamo = field(default_factory=MemoryDynamo)
    clock: TestClock = field(default_factory=lambda: TestClock(NOON))
    reads: Reads = field(default_factory=lambda: Reads({SUBSCRIPTION: subscription()}))
    lines: list[BillableLine] = field(default_factory=list)

    @property
    def usage(self) -> UsageStore:
        return UsageStore(self.dynamo)

    @property
    def metering(self) -> Metering:
        versions = Versions({self.catalogue.version: self.catalogue})
        return Metering(self.reads, self.usage, versions, load_billing_policy(), self.clock)

    def tell(self, *records: UsageGiven | Refusal) -> tuple[UsageResult, ...]:
        return record_usage(RecordUsage(records, representative()), metering=self.metering)

    def bill(self, day: date) -> list[UsageBill]:
        """A run: every month that may have something, saved with its lines as one write would."""
        late = self.metering.policy.late_months
        return [self.bill_month(month, day) for month in months_to_bill(day, late)]

    def bill_month(self, month: date, day: date) -> UsageBill:
        before = self.reads.usage_month(SUBSCRIPTION, month)
        subscribed = self.reads.subscriptions[SUBSCRIPTION]
        assert priced_version(subscribed, before) == self.catalogue.version
        by = usage_terms(subscribed, self.catalogue, self.reads.country, before)
        late = self.metering.policy.late_months
        made = month_lines(month, self.records(months_around(month, late)), by, before, bill_on=day)
        if made.month is not None:
            assert made.month.version == (before.version if before else 0) + 1
            self.reads.months[SUBSCRIPTION, month] = made.month
        self.lines.extend(made.lines)
        return made

    def records(self, months: Iterable[date]) -> list[UsageRecord]:
        return [each for month in months for each in self.usage.of_month(SUBSCRIPTION, month)]
