"""The numbers of billing that an operator may set (config/billing.toml)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta


@dataclass(frozen=True, slots=True)
class BillingPolicy:
    """Validated once when it is compiled."""

    late_months: int  # usage may be told so many months after it happened (INV-8)
    future_minutes: int  # and may be ahead of our clock by so much
    usage_batch: int  # records in one call
    preview_minutes: int  # a preview can be ordered for so long (SUB-5)
    abandon_days: int  # an order that is not paid is abandoned after so many (SUB-3)
    session_minutes: int  # a hosted page's life; Stripe allows none shorter than 30
    cart_lines: int  # of one order
    return_poll_seconds: int  # a return page asks the provider no more often
    cancel_attempt_days: int  # a refused cancellation keeps its day so long (SUB-8)
    suspended_days: int  # then what is suspended expires (COL-5)
    deletion_notice_days: tuple[int, ...]  # before the deletion of data, descending (SUB-15)
    payment_terms_days: int  # from a bill's day, where an account has no terms of its own (INV-10)
    minimum_minor: Mapping[str, int]  # below it no provider takes a payment: it waits for a bill
    maximum_minor: int  # above it neither

    @property
    def preview(self) -> timedelta:
        return timedelta(minutes=self.preview_minutes)

    @property
    def session(self) -> timedelta:
        return timedelta(minutes=self.session_minutes)

    @property
    def cancel_attempt(self) -> timedelta:
        return timedelta(days=self.cancel_attempt_days)

    @property
    def suspended_for(self) -> timedelta:
        return timedelta(days=self.suspended_days)

    @property
    def abandoned_after(self) -> timedelta:
        return timedelta(days=self.abandon_days)
