"""Amounts as PayPal writes them: decimal texts, its own decimals per currency, its limit.

developer.paypal.com/reference/currency-codes.
"""

from __future__ import annotations

import re
from typing import Any, Final

from guichet.errors import Invalid
from guichet.money import Money, minor_digits

# Everything that is sold, by whomever (MON-2): each area has its own share of it.
CURRENCIES: Final = frozenset({"AUD", "CAD", "CHF", "EUR", "GBP", "JPY", "NZD", "USD"})
MAX_AMOUNT_MINOR: Final = 99_999_999_999_999_999  # 999999999999999.99 (MAX_VALUE_EXCEEDED)

# Decimals make an amount in these an error, whatever ISO 4217 or another provider says.
_WITHOUT_DECIMALS: Final = frozenset({"HUF", "JPY", "TWD"})
_LONGEST_VALUE: Final = 32
_VALUE: Final = re.compile(r"([0-9]*)(?:\.([0-9]+))?", re.ASCII)
_CURRENCY: Final = re.compile(r"[A-Z]{3}", re.ASCII)


def paypal_digits(currency: str) -> int:
    return 0 if currency in _WITHOUT_DECIMALS else 2


def require_chargeable(amount: Money) -> None:
    """Refuse what can't be asked of a buyer through PayPal, before anything is stored.

    Raises:
        Invalid: a currency not sold in (MON-2), or more than PayPal's largest value.
    """
    if amount.currency not in CURRENCIES:
        raise Invalid(
            "currency_not_supported",
            f"PayPal payments are taken in {', '.join(sorted(CURRENCIES))}.",
            rule="MON-2",
        )
    if amount.amount_minor > MAX_AMOUNT_MINOR:
        raise Invalid("amount_too_large", f"At most {Money(MAX_AMOUNT_MINOR, amount.currency)}.")


def to_paypal(amount: Money) -> dict[str, str]:
    """The amount as PayPal's money object: `{"currency_code": "USD", "value": "120.00"}`.

    Raises:
        ValueError: PayPal has no unit that small.
    """
    digits = paypal_digits(amount.currency)
    units = _rescaled(amount.amount_minor, minor_digits(amount.currency), digits)
    whole, rest = divmod(units, 10**digits)
    value = f"{whole}.{rest:0{digits}}" if digits else f"{whole}"
    return {"currency_code": amount.currency, "value": value}


def from_paypal(money: dict[str, Any]) -> Money:
    """PayPal's money object as money.

    Raises:
        ValueError: no decimal text, negative, or a fraction of what our books can hold.
    """
    value, currency = money.get("value"), money.get("currency_code")
    if not isinstance(value, str) or not isinstance(currency, str):
        raise ValueError("an amount is a text with a currency")  # noqa: TRY004 - theirs, not ours
    found = _VALUE.fullmatch(value)
    if (
        found is None
        or not value
        or len(value) > _LONGEST_VALUE
        or not _CURRENCY.fullmatch(currency)
    ):
        raise ValueError("an amount that can't be read")
    whole, decimals = found[1], found[2] or ""
    return Money(
        _rescaled(int(f"{whole}{decimals}"), len(decimals), minor_digits(currency)), currency
    )


def _rescaled(amount: int, digits: int, wanted: int) -> int:
    if wanted >= digits:
        return int(amount * 10 ** (wanted - digits))
    whole, rest = divmod(amount, 10 ** (digits - wanted))
    if rest:
        raise ValueError("an amount with a fraction that can't be held")
    return int(whole)
