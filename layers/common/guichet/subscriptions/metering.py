"""What the use cases of usage work with: bundled, as each of them needs all of it."""

from __future__ import annotations

from dataclasses import dataclass

from guichet.catalogue.ports import Catalogues
from guichet.clock import Clock
from guichet.subscriptions.policy import BillingPolicy
from guichet.subscriptions.usage_ports import UsageReads, UsageRecords


@dataclass(frozen=True, slots=True)
class Metering:
    """Records of usage, and what they are judged and priced by."""

    reads: UsageReads
    usage: UsageRecords
    catalogues: Catalogues
    policy: BillingPolicy
    clock: Clock

    def country_of(self, account_id: str) -> str | None:
        """Of the billing address, whose prices an account has (SUB-20); None while there is none."""
        address = self.reads.profile(account_id).billing_address
        return None if address is None else address.country
