"""Carts: what is wished for, and what it costs (SUB-5)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, datetime
from types import MappingProxyType
from typing import Annotated, Final, Literal, Self

from pydantic import Field, StringConstraints

from guichet.catalogue.catalogue import Frequency
from guichet.entry.callers import known_form
from guichet.entry.fields import Amount, Answer, CodeWord, Request
from guichet.entry.models.billing_lines import BillSumsAnswer, DaysAnswer, Naming
from guichet.entry.problems import refused_fields
from guichet.errors import FieldError
from guichet.subscriptions.cart import CartLine, CartLineKind, Preview, Touched
from guichet.subscriptions.terms import AddOnQuantity

MOST: Final = 1_000_000  # of anything; what a plan or an add-on is sold in, the catalogue says

Seats = Annotated[int, Field(ge=1, le=MOST)]
Quantity = Annotated[int, Field(ge=1, le=MOST)]
FrequencyWord = Literal["monthly", "quarterly", "annual"]
CurrencyWord = Annotated[str, StringConstraints(pattern=r"^[A-Z]{3}$")]
Method = Literal["stripe", "paypal"]

_TERMS: Final = frozenset({"plan", "frequency", "seats", "add_ons", "once"})
_TAKES: Final[Mapping[str, frozenset[str]]] = MappingProxyType(
    {
        "subscribe": _TERMS | {"subscription_id", "product", "on_activation"},
        "add": frozenset({"subscription_id", "seats", "add_ons", "once"}),
        "change": _TERMS | {"subscription_id"},
        "reactivate": _TERMS | {"subscription_id", "on_activation"},
    }
)


class AddOnGiven(Request):
    """So many units of an add-on."""

    add_on: CodeWord
    quantity: Quantity


AddOns = Annotated[list[AddOnGiven], Field(max_length=50)]


class CartLineGiven(Request):
    """One wish.

    `subscribe` names a `product`, or the trial or free subscription that is to be paid for; the
    others name a subscription. Of `add`, seats and add-ons are how many more; elsewhere how many
    there are to be. What is left out stays as it is. `once` is bought once. `on_activation`, by a
    representative alone: billing begins when it is reported to work.
    """

    kind: Literal["subscribe", "add", "change", "reactivate"]
    subscription_id: Annotated[str, StringConstraints(max_length=100)] | None = None
    product: CodeWord | None = None
    plan: CodeWord | None = None
    frequency: FrequencyWord | None = None
    seats: Seats | None = None
    add_ons: AddOns | None = None
    once: AddOns | None = None
    on_activation: bool = False

    def faults(self, place: int) -> Iterator[FieldError]:
        """What this kind of line lacks, or does not take."""
        given = {name for name in self.model_fields_set if getattr(self, name) is not None}
        given -= {"kind"} if self.on_activation else {"kind", "on_activation"}
        for name in sorted(given - _TAKES[self.kind]):
            detail = f"A line of kind {self.kind} has no such field."
            yield FieldError(f"/lines/{place}/{name}", "unknown_field", detail)
        for name in self._required(given):
            if name not in given:
                yield FieldError(f"/lines/{place}/{name}", "required", "This is required.")

    def _required(self, given: set[str]) -> tuple[str, ...]:
        if self.kind == "subscribe" and "subscription_id" not in given:
            return "product", "plan", "frequency"
        return ("subscription_id",)

    def wish(self) -> CartLine:
        named = self.subscription_id
        return CartLine(
            CartLineKind(self.kind),
            subscription_id=None if named is None else known_form(named, "subscription"),
            product_id=self.product,
            plan_id=self.plan,
            frequency=None if self.frequency is None else Frequency(self.frequency),
            seats=self.seats,
            add_ons=None if self.add_ons is None else _quantities(self.add_ons),
            once=_quantities(self.once or []),
            on_activation=self.on_activation,
        )


def _quantities(given: list[AddOnGiven]) -> tuple[AddOnQuantity, ...]:
    return tuple(AddOnQuantity(each.add_on, each.quantity) for each in given)


class PreviewRequest(Request):
    """What a cart is to hold, and in which currency it is billed; else as the account is."""

    lines: Annotated[list[CartLineGiven], Field(max_length=100)]
    currency: CurrencyWord | None = None

    def wishes(self) -> tuple[CartLine, ...]:
        """The lines as the domain has them.

        Raises:
            Invalid: `required` or `unknown_field`, of a line's kind.
            NotFound: a subscription that can't be one of ours.
        """
        faults = tuple(
            fault for place, line in enumerate(self.lines) for fault in line.faults(place)
        )
        if faults:
            raise refused_fields(faults)
        return tuple(line.wish() for line in self.lines)


class OrderRequest(Request):
    """Which preview is ordered; `method` where something is due now."""

    preview_id: Annotated[str, StringConstraints(max_length=100)]
    method: Method | None = None


class OrderPaymentRequest(Request):
    """How an order is paid."""

    method: Method


class PlannedPeriodAnswer(Answer):
    """What a subscription will be for, and from when to when.

    `period` is the one that will be running: null while nothing is billed, until `billing_start`,
    which is null where it begins with the activation.
    """

    subscription_id: str
    plan: str
    seats: int
    frequency: str
    period: DaysAnswer | None
    billing_start: date | None

    @classmethod
    def of(cls, touched: Touched) -> Self:
        return cls(
            subscription_id=touched.subscription_id,
            plan=touched.terms.plan_id,
            seats=touched.terms.seats,
            frequency=touched.terms.frequency,
            period=DaysAnswer.of(touched.period),
            billing_start=touched.billing_start,
        )


class CartSums(Answer):
    """What a cart costs: `now` is paid with the order, `later` comes with the bills of a 1st.

    `credit_applied` is account credit that pays for some of `now`, `due_now` what is left to pay,
    `credit_given` what becomes account credit where credits outweigh charges.
    """

    currency: str
    selling_entity: str
    time_zone: str
    day: date
    catalogue_version: str
    now: BillSumsAnswer
    later: list[BillSumsAnswer]
    credit_applied: Amount
    due_now: Amount
    credit_given: Amount
    subscriptions: list[str]
    periods: list[PlannedPeriodAnswer]


def sums(preview: Preview, naming: Naming) -> dict[str, object]:
    """The fields of `CartSums`."""
    currency = preview.currency
    return {
        "currency": currency,
        "selling_entity": preview.selling_entity,
        "time_zone": preview.time_zone,
        "day": preview.day,
        "catalogue_version": preview.catalogue_version,
        "now": BillSumsAnswer.of(preview.now, currency, naming),
        "later": [BillSumsAnswer.of(each, currency, naming) for each in preview.later],
        "credit_applied": Amount.of(preview.credit_applied),
        "due_now": Amount.of(preview.due_now),
        "credit_given": Amount.of(preview.credit_given),
        "subscriptions": [each.subscription_id for each in preview.touched],
        "periods": [PlannedPeriodAnswer.of(each) for each in preview.touched],
    }


class PreviewAnswer(CartSums):
    """A preview: placing it until `valid_until` charges exactly `due_now`, or has no effect."""

    preview_id: str
    created_at: datetime
    valid_until: datetime

    @classmethod
    def of(cls, preview: Preview, naming: Naming) -> Self:
        return cls.model_validate(
            sums(preview, naming)
            | {
                "preview_id": preview.preview_id,
                "created_at": preview.created_at,
                "valid_until": preview.expires_at,
            }
        )
