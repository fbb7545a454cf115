"""Amounts as Stripe writes them: its decimals per currency, its limits (docs.stripe.com/currencies)."""

from __future__ import annotations

from typing import Final

from guichet.errors import Invalid
from guichet.money import Money, minor_digits

MAX_AMOUNT: Final = 99_999_999  # eight digits, whatever the currency
# Everything that is sold, by whomever (MON-2): each area has its own share of it.
CURRENCIES: Final = frozenset({"AUD", "CAD", "CHF", "EUR", "GBP", "JPY", "NZD", "USD"})

# How many decimals Stripe's integers have; two unless listed. ISK, HUF and TWD have two here,
# whatever ISO 4217 or another provider says.
_DIGITS: Final = {
    **dict.fromkeys(
        (
            "BIF",
            "CLP",
            "DJF",
            "GNF",
            "JPY",
            "KMF",
            "KRW",
            "MGA",
            "PYG",
            "RWF",
            "UGX",
            "VND",
            "VUV",
            "XAF",
            "XOF",
            "XPF",
        ),
        0,
    ),
    **dict.fromkeys(("BHD", "JOD", "KWD", "OMR", "TND"), 3),
}


def stripe_digits(currency: str) -> int:
    return _DIGITS.get(currency, 2)


def require_chargeable(amount: Money) -> None:
    """Refuse what can't be asked of a buyer through Stripe, before anything is stored.

    Raises:
        Invalid: a currency not sold in (MON-2), or more than eight digits.
    """
    if amount.currency not in CURRENCIES:
        raise Invalid(
            "currency_not_supported",
            f"Stripe payments are taken in {', '.join(sorted(CURRENCIES))}.",
            rule="MON-2",
        )
    if to_stripe(amount) > MAX_AMOUNT:
        raise Invalid("amount_too_large", f"At most {Money(MAX_AMOUNT, amount.currency)}.")


def to_stripe(amount: Money) -> int:
    """The amount as Stripe's integer.

    Raises:
        ValueError: Stripe has no unit that small.
    """
    return _rescaled(
        amount.amount_minor, minor_digits(amount.currency), stripe_digits(amount.currency)
    )


def from_stripe(amount: int, currency: str) -> Money:
    """Stripe's integer and its lower-case code as money.

    Raises:
        ValueError: negative, or a fraction of what our books can hold.
    """
    code = currency.upper()
    return Money(_rescaled(amount, stripe_digits(code), minor_digits(code)), code)


def _rescaled(amount: int, digits: int, wanted: int) -> int:
    if wanted >= digits:
        return int(amount * 10 ** (wanted - digits))
    whole, rest = divmod(amount, 10 ** (digits - wanted))
    if rest:
        raise ValueError("an amount with a fraction that can't be held")
    return int(whole)
