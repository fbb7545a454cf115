"""Which parameters each endpoint takes; every other is refused, as Stripe does."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Any

from local.simulators.stripe.errors import StripeError, invalid
from local.simulators.stripe.shapes import Json

METADATA_KEYS, METADATA_KEY_LENGTH, METADATA_VALUE_LENGTH = 50, 40, 500


class Kind(Enum):
    TEXT = "text"
    INTEGER = "integer"
    BOOLEAN = "boolean"
    METADATA = "metadata"
    WINDOW = "window"


@dataclass(frozen=True, slots=True)
class Choice:
    values: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Text:
    """A text with a greatest length."""

    max_length: int


@dataclass(frozen=True, slots=True)
class ListOf:
    item: "Spec"


@dataclass(frozen=True, slots=True)
class Fields:
    """An object; names ending in `*` are required."""

    fields: "Mapping[str, Spec]"


type Spec = Kind | Choice | Text | ListOf | Fields


def check(params: Json, fields: Mapping[str, Spec], path: str = "") -> Json:
    """Return the parameters with their types.

    Raises:
        StripeError: an unknown, missing or malformed parameter; nothing was executed.
    """
    known = {name.rstrip("*"): spec for name, spec in fields.items()}
    for name in params:
        if name not in known:
            raise invalid(
                f"Received unknown parameter: {_join(path, name)}",
                param=_join(path, name),
                code="parameter_unknown",
            )
    for name in fields:
        if name.endswith("*") and name[:-1] not in params:
            raise missing(_join(path, name[:-1]))
    return {name: _typed(value, known[name], _join(path, name)) for name, value in params.items()}


def missing(param: str) -> StripeError:
    return invalid(f"Missing required param: {param}.", param=param, code="parameter_missing")


def _join(path: str, name: str) -> str:
    return f"{path}[{name}]" if path else name


def _typed(value: Any, spec: Spec, path: str) -> Any:  # noqa: ANN401 - typed by its specification
    match spec:
        case Fields(fields):
            if not isinstance(value, dict):
                raise invalid("Invalid object", param=path)
            return check(value, fields, path)
        case ListOf(item):
            if not isinstance(value, list):
                raise invalid("Invalid array", param=path)
            return [_typed(child, item, f"{path}[{i}]") for i, child in enumerate(value)]
        case Kind.METADATA:
            return _metadata(value, path)
        case Kind.WINDOW if isinstance(value, dict):
            return check(value, dict.fromkeys(("gt", "gte", "lt", "lte"), Kind.INTEGER), path)
    if not isinstance(value, str):
        raise invalid("Invalid string", param=path)
    return _scalar(value, spec, path)


def _scalar(value: str, spec: Spec, path: str) -> str | int | bool:
    if not value:
        raise invalid(
            f"You passed an empty string for '{path}'. We assume empty values are an attempt to "
            "unset a parameter; however, it cannot be unset.",
            param=path,
            code="parameter_invalid_empty",
        )
    match spec:
        case Kind.INTEGER | Kind.WINDOW:
            if not value.removeprefix("-").isdecimal():
                raise invalid(
                    f"Invalid integer: {value}", param=path, code="parameter_invalid_integer"
                )
            return int(value)
        case Kind.BOOLEAN:
            if value not in {"true", "false"}:
                raise invalid(f"Invalid boolean: {value}", param=path)
            return value == "true"
        case Choice(values) if value not in values:
            raise invalid(f"Invalid {path}: must be one of {', '.join(values)}", param=path)
        case Text(max_length) if len(value) > max_length:
            raise invalid(
                f"Invalid string: must be at most {max_length} characters",
                param=path,
                code="parameter_invalid_string_blank" if not value.strip() else None,
            )
    return value


def _metadata(value: Any, path: str) -> dict[str, str]:  # noqa: ANN401 - whatever the form held
    if not isinstance(value, dict) or not all(isinstance(v, str) for v in value.values()):
        raise invalid("Invalid metadata: must be a flat object", param=path)
    if len(value) > METADATA_KEYS:
        raise invalid(f"You can only set {METADATA_KEYS} metadata keys", param=path)
    for key, text in value.items():
        if len(key) > METADATA_KEY_LENGTH:
            raise invalid(
                f"Metadata keys must be at most {METADATA_KEY_LENGTH} characters", param=path
            )
        if len(text) > METADATA_VALUE_LENGTH:
            raise invalid(
                f"Metadata values must be at most {METADATA_VALUE_LENGTH} characters",
                param=f"{path}[{key}]",
            )
    return {key: text for key, text in value.items() if text}
