"""One attempt to collect, whatever is paid for: its exact bytes, and the only moves it may make."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from types import MappingProxyType
from typing import Final, Self

from guichet.errors import Conflict
from guichet.money import Money


class PaymentStatus(StrEnum):
    """Where an attempt stands. A timeout is no status: it leaves things as they were asked."""

    CREATED = "created"  # stored with its bytes; the provider may or may not have a session
    OPEN = "open"  # the buyer has the hosted page
    CAPTURING = "capturing"  # our capture is on its way, or its answer was lost: unknown
    PROCESSING = "processing"  # the provider has a debit that it has not settled
    CAPTURED = "captured"
    MISMATCHED = "mismatched"  # captured, but not what was asked: a person decides (REG-3)
    FAILED = "failed"  # denied by the buyer's bank
    EXPIRED = "expired"  # ended at the provider, nothing was paid
    ABANDONED = "abandoned"  # its page reached nobody, can't be asked about, or was turned from
    PARKED = "parked"  # a capture was sent, and nobody can be asked about it: a person decides


S = PaymentStatus

CALL_LIMIT: Final = timedelta(seconds=30)  # longer than all tries of one call of a provider take

_FIRST_REST: Final = timedelta(seconds=5)  # of an order that was declined, doubled each time

TRANSITIONS = MappingProxyType(
    {  # a pair absent from this table does not happen
        S.CREATED: frozenset({S.OPEN, S.ABANDONED}),
        S.OPEN: frozenset(
            {S.CAPTURING, S.PROCESSING, S.CAPTURED, S.MISMATCHED, S.FAILED, S.EXPIRED, S.ABANDONED}
        ),
        # Back to open: the buyer's card was declined, or PayPal says that nobody had approved.
        S.CAPTURING: frozenset(
            {S.OPEN, S.PROCESSING, S.CAPTURED, S.MISMATCHED, S.FAILED, S.EXPIRED, S.PARKED}
        ),
        S.PROCESSING: frozenset({S.CAPTURED, S.MISMATCHED, S.FAILED, S.PARKED}),
        S.CAPTURED: frozenset(),
        S.MISMATCHED: frozenset({S.CAPTURED}),  # a person accepts it
        S.FAILED: frozenset(),
        # A page left open was paid after all: late money is taken into the books (BAD-16).
        S.EXPIRED: frozenset({S.CAPTURING, S.PROCESSING, S.CAPTURED, S.MISMATCHED}),
        S.ABANDONED: frozenset(),
        S.PARKED: frozenset({S.CAPTURED, S.FAILED}),  # a person looked at the provider's pages
    }
)

# No answer of a provider changes these; a person may.
FINAL = frozenset({S.CAPTURED, S.MISMATCHED, S.FAILED, S.ABANDONED, S.PARKED})


class CaptureMethod(StrEnum):
    """How the buyer paid at the provider, as the receipt names it (REG-13)."""

    CARD = "card"
    BANK_DEBIT = "bank_debit"
    PAYPAL = "paypal"


@dataclass(frozen=True, slots=True)
class Capture:
    """What the provider says it captured. Fees are recorded from its data, never computed (FEE-3)."""

    capture_id: str
    intent_id: str  # empty where a person found the capture on the provider's pages
    amount: Money
    platform_fee: Money
    provider_fee: Money
    platform_fee_id: str | None
    captured_at: datetime
    reference: str | None  # our payment's id, as the provider has it
    payee: str  # the provider account that received it
    method: CaptureMethod = CaptureMethod.CARD


@dataclass(frozen=True, slots=True)
class Purpose:
    """What is paid for: the name of its id, as the provider keeps it with the payment, and the id."""

    name: str
    value: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt(ABC):
    """One attempt for one thing. `attempt` numbers the provider calls that opened it.

    The provider's idempotency key is `<payment_id>-<attempt>`; the bytes sent under it are kept,
    so that a repeat can never be another request.
    """

    payment_id: str
    account_id: str
    provider: str
    payee: str  # the account at the provider that is paid, when the attempt began
    amount: Money
    platform_fee: Money
    attempt: int
    request_body: str
    session_ends_at: datetime
    started_at: datetime
    request_hash: str
    method: str = "stripe"  # as the buyer chose it: PayPal has two
    status: PaymentStatus = S.CREATED
    session_id: str | None = None
    redirect_url: str | None = None
    capture: Capture | None = None
    calling_since: datetime | None = None  # a call that opens it, or captures again, is on its way
    capture_count: int = 0  # captures intended so far: each has its own key
    pending_capture_id: str | None = None  # what is asked about while the provider settles it
    asked_count: int = 0
    version: int = 1

    @property
    @abstractmethod
    def purpose(self) -> Purpose:
        """What is paid for."""

    @property
    @abstractmethod
    def on_behalf_of(self) -> str | None:
        """Whose account the provider is called for; None: the one whose credentials call."""

    @property
    def provider_key(self) -> str:
        return f"{self.payment_id}-{self.attempt}"

    @property
    def capture_key(self) -> str:
        return f"{self.provider_key}-c{self.capture_count}"

    @property
    def is_final(self) -> bool:
        """No answer of the provider can change it any more."""
        return self.status in FINAL

    def transition_to(self, status: PaymentStatus) -> Self:
        """The only door between states."""
        if status not in TRANSITIONS[self.status]:
            raise Conflict(f"payment_{self.status}", f"This payment is {self.status}.")
        return replace(self, status=status)

    def opened(self, session_id: str, redirect_url: str) -> Self:
        """The page is known: the bytes that asked for it are never sent again, and are let go."""
        return replace(
            self.transition_to(S.OPEN),
            session_id=session_id,
            redirect_url=redirect_url,
            request_body="",
            calling_since=None,
        )

    def call_lost(self) -> Self:
        """The call that should open a session is over, without a page for the buyer."""
        return replace(self, calling_since=None)

    def retried(self, *, request_body: str, session_ends_at: datetime, now: datetime) -> Self:
        """A new attempt number: a session whose page nobody received is harmless."""
        if self.status is not S.CREATED:
            raise Conflict(f"payment_{self.status}", f"This payment is {self.status}.")
        return replace(
            self,
            attempt=self.attempt + 1,
            request_body=request_body,
            session_ends_at=session_ends_at,
            started_at=now,
            calling_since=now,
        )

    def capturing(self, now: datetime) -> Self:
        """The intent to take the money, stored before the provider hears of it."""
        return replace(
            self.transition_to(S.CAPTURING),
            capture_count=self.capture_count + 1,
            started_at=now,
            asked_count=0,
        )

    def capturing_again(self, now: datetime) -> Self:
        """The same intent, sent once more: whoever looks meanwhile waits for its answer."""
        return replace(self, calling_since=now)

    @property
    def was_sent_before(self) -> bool:
        """Whether an earlier worker may have captured by this intent, and never told of it."""
        return self.asked_count > 0 or self.calling_since is not None

    def abandoned(self) -> Self:
        return replace(self.transition_to(S.ABANDONED), calling_since=None)

    def is_being_called(self, now: datetime) -> bool:
        """Whether another worker may still receive the page of this attempt."""
        return self.calling_since is not None and now < self.calling_since + CALL_LIMIT

    def rests(self, now: datetime) -> bool:
        """Whether a decline was too short ago: each look would be one more, and PayPal counts them."""
        if not self.capture_count or self.status is S.CAPTURING:
            return False
        rest = _FIRST_REST * float(1 << (self.capture_count - 1))
        return now < self.started_at + rest

    def is_being_captured(self, now: datetime) -> bool:
        """Whether another worker may still be waiting for the answer to our capture."""
        fresh = self.asked_count == 0 and now < self.started_at + CALL_LIMIT
        return self.status is S.CAPTURING and (fresh or self.is_being_called(now))

    def captured(self, capture: Capture) -> Self:
        """Money arrived: as asked, or held as mismatched for a person to decide (REG-3)."""
        status = S.CAPTURED if not self.mismatches(capture) else S.MISMATCHED
        return replace(self.transition_to(status), capture=capture)

    def mismatches(self, capture: Capture) -> tuple[str, ...]:
        """What of a capture is not what was asked: amount, currency, payee, reference (REG-3)."""
        compared = {
            "amount": (self.amount.amount_minor, capture.amount.amount_minor),
            "currency": (self.amount.currency, capture.amount.currency),
            "payee": (self.payee, capture.payee),
            "reference": (self.payment_id, capture.reference),
        }
        return tuple(name for name, (asked, got) in compared.items() if asked != got)
