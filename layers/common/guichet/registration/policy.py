"""The numbers of registration that an operator may set (config/registration.toml)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from fractions import Fraction

from guichet.money import Money
from guichet.payments.fee import FeeSchedule


@dataclass(frozen=True, slots=True)
class ProviderTerms:
    """What a provider charges about (an estimate, FEE-3) and the least and most that it takes."""

    estimate_rate_bps: int
    estimate_fixed_minor: int
    minimum_minor: Mapping[str, int]
    maximum_minor: int

    def estimated_fee(self, price: Money) -> Money:
        """About what the provider keeps of a price: rate and fixed part, never above the price."""
        rated = price.share(Fraction(self.estimate_rate_bps, 10_000)).amount_minor
        return Money(min(rated + self.estimate_fixed_minor, price.amount_minor), price.currency)


@dataclass(frozen=True, slots=True)
class RegistrationPolicy:
    """Validated once when it is loaded; durations are exact, deadlines in days are dates (MON-6)."""

    currencies: frozenset[str]
    platform_fee: FeeSchedule
    providers: Mapping[str, ProviderTerms]
    hold: timedelta  # a seat after submission (REG-4)
    session: timedelta  # a hosted session's life; the provider allows none shorter than 30 min
    hold_limit: timedelta  # the last moment a renewed hold may reach, from registering
    approval_hold: timedelta  # REG-6, and REG-8's denied debit
    offline_deadline_days: int  # REG-11
    token_days_after_end: int  # how long a link works after the training (ACC-5)
    return_poll_seconds: int  # the return page asks the provider at most this often
    link_resend_seconds: int  # a mailbox gets its link at most this often (REG-12)
    wrong_codes_per_hour: int  # per source and training
    new_holds_per_hour: int  # per source and training
