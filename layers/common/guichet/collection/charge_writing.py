"""What a write about a charge is made of: all that it depends on, and changes that outcomes share."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime

from guichet.collection.charge_ports import Aggregate, Step
from guichet.collection.declines import Declines
from guichet.collection.policy import CollectionPolicy
from guichet.collection.stored import StoredMethod
from guichet.events import Event
from guichet.invoices.invoice import Invoice
from guichet.ledger.journal import Change
from guichet.payments.invoice_payment import ChargeStatus, InvoicePayment
from guichet.payments.own_refund import OwnRefund
from guichet.payments.ports import PaymentProvider
from guichet.payments.stored_method import ChargeReport
from guichet.subscriptions.balance import AccountBalance


@dataclass(frozen=True, slots=True)
class Situation:
    """A charge with everything that its outcome depends on."""

    payment: InvoicePayment
    invoice: Invoice
    balance: AccountBalance
    declines: Declines
    method: StoredMethod | None
    policy: CollectionPolicy
    now: datetime
    refunder: Callable[[], PaymentProvider]  # who makes the bytes of a refund, where there is one
    beside: InvoicePayment | None  # another attempt that holds the lease

    @property
    def holds_lease(self) -> bool:
        return self.invoice.open_payment_id == self.payment.payment_id


@dataclass(frozen=True, slots=True)
class Decision:
    """What to write. Nothing at all where nothing changes."""

    changes: tuple[Change[Aggregate], ...] = ()
    steps: tuple[Step, ...] = ()


def bumped[T: (InvoicePayment, Invoice, AccountBalance, Declines, StoredMethod, OwnRefund)](
    value: T,
) -> T:
    return replace(value, version=value.version + 1)


def moved(situation: Situation, status: ChargeStatus, report: ChargeReport) -> InvoicePayment:
    payment = situation.payment
    return replace(
        payment.transition_to(status),
        provider_charge_id=report.charge_id or payment.provider_charge_id,
        asked_count=0,
        asked_from=situation.now,
    )


def facts_of(payment: InvoicePayment, **more: str) -> dict[str, str | int | None]:
    return {
        "account_id": payment.account_id,
        "payment_id": payment.payment_id,
        "invoice_id": payment.invoice_id,
        "amount_minor": payment.amount.amount_minor,
        "currency": payment.amount.currency,
        **more,
    }


def lease_ended(
    situation: Situation,
    balance: AccountBalance,
    *,
    next_try_at: datetime | None = None,
    collect_at: datetime | None = None,
) -> tuple[Change[Aggregate], ...]:
    invoice = situation.invoice
    changes: list[Change[Aggregate]] = []
    after = balance
    if situation.holds_lease:
        free = replace(invoice.unleased(), next_try_at=next_try_at, collect_at=collect_at)
        changes.append(Change(invoice, bumped(free), (Event("invoice.not_collected"),)))
        after = balance.leased(invoice.invoice_id, is_leased=False)
    if after != situation.balance:
        changes.append(balance_change(situation.balance, after))
    return tuple(changes)


def not_declined(situation: Situation) -> tuple[Change[Aggregate], ...]:
    """Successes, authentication and what never arrived do not count (COL-3)."""
    after = situation.declines.not_declined(situation.payment.payment_id)
    return () if after == situation.declines else (declines_change(situation.declines, after),)


def declines_change(before: Declines, after: Declines) -> Change[Aggregate]:
    return Change[Aggregate](before if before.version else None, bumped(after))


def balance_change(before: AccountBalance, after: AccountBalance) -> Change[Aggregate]:
    return Change[Aggregate](
        before if before.version else None, bumped(after), book=after.selling_entity
    )
