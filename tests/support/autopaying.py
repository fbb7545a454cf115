"""An account whose invoices are collected by a method that it stored at the simulated providers."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Final

from guichet.collection.stored import StoredMethod
from guichet.invoices.invoice import Invoice
from guichet.payments.invoice_payment import InvoicePayment
from guichet.verification.findings import Check
from tests.support.billing import Billing
from tests.support.quiet_world import QuietWorld
from tests.support.stored_methods import Methods
from tests.support.world import TestClock

BEGIN: Final = datetime(2026, 3, 1, 9, tzinfo=UTC)
RENEWAL: Final = date(2026, 3, 31)
# What is judged where invoices are collected, and nowhere else.
COLLECTING_CHECKS: Final = frozenset(
    {
        *(Check.CHARGE_BOOKS, Check.LEASES, Check.ATTEMPTS, Check.COUNTED, Check.CHARGES),
        *(Check.RETURNS, Check.RETURN_BOOKS),
    }
)


def _billing() -> Billing:
    world = QuietWorld(clock=TestClock(BEGIN), stores_methods_at_providers=True)
    return Billing(world, flat_tax=True)


@dataclass
class Autopaying:
    """Buys three seats on 1 March; the period of 31 March is invoiced, and collected."""

    billing: Billing = field(default_factory=_billing)

    def __post_init__(self) -> None:
        self.world = self.billing.world
        self.methods = Methods(self.billing)

    def store(self, chosen: str = "visa", kind: str = "card") -> StoredMethod:
        """Store a method that behaves so, as its customer does on the provider's page."""
        how = {"accepts": "ach-1"} if kind == "bank_debit" else {}
        setup = self.methods.start(kind, **how)
        assert setup.session_id is not None
        if kind == "paypal":
            self.world.paypal.approve_setup(setup.session_id)
        else:
            self.world.stripe.agree(setup.session_id, chosen)
        after = self.methods.come_back(setup)
        assert after.method_id is not None, after
        return self.methods.method(after.method_id)

    def begin(self, chosen: str = "visa", kind: str = "card") -> StoredMethod:
        """Buy, store, switch autopay on."""
        self.billing.buy(self.billing.webinar("starter", seats=3))
        method = self.store(chosen, kind)
        self.methods.autopay(on=True)
        return method

    def renew(self) -> Invoice:
        """Until the next period's invoice is there, and whatever becomes of it at once."""
        self.billing.until(RENEWAL)
        return self.renewed()

    def renewed(self) -> Invoice:
        newest = self.invoices()[0]
        assert newest.bill_on == RENEWAL
        return newest

    def invoices(self) -> list[Invoice]:
        records = self.billing.parts().invoices
        found = records.invoices_of(self.billing.account_id, limit=50, after=None).items
        return [each for each in found if not each.is_credit_note]

    def payment(self, invoice: Invoice) -> InvoicePayment:
        assert invoice.last_payment_id is not None
        found = self.billing.parts().charges.invoice_payment(invoice.last_payment_id)
        assert found is not None
        return found

    def charged(self) -> int:
        """What the simulated Stripe took into the operator's own account, less the order's."""
        own = self.world.stripe.books()["own"].get("USD", {"customer_paid": 0})
        return int(own["customer_paid"]) - 10_800

    def pass_time(self, **delta: int) -> None:
        self.world.clock.advance(**delta)
        self.world.settle_down()

    def after(self, delta: timedelta) -> None:
        self.world.clock.at += delta
        self.world.settle_down()
