"""Integer money: amounts, rounding and splitting (MON-1, MON-3)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Final

# ISO 4217 minor units, for the currencies that differ from two digits and may occur in books.
_MINOR_DIGITS: Final = {
    "JPY": 0,
    "KRW": 0,
    "CLP": 0,
    "ISK": 0,
    "VND": 0,
    "BHD": 3,
    "KWD": 3,
    "TND": 3,
}


class CurrencyMismatchError(ValueError):
    """Two currencies met in one sum: always a defect of the caller (MON-1)."""


def minor_digits(currency: str) -> int:
    """How many decimals ISO 4217 gives a currency's minor unit (2 unless listed)."""
    return _MINOR_DIGITS.get(currency, 2)


def half_up(value: Fraction) -> int:
    """Round the exact value to an integer, halves away from zero: 0.5 → 1, −0.5 → −1 (MON-3)."""
    size, unit = abs(value.numerator), value.denominator
    rounded = (2 * size + unit) // (2 * unit)
    return rounded if value.numerator >= 0 else -rounded


def split(amount_minor: int, weights: Sequence[int]) -> list[int]:
    """Split an amount over weights by largest remainder, ties to the earlier part (MON-3).

    The parts always add up to the whole; the sign is kept.

    Raises:
        ValueError: no weight is positive, or one is negative.
    """
    total = sum(weights)
    if total <= 0 or any(weight < 0 for weight in weights):
        raise ValueError("weights must be at least 0 and not all 0")
    size = abs(amount_minor)
    parts = [size * weight // total for weight in weights]
    by_remainder = sorted(range(len(weights)), key=lambda i: (-(size * weights[i] % total), i))
    for i in by_remainder[: size - sum(parts)]:
        parts[i] += 1
    return parts if amount_minor >= 0 else [-part for part in parts]


@dataclass(frozen=True, slots=True)
class Money:
    """A non-negative amount in minor units of one currency; direction is told by its name (MON-1)."""

    amount_minor: int
    currency: str

    def __post_init__(self) -> None:
        """Refuse what can't be an amount: a defect of the caller, never a user's input."""
        if type(self.amount_minor) is not int:
            raise TypeError(f"an amount is an int of minor units, not {self.amount_minor!r}")
        if self.amount_minor < 0:
            raise ValueError("an amount is never negative")

    def __add__(self, other: Money) -> Money:
        return Money(self.amount_minor + self._same(other), self.currency)

    def __sub__(self, other: Money) -> Money:
        return Money(self.amount_minor - self._same(other), self.currency)

    def __bool__(self) -> bool:
        return self.amount_minor > 0

    def __str__(self) -> str:
        digits = minor_digits(self.currency)
        whole, rest = divmod(self.amount_minor, 10**digits)
        return f"{self.currency} {whole}.{rest:0{digits}}" if digits else f"{self.currency} {whole}"

    def zero(self) -> Money:
        return Money(0, self.currency)

    def is_at_most(self, other: Money) -> bool:
        return self.amount_minor <= self._same(other)

    def share(self, part: Fraction) -> Money:
        """The exact share, rounded half-up once (MON-3)."""
        return Money(half_up(self.amount_minor * part), self.currency)

    def allocate(self, weights: Sequence[int]) -> list[Money]:
        """Split over weights; nothing is lost or made (MON-3)."""
        return [Money(part, self.currency) for part in split(self.amount_minor, weights)]

    def _same(self, other: Money) -> int:
        if other.currency != self.currency:
            raise CurrencyMismatchError(f"{self.currency} met {other.currency}")
        return other.amount_minor
