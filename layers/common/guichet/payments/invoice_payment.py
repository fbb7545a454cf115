"""One attempt to collect an invoice by a stored method, with nobody there (COL-3, COL-4, COL-8, COL-10)."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from guichet.errors import Conflict
from guichet.money import Money
from guichet.payments.attempt import CALL_LIMIT, Capture
from guichet.payments.schedule import next_question_at
from guichet.payments.stored_method import CHARGE_PREFIX, MethodCharge, MethodToken

ACTION_LASTS: Final = timedelta(days=7)  # then what waits for the customer is ended (BAD-10)


class ChargeStatus(StrEnum):
    """Where an attempt stands. A lost answer is no status: it stays as it was, and is asked about."""

    CREATED = "created"  # stored with its bytes; the provider may or may not have it
    PROCESSING = "processing"  # a debit that the bank has not settled
    REQUIRES_ACTION = "requires_action"  # the customer's bank asks for them
    CAPTURED = "captured"
    DECLINED = "declined"
    CANCELED = "canceled"  # ended, nothing was taken
    MISMATCHED = "mismatched"  # taken, but not as asked: it is credit, and a person is told
    RETURNED = "returned"  # paid, and taken back by the bank (INV-5)
    PARKED = "parked"  # sent, and whoever is asked refuses to say: a person is told (BAD-8)


S = ChargeStatus

TRANSITIONS = MappingProxyType(
    {  # a pair absent from this table does not happen
        S.CREATED: frozenset(
            {
                *(S.PROCESSING, S.REQUIRES_ACTION, S.CAPTURED, S.DECLINED, S.CANCELED),
                *(S.MISMATCHED, S.RETURNED, S.PARKED),
            }
        ),
        S.PROCESSING: frozenset(
            {
                *(S.REQUIRES_ACTION, S.CAPTURED, S.DECLINED, S.CANCELED, S.MISMATCHED),
                *(S.RETURNED, S.PARKED),
            }
        ),
        S.REQUIRES_ACTION: frozenset(
            {S.PROCESSING, S.CAPTURED, S.DECLINED, S.CANCELED, S.MISMATCHED, S.RETURNED}
        ),
        S.CAPTURED: frozenset({S.RETURNED}),
        # Money that comes after all has its place (COL-8).
        S.DECLINED: frozenset({S.CAPTURED, S.MISMATCHED, S.RETURNED}),
        S.CANCELED: frozenset({S.CAPTURED, S.MISMATCHED, S.RETURNED}),
        S.MISMATCHED: frozenset({S.RETURNED}),
        S.RETURNED: frozenset(),
        # The provider can be asked again after all, or a person looked at its pages.
        S.PARKED: frozenset(
            {
                *(S.PROCESSING, S.REQUIRES_ACTION, S.CAPTURED, S.DECLINED, S.CANCELED),
                *(S.MISMATCHED, S.RETURNED),
            }
        ),
    }
)

# What holds the charge lease: nothing else collects the invoice meanwhile.
HOLDING: Final = frozenset({S.CREATED, S.PROCESSING, S.REQUIRES_ACTION, S.PARKED})


def names_invoice_payment(payment_id: str) -> bool:
    """Whether an id, as a provider repeats it, is one of an invoice's payment."""
    return payment_id.startswith(CHARGE_PREFIX)


@dataclass(frozen=True, slots=True, kw_only=True)
class InvoicePayment:
    """One charge of one invoice. Its id is the provider's idempotency key; its bytes are kept."""

    payment_id: str
    account_id: str
    invoice_id: str
    selling_entity: str
    method_id: str
    token: MethodToken
    amount: Money
    payee: str  # the account at the provider that is paid; empty where its key says whose it is
    request_body: str
    started_at: datetime
    status: ChargeStatus = S.CREATED
    provider_charge_id: str | None = None  # once the provider told it
    decline_code: str = ""
    is_final_decline: bool = False
    capture: Capture | None = None
    return_fee: Money | None = None  # what the provider charged for a debit that was taken back
    refund_id: str | None = None  # of a captured one that pays nothing: by it the money goes back
    action_since: datetime | None = None
    asked_count: int = 0
    asked_from: datetime | None = None  # what questions are counted from, once it moved
    ended_at: datetime | None = None
    version: int = 1

    @property
    def charge(self) -> MethodCharge:
        """As the provider's adapter takes it."""
        return MethodCharge(
            charge_key=self.payment_id,
            payment_id=self.payment_id,
            account_id=self.account_id,
            invoice_id=self.invoice_id,
            selling_entity=self.selling_entity,
            method=self.token,
            amount=self.amount,
            payee=self.payee,
            request_body=self.request_body,
            started_at=self.started_at,
            provider_charge_id=self.provider_charge_id,
        )

    @property
    def has_paid(self) -> bool:
        """Whether its money paid the invoice: it is neither credit, nor on its way back (COL-8)."""
        return self.status is S.CAPTURED and self.refund_id is None

    @property
    def holds(self) -> bool:
        return self.status in HOLDING

    def transition_to(self, status: ChargeStatus) -> InvoicePayment:
        """The only door between states.

        Raises:
            Conflict: `payment_<status>`.
        """
        if status not in TRANSITIONS[self.status]:
            raise Conflict(f"payment_{self.status}", f"This payment is {self.status}.")
        return replace(self, status=status)

    def mismatches(self, capture: Capture) -> tuple[str, ...]:
        """What of a capture is not what was asked: amount, currency, reference, payee where known."""
        compared = {
            "amount": (self.amount.amount_minor, capture.amount.amount_minor),
            "currency": (self.amount.currency, capture.amount.currency),
            "reference": (self.payment_id, capture.reference),
        }
        if self.payee:
            compared["payee"] = (self.payee, capture.payee)
        return tuple(name for name, (asked, got) in compared.items() if asked != got)

    def is_being_called(self, now: datetime) -> bool:
        """Whether the worker that sent it may still be waiting for the answer."""
        fresh = self.status is S.CREATED and not self.asked_count
        return fresh and now < self.started_at + CALL_LIMIT

    def next_look_at(self) -> datetime | None:
        """When the provider is asked next; None where nothing is open."""
        if self.status is S.CREATED:
            return max(
                next_question_at(self.started_at, self.asked_count), self.started_at + CALL_LIMIT
            )
        if self.status in {S.PROCESSING, S.REQUIRES_ACTION, S.PARKED}:
            return next_question_at(self.asked_from or self.started_at, self.asked_count)
        return None

    def is_waited_for_too_long(self, now: datetime) -> bool:
        """Whether the customer has had their time to authenticate it (COL-4)."""
        since = self.action_since
        return (
            self.status is S.REQUIRES_ACTION and since is not None and now >= since + ACTION_LASTS
        )
