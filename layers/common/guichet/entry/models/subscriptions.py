"""Subscriptions as customers see them and change them (SUB-19)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Annotated, Literal, Self

from pydantic import Field

from guichet.access.membership import Account
from guichet.catalogue.catalogue import Frequency, Product
from guichet.entry.fields import UNSENT, Amount, Answer, CodeWord, Day, Request
from guichet.entry.models.billing_lines import (
    BillLineAnswer,
    DaysAnswer,
    Naming,
    SumAnswer,
    TaxAnswer,
    lines_of,
    subtotal_of,
    taxes_of,
)
from guichet.entry.models.carts import MOST, FrequencyWord, Seats
from guichet.entry.models.profile import RepresentativeAnswer
from guichet.errors import invalid_field
from guichet.subscriptions.subscription import Subscription
from guichet.subscriptions.terms import Terms
from guichet.subscriptions.use_cases.read_subscriptions import NextBill, SubscriptionView


class AddOnLeft(Request):
    """How many units of an add-on there are to be; 0 takes it off."""

    add_on: CodeWord
    quantity: Annotated[int, Field(ge=0, le=MOST)]


class SubscriptionPatch(Request):
    """What the next period is to be for; what is left out stays."""

    seats: Seats = UNSENT
    add_ons: Annotated[list[AddOnLeft], Field(max_length=50)] = UNSENT
    frequency: FrequencyWord = UNSENT

    def quantities(self) -> Mapping[str, int] | None:
        """By add-on; those not named stay.

        Raises:
            Invalid: `add_on_twice`.
        """
        if "add_ons" not in self.model_fields_set:
            return None
        found = {each.add_on: each.quantity for each in self.add_ons}
        if len(found) < len(self.add_ons):
            raise invalid_field("/add_ons", "add_on_twice", "Name each add-on once.")
        return found

    def wanted_frequency(self) -> Frequency | None:
        return Frequency(self.frequency) if "frequency" in self.model_fields_set else None

    def wanted_seats(self) -> int | None:
        return self.seats if "seats" in self.model_fields_set else None


class CancelSubscriptionRequest(Request):
    """`ends_on` agrees to that day, where notice is too late for the running term."""

    ends_on: Day | None = None


class ActivationRequest(Request):
    """The day on which what was ordered worked: today, if it is left out, or before."""

    day: Day | None = None


class PinRequest(Request):
    """The version of the catalogue whose prices stay; null lets them follow the newest."""

    version: Annotated[str, Field(min_length=1, max_length=40)] | None


class CollectionStateRequest(Request):
    """Where collecting money leaves a subscription."""

    state: Literal["past_due", "suspended", "active"]


class TrialRequest(Request):
    """What is tried."""

    product: CodeWord
    plan: CodeWord
    seats: Seats = 1


class AddOnOwned(Answer):
    """Units of a recurring add-on."""

    add_on: str
    name: str
    quantity: int


class TermsAnswer(Answer):
    """What a period is for."""

    plan: str
    plan_name: str
    seats: int
    frequency: str
    add_ons: list[AddOnOwned]

    @classmethod
    def of(cls, terms: Terms | None, product: Product, naming: Naming) -> Self | None:
        if terms is None:
            return None
        plan = product.plans.get(terms.plan_id)
        return cls(
            plan=terms.plan_id,
            plan_name=terms.plan_id if plan is None else naming.text(plan.names),
            seats=terms.seats,
            frequency=terms.frequency,
            add_ons=[
                AddOnOwned(
                    add_on=each.add_on_id,
                    name=_name_of(each.add_on_id, product, naming),
                    quantity=each.quantity,
                )
                for each in terms.add_ons
            ],
        )


def _name_of(add_on_id: str, product: Product, naming: Naming) -> str:
    found = product.add_ons.get(add_on_id)
    return add_on_id if found is None else naming.text(found.names)


class PoolAnswer(Answer):
    """Seats. `assignable` is less than `bought` where seats are taken off at the next renewal."""

    bought: int
    assigned: int
    assignable: int

    @classmethod
    def of(cls, view: SubscriptionView) -> Self:
        bought, pool = view.subscription.terms.seats, view.pool
        if pool is None:
            return cls(bought=bought, assigned=0, assignable=0)
        return cls(bought=bought, assigned=pool.assigned, assignable=pool.capacity)


class TermAnswer(Answer):
    """A fixed term; notice up to and on `last_notice` ends it, else it renews."""

    start: date
    end: date
    months: int
    last_notice: date

    @classmethod
    def of(cls, subscription: Subscription) -> Self | None:
        term = subscription.term
        if term is None:
            return None
        return cls(start=term.start, end=term.end, months=term.months, last_notice=term.last_notice)


class SubscriptionAnswer(Answer):
    """A subscription. `cancellation_pending` stands beside its state (SUB-3).

    `price` is that of a whole period before tax. `at_renewal` is what the next period is for, where
    that differs. `billing_start` is null while it waits for the activation. `open_order` waits for
    its payment. `representative` is the account's own at the operator's.
    """

    subscription_id: str
    product: str
    product_name: str
    status: str
    has_access: bool
    cancellation_pending: bool
    created_at: datetime
    terms: TermsAnswer
    at_renewal: TermsAnswer | None
    seats: PoolAnswer
    price: Amount
    currency: str
    mode: str
    time_zone: str
    period: DaysAnswer | None
    renews_on: date | None
    expires_on: date | None
    trial_ends_on: date | None
    billing_start: date | None
    on_activation: bool
    term: TermAnswer | None
    ended_on: date | None
    deletion_on: date | None
    self_service: list[str]
    selling_entity: str
    catalogue_version: str
    pinned_version: str | None
    open_order: str | None
    representative: RepresentativeAnswer | None
    version: int

    @classmethod
    def of(cls, view: SubscriptionView, account: Account, naming: Naming) -> Self:
        held, product = view.subscription, view.product
        terms = TermsAnswer.of(held.terms, product, naming)
        return cls.model_validate(
            {name: getattr(held, name) for name in _SAME}
            | {
                "product": held.product_id,
                "product_name": naming.text(product.names),
                "cancellation_pending": held.cancellation is not None,
                "terms": terms,
                "at_renewal": TermsAnswer.of(held.next_terms, product, naming),
                "seats": PoolAnswer.of(view),
                "price": Amount.of(view.price),
                "period": DaysAnswer.of(held.period),
                "renews_on": view.renews_on,
                "expires_on": view.expires_on,
                "term": TermAnswer.of(held),
                "self_service": sorted(product.self_service),
                "open_order": held.open_cart_id,
                "representative": RepresentativeAnswer.of(account.representative),
            }
        )


_SAME = (
    *("subscription_id", "status", "has_access", "created_at", "currency", "mode", "time_zone"),
    *("trial_ends_on", "billing_start", "on_activation", "ended_on", "deletion_on"),
    *("selling_entity", "catalogue_version", "pinned_version", "version"),
)


class SubscriptionsAnswer(Answer):
    """Part of a list, in the order of their ids; `next_cursor` leads on, null at the end."""

    items: list[SubscriptionAnswer]
    next_cursor: str | None


class NextBillAnswer(Answer):
    """What the next period will be billed, by what is known today; `bill_on` null: nothing.

    `credit` is what the account has, of which the bill takes what it needs.
    """

    bill_on: date | None
    lines: list[BillLineAnswer]
    subtotal: SumAnswer
    taxes: list[TaxAnswer]
    tax: SumAnswer
    total: SumAnswer
    credit: Amount

    @classmethod
    def of(cls, found: NextBill, naming: Naming) -> Self:
        currency, quote = found.credit.currency, found.tax
        subtotal = subtotal_of(found.lines, currency)
        taxes = 0 if quote is None else quote.total_minor
        return cls(
            bill_on=found.bill_on,
            lines=lines_of(found.lines, naming),
            subtotal=subtotal,
            taxes=[] if quote is None else taxes_of(quote, currency),
            tax=SumAnswer(amount_minor=taxes, currency=currency),
            total=SumAnswer(amount_minor=subtotal.amount_minor + taxes, currency=currency),
            credit=Amount.of(found.credit),
        )
