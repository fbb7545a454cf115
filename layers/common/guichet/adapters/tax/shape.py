"""The shapes of `config/tax/*.yaml`: their keys, and what each may hold (TAX-2, TAX-3, TAX-5)."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date
from typing import Annotated, Final, Literal

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field
from pydantic_core import PydanticCustomError

from guichet.countries import COUNTRIES

_PERCENT: Final = re.compile(r"(?:0|[1-9][0-9]?)(?:\.[0-9]{1,4})?", re.ASCII)
_NAME: Final = re.compile(r"[A-Z]{2,8}", re.ASCII)
_REGION: Final = re.compile(r"[A-Z0-9]{1,3}", re.ASCII)
_ID: Final = re.compile(r"[a-z][a-z0-9-]{0,39}", re.ASCII)


def wrong(code: str, detail: str) -> PydanticCustomError:
    """A refusal with a code of ours."""
    return PydanticCustomError(code, "{detail}", {"detail": detail})


def _judged(code: str, detail: str, is_right: Callable[[str], object]) -> AfterValidator:
    def check(value: str) -> str:
        if not is_right(value):
            raise wrong(code, detail)
        return value

    return AfterValidator(check)


def _day(value: object) -> object:
    try:
        return date.fromisoformat(value) if isinstance(value, str) else value
    except ValueError:
        raise wrong("date_malformed", "A day is written 2026-01-31.") from None


def _quoted(value: object) -> object:
    """A rate is text: unquoted, 9.975 would be a float on its way here."""
    if not isinstance(value, str):
        raise wrong("percent_not_text", 'Quote it: "9.975".')
    return value


def _each_once(values: list[str]) -> list[str]:
    if len(set(values)) < len(values):
        raise wrong("listed_twice", "Write each once.")
    return values


_once: Final = AfterValidator(_each_once)
_some: Final = Field(min_length=1)

type Day = Annotated[date, BeforeValidator(_day)]
type Percent = Annotated[
    str,
    BeforeValidator(_quoted),
    _judged("percent_malformed", 'Per cent with a point, such as "25.5".', _PERCENT.fullmatch),
]
type Said = Annotated[
    str,
    Field(max_length=400),
    _judged("source_missing", "Say where this stands.", lambda text: len(text.strip()) > 4),
]
type TaxName = Annotated[
    str, _judged("tax_malformed", "Capitals, as an invoice prints it: VAT.", _NAME.fullmatch)
]
type Country = Annotated[
    str,
    _judged(
        "country_unknown", "ISO 3166's two letters, such as GB.", lambda code: code in COUNTRIES
    ),
]
type Region = Annotated[
    str, _judged("region_unknown", "ISO 3166-2's code, without its country.", _REGION.fullmatch)
]
type FeeId = Annotated[str, _judged("id_malformed", "As the catalogue has it.", _ID.fullmatch)]


class Shape(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


class RateShape(Shape):
    """A rate from a day on, with where it stands."""

    effective_from: Day
    percent: Percent
    source: Said
    note: Said | None = None


class TaxShape(Shape):
    """One tax of one place."""

    tax: TaxName
    country: Country
    regions: Annotated[list[Region], _some, _once] | None = None
    level: Literal["country", "harmonised", "region"] = "country"
    classes: Annotated[list[Literal["standard", "telecom"]], _some, _once] = ["standard", "telecom"]
    rates: Annotated[list[RateShape], _some]


class RatesShape(Shape):
    """`rates.yaml`."""

    taxes: Annotated[list[TaxShape], _some]


class FeeRateShape(Shape):
    """A fee's rate from a day on, perhaps up to another, and the taxes that it bears."""

    effective_from: Day
    effective_until: Day | None = None
    percent: Percent
    taxes: Annotated[list[TaxName], _once]
    source: Said
    note: Said | None = None


class FeeShape(Shape):
    """One regulatory fee."""

    fee: FeeId
    rates: Annotated[list[FeeRateShape], _some]


class FeesShape(Shape):
    """`fees.yaml`."""

    fees: list[FeeShape]


class CollectsShape(Shape):
    """Nexus: a place beyond the entity's own country's tax."""

    country: Country
    region: Region | None = None
    effective_from: Day
    whom: Annotated[Literal["everyone", "consumers"], Field(alias="from")] = "everyone"


class SellerShape(Shape):
    """Where entities of a country collect."""

    country: Country
    collects: Annotated[list[CollectsShape], _some]


class VatChecksShape(Shape):
    """How long answers about VAT numbers count, in days."""

    counts_days: Annotated[int, Field(ge=1, le=366)]
    corrects_days: Annotated[int, Field(ge=0, le=366)]
    asks_again_days: Annotated[int, Field(ge=1, le=366)]


class SellersShape(Shape):
    """`sellers.yaml`."""

    sellers: list[SellerShape]
    vat_checks: VatChecksShape
