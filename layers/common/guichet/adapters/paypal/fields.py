"""The parts of PayPal's objects: read strictly, or not at all."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from types import MappingProxyType
from typing import Final

from guichet.adapters.paypal.amounts import from_paypal
from guichet.adapters.paypal.client import Json
from guichet.money import Money
from guichet.payments.ports import ProviderUnavailableError

_ZONES: Final = MappingProxyType({"PST": "-08:00", "PDT": "-07:00"})
_ZONE: Final = re.compile(r"P[SD]T$")


def money(found: Json) -> Money:
    try:
        return from_paypal(found)
    except ValueError as error:
        raise unreadable("an amount") from error


def instant(text: str) -> datetime:
    """A moment as PayPal writes it: with Z, an offset, or (in some samples) PDT.

    Raises:
        ProviderUnavailableError: no moment, or one without a zone.
    """
    zoned = _ZONE.sub(lambda zone: _ZONES[zone[0]], text.strip().upper())
    try:
        found = datetime.fromisoformat(zoned)
        if found.tzinfo is None:
            raise unreadable("a time without a zone")
        return found.astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise unreadable("a time") from error


def money_of(found: Json, name: str) -> Money:
    held = found.get(name)
    if not isinstance(held, dict):
        raise unreadable(f"no {name}")
    return money(held)


def text_of(found: Json, name: str) -> str:
    value = found.get(name)
    if not isinstance(value, str) or not value:
        raise unreadable(f"no {name}")
    return value


def object_of(found: Json, name: str) -> Json:
    """An object; an empty one where there is none."""
    value = found.get(name)
    if value is None:
        return {}
    if not isinstance(value, dict):
        raise unreadable(f"{name} that is no object")
    return value


def objects_of(found: Json, name: str) -> list[Json]:
    """A list of objects; an empty one where there is none."""
    value = found.get(name)
    if value is None:
        return []
    if not isinstance(value, list) or not all(isinstance(each, dict) for each in value):
        raise unreadable(f"{name} that are no objects")
    return value


def unreadable(what: str) -> ProviderUnavailableError:
    return ProviderUnavailableError(f"PayPal's answer can't be read: {what}")
