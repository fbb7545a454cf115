"""The usage of a subscription on the day that bills it: last month's, and what came late (INV-8)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from guichet.events import Event
from guichet.ledger.billable import BillableLine
from guichet.ledger.journal import Change
from guichet.subscriptions.moving import Sold
from guichet.subscriptions.ports import Aggregate, BillingRecords
from guichet.subscriptions.subscription import Subscription
from guichet.subscriptions.usage import UsageRecord, months_around, months_to_bill
from guichet.subscriptions.usage_billing import UsageBill, month_lines
from guichet.subscriptions.usage_ports import UsageRecords
from guichet.subscriptions.usage_pricing import priced_version, usage_terms


@dataclass(frozen=True, slots=True)
class UsageBilled:
    """The lines of a day's bill, what is to be saved with them, and what a person should know."""

    lines: tuple[BillableLine, ...]
    changes: tuple[Change[Aggregate], ...]
    facts: Mapping[str, str | int | None]

    def alarms(self, subscription: Subscription) -> tuple[Event, ...]:
        """A person is told of what no price was found for: it is not billed until there is one."""
        if not self.facts["unpriced"]:
            return ()
        facts = {
            "account_id": subscription.account_id,
            "subscription_id": subscription.subscription_id,
            "unpriced": str(self.facts["unpriced"]),
        }
        return (Event("usage.unpriced", facts),)


@dataclass(frozen=True, slots=True)
class UsageSoFar:
    """Reads what was used, each month once."""

    subscription: Subscription
    sold: Sold
    records: BillingRecords
    usage: UsageRecords
    _read: dict[date, list[UsageRecord]] = field(default_factory=dict)

    def billed_on(self, day: date) -> UsageBilled:
        """Everything that is not billed yet of the months before a 1st."""
        bills, changes = [], []
        for month in months_to_bill(day, self.sold.policy.late_months):
            before = self.records.usage_month(self.subscription.subscription_id, month)
            version = priced_version(self.subscription, before)
            address = self.sold.profile.billing_address
            terms = usage_terms(
                self.subscription,
                self.sold.catalogues.version(version),
                None if address is None else address.country,
                before,
            )
            around = months_around(month, self.sold.policy.late_months)
            known = [each for at in around for each in self._of_month(at)]
            bill = month_lines(
                month,
                known,
                terms,
                before,
                bill_on=day,
                ends_now=month == self.subscription.usage_billed_to,
            )
            bills.append(bill)
            if bill.month is not None:
                changes.append(Change[Aggregate](before, bill.month))
        return UsageBilled(
            tuple(line for bill in bills for line in bill.lines), tuple(changes), _facts(day, bills)
        )

    def _of_month(self, month: date) -> list[UsageRecord]:
        if month not in self._read:
            self._read[month] = self.usage.of_month(self.subscription.subscription_id, month)
        return self._read[month]


def _facts(day: date, bills: list[UsageBill]) -> Mapping[str, str | int | None]:
    return {
        "until": day.isoformat(),
        "duplicates": sum(len(bill.duplicates) for bill in bills) or None,
        "unpriced": sum(len(bill.unpriced) for bill in bills) or None,
    }
