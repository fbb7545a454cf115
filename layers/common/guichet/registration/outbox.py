"""What still has to reach the world: due work, and mails that a change made necessary."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final, Protocol

from guichet.registration.mails import MailKind


class BillingMail(StrEnum):
    """What the operator tells its own customers of orders, subscriptions, seats and invoices."""

    ORDER_CONFIRMED = "billing_order_confirmed"
    PAYMENT_FAILED = "billing_payment_failed"
    ORDER_ABANDONED = "billing_order_abandoned"
    CANCELLED = "billing_cancelled"
    CANCELLATION_WITHDRAWN = "billing_cancellation_withdrawn"
    TRIAL_ENDED = "billing_trial_ended"
    RENEWED = "billing_renewed"
    EXPIRED = "billing_expired"
    DELETION_ANNOUNCED = "billing_deletion_announced"
    SEAT_ASSIGNED = "billing_seat_assigned"
    METHOD_STORED = "billing_method_stored"
    METHOD_REMOVED = "billing_method_removed"
    METHOD_GONE = "billing_method_gone"
    METHOD_LINK = "billing_method_link"
    CERTIFICATE_APPROVED = "billing_certificate_approved"
    CERTIFICATE_REFUSED = "billing_certificate_refused"
    CERTIFICATE_EXPIRED = "billing_certificate_expired"
    INVOICE = "billing_invoice"
    CREDIT_NOTE = "billing_credit_note"
    PAYMENT_RECEIVED = "billing_payment_received"
    PAYMENT_DECLINED = "billing_payment_declined"
    PAYMENT_ACTION = "billing_payment_action"
    PAYMENT_RETURNED = "billing_payment_returned"
    PAYMENT_RECORDED = "billing_payment_recorded"
    PAYMENT_REFUNDED = "billing_payment_refunded"
    REFUND_CREDITED = "billing_refund_credited"


type AnyMail = MailKind | BillingMail

_BILLING: Final = frozenset(BillingMail)
_OF_METHODS: Final = frozenset(
    {
        BillingMail.METHOD_STORED,
        BillingMail.METHOD_REMOVED,
        BillingMail.METHOD_GONE,
        BillingMail.METHOD_LINK,
    }
)

_OF_PAYMENTS: Final = frozenset(
    {
        BillingMail.PAYMENT_RECEIVED,
        BillingMail.PAYMENT_DECLINED,
        BillingMail.PAYMENT_ACTION,
        BillingMail.PAYMENT_RETURNED,
    }
)

_OF_REFUNDS: Final = frozenset({BillingMail.PAYMENT_REFUNDED, BillingMail.REFUND_CREDITED})


def mail_of(name: str) -> AnyMail:
    """The kind of mail of this name."""
    return BillingMail(name) if name in _BILLING else MailKind(name)


class DueKind(StrEnum):
    """What may wait for its moment, or was left behind by a lost message."""

    HOLD = "hold"
    EVENT = "event"
    PAYMENT = "payment"
    REFUND = "refund"
    TRAINING = "training"
    PAYMENT_ACCOUNT = "payment_account"
    SUBSCRIPTION = "subscription"
    CART = "cart"
    CART_PAYMENT = "cart_payment"
    BALANCE = "balance"  # credit that can pay what is open
    INVOICE = "invoice"  # a bill whose day has come, or a paid order: `invoice_run` looks after it
    COLLECTION = "collection"  # an invoice that autopay collects
    INVOICE_PAYMENT = "invoice_payment"
    OWN_REFUND = "own_refund"  # money that goes back to a customer of the operator
    METHOD_SETUP = "method_setup"
    STORED_METHOD = "stored_method"
    CERTIFICATE = "certificate"
    VAT_NUMBER = "vat_number"
    VAT_DOUBT = "vat_doubt"  # an order's invoice, taxed before its number was confirmed perhaps
    EFFECT = "effect"


@dataclass(frozen=True, slots=True)
class DueWork:
    """A candidate: it is read again before anything is decided."""

    kind: DueKind
    due_at: datetime
    ids: tuple[str, ...]  # what its use case takes
    place: tuple[str, str]  # where the index found it; only the index reads it


@dataclass(frozen=True, slots=True)
class FormerAccount:
    """What a mail about a payment account names: what was linked then, whatever is linked since."""

    account_id: str
    provider: str
    provider_account_id: str


@dataclass(frozen=True, slots=True)
class Effect:
    """Mails of one change, as far as they are not known to be sent.

    They are about a registration, an account that was linked, or what an account has of the operator.
    """

    effect_id: str
    registration_id: str | None
    payment_id: str | None
    mails: tuple[AnyMail, ...]
    happened_at: datetime
    valid_until: datetime | None  # of the hold, as the change set it
    former_account: FormerAccount | None = None
    refund_id: str | None = None  # whose refund or dispute it tells of
    dispute_id: str | None = None
    account_id: str | None = None  # whose subscription, order, seat or certificate it tells of
    subscription_id: str | None = None
    cart_id: str | None = None
    seat_id: str | None = None
    method_id: str | None = None  # the payment method
    selling_entity: str | None = None  # with whom its methods are
    certificate_id: str | None = None
    invoice_id: str | None = None

    @property
    def is_of_billing(self) -> bool:
        return any(mail in _BILLING for mail in self.mails)

    @property
    def is_of_methods(self) -> bool:
        return any(mail in _OF_METHODS for mail in self.mails)

    @property
    def is_of_payments(self) -> bool:
        """Whether it tells of attempts to collect an invoice, not of the invoice itself."""
        return any(mail in _OF_PAYMENTS for mail in self.mails)

    @property
    def is_of_received_money(self) -> bool:
        """Whether it tells of a transfer or a cheque."""
        return BillingMail.PAYMENT_RECORDED in self.mails

    @property
    def is_of_refunds(self) -> bool:
        """Whether it tells of a payment that paid nothing, and of its return (COL-8)."""
        return any(mail in _OF_REFUNDS for mail in self.mails)


class Outbox(Protocol):
    """Unsent effects. A claim keeps two workers from sending the same mail."""

    def claim(self, effect_id: str, *, now: datetime, until: datetime) -> Effect | None:
        """The effect, for this worker alone until then; None where it is done or claimed."""
        ...

    def sent(self, effect: Effect, mail: AnyMail) -> Effect:
        """One mail is out; what is left."""
        ...

    def finish(self, effect: Effect) -> None: ...


class DueIndex(Protocol):
    """The index of due work: late perhaps, never wrong for long."""

    def postpone(self, work: DueWork, *, until: datetime) -> datetime:
        """Let others go first, since this can't be done now; answers since when it has been due."""
        ...

    def due(self, kind: DueKind, *, now: datetime, limit: int) -> list[DueWork]: ...
