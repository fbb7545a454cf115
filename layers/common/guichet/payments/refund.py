"""A refund: money on its way back, first the buyer's, then the fee's (RFD-3, RFD-6)."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from types import MappingProxyType
from typing import Protocol

from guichet.errors import Conflict
from guichet.money import Money


class RefundStatus(StrEnum):
    """RFD-6: only the provider's answer leads to succeeded or failed."""

    REQUESTED = "requested"  # stored; not yet sent, or sent without an answer
    SUBMITTED = "submitted"  # the provider has it and has not finished
    SUCCEEDED = "succeeded"
    FAILED = "failed"


class RefundReason(StrEnum):
    """Who, or which rule, returned the money."""

    ORGANIZER = "organizer"  # asked for by a member (RFD-1)
    TRAINING_CANCELLED = "training_cancelled"
    OUTSIDE = "outside"  # made at the provider, not through us (RFD-4)
    CHARGEBACK = "chargeback"  # a lost dispute (RFD-4)

    LATE_WITHOUT_SEAT = "late_without_seat"
    PAID_TWICE = "paid_twice"
    REGISTRATION_ENDED = "registration_ended"
    MISMATCHED = "mismatched"  # decided by a person (REG-3)


S = RefundStatus

TRANSITIONS = MappingProxyType(
    {
        S.REQUESTED: frozenset({S.SUBMITTED, S.SUCCEEDED, S.FAILED}),
        S.SUBMITTED: frozenset({S.SUCCEEDED, S.FAILED}),
        S.SUCCEEDED: frozenset({S.FAILED}),  # a provider can take a success back, days later
        S.FAILED: frozenset(),
    }
)


class SentRefund(Protocol):
    """What a provider's adapter takes of a refund, whosever account it is paid out of."""

    @property
    def refund_id(self) -> str: ...

    @property
    def payment_id(self) -> str: ...

    @property
    def on_behalf_of(self) -> str | None:
        """Whose account the provider is called for; None: the one whose credentials call."""
        ...

    @property
    def amount(self) -> Money: ...

    @property
    def request_body(self) -> str: ...

    @property
    def provider_refund_id(self) -> str | None: ...

    @property
    def first_sent_at(self) -> datetime | None: ...

    @property
    def asked_count(self) -> int: ...

    @property
    def is_ours(self) -> bool: ...


@dataclass(frozen=True, slots=True)
class Refund:
    """One refund of one payment, with the exact bytes of both provider calls."""

    refund_id: str
    payment_id: str
    registration_id: str
    training_id: str
    account_id: str
    provider: str
    payee: str
    amount: Money
    fee: Money  # what of the platform fee goes back, after the refund succeeded
    reason: RefundReason
    requested_at: datetime
    request_body: str
    fee_request_body: str | None  # None: the fee goes back within the refund itself
    platform_fee_id: str | None
    status: RefundStatus = S.REQUESTED
    provider_refund_id: str | None = None
    provider_fee_refund_id: str | None = None
    # It failed after it had succeeded, while a worker may have been giving the fee back.
    fee_in_doubt_since: datetime | None = None
    asked_count: int = 0
    first_sent_at: datetime | None = None
    failure: str | None = None
    request_hash: str = ""
    explanation: str | None = None  # why, in the organizer's words
    note: str | None = None  # to the registrant
    # Of one that was made at the provider: when, which decides the window (RFD-4).
    made_at: datetime | None = None
    fee_returned_there: Money | None = None  # what the provider had given back of the fee itself
    fee_credited: Money | None = None  # what went to the organizer's account credit instead
    dispute_id: str | None = None  # of a lost one
    provider_fee_returned: Money | None = None  # of its own fee, as the provider says (FEE-3)
    version: int = 1

    @property
    def on_behalf_of(self) -> str:
        """The organizer's account, which was paid."""
        return self.payee

    @property
    def is_ours(self) -> bool:
        """Whether we sent it; the others were made at the provider."""
        return self.reason not in {RefundReason.OUTSIDE, RefundReason.CHARGEBACK}

    @property
    def is_in_progress(self) -> bool:
        return self.status in {S.REQUESTED, S.SUBMITTED}

    @property
    def owes_fee(self) -> bool:
        """The buyer has the money back, the organizer not yet the fee."""
        return self.status is S.SUCCEEDED and bool(self.fee) and self.provider_fee_refund_id is None

    @property
    def is_finished(self) -> bool:
        if self.status is S.FAILED:
            return self.fee_in_doubt_since is None
        return self.status is S.SUCCEEDED and not self.owes_fee

    @property
    def fee_goes_within(self) -> bool:
        """Whether the provider returns the fee in the refund's own call."""
        return bool(self.fee) and self.fee_request_body is None

    def transition_to(self, status: RefundStatus) -> Refund:
        """The only door between states."""
        if status not in TRANSITIONS[self.status]:
            raise Conflict(f"refund_{self.status}", f"This refund is {self.status}.")
        return replace(self, status=status)

    def reported(
        self,
        status: RefundStatus,
        provider_refund_id: str,
        failure: str | None,
        provider_fee_returned: Money | None = None,
    ) -> Refund:
        """As the provider has it now; what it gave back of its own fee is kept once it succeeded."""
        moved = self if status is self.status else self.transition_to(status)
        returned = provider_fee_returned if status is S.SUCCEEDED else self.provider_fee_returned
        return replace(
            moved,
            provider_refund_id=provider_refund_id,
            failure=failure,
            provider_fee_returned=returned,
        )

    def fee_returned(self, provider_fee_refund_id: str) -> Refund:
        return replace(self, provider_fee_refund_id=provider_fee_refund_id, fee_in_doubt_since=None)

    def fee_in_doubt(self, now: datetime) -> Refund:
        """Ask about the fee once more when no worker can be at it any longer."""
        return replace(self, fee_in_doubt_since=now, asked_count=0)

    def fee_kept(self) -> Refund:
        """The fee never went back, and now it never will."""
        return replace(self, fee_in_doubt_since=None)
