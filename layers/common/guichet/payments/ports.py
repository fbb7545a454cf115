"""What payments need from a provider. Stripe's and PayPal's own words stay behind these."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final, Protocol

from guichet.money import Money
from guichet.payments.attempt import Attempt, Capture
from guichet.payments.dispute import DisputeStatus
from guichet.payments.payment import Payment
from guichet.payments.refund import Refund, RefundStatus, SentRefund

# The organizer's account can't be asked any more: what is unknown stays unknown.
NOT_REACHABLE: Final = "account_not_reachable"


class ProviderUnavailableError(Exception):
    """No answer, or one that says later: what the call did is unknown."""

    def __init__(self, message: str, *, retry_after_seconds: int | None = None) -> None:
        super().__init__(message)
        self.retry_after_seconds = retry_after_seconds


class ProviderRefusedError(Exception):
    """The provider said no and will say no again: `code` is ours, the message is for the log."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(f"{code}: {message}")
        self.code = code


class SessionState(StrEnum):
    """What a hosted session has come to, in the provider's eyes."""

    UNPAID = "unpaid"  # open: the buyer may still pay
    APPROVED = "approved"  # the buyer agreed; nothing moves until we capture (PayPal)
    DECLINED = "declined"  # what they paid with was declined: the same page takes another
    PROCESSING = "processing"
    PAID = "paid"
    DENIED = "denied"  # a debit that the bank refused
    ENDED = "ended"  # expired, nothing was paid


@dataclass(frozen=True, slots=True)
class SessionReport:
    """The provider's answer about one payment."""

    state: SessionState
    capture: Capture | None = None  # with PAID alone
    capture_id: str | None = None  # with PROCESSING, where it has an id to be asked by


@dataclass(frozen=True, slots=True)
class SessionTexts:
    """What the hosted page shows and where it leads back to."""

    title: str
    language: str
    email: str
    success_url: str
    cancel_url: str
    seller: str  # the legal name


@dataclass(frozen=True, slots=True)
class HostedSession:
    """A page at the provider's on which the buyer pays."""

    session_id: str
    url: str


@dataclass(frozen=True, slots=True)
class RefundReport:
    """The provider's answer about one refund."""

    status: RefundStatus
    provider_refund_id: str
    failure: str | None = None
    provider_fee_refund_id: str | None = None  # where the fee went back within the refund itself
    provider_fee_returned: Money | None = None  # of its own fee, which it normally keeps (FEE-3)


@dataclass(frozen=True, slots=True)
class FoundRefund:
    """A refund as the provider has it, whoever made it (RFD-4)."""

    provider_refund_id: str
    capture_id: str
    payment_id: str | None  # our reference on the payment
    refund_id: str | None  # ours, where we made it
    status: RefundStatus
    amount: Money
    made_at: datetime
    failure: str | None
    fee_returned: Money  # of the platform fee, within the refund itself (PayPal)
    provider_fee_returned: Money | None = None  # of its own fee, which it normally keeps (FEE-3)


@dataclass(frozen=True, slots=True)
class FoundDispute:
    """A dispute as the provider has it, with what it does to the organizer's balance by now."""

    provider_dispute_id: str
    capture_id: str
    payment_id: str | None  # our reference on the payment
    status: DisputeStatus
    amount: Money
    withheld: Money  # taken from the balance and not given back, in the payment's currency
    fee: (
        Money  # what the provider charges for it, and has not given back, in the balance's currency
    )
    opened_at: datetime
    reason: str  # the provider's own word


class PaymentProvider(Protocol):
    """One provider. Every call has a timeout, a bounded number of tries and our own key.

    `captures_itself`: whether the buyer's yes moves the money at once. Elsewhere only our own
    capture does, and a session that we don't capture is harmless.

    Raises:
        ProviderUnavailableError: the outcome is unknown.
        ProviderRefusedError: a final no.
    """

    @property
    def captures_itself(self) -> bool: ...

    def session_body(self, payment: Attempt, texts: SessionTexts) -> str:
        """The exact bytes that will open the session; made once and stored before they are sent."""
        ...

    def open_session(self, payment: Attempt) -> HostedSession: ...

    def ask(self, payment: Attempt) -> SessionReport: ...

    def capture(self, payment: Attempt) -> SessionReport:
        """Take the money of an approved session, by the stored intent; a repeat takes it once.

        Where the provider captures by itself, this asks.
        """
        ...

    def end_session(self, payment: Attempt) -> SessionReport:
        """End it so that nobody can pay any more; answers what it had come to (BAD-16).

        Where it can't be ended at the provider, only our own record keeps it from being captured.
        """
        ...

    def refund_body(
        self,
        *,
        refund_id: str,
        payment_id: str,
        capture: Capture,
        amount: Money,
        fee: Money,
        note: str | None = None,
    ) -> str:
        """The exact bytes; `note` is to the buyer, where the provider passes one on."""
        ...

    def fee_refund_body(self, *, refund_id: str, fee: Money) -> str | None:
        """The bytes of the fee's own return; None where it goes back within the refund."""
        ...

    def refund(self, refund: SentRefund) -> RefundReport: ...

    def ask_refund(self, refund: SentRefund) -> RefundReport | None:
        """What became of it; None where the provider never received it."""
        ...

    def ask_returned_fee(self, refund: Refund) -> str | None:
        """The provider's id of the fee's return; None where it never received it."""
        ...

    def return_fee(self, refund: Refund) -> str:
        """Give the fee back to the organizer; answers the provider's id of it."""
        ...

    def find_refund(self, provider_refund_id: str, *, payee: str) -> FoundRefund: ...

    def find_dispute(self, provider_dispute_id: str, *, payee: str) -> FoundDispute: ...

    def disputes_of(self, capture_id: str, *, payee: str) -> list[FoundDispute]:
        """All disputes of one capture; none where the provider knows of none."""
        ...

    def fee_returned_there(self, payment: Payment) -> Money:
        """What the provider gave back of the platform fee that no refund of ours asked for."""
        ...


@dataclass(frozen=True, slots=True)
class Hint:
    """What a provider's event is about: whom to ask, never what to believe."""

    payment_id: str | None = None
    refund_id: str | None = None
    payment_account_id: str | None = None  # ours
    provider_account_id: str | None = None  # theirs; also whose refund or dispute it is
    provider_refund_id: str | None = (
        None  # a refund that may not be ours, whatever it claims (RFD-4)
    )
    provider_dispute_id: str | None = None
    reversed_capture_id: str | None = None  # taken back from the organizer: by which dispute?
    cart_payment_id: str | None = None  # into the operator's own account: never beside `payment_id`
    invoice_payment_id: str | None = None  # same, by a stored method
    setup_id: str | None = None  # a method that is being stored
    detached_token: str | None = None  # a stored method, by the provider's name, that may be gone
    disputed_charge_id: str | None = None  # on the operator's own account: `provider_charge_id`

    @property
    def is_of_billing(self) -> bool:
        """Whether it is about the operator's own accounts: what its customers pay, and pay with."""
        named = (
            *(self.cart_payment_id, self.invoice_payment_id),
            *(self.setup_id, self.detached_token, self.disputed_charge_id),
        )
        return any(each is not None for each in named)

    @property
    def is_outside(self) -> bool:
        """Whether it is about something that was not begun here."""
        found = (self.provider_refund_id, self.provider_dispute_id, self.reversed_capture_id)
        return any(each is not None for each in found)
