"""What registration needs from outside: its records, and what a write may hold beside an aggregate."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from guichet.access.membership import Account
from guichet.ledger.journal import Cause, Change
from guichet.payments.account import PaymentAccount
from guichet.payments.dispute import Dispute
from guichet.payments.payment import Payment
from guichet.payments.refund import Refund
from guichet.registration.cancellation import Cancellation
from guichet.registration.discount import DiscountCode
from guichet.registration.provider_event import ProviderEvent
from guichet.registration.registration import Registration, RegistrationStatus
from guichet.registration.training import Training

type Aggregate = (
    Account
    | PaymentAccount
    | DiscountCode
    | Training
    | Registration
    | Payment
    | Refund
    | Dispute
    | Cancellation
)


@dataclass(frozen=True, slots=True)
class NewSeats:
    """A training's seats, counted from 0."""

    training_id: str
    capacity: int | None


@dataclass(frozen=True, slots=True)
class ResizeSeats:
    """Another capacity, never below what is taken.

    Refused with `capacity_below_taken`.
    """

    training_id: str
    capacity: int | None


@dataclass(frozen=True, slots=True)
class TakeSeat:
    """One seat less. Refused with `training_full` (REG-4)."""

    training_id: str


@dataclass(frozen=True, slots=True)
class FreeSeat:
    """One seat more; the version of its registration makes sure that it happens once."""

    training_id: str


@dataclass(frozen=True, slots=True)
class TakeEmail:
    """One live registration per e-mail and training. Refused with `already_registered` (REG-12)."""

    training_id: str
    email: str
    registration_id: str


@dataclass(frozen=True, slots=True)
class FreeEmail:
    """The e-mail may register again."""

    training_id: str
    email: str


@dataclass(frozen=True, slots=True)
class NewCodeUses:
    """A code's uses, counted from 0, and the word under which it is found.

    Refused with `code_taken`.
    """

    account_id: str
    code_id: str
    code: str
    total_uses: int | None


@dataclass(frozen=True, slots=True)
class ResizeCodeUses:
    """Another number of uses; uses already made stay."""

    code_id: str
    total_uses: int | None


@dataclass(frozen=True, slots=True)
class TakeCodeUse:
    """Reserve one use. Refused with `discount_used_up` (REG-5)."""

    code_id: str
    email: str
    uses_per_email: int | None


@dataclass(frozen=True, slots=True)
class GiveBackCodeUse:
    """The hold ended unpaid (REG-5)."""

    code_id: str
    email: str


@dataclass(frozen=True, slots=True)
class EventApplied:
    """A provider's event had its effect in this very write (EXT-2)."""

    provider: str
    event_id: str


@dataclass(frozen=True, slots=True)
class RefundCounted:
    """One refund more of a payment, decided on with `seen` of them in sight.

    Whoever decided on the same sight loses the race: together they might return too much (RFD-1).
    """

    payment_id: str
    seen: int


type Step = (
    NewSeats
    | ResizeSeats
    | TakeSeat
    | FreeSeat
    | TakeEmail
    | FreeEmail
    | NewCodeUses
    | ResizeCodeUses
    | TakeCodeUse
    | GiveBackCodeUse
    | EventApplied
    | RefundCounted
)


@dataclass(frozen=True, slots=True)
class Seats:
    """How many seats are taken or on hold."""

    capacity: int | None
    taken: int

    @property
    def left(self) -> int | None:
        return None if self.capacity is None else max(self.capacity - self.taken, 0)


@dataclass(frozen=True, slots=True)
class RefundsFound:
    """All refunds and disputes of one payment, and how many refunds were ever stored."""

    refunds: tuple[Refund, ...] = ()
    disputes: tuple[Dispute, ...] = ()

    @property
    def count(self) -> int:
        return len(self.refunds)


@dataclass(frozen=True, slots=True)
class Slice[T]:
    """Part of a list; `after` leads on, None at the end."""

    items: list[T]
    after: str | None


class Records(Protocol):
    """The records of registrations and their payments. Reads by key are strongly consistent.

    `require_*` raise `NotFound`.
    """

    def account(self, account_id: str) -> Account: ...

    def payment_accounts(self, account_id: str) -> list[PaymentAccount]: ...

    def training(self, training_id: str) -> Training | None: ...

    def seats(self, training_id: str) -> Seats: ...

    def cancellation(self, training_id: str) -> Cancellation | None: ...

    def registration(self, registration_id: str) -> Registration | None: ...

    def live_registration_of(self, training_id: str, email: str) -> Registration | None: ...

    def discount_code(self, account_id: str, code_id: str) -> DiscountCode | None: ...

    def discount_code_named(self, account_id: str, code: str) -> DiscountCode | None: ...

    def payment(self, payment_id: str) -> Payment | None: ...

    def refund(self, payment_id: str, refund_id: str) -> Refund | None: ...

    def refunds_of(self, payment_id: str) -> RefundsFound:
        """Oldest first.

        Raises:
            ConcurrentUpdateError: one was being stored while they were read.
        """
        ...

    def payments_of(self, training_id: str, *, limit: int, after: str | None) -> Slice[Payment]:
        """What was captured for a training, newest first."""
        ...

    def provider_event(self, provider: str, event_id: str) -> ProviderEvent | None: ...

    def trainings_of(
        self, account_id: str, *, limit: int, after: str | None
    ) -> Slice[Training]: ...

    def discount_codes_of(
        self, account_id: str, *, limit: int, after: str | None
    ) -> Slice[DiscountCode]: ...

    def registrations_of(
        self,
        training_id: str,
        *,
        limit: int,
        after: str | None,
        status: RegistrationStatus | None = None,
        email: str | None = None,
    ) -> Slice[Registration]: ...

    def save(
        self, cause: Cause, changes: Sequence[Change[Aggregate]], steps: Sequence[Step] = ()
    ) -> None:
        """All of it in one write, with one journal entry for each change, or nothing.

        Raises:
            ConcurrentUpdateError: an aggregate is no longer what was read.
            Conflict: a step's own refusal.
        """
        ...

    def receive(self, cause: Cause, event: ProviderEvent) -> bool:
        """Store a provider's event once; a repeat of one still unapplied wakes it again (BAD-3).

        Answers whether it was new.
        """
        ...

    def event_ignored(self, cause: Cause, event: ProviderEvent) -> None:
        """Applied without an effect: unknown type, or nothing of ours."""
        ...


class RateLimits(Protocol):
    """Counts per source that may be forgotten: they protect, they decide nothing about money."""

    def count(
        self, kind: str, place: str, source: str, *, at: datetime, limit_per_hour: int
    ) -> None:
        """Count one more.

        Raises:
            TooMany: the hour's limit was reached before.
        """
        ...

    def require_room(
        self, kind: str, place: str, source: str, *, at: datetime, limit_per_hour: int
    ) -> None:
        """Count nothing.

        Raises:
            TooMany: the hour's limit has been reached.
        """
        ...

    def may_again(self, kind: str, place: str, *, at: datetime, seconds: int) -> bool:
        """Whether this was last done at least so long ago; if so, it counts as done now."""
        ...
