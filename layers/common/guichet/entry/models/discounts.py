"""What organizers send and are shown of their discount codes."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Final

from pydantic import AfterValidator, Field, StringConstraints
from pydantic_core import PydanticCustomError

from guichet.entry.fields import UNSENT, Amount, AmountGiven, Answer, Instant, Request, distinct
from guichet.registration.discount import DiscountCode
from guichet.registration.discounting import CodeTerms

_WHOLE_BPS: Final = 10_000


def _percentage(text: str) -> str:
    if not 0 < _bps(text) <= _WHOLE_BPS:
        raise PydanticCustomError(
            "percentage_malformed", "A percentage is above 0 and at most 100, as in 12.5."
        )
    return text


def _bps(text: str) -> int:
    whole, _, part = text.partition(".")
    return int(whole) * 100 + int(part.ljust(2, "0"))


NewCode = Annotated[
    str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9_-]*$", min_length=3, max_length=40)
]
Percentage = Annotated[
    str,
    StringConstraints(pattern=r"^[0-9]{1,3}(\.[0-9]{1,2})?$"),
    AfterValidator(_percentage),
]
Uses = Annotated[int, Field(ge=1, le=1_000_000)]
TrainingIds = Annotated[list[Annotated[str, Field(max_length=100)]], Field(max_length=50), distinct]


class DiscountCodeRequest(Request):
    """A new code: either `percentage`, two decimals at most, or `amount_off`."""

    code: NewCode
    percentage: Percentage | None = None
    amount_off: AmountGiven | None = None
    valid_from: Instant | None = None
    valid_until: Instant | None = None
    total_uses: Uses | None = None
    uses_per_email: Uses | None = None
    training_ids: TrainingIds = Field(default_factory=list)
    active: bool = True

    @property
    def percentage_bps(self) -> int | None:
        return None if self.percentage is None else _bps(self.percentage)

    def terms(self) -> CodeTerms:
        return CodeTerms(
            valid_from=self.valid_from,
            valid_until=self.valid_until,
            total_uses=self.total_uses,
            uses_per_email=self.uses_per_email,
            training_ids=tuple(self.training_ids),
            active=self.active,
        )


class DiscountCodePatch(Request):
    """The terms to change; null takes a limit away."""

    valid_from: Instant | None = UNSENT
    valid_until: Instant | None = UNSENT
    total_uses: Uses | None = UNSENT
    uses_per_email: Uses | None = UNSENT
    training_ids: TrainingIds = UNSENT
    active: bool = UNSENT

    def changed(self) -> dict[str, object]:
        return {
            name: tuple(self.training_ids) if name == "training_ids" else getattr(self, name)
            for name in self.model_fields_set
        }


class DiscountCodeAnswer(Answer):
    """A code. An empty `training_ids` means all trainings of the organizer."""

    code_id: str
    version: int
    code: str
    percentage: str | None
    amount_off: Amount | None
    valid_from: datetime | None
    valid_until: datetime | None
    total_uses: int | None
    uses_per_email: int | None
    training_ids: list[str]
    active: bool
    created_at: datetime
    created_by: str

    @classmethod
    def of(cls, code: DiscountCode) -> DiscountCodeAnswer:
        return cls(
            code_id=code.code_id,
            version=code.version,
            code=code.code,
            percentage=None if code.percentage_bps is None else _written(code.percentage_bps),
            amount_off=None if code.amount_off is None else Amount.of(code.amount_off),
            valid_from=code.valid_from,
            valid_until=code.valid_until,
            total_uses=code.total_uses,
            uses_per_email=code.uses_per_email,
            training_ids=list(code.training_ids),
            active=code.active,
            created_at=code.created_at,
            created_by=code.created_by,
        )


class DiscountCodesAnswer(Answer):
    """Part of a list; `next_cursor` leads on, null at the end."""

    items: list[DiscountCodeAnswer]
    next_cursor: str | None


def _written(bps: int) -> str:
    whole, part = divmod(bps, 100)
    return f"{whole}.{part:02}".rstrip("0").rstrip(".") if part else str(whole)
