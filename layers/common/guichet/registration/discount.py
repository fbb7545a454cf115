"""Discount codes: what they take off, when, and how often (REG-5)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction

from guichet.errors import Conflict, Invalid
from guichet.money import Money


@dataclass(frozen=True, slots=True)
class Quote:
    """What a registrant pays: charged = price − discount."""

    price: Money
    discount: Money
    charged: Money


@dataclass(frozen=True, slots=True)
class DiscountCode:
    """A code of one organizer: either a percentage or a fixed amount in one currency."""

    code_id: str
    account_id: str
    created_by: str
    code: str  # as it is compared: upper case, no spaces
    percentage_bps: int | None
    amount_off: Money | None
    valid_from: datetime | None
    valid_until: datetime | None  # the first moment at which it no longer works
    total_uses: int | None
    uses_per_email: int | None
    training_ids: tuple[str, ...]  # empty: all trainings of the organizer
    active: bool
    created_at: datetime
    request_hash: str
    version: int = 1
    handled_keys: tuple[str, ...] = ()

    def quote(self, price: Money) -> Quote:
        """A percentage is half-up(price × rate), a fixed one min(amount, price) (REG-5).

        Raises:
            Conflict: `discount_other_currency`.
        """
        if self.percentage_bps is not None:
            discount = price.share(Fraction(self.percentage_bps, 10_000))
        else:
            discount = self._fixed(price)
        return Quote(price, discount, price - discount)

    def _fixed(self, price: Money) -> Money:
        assert self.amount_off is not None  # noqa: S101 - one of the two kinds, closed at the edge
        if self.amount_off.currency != price.currency:
            raise Conflict(
                "discount_other_currency",
                "This discount code is for another currency.",
                rule="REG-5",
            )
        return self.amount_off if self.amount_off.is_at_most(price) else price

    def require_usable(self, training_id: str, now: datetime) -> None:
        """Refuse a code that is switched off, for another training, too early or too late."""
        if not self.active or (self.training_ids and training_id not in self.training_ids):
            raise unknown_code()
        if self.valid_from is not None and now < self.valid_from:
            raise unknown_code()
        if self.valid_until is not None and now >= self.valid_until:
            raise Conflict("discount_expired", "This discount code has expired.", rule="REG-5")


def unknown_code() -> Invalid:
    """Wrong, switched off, not yet valid or another training's: a guesser learns nothing."""
    return Invalid("discount_unknown", "This discount code does not exist.", rule="REG-5")


def used_up() -> Conflict:
    return Conflict("discount_used_up", "This discount code has been used up.", rule="REG-5")


def normalized(code: str) -> str:
    """How codes are compared: without spaces, whatever the case."""
    return "".join(code.split()).upper()


def undiscounted(price: Money) -> Quote:
    return Quote(price, price.zero(), price)


def require_payable(quote: Quote, minimum_minor: int | None) -> None:
    """Refuse a result above 0 that no provider would take (REG-5).

    Args:
        quote: the price after the discount.
        minimum_minor: the least any accepted way of paying takes; None where one takes all.
    """
    charged = quote.charged.amount_minor
    if minimum_minor is not None and 0 < charged < minimum_minor:
        raise Conflict(
            "discount_below_minimum",
            "The price after this discount is below what the payment provider accepts.",
            rule="REG-5",
        )
