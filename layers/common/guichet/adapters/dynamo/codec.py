"""Frozen dataclasses to plain items and back, by their type hints; nothing else is stored."""

from __future__ import annotations

import dataclasses
import types
from collections.abc import Callable, Mapping
from datetime import date, datetime
from enum import StrEnum
from functools import cache
from types import MappingProxyType
from typing import Any, Final, Union, get_args, get_origin, get_type_hints

from guichet.adapters.dynamo.seam import Plain

_PLAIN: Final = frozenset({str, int, bool, types.NoneType})


def encode(value: Any) -> Plain:  # noqa: ANN401 - any field of any stored dataclass
    """The plain form of a field, with None and empty tuples as such."""
    kind: Any = type(value)
    plain: Plain = value if kind in _PLAIN else _writer(kind)(value)
    return plain


@cache
def _writer(kind: Any) -> Callable[[Any], Any]:  # noqa: ANN401 - a class, but hashable to the checker
    """What writes values of a type that is not plain; of an enumeration, its text."""
    for base, write in ((str, str), (int, int), (datetime, encode_time), (date, date.isoformat)):
        if issubclass(kind, base):
            return write
    return _encode_parts if issubclass(kind, tuple) else encode_fields


def _encode_parts(value: tuple[Any, ...]) -> list[Plain]:
    return [encode(part) for part in value]


def encode_fields(value: Any) -> dict[str, Plain]:  # noqa: ANN401 - any stored dataclass
    """The fields of a dataclass by name."""
    kind: Any = type(value)
    return {
        name: held if type(held := getattr(value, name)) in _PLAIN else encode(held)
        for name in field_names(kind)
    }


def encode_stated(value: Any) -> dict[str, Plain]:  # noqa: ANN401 - any stored dataclass
    """The fields that say something: one that is empty, and is so by default, is read back as that.

    So the default of a stored field is never changed.
    """
    empty = _empty_defaults(type(value))  # type: ignore[arg-type]  # a class is hashable
    fields = ((name, getattr(value, name)) for name in field_names(type(value)))  # type: ignore[arg-type]  # same
    return {name: encode(held) for name, held in fields if name not in empty or held != empty[name]}


def encode_time(moment: datetime) -> str:
    """RFC 3339 in UTC with milliseconds: sorts as it reads."""
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def decode_time(text: str) -> datetime:
    return datetime.fromisoformat(text)


def decode[T](kind: type[T], plain: Plain) -> T:
    """The dataclass that `encode_fields` was given; a missing field takes its default.

    Raises:
        TypeError: the item is not of this shape.
    """
    if not isinstance(plain, dict):
        raise TypeError(f"{kind.__name__} can't be read from {type(plain).__name__}")
    decoders = _decoders(kind)  # type: ignore[arg-type]  # a class is hashable
    return kind(**{name: read(plain[name]) for name, read in decoders.items() if name in plain})


_TEMPORAL: Final[Mapping[type, Callable[[str], date]]] = MappingProxyType(
    {datetime: decode_time, date: date.fromisoformat}
)


@cache
def field_names(kind: Any) -> tuple[str, ...]:  # noqa: ANN401 - a class, but hashable to the checker
    return tuple(field.name for field in dataclasses.fields(kind))


@cache
def _empty_defaults(kind: Any) -> dict[str, Any]:  # noqa: ANN401 - same
    """The fields whose default is None, False, 0 or of no length."""
    fields = dataclasses.fields(kind)
    found = {each.name: each.default for each in fields if each.default is not dataclasses.MISSING}
    return {name: default for name, default in found.items() if not default}


@cache
def _decoders(kind: Any) -> dict[str, Callable[[Any], Any]]:  # noqa: ANN401 - same
    hints = get_type_hints(kind)
    return {name: _decoder(hints[name]) for name in field_names(kind)}


def _decoder(hint: Any) -> Callable[[Any], Any]:  # noqa: ANN401 - a type hint
    origin = get_origin(hint)
    if origin in (Union, types.UnionType):
        (inner,) = [part for part in get_args(hint) if part is not type(None)]
        read = _decoder(inner)
        return lambda value: None if value is None else read(value)
    if origin is tuple:
        read = _decoder(get_args(hint)[0])
        return lambda value: tuple(read(part) for part in value)
    if isinstance(hint, type) and dataclasses.is_dataclass(hint):
        return lambda value: decode(hint, value)
    if hint in _TEMPORAL:
        return _TEMPORAL[hint]
    if isinstance(hint, type) and issubclass(hint, StrEnum):
        return hint
    if hint in (str, int, bool):
        return _checker(hint)
    raise TypeError(f"fields of type {hint} are not stored")


def _checker(kind: type) -> Callable[[Any], Any]:
    def checked(value: Any) -> Any:  # noqa: ANN401 - an item's attribute
        if type(value) is not kind:
            raise TypeError(f"expected {kind.__name__}, found {type(value).__name__}")
        return value

    return checked
