"""What organizers send and are shown of their trainings."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from guichet.entry.fields import (
    UNSENT,
    Amount,
    AmountGiven,
    Answer,
    Instant,
    Instructions,
    Line,
    Prose,
    Request,
    ShortLine,
    distinct,
)
from guichet.languages import Language
from guichet.registration.offer import Offer
from guichet.registration.policy import RegistrationPolicy
from guichet.registration.ports import Seats
from guichet.registration.training import Approval, OfflineMethod, Training

MethodId = Annotated[
    str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9-]*$", min_length=1, max_length=40)
]
TimeZoneName = Annotated[str, StringConstraints(min_length=1, max_length=64)]
Capacity = Annotated[int, Field(ge=1, le=100_000)]
Days = Annotated[int, Field(ge=1, le=365)]
Languages = Annotated[list[Language], Field(min_length=1, max_length=7), distinct]
OfflineMethods = Annotated[list["OfflineMethodGiven"], Field(max_length=10)]


class OfflineMethodGiven(Request):
    """One of the organizer's own ways of being paid; registrants choose it as `offline:<id>`."""

    id: MethodId
    label: ShortLine
    instructions: Instructions

    def method(self) -> OfflineMethod:
        return OfflineMethod(self.id, self.label, self.instructions)


class TrainingRequest(Request):
    """A new training. It is a draft until it is opened."""

    title: Line
    description: Prose = ""
    terms: Prose = ""
    starts_at: Instant
    ends_at: Instant
    time_zone: TimeZoneName
    price: AmountGiven
    capacity: Capacity | None = None
    provider_payment: bool = True
    offline_methods: OfflineMethods = Field(default_factory=list)
    offline_deadline_days: Days | None = None
    approval: Literal["automatic", "manual"] = "automatic"
    languages: Languages

    def offer(self, policy: RegistrationPolicy) -> Offer:
        return Offer(
            title=self.title,
            description=self.description,
            terms=self.terms,
            starts_at=self.starts_at,
            ends_at=self.ends_at,
            time_zone=self.time_zone,
            price=self.price.money(),
            capacity=self.capacity,
            provider_payment=self.provider_payment,
            offline_methods=tuple(each.method() for each in self.offline_methods),
            offline_deadline_days=self.offline_deadline_days or policy.offline_deadline_days,
            approval=Approval(self.approval),
            languages=tuple(self.languages),
        )


class TrainingPatch(Request):
    """The fields to change; `capacity` null takes the limit away, no other field may be null."""

    title: Line = UNSENT
    description: Prose = UNSENT
    terms: Prose = UNSENT
    starts_at: Instant = UNSENT
    ends_at: Instant = UNSENT
    time_zone: TimeZoneName = UNSENT
    price: AmountGiven = UNSENT
    capacity: Capacity | None = UNSENT
    provider_payment: bool = UNSENT
    offline_methods: OfflineMethods = UNSENT
    offline_deadline_days: Days = UNSENT
    approval: Literal["automatic", "manual"] = UNSENT
    languages: Languages = UNSENT

    def changed(self) -> dict[str, object]:
        """What was sent, as the offer holds it."""
        return {name: self._offered(name) for name in self.model_fields_set}

    def _offered(self, name: str) -> object:
        match name:
            case "price":
                return self.price.money()
            case "offline_methods":
                return tuple(each.method() for each in self.offline_methods)
            case "approval":
                return Approval(self.approval)
            case "languages":
                return tuple(self.languages)
            case _:
                return getattr(self, name)


class OfflineMethodAnswer(Answer):
    """One of the organizer's own ways of being paid."""

    id: str
    label: str
    instructions: str


class SeatsAnswer(Answer):
    """Seats on hold count as taken; `left` is null where there is no limit."""

    taken: int
    left: int | None


class EstimateAnswer(Answer):
    """About what the provider keeps, by its list price: never promised (FEE-3)."""

    amount: Amount
    estimate: Literal[True] = True


class TrainingAnswer(Answer):
    """A training as those see it who sell it. `seats` are told for one training, not in lists."""

    training_id: str
    status: str
    version: int
    title: str
    description: str
    terms: str
    starts_at: datetime
    ends_at: datetime
    time_zone: str
    price: Amount
    capacity: int | None
    provider_payment: bool
    offline_methods: list[OfflineMethodAnswer]
    offline_deadline_days: int
    approval: str
    languages: list[str]
    created_at: datetime
    created_by: str
    seats: SeatsAnswer | None
    platform_fee: Amount
    provider_fee_estimate: EstimateAnswer | None

    @classmethod
    def of(
        cls, training: Training, policy: RegistrationPolicy, seats: Seats | None = None
    ) -> TrainingAnswer:
        return cls(
            training_id=training.training_id,
            status=training.status,
            version=training.version,
            title=training.title,
            description=training.description,
            terms=training.terms,
            starts_at=training.starts_at,
            ends_at=training.ends_at,
            time_zone=training.time_zone,
            price=Amount.of(training.price),
            capacity=training.capacity,
            provider_payment=training.provider_payment,
            offline_methods=[
                OfflineMethodAnswer(
                    id=each.method_id, label=each.label, instructions=each.instructions
                )
                for each in training.offline_methods
            ],
            offline_deadline_days=training.offline_deadline_days,
            approval=training.approval,
            languages=list(training.languages),
            created_at=training.created_at,
            created_by=training.created_by,
            seats=None if seats is None else SeatsAnswer(taken=seats.taken, left=seats.left),
            platform_fee=Amount.of(policy.platform_fee.fee(training.price)),
            provider_fee_estimate=_estimate(training, policy),
        )


class TrainingsAnswer(Answer):
    """Part of a list; `next_cursor` leads on, null at the end."""

    items: list[TrainingAnswer]
    next_cursor: str | None


def _estimate(training: Training, policy: RegistrationPolicy) -> EstimateAnswer | None:
    if not training.provider_payment or not training.price:
        return None
    terms = next(iter(policy.providers.values()))
    return EstimateAnswer(amount=Amount.of(terms.estimated_fee(training.price)))
