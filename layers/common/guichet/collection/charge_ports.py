"""What collecting invoices needs from outside: the records that one attempt touches, in one write."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from guichet.collection.declines import Declines
from guichet.collection.payment_methods import PaymentMethods
from guichet.collection.stored import StoredMethod
from guichet.invoices.invoice import Invoice
from guichet.ledger.journal import Cause, Change
from guichet.payments.invoice_payment import InvoicePayment
from guichet.payments.own_refund import OwnRefund
from guichet.subscriptions.balance import AccountBalance
from guichet.subscriptions.ports import ProviderEventApplied

type Aggregate = InvoicePayment | Invoice | AccountBalance | Declines | StoredMethod | OwnRefund


@dataclass(frozen=True, slots=True)
class PointToCharge:
    """By its name at the provider a charge is found."""

    provider: str
    provider_charge_id: str
    payment_id: str


type Step = PointToCharge | ProviderEventApplied


class ChargeRecords(Protocol):
    """The records of an attempt. Reads by key are strongly consistent."""

    def invoice(self, account_id: str, invoice_id: str) -> Invoice | None: ...

    def invoice_payment(self, payment_id: str) -> InvoicePayment | None: ...

    def invoice_payments(self, payment_ids: Sequence[str]) -> list[InvoicePayment]:
        """Those that are there, in the order asked for; at most a hundred."""
        ...

    def own_refund(self, refund_id: str) -> OwnRefund | None: ...

    def payment_charged_as(self, provider: str, provider_charge_id: str) -> InvoicePayment | None:
        """By the provider's name of the charge."""
        ...

    def balance(self, account_id: str, selling_entity: str, currency: str) -> AccountBalance: ...

    def methods(self, account_id: str, selling_entity: str) -> PaymentMethods: ...

    def stored_method(self, account_id: str, method_id: str) -> StoredMethod | None: ...

    def stored_methods(self, account_id: str, method_ids: Sequence[str]) -> list[StoredMethod]:
        """Those that are there, in the order asked for; at most a hundred."""
        ...

    def declines(self, account_id: str) -> Declines: ...

    def save(
        self, cause: Cause, changes: Sequence[Change[Aggregate]], steps: Sequence[Step] = ()
    ) -> None:
        """All of it in one write, with one journal entry for each change, or nothing.

        Raises:
            ConcurrentUpdateError: an aggregate is no longer what was read.
        """
        ...
