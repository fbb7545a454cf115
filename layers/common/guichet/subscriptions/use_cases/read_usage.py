"""Show what was used in a month of a subscription, and what it comes to so far (INV-8)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from guichet.access.membership import Member, Permission
from guichet.catalogue.catalogue import Product
from guichet.errors import not_found
from guichet.money import Money
from guichet.period import local_day
from guichet.subscriptions.metering import Metering
from guichet.subscriptions.usage import (
    UsageMonth,
    UsageRecord,
    counted_once,
    included_of,
    months_around,
)
from guichet.subscriptions.usage_pricing import ItemUsage, priced, priced_version, usage_terms


@dataclass(frozen=True, slots=True)
class UsageView:
    """A month of a subscription. `items` are all that the product has, and all that were used."""

    subscription_id: str
    month: date
    time_zone: str
    currency: str
    product: Product
    items: tuple[ItemUsage, ...]
    billed: UsageMonth | None
    duplicates: int

    @property
    def amount(self) -> Money:
        return sum_of(self.items, self.currency)


def sum_of(items: tuple[ItemUsage, ...], currency: str) -> Money:
    """Of all charges: as they are on the bill, each rounded by itself."""
    charges = (charge for item in items for charge in item.charges)
    return Money(sum(charge.amount.amount_minor for charge in charges), currency)


@dataclass(frozen=True, slots=True)
class ReadUsage:
    """Whose usage, of which month: None for the running one."""

    subscription_id: str
    month: date | None
    member: Member


def read_usage(query: ReadUsage, *, metering: Metering) -> UsageView:
    """What the month would be billed at if it ended now, by the rules that bill it.

    Raises:
        NotAllowed: the member may not read usage.
        NotFound: no such subscription of this account.
    """
    query.member.reach(Permission.READ_USAGE)
    account_id, reads = query.member.account_id, metering.reads
    subscription = reads.subscription(account_id, query.subscription_id)
    if subscription is None:
        raise not_found("subscription")
    today = local_day(metering.clock.now(), subscription.time_zone)
    month = (query.month or today).replace(day=1)
    billed = reads.usage_month(query.subscription_id, month)
    catalogue = metering.catalogues.version(priced_version(subscription, billed))
    terms = usage_terms(subscription, catalogue, metering.country_of(account_id), billed)
    records: list[UsageRecord] = []
    for each in months_around(month, metering.policy.late_months):
        if each <= today:
            records.extend(metering.usage.of_month(query.subscription_id, each))
    once = counted_once(month, records)
    items = {each.item_id: each for each in priced(once.records, terms)}
    for item_id, item in terms.product.metered.items():
        items.setdefault(item_id, ItemUsage(item_id, 0, included_of(item, terms.plan)))
    return UsageView(
        subscription_id=query.subscription_id,
        month=month,
        time_zone=subscription.time_zone,
        currency=terms.currency,
        product=terms.product,
        items=tuple(items[name] for name in sorted(items)),
        billed=billed,
        duplicates=len(once.duplicates),
    )
