"""Money on its way back to a customer of the operator, out of a selling entity's own account (COL-8)."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from guichet.errors import Conflict, Unavailable
from guichet.events import Event
from guichet.ids import derived_id
from guichet.money import Money
from guichet.payments.attempt import Capture
from guichet.payments.cart_payment import CartPayment
from guichet.payments.invoice_payment import InvoicePayment
from guichet.payments.ports import PaymentProvider
from guichet.payments.schedule import ALARM_AFTER, WORKER_LIVES, next_question_at

_KIND: Final = "orf"  # of its id: by it a provider's event, and a person, tell it from others


def names_own_refund(refund_id: str) -> bool:
    """Whether an id, as a provider repeats it, is one of these."""
    return refund_id.startswith(f"{_KIND}_")


class OwnRefundStatus(StrEnum):
    """Where the money is. A lost answer is no status: it stays as it was, and is asked about."""

    REQUESTED = "requested"  # stored; not yet sent, or sent without an answer
    SUBMITTED = "submitted"  # the provider has it and has not finished
    SUCCEEDED = "succeeded"  # back where it came from
    CREDITED = "credited"  # the provider will not: it is account credit, and a person is told
    TAKEN_BACK = "taken_back"  # the customer's bank took the payment itself back: nothing is left


class OwnRefundReason(StrEnum):
    """Why the money has no place here."""

    PAID_TWICE = "paid_twice"  # the invoice or the order was paid by other money
    NOT_OWED = "not_owed"  # of an invoice that is void, or less than that is open of it
    ORDER_ENDED = "order_ended"  # it came after the order was given up (BAD-16)
    ORDER_REFUSED = "order_refused"  # it came in time for what can't be carried out any more


S = OwnRefundStatus

TRANSITIONS = MappingProxyType(
    {  # a pair absent from this table does not happen
        S.REQUESTED: frozenset({S.SUBMITTED, S.SUCCEEDED, S.CREDITED, S.TAKEN_BACK}),
        S.SUBMITTED: frozenset({S.SUCCEEDED, S.CREDITED, S.TAKEN_BACK}),
        S.SUCCEEDED: frozenset({S.CREDITED, S.TAKEN_BACK}),  # a provider can take a success back
        S.CREDITED: frozenset(),
        S.TAKEN_BACK: frozenset(),
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnRefund:
    """The return of one whole payment: one for each, as its id is made of the payment's.

    Its id is the provider's idempotency key, and the bytes sent under it are kept.
    """

    refund_id: str
    payment_id: str
    account_id: str
    selling_entity: str
    invoice_id: str | None  # which did not take it,
    cart_id: str | None  # or the order
    provider: str
    payee: str
    amount: Money
    reason: OwnRefundReason
    requested_at: datetime
    request_body: str
    status: OwnRefundStatus = S.REQUESTED
    provider_refund_id: str | None = None
    asked_count: int = 0
    failure: str | None = None
    provider_fee_returned: Money | None = None  # of its own fee, as the provider says (FEE-3)
    ended_at: datetime | None = None
    calling_since: datetime | None = None  # a worker may be sending it at this moment
    went_after_all_at: datetime | None = None  # though it is credit, or the bank took it back
    version: int = 1

    # -- as a provider's adapter takes it -----------------------------------------------------

    @property
    def on_behalf_of(self) -> None:
        """The entity's own credentials call, not those of somebody who is linked."""
        return None

    @property
    def is_ours(self) -> bool:
        return True

    @property
    def first_sent_at(self) -> datetime:
        """Perhaps: whoever stored it sends it at once."""
        return self.requested_at

    # -----------------------------------------------------------------------------------------

    @property
    def is_in_progress(self) -> bool:
        return self.status in {S.REQUESTED, S.SUBMITTED}

    def transition_to(self, status: OwnRefundStatus) -> OwnRefund:
        """The only door between states.

        Raises:
            Conflict: `refund_<status>`.
        """
        if status not in TRANSITIONS[self.status]:
            raise Conflict(f"refund_{self.status}", f"This refund is {self.status}.")
        return replace(self, status=status)

    def notes_calls(self, now: datetime) -> bool:
        """Whether a person may end it before a call that begins now is over."""
        return now + WORKER_LIVES >= self.requested_at + ALARM_AFTER

    def require_overdue(self, now: datetime) -> None:
        """Refuse a person's word while the provider may yet give its own.

        Raises:
            Conflict: `refund_<status>`, it is over; `refund_not_overdue`.
            Unavailable: `refund_in_flight`, it may be on its way to the provider at this moment.
        """
        if not self.is_in_progress:
            raise Conflict(f"refund_{self.status}", f"This refund is {self.status}.")
        if now < self.requested_at + ALARM_AFTER:
            raise Conflict(
                "refund_not_overdue",
                "The provider is still being asked about this refund.",
                rule="COL-8",
            )
        if self.calling_since is not None and now < self.calling_since + WORKER_LIVES:
            raise Unavailable(
                "refund_in_flight",
                "This refund may be on its way to the provider; ask again in two minutes.",
                retry_after_seconds=120,
            )

    def next_look_at(self) -> datetime | None:
        """When it is sent, or asked about, next; None where it is over."""
        if not self.is_in_progress:
            return None
        return next_question_at(self.requested_at, self.asked_count)


def own_refund_id(payment_id: str) -> str:
    """Of the one return of a payment."""
    return derived_id(_KIND, payment_id)


def requested(refund: OwnRefund) -> Event:
    """What makes somebody send it at once."""
    return Event("own_refund.requested", {"payment_id": refund.payment_id, "reason": refund.reason})


def own_refund(
    payment: InvoicePayment | CartPayment,
    capture: Capture,
    reason: OwnRefundReason,
    *,
    provider: PaymentProvider,
    at: datetime,
) -> OwnRefund:
    """The stored intent to give a capture back, with its exact bytes.

    Args:
        payment: whose money has no place.
        capture: what came, as it was asked for.
        reason: why.
        provider: who makes the bytes.
        at: the present instant.
    """
    refund_id = own_refund_id(payment.payment_id)
    invoice_id, cart_id = None, None
    match payment:
        case InvoicePayment():
            invoice_id, at_provider = payment.invoice_id, payment.token.provider
        case CartPayment():
            cart_id, at_provider = payment.cart_id, payment.provider
    return OwnRefund(
        refund_id=refund_id,
        payment_id=payment.payment_id,
        account_id=payment.account_id,
        selling_entity=payment.selling_entity,
        invoice_id=invoice_id,
        cart_id=cart_id,
        provider=at_provider,
        payee=payment.payee,
        amount=capture.amount,
        reason=reason,
        requested_at=at,
        request_body=provider.refund_body(
            refund_id=refund_id,
            payment_id=payment.payment_id,
            capture=capture,
            amount=capture.amount,
            fee=capture.amount.zero(),
        ),
    )
