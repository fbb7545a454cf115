"""What usage needs from outside: its records, and the subscriptions that they are about."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from enum import StrEnum
from typing import Protocol

from guichet.access.profile import BillingProfile
from guichet.subscriptions.subscription import Subscription
from guichet.subscriptions.usage import UsageMonth, UsageRecord


class Kept(StrEnum):
    """What became of a record that was to be stored."""

    STORED = "stored"
    SAME = "same"  # it is there already
    OTHER = "other"  # its key is there, with another use


class UsageRecords(Protocol):
    """Records of usage: each is put once by its key and never changed.

    Raises:
        StoreUnavailableError: no answer; some of a batch may be stored. Sending it again is safe.
    """

    def put(self, record: UsageRecord) -> Kept: ...

    def put_many(self, records: Sequence[UsageRecord]) -> list[Kept]:
        """What became of each, in their order; no two of them have the same key and month."""
        ...

    def of_month(self, subscription_id: str, month: date) -> list[UsageRecord]:
        """All of a month, by its 1st, in the order of their keys; strongly consistent."""
        ...


class UsageReads(Protocol):
    """What usage reads of subscriptions and accounts (`BillingRecords` has all of it)."""

    def subscription(self, account_id: str, subscription_id: str) -> Subscription | None: ...

    def profile(self, account_id: str) -> BillingProfile: ...

    def usage_month(self, subscription_id: str, month: date) -> UsageMonth | None: ...
