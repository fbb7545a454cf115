"""The shape of `config/selling_entities.yaml`: its keys, and what each may hold (INV-12)."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date
from typing import Annotated, Final, Literal
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field
from pydantic_core import PydanticCustomError
from stdnum import bic, iban
from stdnum.us import rtn

from guichet.countries import COUNTRIES
from guichet.printable import unprintable

_ID: Final = re.compile(r"[a-z][a-z0-9_-]{0,39}", re.ASCII)
_FORM_FILE: Final = re.compile(r"[a-z][a-z0-9-]{0,59}\.pdf", re.ASCII)
_CURRENCY: Final = re.compile(r"[A-Z]{3}", re.ASCII)


def wrong(code: str, detail: str) -> PydanticCustomError:
    """A refusal with a code of ours."""
    return PydanticCustomError(code, "{detail}", {"detail": detail})


def _judged(code: str, detail: str, is_right: Callable[[str], object]) -> AfterValidator:
    def check(value: str) -> str:
        if not is_right(value):
            raise wrong(code, detail)
        return value

    return AfterValidator(check)


def _digits(code: str, count: int) -> AfterValidator:
    form = re.compile(rf"[0-9]{{{count}}}", re.ASCII)
    return _judged(
        code, f"{count} digits, quoted.", lambda text: form.fullmatch(re.sub(r"[ -]", "", text))
    )


def _is_time_zone(name: str) -> bool:
    try:
        ZoneInfo(name)
    except (ValueError, OSError, KeyError):
        return False
    return True


def _says_something(line: str) -> bool:
    return bool(line.strip()) and line.isprintable()


def _day(value: object) -> object:
    try:
        return date.fromisoformat(value) if isinstance(value, str) else value
    except ValueError:
        raise wrong("date_malformed", "A day is written 2026-01-31.") from None


def _each_once(values: list[str]) -> list[str]:
    if len(set(values)) < len(values):
        raise wrong("listed_twice", "Write each once.")
    return values


_once: Final = AfterValidator(_each_once)
_some: Final = Field(min_length=1)

type Line = Annotated[
    str,
    Field(max_length=200),
    _judged("line_empty", "Write something, on one line.", _says_something),
    _judged(
        "text_not_printable",
        "Documents print Latin, Greek and Cyrillic letters.",
        lambda text: not unprintable(text),
    ),
]
type EntityId = Annotated[
    str,
    _judged(
        "id_malformed", "Lower-case letters, digits, `-` and `_`; a letter first.", _ID.fullmatch
    ),
]
type Country = Annotated[
    str,
    _judged(
        "country_unknown", "ISO 3166's two letters, such as GB.", lambda code: code in COUNTRIES
    ),
]
type Currency = Annotated[
    str,
    _judged("currency_malformed", "ISO 4217's three letters, such as GBP.", _CURRENCY.fullmatch),
]
type TimeZone = Annotated[
    str, _judged("time_zone_unknown", "A name such as Europe/Dublin.", _is_time_zone)
]
type Iban = Annotated[str, _judged("iban_malformed", "Its check digits are wrong.", iban.is_valid)]
type Bic = Annotated[str, _judged("bic_malformed", "8 or 11 letters and digits.", bic.is_valid)]
type Routing = Annotated[
    str, _judged("routing_malformed", "9 digits, of which the last checks.", rtn.is_valid)
]
type Brand = Literal["visa", "mastercard", "amex", "discover", "visa_electron"]
type FormFile = Annotated[
    str,
    _judged(
        "form_file_malformed",
        "A file of config/forms: lower-case letters, digits and `-`, then `.pdf`.",
        _FORM_FILE.fullmatch,
    ),
]
type Day = Annotated[date, BeforeValidator(_day)]


class Shape(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


class BankDetailsShape(Shape):
    """Where a currency is paid to from a day on. Numbers are quoted: a zero in front counts."""

    currency: Currency
    effective_from: Day
    beneficiary: Line
    bank: Line | None = None
    bank_address: Line | None = None
    account_number: Line | None = None
    iban: Iban | None = None
    bic: Bic | None = None
    routing_wire: Routing | None = None
    routing_ach: Routing | None = None
    chips: Annotated[str, _digits("chips_malformed", 4)] | None = None
    sort_code: Annotated[str, _digits("sort_code_malformed", 6)] | None = None
    bsb: Annotated[str, _digits("bsb_malformed", 6)] | None = None
    institution: Annotated[str, _digits("institution_malformed", 3)] | None = None
    transit: Annotated[str, _digits("transit_malformed", 5)] | None = None
    cheque_address: Line | None = None


class FormShape(Shape):
    """A paper that customers download, from a day on (TAX-6)."""

    form: Literal["w9", "debit_authorization"]
    effective_from: Day
    file: FormFile


class EntityShape(Shape):
    """One company of the operator's."""

    legal_name: Line
    address: Annotated[list[Line], _some]
    country: Country
    vat_number: Line | None = None
    company_number: Line | None = None
    registration: Annotated[list[Line], Field(max_length=4)] = []
    time_zone: TimeZone
    currencies: Annotated[list[Currency], _some, _once]
    providers: Annotated[list[Literal["stripe", "paypal"]], _once]
    brands: dict[Currency, Annotated[list[Brand], _some, _once]] = Field(default_factory=dict)
    debits: Annotated[list[Literal["ach", "sepa", "bacs"]], _once] = Field(default_factory=list)
    serves: Literal["others"] | Annotated[list[Country], _some, _once]
    bank_details: Annotated[list[BankDetailsShape], _some]
    forms: list[FormShape] = []


class FileShape(Shape):
    """The whole file."""

    entities: Annotated[dict[EntityId, EntityShape], _some]
