"""The platform fee: its rate, its cap, and how much of it goes back (FEE-1, RFD-3)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction

from guichet.money import Money, half_up


@dataclass(frozen=True, slots=True)
class FeeSchedule:
    """Rate in basis points and the cap per registrant and currency, in minor units."""

    rate_bps: int
    cap_minor: Mapping[str, int]

    def fee(self, paid: Money) -> Money:
        """1.9 % of what the registrant pays, half-up, at most the currency's cap (FEE-1)."""
        exact = paid.share(Fraction(self.rate_bps, 10_000))
        return Money(min(exact.amount_minor, self.cap_minor[paid.currency]), paid.currency)


def fee_returned_so_far(fee: Money, captured: Money, refunded: Money) -> Money:
    """What of the fee must have gone back once `refunded` of `captured` has (RFD-3).

    Each refund returns the difference to what went back before, so rounding never drifts and
    a full refund, in however many parts, returns exactly the whole fee.
    """
    if not refunded.is_at_most(captured):
        raise ValueError("more refunded than captured")
    share = Fraction(refunded.amount_minor, captured.amount_minor)
    return Money(half_up(fee.amount_minor * share), fee.currency)
