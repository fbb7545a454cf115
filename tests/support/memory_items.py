"""What DynamoDB demands of items and conditions, for the store in memory: copies, sizes, comparisons."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, assert_never

from guichet.adapters.dynamo.seam import (
    Absent,
    AbsentOrBefore,
    AbsentOrBelow,
    AtLeast,
    Before,
    Below,
    Condition,
    Equals,
    Item,
    Key,
    Plain,
    Present,
    Put,
    Update,
)

ITEM_LIMIT_BYTES: Final = 400 * 1024
_PARTITION_KEY_LIMIT_BYTES: Final = 2048
_SORT_KEY_LIMIT_BYTES: Final = 1024
_NUMBER_LIMIT: Final = 10**38


def copied(value: Plain) -> Plain:
    """The value without shared parts.

    Raises:
        TypeError: something that is no plain value, floats and tuples among them.
        ValueError: a number of more than 38 digits, or text that is no Unicode.
    """
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, str):
        if not value.isascii():
            value.encode()
        return str.__str__(value)  # an enum's member comes back as its text
    if isinstance(value, int):
        if abs(value) >= _NUMBER_LIMIT:
            raise ValueError("a number has at most 38 digits")
        return int(value)
    if isinstance(value, list):
        return [copied(part) for part in value]
    if isinstance(value, dict):
        return copied_item(value)
    raise TypeError(f"no plain value: {type(value).__name__}")


def copied_item(item: Mapping[str, Plain]) -> Item:
    """As `copied`, for an item or a map in it."""
    taken: Item = {}
    for name, value in item.items():
        if not isinstance(name, str):
            raise TypeError("names are text")
        # Most of what is written is short text, which needs no call.
        is_text = type(value) is str and value.isascii()
        taken[name] = value if is_text else copied(value)
    return taken


def unshared(item: Item) -> Item:
    """A copy of what was checked when it was written."""
    return {name: value if type(value) is str else _unshared(value) for name, value in item.items()}


def _unshared(value: Plain) -> Plain:
    if type(value) is list:
        return [_unshared(part) for part in value]
    return unshared(value) if type(value) is dict else value


def size_bytes(value: Plain) -> int:
    """The size as DynamoDB counts it: names and values, 3 more a list or map and 1 more a member."""
    if value is None or isinstance(value, bool):
        return 1
    if isinstance(value, str):
        return _text_bytes(value)
    if isinstance(value, int):
        return (len(str(abs(value))) + 1) // 2 + 1 + (value < 0)
    if isinstance(value, list):
        return 3 + len(value) + sum(map(size_bytes, value))
    return 3 + len(value) + item_size_bytes(value)


def item_size_bytes(item: Item) -> int:
    return sum(map(_text_bytes, item)) + sum(map(size_bytes, item.values()))


def _text_bytes(text: str) -> int:
    return len(text) if text.isascii() else len(text.encode())


def require_key(key: Key) -> None:
    """Raises ValueError for a key that no table takes: empty, too long, or not text."""
    for part, limit in ((key.pk, _PARTITION_KEY_LIMIT_BYTES), (key.sk, _SORT_KEY_LIMIT_BYTES)):
        if not isinstance(part, str) or not 0 < len(part.encode()) <= limit:
            raise ValueError(f"a key's part is text of 1 to {limit} bytes")


def written(operation: Put | Update, before: Item | None) -> Item:
    """The item after the operation, sharing nothing with it.

    Raises:
        ValueError: an update without a change, of the key, or of one attribute twice; a step on what
            is no number.
    """
    if isinstance(operation, Put):
        return copied_item(operation.item)
    named = [*operation.values, *operation.add, *operation.remove]
    if not named:
        raise ValueError("an update changes something")
    if len(set(named)) < len(named) or {"pk", "sk"}.intersection(named):
        raise ValueError("an update names each attribute once, and never the key")
    after: Item = {"pk": operation.key.pk, "sk": operation.key.sk, **(before or {})}
    after |= copied_item(operation.values)
    for name, step in operation.add.items():
        after[name] = _number(after.get(name, 0)) + _number(step)
    for name in operation.remove:
        after.pop(name, None)
    return after


def _number(value: Plain) -> int:
    if isinstance(value, bool) or not isinstance(value, int):
        raise ValueError("steps are added to numbers only")  # noqa: TRY004 - the store's validation error
    return value


def is_met(  # noqa: C901 - one case a condition
    condition: Condition | None, item: Item | None
) -> bool:
    """Whether the item as it is meets the condition; values of two types never compare."""
    here = item or {}
    match condition:
        case None:
            met = True
        case Absent():
            met = item is None
        case Present():
            met = item is not None
        case Equals(attribute, expected):
            met = attribute in here and _same(here[attribute], expected)
        case Below(attribute, str(limit)):
            met = attribute in here and limit in here and _less(here[attribute], here[limit])
        case Below(attribute, limit):
            met = attribute in here and _less(here[attribute], limit)
        case AtLeast(attribute, least):
            met = attribute in here and (
                _same(here[attribute], least) or _less(least, here[attribute])
            )
        case Before(attribute, moment):
            met = attribute in here and _less(here[attribute], moment)
        case AbsentOrBelow(attribute, limit):
            met = attribute not in here or _less(here[attribute], limit)
        case AbsentOrBefore(attribute, moment):
            met = attribute not in here or _less(here[attribute], moment)
        case _:
            assert_never(condition)
    return met


def _same(one: Plain, other: Plain) -> bool:
    one, other = copied(one), copied(other)
    return type(one) is type(other) and one == other


def _less(one: Plain, other: Plain) -> bool:
    one, other = copied(one), copied(other)
    if isinstance(one, str) and isinstance(other, str):
        return one < other  # by code points, which is also the order of the UTF-8 bytes
    if isinstance(one, bool) or isinstance(other, bool):
        return False
    return isinstance(one, int) and isinstance(other, int) and one < other
