"""Currencies PayPal takes, their decimals, and what it keeps of a payment."""

import re
from decimal import ROUND_HALF_UP, Decimal
from types import MappingProxyType
from typing import Any

from local.simulators.paypal.errors import malformed, refused
from local.simulators.paypal.shapes import Json

# developer.paypal.com/reference/currency-codes: these take no decimals
WHOLE = frozenset(("HUF", "JPY", "TWD"))
# The fixed part of PayPal's list price, in minor units; the other part is 2.9 %.
FIXED_FEES = MappingProxyType(
    {
        "AUD": 30,
        "BRL": 60,
        "CAD": 30,
        "CHF": 55,
        "CNY": 200,
        "CZK": 1000,
        "DKK": 260,
        "EUR": 35,
        "GBP": 20,
        "HKD": 235,
        "HUF": 90,
        "ILS": 120,
        "JPY": 40,
        "MXN": 400,
        "MYR": 200,
        "NOK": 280,
        "NZD": 45,
        "PHP": 1500,
        "PLN": 135,
        "SEK": 325,
        "SGD": 50,
        "THB": 1100,
        "TWD": 10,
        "USD": 30,
    }
)
_RATE = Decimal("0.029")
_VALUE = re.compile(r"[0-9]+(?:\.([0-9]+))?")
_MAX_LENGTH = 32


def fee_minor(amount_minor: int, currency: str) -> int:
    """What PayPal keeps: 2.9 % and a fixed fee, never more than was paid."""
    share = (_RATE * amount_minor).quantize(Decimal(1), ROUND_HALF_UP)
    return min(amount_minor, int(share) + FIXED_FEES[currency])


def money(amount_minor: int, currency: str) -> Json:
    return {"currency_code": currency, "value": text(amount_minor, currency)}


def text(amount_minor: int, currency: str) -> str:
    """`120.00`, or `120` in a currency without decimals."""
    if currency in WHOLE:
        return str(amount_minor)
    return f"{amount_minor // 100}.{amount_minor % 100:02d}"


def spoken(amount_minor: int, currency: str) -> str:
    return f"{text(amount_minor, currency)} {currency}"


def read(
    given: Any,  # noqa: ANN401 - whatever the caller sent
    field: str,
    whole_issue: str = "DECIMAL_PRECISION",
) -> tuple[int, str]:
    """Minor units and currency of a money object, which must be more than zero.

    whole_issue: what PayPal calls decimals in a currency that takes none.

    Raises:
        PayPalError: it is no money, its currency is unknown, its decimals are too many.
    """
    if not isinstance(given, dict):
        raise malformed("MISSING_REQUIRED_PARAMETER", field)
    currency, value = given.get("currency_code"), given.get("value")
    if not isinstance(currency, str):
        raise malformed("MISSING_REQUIRED_PARAMETER", f"{field}/currency_code")
    if not isinstance(value, str):
        raise malformed("MISSING_REQUIRED_PARAMETER", f"{field}/value")
    if len(value) > _MAX_LENGTH:
        raise malformed("INVALID_STRING_LENGTH", f"{field}/value", value)
    match = _VALUE.fullmatch(value)
    if match is None:
        negative = value.startswith("-")
        if negative and _VALUE.fullmatch(value[1:]):
            raise refused("CANNOT_BE_ZERO_OR_NEGATIVE", f"{field}/value", value)
        raise malformed("INVALID_PARAMETER_SYNTAX", f"{field}/value", value)
    if currency not in FIXED_FEES:
        raise refused("INVALID_CURRENCY_CODE", f"{field}/currency_code", currency)
    decimals = 0 if currency in WHOLE else 2
    if match[1] and len(match[1]) > decimals:
        issue = whole_issue if currency in WHOLE else "DECIMAL_PRECISION"
        raise refused(issue, f"{field}/value", value)
    amount_minor = int(Decimal(value).scaleb(decimals))
    if amount_minor == 0:
        raise refused("CANNOT_BE_ZERO_OR_NEGATIVE", f"{field}/value", value)
    return amount_minor, currency
