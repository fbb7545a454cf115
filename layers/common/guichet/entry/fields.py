"""What a field of a request may hold. Every refusal has a stable code of its own."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, date, datetime
from types import MappingProxyType
from typing import Annotated, Any, Final

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StringConstraints,
)
from pydantic_core import PydanticCustomError

from guichet.entry.problems import Malformed, refused_fields
from guichet.errors import FieldError, Refusal
from guichet.money import Money

_DECEIVING: Final = re.compile("[\u202a-\u202e\u2066-\u2069\u2028\u2029]")
_MAILBOX: Final = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*")
_LABEL: Final = re.compile(r"[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?")
_RFC_3339: Final = re.compile(
    r"\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d(\.\d{1,9})?([Zz]|[+-]\d\d:\d\d)", re.ASCII
)
_DAY: Final = re.compile(r"20\d\d-\d\d-\d\d", re.ASCII)
_FIRST_YEAR: Final = 2000
_LAST_YEAR: Final = 2099
_MOST_MINOR: Final = 10**12  # what may be charged is less, and configured


# A function knows dozens of bodies and its first event needs two: each is built when it is used.
class Request(BaseModel):
    """A request's body: nothing unknown, nothing converted."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True, defer_build=True)


# In a patch: what was not sent is not read (`model_fields_set` says what was), and has no default.
UNSENT: Any = Field(default_factory=lambda: None)


class Answer(BaseModel):
    """An answer's body."""

    model_config = ConfigDict(frozen=True, defer_build=True)


def one_line(value: object) -> object:
    if isinstance(value, str):
        _refuse_controls(value, allowed="")
    return value


def _several_lines(value: object) -> object:
    if not isinstance(value, str):
        return value
    text = value.replace("\r\n", "\n")
    _refuse_controls(text, allowed="\n\t")
    return text


def _refuse_controls(text: str, *, allowed: str) -> None:
    if _DECEIVING.search(text) or any(
        unicodedata.category(each) in {"Cc", "Cs"} and each not in allowed for each in text
    ):
        raise PydanticCustomError("control_characters", "Control characters are not allowed here.")


def _address(value: str) -> str:
    """One mailbox in ASCII at a domain with a dot: what a mail service takes."""
    mailbox, _, domain = value.rpartition("@")
    try:
        labels = domain.encode("idna").decode().split(".")
    except UnicodeError:
        labels = []
    good = len(labels) > 1 and all(_LABEL.fullmatch(label) for label in labels)
    if not good or len(mailbox) > 64 or not _MAILBOX.fullmatch(mailbox):
        raise PydanticCustomError("not_an_email", "This is not an e-mail address.")
    return value


def _instant(value: object) -> object:
    if isinstance(value, datetime):
        return value
    if not isinstance(value, str) or not _RFC_3339.fullmatch(value):
        raise _not_a_time()
    try:
        moment = datetime.fromisoformat(value.upper())
    except ValueError as error:
        raise _not_a_time() from error
    if not _FIRST_YEAR <= moment.year <= _LAST_YEAR:
        raise PydanticCustomError("time_out_of_range", "The year is between 2000 and 2099.")
    moment = moment.astimezone(UTC)
    return moment.replace(microsecond=moment.microsecond // 1000 * 1000)


def _not_a_time() -> PydanticCustomError:
    return PydanticCustomError("not_a_time", "A time is written as in 2027-05-04T09:00:00Z.")


def _day(value: object) -> object:
    try:
        if isinstance(value, str) and _DAY.fullmatch(value):
            return date.fromisoformat(value)
    except ValueError:
        pass
    raise PydanticCustomError("not_a_day", "A day is written as in 2027-05-04.")


def _minor(value: object) -> object:
    if isinstance(value, float):
        raise PydanticCustomError(
            "amount_fractional", "An amount is a whole number of the currency's smallest unit."
        )
    if type(value) is int and value < 0:
        raise PydanticCustomError("amount_negative", "An amount is never negative.")
    if type(value) is int and value > _MOST_MINOR:
        raise PydanticCustomError("amount_beyond_limits", "This amount is too large.")
    return value


def _distinct(value: list[str]) -> list[str]:
    if len(set(value)) < len(value):
        raise PydanticCustomError("duplicate", "Nothing stands here twice.")
    return value


distinct: Final = AfterValidator(_distinct)

Line = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=1, max_length=200),
    BeforeValidator(one_line),
]
ShortLine = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=1, max_length=80),
    BeforeValidator(one_line),
]
Prose = Annotated[
    str,
    StringConstraints(strip_whitespace=True, max_length=10_000),
    BeforeValidator(_several_lines),
]
Note = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=1, max_length=2_000),
    BeforeValidator(_several_lines),
]
Instructions = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=1, max_length=5_000),
    BeforeValidator(_several_lines),
]
Email = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=3, max_length=254),
    BeforeValidator(one_line),
    AfterValidator(_address),
]
CodeWord = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=1, max_length=40),
    BeforeValidator(one_line),
]
Instant = Annotated[
    datetime, BeforeValidator(_instant, json_schema_input_type=datetime), Field(strict=False)
]
Day = Annotated[date, BeforeValidator(_day, json_schema_input_type=date), Field(strict=False)]
Minor = Annotated[int, BeforeValidator(_minor, json_schema_input_type=Annotated[int, Field(ge=0)])]


class AmountGiven(Request):
    """An amount in a request."""

    amount_minor: Minor
    currency: Annotated[str, StringConstraints(pattern=r"^[A-Z]{3}$")]

    def money(self) -> Money:
        return Money(self.amount_minor, self.currency)


class Amount(Answer):
    """An integer count of the currency's smallest unit (MON-1)."""

    amount_minor: int
    currency: str

    @classmethod
    def of(cls, money: Money) -> Amount:
        return cls(amount_minor=money.amount_minor, currency=money.currency)


# Pydantic's names for what is wrong may change with its versions: ours do not.
_CODES: Final[Mapping[str, tuple[str, str]]] = MappingProxyType(
    {
        "missing": ("required", "This is required."),
        "extra_forbidden": ("unknown_field", "There is no such field."),
        "string_too_long": ("too_long", "This is too long: {max_length} characters at most."),
        "string_too_short": ("too_short", "This is too short: {min_length} characters at least."),
        "too_long": ("too_many", "These are too many: {max_length} at most."),
        "too_short": ("too_few", "These are too few: {min_length} at least."),
        "greater_than_equal": ("too_small", "This is at least {ge}."),
        "less_than_equal": ("too_large", "This is at most {le}."),
        "literal_error": ("not_one_of", "This is one of {expected}."),
        "string_pattern_mismatch": ("malformed", "This is not written as it should be."),
        "string_unicode": ("malformed", "This is not written as it should be."),
        **dict.fromkeys(
            (
                "string_type",
                "int_type",
                "int_from_float",
                "int_parsing",
                "bool_type",
                "list_type",
                "dict_type",
                "model_type",
                "model_attributes_type",
            ),
            ("wrong_type", "This is of the wrong type."),
        ),
    }
)
_OURS: Final = frozenset(
    {
        "control_characters",
        "not_an_email",
        "not_a_day",
        "not_a_time",
        "time_out_of_range",
        "amount_fractional",
        "amount_negative",
        "amount_beyond_limits",
        "percentage_malformed",
        "duplicate",
    }
)


def refusal_of_fields(errors: Iterable[Mapping[str, Any]]) -> Refusal:
    """The refusal that pydantic's errors mean; never with what was sent."""
    found = list(errors)
    for error in found:
        if tuple(error["loc"][:2]) == ("header", "idempotency-key"):
            return refusal_of_key(missing=error["type"] == "missing")
    # Powertools asks for a body as for a field of its own.
    return refused_fields(tuple(_field_error(error) for error in found[:50]))


def refusal_of_key(*, missing: bool) -> Refusal:
    """`idempotency_key_missing`, or `idempotency_key_malformed`."""
    if missing:
        return Malformed(
            "idempotency_key_missing",
            "Send an Idempotency-Key, so that a repeat of this call does nothing twice.",
            rule="EXT-1",
        )
    return Malformed(
        "idempotency_key_malformed",
        "An Idempotency-Key is of letters, digits, '-', '_', ':' and '.', 255 at most; on public "
        "calls 22 at least, drawn at random.",
        rule="EXT-1",
    )


def _field_error(error: Mapping[str, Any]) -> FieldError:
    kind = str(error["type"])
    if kind in _OURS:
        return FieldError(_pointer(error["loc"]), kind, str(error["msg"]))
    code, detail = _CODES.get(kind, ("invalid", "This can't be accepted."))
    context: Mapping[str, Any] = error.get("ctx") or {}
    try:
        detail = detail.format(**context)
    except KeyError:
        detail = "This can't be accepted."
    return FieldError(_pointer(error["loc"]), code, detail)


def _pointer(location: Sequence[str | int]) -> str:
    """A JSON pointer into the body; what is not in the body stands below its place's name."""
    parts = [str(part) for part in location]
    if parts and parts[0] == "body":
        parts = parts[1:]
    return "".join("/" + part.replace("~", "~0").replace("/", "~1") for part in parts)
