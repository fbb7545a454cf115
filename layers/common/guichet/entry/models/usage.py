"""What the operator's systems send of usage, and what is answered and shown (INV-8, SUB-20)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from typing import Annotated, Any, Final, Literal, Self

from pydantic import (
    AfterValidator,
    BeforeValidator,
    Field,
    InstanceOf,
    StringConstraints,
    TypeAdapter,
    ValidationError,
)
from pydantic.json_schema import SkipJsonSchema
from pydantic_core import PydanticCustomError

from guichet.catalogue.catalogue import Direction
from guichet.entry.fields import Amount, Answer, Instant, Request, refusal_of_fields
from guichet.errors import FieldError, Invalid, Refusal
from guichet.languages import DEFAULT_LANGUAGE, Language
from guichet.money import Money
from guichet.subscriptions.usage_judging import UsageGiven
from guichet.subscriptions.usage_pricing import ItemUsage
from guichet.subscriptions.usage_refusals import usage_explained
from guichet.subscriptions.use_cases.read_usage import UsageView, sum_of
from guichet.subscriptions.use_cases.record_usage import UsageResult

_KEY: Final = r"^[A-Za-z0-9_\-:.]{1,128}$"
_MANY_DIGITS: Final = re.compile(r"\d(?:-*\d){12}")


def _no_card(value: str) -> str:
    """13 digits may pass for a card number, for which the whole request is refused (REG-2)."""
    if _MANY_DIGITS.search(value):
        raise PydanticCustomError("string_pattern_mismatch", "At most 12 digits in a row.")
    return value


UsageKey = Annotated[
    str,
    StringConstraints(pattern=_KEY),
    AfterValidator(_no_card),
    Field(description="Of the sender; at most 12 digits in a row, dashes not counted."),
]


class UsageRecordGiven(Request):
    """One use. `quantity`, or of text messages the `characters` of each in place of it."""

    subscription_id: Annotated[str, StringConstraints(pattern=r"^[a-z]{3}_[0-9a-z_]{1,80}$")]
    item: Annotated[str, StringConstraints(min_length=1, max_length=40)]
    key: UsageKey
    used_at: Instant
    quantity: int | None = None
    characters: Annotated[list[int], Field(min_length=1, max_length=1000)] | None = None
    country: Annotated[str, StringConstraints(pattern=r"^[A-Z]{2}$")] | None = Field(
        default=None, description="ISO 3166-1; the account's billing country if not stated."
    )
    number: Annotated[str, StringConstraints(pattern=r"^\+?[0-9]{1,12}$")] | None = Field(
        default=None,
        description="The number's leading digits, with its country code: as many as prices need.",
    )
    direction: Literal["sent", "received"] | None = None

    def given(self) -> UsageGiven:
        return UsageGiven(
            subscription_id=self.subscription_id,
            item_id=self.item,
            key=self.key,
            used_at=self.used_at,
            quantity=self.quantity,
            characters=None if self.characters is None else tuple(self.characters),
            country=self.country,
            number=None if self.number is None else self.number.removeprefix("+"),
            direction=None if self.direction is None else Direction(self.direction),
        )


@dataclass(frozen=True, slots=True)
class Unreadable:
    """In place of a record that is not of this shape: the others don't suffer from it."""

    refusal: Refusal


_RECORD: Final = TypeAdapter(UsageRecordGiven)


def _read(value: Any) -> UsageRecordGiven | Unreadable:  # noqa: ANN401 - any JSON
    try:
        return _RECORD.validate_python(value)
    except ValidationError as error:
        fields = refusal_of_fields(error.errors())
        told = "This record can't be read; correct the fields that are named."
        return Unreadable(Invalid("usage_malformed", told, errors=fields.errors))


Readable = Annotated[
    UsageRecordGiven | SkipJsonSchema[InstanceOf[Unreadable]], BeforeValidator(_read)
]


class UsageBatch(Request):
    """Records, in any order; a batch that was sent before may be sent again."""

    records: Annotated[list[Readable], Field(min_length=1)]

    def given(self) -> tuple[UsageGiven | Refusal, ...]:
        return tuple(
            each.refusal if isinstance(each, Unreadable) else each.given() for each in self.records
        )


class FieldAnswer(Answer):
    """A field at fault: a JSON pointer into the record."""

    pointer: str
    code: str
    detail: str

    @classmethod
    def of(cls, error: FieldError) -> Self:
        return cls(pointer=error.pointer, code=error.code, detail=error.detail)


class UsageResultAnswer(Answer):
    """What became of the record in this place.

    `stored`; `duplicate`, it was stored before; `not_counted`, stored, but used before the billing
    start; `refused`, with `code` and `detail`.
    """

    outcome: str
    key: str | None
    quantity: int | None
    code: str | None = None
    detail: str | None = None
    errors: tuple[FieldAnswer, ...] = ()

    @classmethod
    def of(cls, result: UsageResult, language: Language) -> Self:
        made = cls(outcome=result.outcome, key=result.key, quantity=result.quantity)
        refusal = result.refusal
        if refusal is None:
            return made
        explanation = usage_explained(refusal.code, language)
        return made.model_copy(
            update={
                "code": refusal.code,
                "detail": refusal.detail if explanation is None else str(explanation),
                "errors": tuple(FieldAnswer.of(each) for each in refusal.errors),
            }
        )


class UsageResultsAnswer(Answer):
    """One result for each record, in the order of the records."""

    results: list[UsageResultAnswer]


class UnitPriceAnswer(Answer):
    """What goes beyond what is included, at one unit price: an exact decimal of the major unit."""

    unit_price: str
    quantity: int
    amount: Amount


class ItemUsageAnswer(Answer):
    """One metered item in the month."""

    item: str
    name: str
    unit: str
    used: int
    included: int
    overage: int
    amount: Amount
    prices: list[UnitPriceAnswer]

    @classmethod
    def of(cls, usage: ItemUsage, view: UsageView, language: Language) -> Self:
        item = view.product.metered.get(usage.item_id)
        names = {} if item is None else item.names
        return cls(
            item=usage.item_id,
            name=names.get(language, names.get(DEFAULT_LANGUAGE, usage.item_id)),
            unit="" if item is None else item.unit,
            used=usage.used,
            included=usage.included,
            overage=usage.overage,
            amount=Amount.of(sum_of((usage,), view.currency)),
            prices=[
                UnitPriceAnswer(
                    unit_price=each.unit_price,
                    quantity=each.quantity,
                    amount=Amount.of(each.amount),
                )
                for each in usage.charges
            ],
        )


class UsageAnswer(Answer):
    """A calendar month of a subscription, in its time zone.

    `amount` is what the month comes to so far, before tax; `billed` is what of it is on bills.
    `duplicates` are records whose key came first under another month: they do not count.
    """

    subscription_id: str
    month: str
    time_zone: str
    amount: Amount
    billed: Amount
    duplicates: int
    items: list[ItemUsageAnswer]

    @classmethod
    def of(cls, view: UsageView, language: Language) -> Self:
        billed = 0 if view.billed is None else sum(e.amount_minor for e in view.billed.billed)
        return cls(
            subscription_id=view.subscription_id,
            month=f"{view.month:%Y-%m}",
            time_zone=view.time_zone,
            amount=Amount.of(view.amount),
            billed=Amount.of(Money(billed, view.currency)),
            duplicates=view.duplicates,
            items=[ItemUsageAnswer.of(each, view, language) for each in view.items],
        )


def month_given(text: str) -> date:
    """The 1st of a month written as 2026-11."""
    return date.fromisoformat(f"{text}-01")
