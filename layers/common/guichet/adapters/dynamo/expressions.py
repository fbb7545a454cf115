"""DynamoDB's expression language, from the seam's operations: names and values are always placeholders."""

from __future__ import annotations

from typing import Any, Final, assert_never

from guichet.adapters.dynamo.seam import (
    Absent,
    AbsentOrBefore,
    AbsentOrBelow,
    AtLeast,
    Before,
    Below,
    Check,
    Condition,
    Delete,
    Equals,
    Item,
    Key,
    Operation,
    Plain,
    Present,
    Put,
    Update,
)

type Wire = dict[str, Any]  # AWS's own untyped request shapes

_LONGEST_NUMBER: Final = 38  # digits, as DynamoDB keeps them


def to_wire(item: Item) -> Wire:
    return {name: _tagged(value) for name, value in item.items()}


def key_to_wire(key: Key) -> Wire:
    return {"pk": {"S": key.pk}, "sk": {"S": key.sk}}


def from_wire(wire: Wire) -> Item:
    return {name: _plain(value) for name, value in wire.items()}


def _tagged(value: Plain) -> Wire:
    """The value with DynamoDB's name of its type.

    Raises:
        TypeError: it is nothing that is stored: a fraction, bytes, a set.
        ValueError: a number too long to be kept.
    """
    match value:
        case str():
            return {"S": value}
        case bool():
            return {"BOOL": value}
        case int():
            digits = str(int(value))
            if len(digits.lstrip("-")) > _LONGEST_NUMBER:
                raise ValueError(f"a number of more than {_LONGEST_NUMBER} digits is not kept")
            return {"N": digits}
        case None:
            return {"NULL": True}
        case dict():
            return {"M": {name: _tagged(part) for name, part in value.items()}}
        case list():
            return {"L": [_tagged(part) for part in value]}
    raise TypeError(f"{type(value).__name__} can't be stored")


def _plain(tagged: Wire) -> Plain:
    ((tag, value),) = tagged.items()
    match tag:
        case "S" | "BOOL":
            return value  # type: ignore[no-any-return]  # by its tag
        case "N":
            return int(value)  # nothing stored has a fraction
        case "NULL":
            return None
        case "M":
            return from_wire(value)
        case "L":
            return [_plain(part) for part in value]
    raise TypeError(f"a stored value of type {tag}")


class _Placeholders:
    def __init__(self) -> None:
        self.names: dict[str, str] = {}
        self.values: Wire = {}

    def name(self, attribute: str) -> str:
        return self.names.setdefault(attribute, f"#{len(self.names)}")

    def value(self, value: Plain) -> str:
        placeholder = f":{len(self.values)}"
        self.values[placeholder] = _tagged(value)
        return placeholder

    def into(self, request: Wire) -> Wire:
        swapped = {placeholder: name for name, placeholder in self.names.items()}
        if swapped:
            request["ExpressionAttributeNames"] = swapped
        if self.values:
            request["ExpressionAttributeValues"] = self.values
        return request


def request_for(operation: Operation, table: str) -> Wire:
    """The request of one operation, as a single call or as part of a transaction takes it."""
    placeholders = _Placeholders()
    request: Wire = {"TableName": table}
    if isinstance(operation, Put):
        request["Item"] = to_wire(operation.item)
    else:
        request["Key"] = key_to_wire(operation.key)
    if isinstance(operation, Update):
        request["UpdateExpression"] = _changes(operation, placeholders)
    if operation.condition is not None:
        request["ConditionExpression"] = _condition(operation.condition, placeholders)
    return placeholders.into(request)


def transaction_part(operation: Operation, table: str) -> Wire:
    """One member of a TransactWriteItems request."""
    names = {Put: "Put", Update: "Update", Delete: "Delete", Check: "ConditionCheck"}
    return {names[type(operation)]: request_for(operation, table)}


def _changes(operation: Update, placeholders: _Placeholders) -> str:
    clauses = {
        "SET": [
            f"{placeholders.name(name)} = {placeholders.value(value)}"
            for name, value in operation.values.items()
        ],
        "ADD": [
            f"{placeholders.name(name)} {placeholders.value(step)}"
            for name, step in operation.add.items()
        ],
        "REMOVE": [placeholders.name(name) for name in operation.remove],
    }
    return " ".join(f"{verb} {', '.join(parts)}" for verb, parts in clauses.items() if parts)


def _condition(  # noqa: PLR0911 - one line a condition
    condition: Condition, placeholders: _Placeholders
) -> str:
    name, value = placeholders.name, placeholders.value
    match condition:
        case Absent():
            return f"attribute_not_exists({name('pk')})"
        case Present():
            return f"attribute_exists({name('pk')})"
        case Equals(attribute, expected):
            return f"{name(attribute)} = {value(expected)}"
        case Below(attribute, str(limit)):
            return f"{name(attribute)} < {name(limit)}"
        case Below(attribute, limit):
            return f"{name(attribute)} < {value(limit)}"
        case AtLeast(attribute, least):
            return f"{name(attribute)} >= {value(least)}"
        case Before(attribute, moment):
            return f"{name(attribute)} < {value(moment)}"
        case AbsentOrBelow(attribute, limit):
            return f"attribute_not_exists({name(attribute)}) OR {name(attribute)} < {value(limit)}"
        case AbsentOrBefore(attribute, moment):
            return f"attribute_not_exists({name(attribute)}) OR {name(attribute)} < {value(moment)}"
        case _:
            assert_never(condition)
