"""The words, numbers and texts that the catalogue's file is made of, each with its own refusal."""

from __future__ import annotations

import re
from collections.abc import Collection
from datetime import date
from enum import StrEnum
from typing import Annotated, Final

from pydantic import AfterValidator, BeforeValidator, Field, ValidationInfo, WithJsonSchema
from pydantic_core import PydanticCustomError

from guichet import period
from guichet.catalogue import catalogue
from guichet.languages import LANGUAGES

_ID: Final = r"^[a-z][a-z0-9-]{0,39}$"
_ENTITY: Final = r"^[a-z][a-z0-9_-]{0,39}$"
_VERSION: Final = r"^[a-z0-9][a-z0-9.-]{0,39}$"
_CURRENCY: Final = r"^[A-Z]{3}$"
_COUNTRY: Final = r"^[A-Z]{2}$"
_PREFIX: Final = r"^[0-9]{1,15}$"
_DAY: Final = r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$"
_RETENTION: Final = r"^P[1-9][0-9]{0,3}[DM]$"
_AMOUNT: Final = r"^[0-9]{1,9}(\.[0-9]{1,3})?$"
_UNIT_PRICE: Final = r"^[0-9]{1,6}(\.[0-9]{1,8})?$"


def wrong(code: str, detail: str) -> PydanticCustomError:
    """A refusal with a code of ours; the codes are in `mistakes.py`."""
    return PydanticCustomError(code, "{detail}", {"detail": detail})


def _formed(pattern: str, code: str, detail: str) -> AfterValidator:
    form = re.compile(pattern, re.ASCII)

    def check(value: str) -> str:
        if not form.fullmatch(value):
            raise wrong(code, detail)
        return value

    return AfterValidator(check)


def _shown(pattern: str, description: str) -> WithJsonSchema:
    return WithJsonSchema({"type": "string", "pattern": pattern, "description": description})


def _word[E: StrEnum](words: type[E], code: str) -> BeforeValidator:
    def check(value: object) -> object:
        if not isinstance(value, str):
            return value
        if value not in set(words):
            raise wrong(code, f"Choose one of {', '.join(words)}.")
        return words(value)

    return BeforeValidator(check)


def _decimal(name: str, pattern: str, detail: str) -> BeforeValidator:
    form = re.compile(pattern, re.ASCII)

    def check(value: object) -> object:
        if isinstance(value, float) and name == "amount":
            raise wrong("amount_float", f"{detail} Without quotes it would be a float.")
        if not isinstance(value, str):
            raise wrong(f"{name}_not_text", detail)
        if form.fullmatch(value.removeprefix("-")) and value.startswith("-"):
            raise wrong(f"{name}_negative", "Not below 0.")
        if not form.fullmatch(value):
            raise wrong(f"{name}_malformed", detail)
        return value

    return BeforeValidator(check)


def _currency(value: str, info: ValidationInfo) -> str:
    known: Collection[str] = (info.context or {}).get("currencies", ())
    if value not in known:
        raise wrong("currency_unknown", f"Choose one of {', '.join(sorted(known))}.")
    return value


def _names(value: dict[str, str]) -> dict[str, str]:
    if "en" not in value:
        raise wrong("name_missing", "Write the English name: others fall back to it.")
    unknown = sorted(set(value) - set(LANGUAGES))
    if unknown:
        raise wrong("language_unknown", f"{', '.join(unknown)}: not of {', '.join(LANGUAGES)}.")
    if not all(text.strip() for text in value.values()):
        raise wrong("name_missing", "A name says something.")
    return value


def _day(value: object) -> object:
    if not isinstance(value, str):
        return value
    day = _day_of(value) if re.fullmatch(_DAY, value, re.ASCII) else None
    if day is None:
        raise wrong("date_malformed", "A day is written 2026-01-31.")
    return day


def _day_of(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def _each_once(values: list[object]) -> list[object]:
    if len(set(values)) < len(values):
        raise wrong("listed_twice", "Write each once.")
    return values


EACH_ONCE: Final = AfterValidator(_each_once)

_ID_TOLD: Final = "Lower-case letters, digits and `-`, a letter first, at most 40."
type Id = Annotated[str, _formed(_ID, "id_malformed", _ID_TOLD), _shown(_ID, _ID_TOLD)]

type EntityId = Annotated[
    str, _formed(_ENTITY, "id_malformed", _ID_TOLD), _shown(_ENTITY, "A selling entity's id.")
]

_VERSION_TOLD: Final = 'Lower-case letters, digits, `.` and `-`, at most 40, such as "2026-01".'
type Version = Annotated[
    str, _formed(_VERSION, "id_malformed", _VERSION_TOLD), _shown(_VERSION, _VERSION_TOLD)
]

_COUNTRY_TOLD: Final = "A country is two capitals, such as US (ISO 3166)."
type Country = Annotated[
    str,
    _formed(_COUNTRY, "country_malformed", _COUNTRY_TOLD),
    _shown(_COUNTRY, _COUNTRY_TOLD),
]

_PREFIX_TOLD: Final = "The first digits of a number, quoted, without `+`."
type Prefix = Annotated[
    str, _formed(_PREFIX, "prefix_malformed", _PREFIX_TOLD), _shown(_PREFIX, _PREFIX_TOLD)
]

_RETENTION_TOLD: Final = "Whole days or months, such as P90D or P6M."
type RetentionPeriod = Annotated[
    str,
    _formed(_RETENTION, "retention_malformed", _RETENTION_TOLD),
    _shown(_RETENTION, _RETENTION_TOLD),
]

type Currency = Annotated[
    str,
    AfterValidator(_currency),
    _shown(_CURRENCY, "A currency the operator bills in (ISO 4217)."),
]

_AMOUNT_TOLD: Final = 'Write the price as a quoted decimal of the currency, such as "30.00".'
type Amount = Annotated[
    str, _decimal("amount", _AMOUNT, _AMOUNT_TOLD), _shown(_AMOUNT, _AMOUNT_TOLD)
]

_UNIT_TOLD: Final = 'Write the price per unit as a quoted decimal, such as "0.0055".'
type UnitAmount = Annotated[
    str, _decimal("unit_price", _UNIT_PRICE, _UNIT_TOLD), _shown(_UNIT_PRICE, _UNIT_TOLD)
]

type Names = Annotated[
    dict[str, str],
    AfterValidator(_names),
    WithJsonSchema(
        {
            "type": "object",
            "description": "A name by language; English is what others fall back to.",
            "required": ["en"],
            "properties": {name: {"type": "string", "minLength": 1} for name in LANGUAGES},
            "additionalProperties": False,
        }
    ),
]

type Day = Annotated[date, BeforeValidator(_day), _shown(_DAY, "A day, such as 2026-01-31.")]

type ModeWord = Annotated[catalogue.BillingMode, _word(catalogue.BillingMode, "mode_unknown")]
type BasisWord = Annotated[period.Basis, _word(period.Basis, "basis_unknown")]
type FrequencyWord = Annotated[catalogue.Frequency, _word(catalogue.Frequency, "frequency_unknown")]
type TaxClassWord = Annotated[catalogue.TaxClass, _word(catalogue.TaxClass, "tax_class_unknown")]
type DirectionWord = Annotated[catalogue.Direction, _word(catalogue.Direction, "direction_unknown")]
type SelfServiceWord = Annotated[
    catalogue.SelfService, _word(catalogue.SelfService, "self_service_unknown")
]
type FrequencyChangeWord = Annotated[
    catalogue.FrequencyChange, _word(catalogue.FrequencyChange, "frequency_change_unknown")
]

type Quantity = Annotated[int, Field(ge=0, le=1_000_000_000)]
