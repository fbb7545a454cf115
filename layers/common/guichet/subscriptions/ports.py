"""What subscriptions need from outside: their records, taxes, and what a write may hold."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Protocol

from guichet.access.membership import Account
from guichet.access.profile import BillingProfile
from guichet.ledger.billable import BillableLine
from guichet.ledger.journal import Cause, Change
from guichet.payments.cart_payment import CartPayment
from guichet.payments.own_refund import OwnRefund
from guichet.payments.ports import PaymentProvider
from guichet.subscriptions.assessing import NOTHING_EARLIER, EarlierTaxes
from guichet.subscriptions.balance import AccountBalance
from guichet.subscriptions.cart import Cart, Preview, TaxQuote
from guichet.subscriptions.creditable import Earlier, KeepGivenBack
from guichet.subscriptions.seats import SeatAssignment, SeatPool
from guichet.subscriptions.subscription import Subscription
from guichet.subscriptions.usage import UsageMonth
from guichet.tax.subject import TaxSubject

type Aggregate = (
    Subscription | Cart | CartPayment | OwnRefund | AccountBalance | SeatAssignment | UsageMonth
)


@dataclass(frozen=True, slots=True)
class NewPool:
    """A subscription's seats, none of them assigned."""

    subscription_id: str
    capacity: int


@dataclass(frozen=True, slots=True)
class ResizePool:
    """Another number of seats, never below what is assigned. Refused with `seats_below_assigned`."""

    subscription_id: str
    capacity: int


@dataclass(frozen=True, slots=True)
class TakePoolSeat:
    """One seat less. Refused with `seats_all_assigned` (SUB-14)."""

    subscription_id: str


@dataclass(frozen=True, slots=True)
class FreePoolSeat:
    """One seat more; the version of its assignment makes sure that it happens once."""

    subscription_id: str


@dataclass(frozen=True, slots=True)
class TakeTrial:
    """One trial per product and account (SUB-19). Refused with `trial_used`."""

    account_id: str
    product_id: str
    subscription_id: str


@dataclass(frozen=True, slots=True)
class TakeSeatEmail:
    """One live seat per person and subscription. Refused with `seat_assigned_already`."""

    subscription_id: str
    email: str
    seat_id: str


@dataclass(frozen=True, slots=True)
class FreeSeatEmail:
    """The person may get a seat again."""

    subscription_id: str
    email: str


@dataclass(frozen=True, slots=True)
class MarkBilled:
    """`BILLED#<subscription>#<period>`, put by absence: a period is billed once (INV-1, BAD-12)."""

    subscription_id: str
    period_start: date
    by_absence: bool = True  # False: the subscription's own state makes sure of it


@dataclass(frozen=True, slots=True)
class TakePaymentKey:
    """A received payment is recorded once for a key, for ever (COL-2)."""

    account_id: str
    mark: str
    request_hash: str


@dataclass(frozen=True, slots=True)
class ProviderEventApplied:
    """The provider's event has had its effect."""

    provider: str
    event_id: str


type Step = (
    NewPool
    | ResizePool
    | TakePoolSeat
    | FreePoolSeat
    | TakeTrial
    | TakeSeatEmail
    | FreeSeatEmail
    | MarkBilled
    | TakePaymentKey
    | ProviderEventApplied
    | KeepGivenBack
)


@dataclass(frozen=True, slots=True)
class Slice[T]:
    """Part of a list; `after` leads on, None at the end."""

    items: list[T]
    after: str | None


@dataclass(frozen=True, slots=True)
class Holding:
    """An account with its profile and some of its subscriptions, as they are at one moment."""

    account: Account
    profile: BillingProfile
    subscriptions: tuple[Subscription | None, ...]  # in the order asked for
    preview: Preview | None = None  # the one that was asked for


class BillingRecords(Protocol):
    """The records of subscriptions, carts and balances. Reads by key are strongly consistent."""

    def account(self, account_id: str) -> Account: ...

    def profile(self, account_id: str) -> BillingProfile: ...

    def holding(
        self, account_id: str, subscription_ids: Sequence[str], preview_id: str | None = None
    ) -> Holding:
        """In one reading; with a preview, where one is asked for and kept."""
        ...

    def subscription(self, account_id: str, subscription_id: str) -> Subscription | None: ...

    def subscriptions(
        self, account_id: str, subscription_ids: Sequence[str]
    ) -> list[Subscription | None]:
        """Several as they are at one moment, in the order asked for."""
        ...

    def subscriptions_of(
        self, account_id: str, *, limit: int, after: str | None
    ) -> Slice[Subscription]:
        """In the order of their ids."""
        ...

    def preview(self, account_id: str, preview_id: str) -> Preview | None: ...

    def keep_preview(self, preview: Preview) -> bool:
        """Store it once; answers whether it was new."""
        ...

    def cart(self, account_id: str, cart_id: str) -> Cart | None: ...

    def carts_of(self, account_id: str, *, limit: int, after: str | None) -> Slice[Cart]: ...

    def cart_payment(self, payment_id: str) -> CartPayment | None: ...

    def own_refund(self, refund_id: str) -> OwnRefund | None: ...

    def balance(self, account_id: str, selling_entity: str, currency: str) -> AccountBalance:
        """Where nothing was ever billed: an empty one, of version 0."""
        ...

    def balances_of(self, account_id: str) -> list[AccountBalance]: ...

    def earlier_taxes(self, account_id: str, lines: Iterable[BillableLine]) -> EarlierTaxes:
        """What the invoices bore whose lines are given back here; of one that waits to be made, nothing."""
        ...

    def earlier(self, account_id: str, invoice_ids: Sequence[str]) -> Earlier:
        """What these invoices bore, and what went back of them; of one that waits to be made, by bills."""
        ...

    def payment_key(self, account_id: str, mark: str) -> str | None:
        """The request's hash for which a key of a received payment was taken; None: it was not."""
        ...

    def pool(self, subscription_id: str) -> SeatPool | None: ...

    def seat(self, subscription_id: str, seat_id: str) -> SeatAssignment | None: ...

    def seats_of(
        self, subscription_id: str, *, limit: int, after: str | None
    ) -> Slice[SeatAssignment]: ...

    def usage_month(self, subscription_id: str, month: date) -> UsageMonth | None: ...

    def save(
        self, cause: Cause, changes: Sequence[Change[Aggregate]], steps: Sequence[Step] = ()
    ) -> None:
        """All of it in one write, with one journal entry for each change, or nothing.

        Raises:
            ConcurrentUpdateError: an aggregate is no longer what was read.
            Conflict: a step's own refusal.
        """
        ...


class TaxSubjects(Protocol):
    """Who is taxed: the customer with what is known of its VAT number and its certificates."""

    def subject(self, profile: BillingProfile, day: date) -> TaxSubject: ...


class Taxes(Protocol):
    """What taxes and regulatory fees a bill bears."""

    def quote(
        self,
        selling_entity: str,
        subject: TaxSubject,
        day: date,
        lines: Sequence[BillableLine],
        earlier: EarlierTaxes = NOTHING_EARLIER,
    ) -> TaxQuote:
        """One line for each tax with a rate, the fees, and what each line bears.

        Args:
            selling_entity: who bills.
            subject: the customer.
            day: the bill's.
            lines: before tax.
            earlier: what the invoices bore whose lines are given back (SUB-6).

        Raises:
            Unavailable: `tax_unknown`, what has to be known for it is not.
        """
        ...


class OwnAccounts(Protocol):
    """The operator's own accounts at the providers, by selling entity."""

    def providers(self, selling_entity: str) -> Mapping[str, PaymentProvider]: ...

    def offered(self, selling_entity: str) -> tuple[str, ...]:
        """The names of the providers that the entity has an account at."""
        ...

    def payee(self, selling_entity: str, provider: str) -> str:
        """The account itself, as far as a capture has to be compared with it."""
        ...
