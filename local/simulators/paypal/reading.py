"""Requests held against what PayPal takes: lengths, choices, what it does not know."""

from typing import Any

from local.simulators.paypal.errors import malformed
from local.simulators.paypal.shapes import Json


def text(given: Json, name: str, path: str, longest: int, *, needed: bool = False) -> str | None:
    """A text field.

    Raises:
        PayPalError: 400, it is missing, no text, or too long.
    """
    value = given.get(name)
    field = f"{path}/{name}"
    if value is None:
        if needed:
            raise malformed("MISSING_REQUIRED_PARAMETER", field)
        return None
    if not isinstance(value, str):
        raise malformed("INVALID_PARAMETER_SYNTAX", field)
    if not 1 <= len(value) <= longest:
        raise malformed("INVALID_STRING_LENGTH", field, value)
    return value


def choice(
    given: Json, name: str, path: str, choices: tuple[str, ...], default: str | None = None
) -> str:
    """One of the listed values.

    Raises:
        PayPalError: 400, it is missing or another.
    """
    value = given.get(name, default)
    if value is None:
        raise malformed("MISSING_REQUIRED_PARAMETER", f"{path}/{name}")
    if value not in choices:
        raise malformed("INVALID_PARAMETER_VALUE", f"{path}/{name}", str(value))
    return str(value)


def part(given: Json, name: str, path: str) -> Json:
    """An object within, empty if it is left out.

    Raises:
        PayPalError: 400, it is something else.
    """
    value: Any = given.get(name, {})
    if not isinstance(value, dict):
        raise malformed("INVALID_PARAMETER_SYNTAX", f"{path}/{name}")
    return value


def only(given: Json, known: frozenset[str], path: str) -> None:
    """Refuse fields that PayPal does not publish: a typing error would be ignored there.

    Raises:
        PayPalError: 400.
    """
    for name in given:
        if name not in known:
            raise malformed("INVALID_PARAMETER_SYNTAX", f"{path}/{name}")


def platform_fees(given: Json, path: str) -> Json | None:
    """The single platform fee of a payment instruction, if there is one.

    Raises:
        PayPalError: 400, there are several.
    """
    instruction = part(given, "payment_instruction", path)
    only(
        instruction,
        frozenset(("platform_fees", "disbursement_mode", "payee_pricing_tier_id")),
        f"{path}/payment_instruction",
    )
    fees = instruction.get("platform_fees", [])
    if not isinstance(fees, list):
        raise malformed("INVALID_PARAMETER_SYNTAX", f"{path}/payment_instruction/platform_fees")
    if len(fees) > 1:
        raise malformed("INVALID_ARRAY_MAX_ITEMS", f"{path}/payment_instruction/platform_fees")
    if not fees:
        return None
    if not isinstance(fees[0], dict):
        raise malformed("INVALID_PARAMETER_SYNTAX", f"{path}/payment_instruction/platform_fees/0")
    return fees[0]
