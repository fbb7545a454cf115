"""The numbers of collecting that an operator may set (config/billing.toml)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

from guichet.payments.stored_method import MethodKind


@dataclass(frozen=True, slots=True)
class CollectionPolicy:
    """Validated once when it is compiled."""

    most_methods: Mapping[MethodKind, int]  # of one account with one selling entity (COL-1)
    setup_minutes: int  # a hosted page's life; Stripe allows none shorter than 30
    return_poll_seconds: int  # a return page asks the provider no more often
    decline_rest_minutes: int  # of one method on one invoice (COL-3)
    most_declines: int  # of one account in `decline_window_hours` (COL-3)
    decline_window_hours: int

    @property
    def setup(self) -> timedelta:
        return timedelta(minutes=self.setup_minutes)

    @property
    def decline_rest(self) -> timedelta:
        return timedelta(minutes=self.decline_rest_minutes)

    @property
    def decline_window(self) -> timedelta:
        return timedelta(hours=self.decline_window_hours)
