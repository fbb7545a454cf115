"""Accounts whose invoices are collected from methods that they stored at the simulated providers."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Final

from guichet.access.addresses import Address
from guichet.access.membership import Account
from guichet.bootstrap import Container
from guichet.collection.stored import StoredMethod
from guichet.collection.use_cases.open_payment_action import (
    open_payment_action,
    return_from_action,
)
from guichet.invoices.invoice import Invoice, InvoiceStatus
from guichet.invoices.remaining import Wanted
from guichet.invoices.use_cases.issue_credit_note import (
    IssueCreditNote,
    VoidInvoice,
    issue_credit_note,
    void_invoice,
)
from guichet.invoices.use_cases.release_account import ReleaseAccount, release_account
from guichet.invoices.use_cases.request_run import RequestRun, request_run
from guichet.ledger.journal import Change
from guichet.money import Money
from guichet.payments.invoice_payment import ChargeStatus, InvoicePayment
from guichet.subscriptions.use_cases.record_payment import RecordPayment, record_payment
from local.simulators.errors import BuyerRefusedError
from tests.simulation.billing_outcome import Found
from tests.simulation.customers import RITA, Customers
from tests.support.billing import FlatTaxes
from tests.support.stored_methods import Methods

DUBLIN: Final = Address(
    line1="1 Grand Canal Square", city="Dublin", country="IE", region="", postal_code="D02 P820"
)

SYDNEY: Final = Address(
    line1="1 Macquarie Street", city="Sydney", country="AU", region="NSW", postal_code="2000"
)


@dataclass
class Payers(Customers):
    """An account, with neighbours of its own; Rita corrects their invoices."""

    neighbours: list[Payers] = field(default_factory=list)

    def __post_init__(self) -> None:
        life, world = self.life, self.life.world
        if life.taxes is None:
            life.taxes = FlatTaxes()
            world.stores_methods_at_providers = True
            world.parts = life.with_catalogues(world.container())
        super().__post_init__()
        self.methods = Methods(self.billing)

    # -- who else there is ----------------------------------------------------------------------

    def neighbour(
        self, name: str, address: Address | None = None, time_zone: str = "Europe/Dublin"
    ) -> Payers:
        """Another account, known by its owner."""
        account_id = f"acc_{name}"
        self._make_account(account_id, name)
        other = Payers(self.life, account_id=account_id, names=(name, f"rita-{name}"))
        if address is not None:
            other.billing.move_to(address, time_zone=time_zone)
        self.neighbours.append(other)
        return other

    def _make_account(self, account_id: str, name: str) -> None:
        world = self.life.world
        world.parts.people.add_account(
            world.cause("seed"),
            Account(
                account_id=account_id,
                legal_name=f"{name.title()} Ltd",
                email=f"{name}@example.org",
                tax_note="",
                time_zone="UTC",
                language="en",
            ),
        )

    # -- methods --------------------------------------------------------------------------------

    def store(self, chosen: str = "visa", kind: str = "card") -> StoredMethod:
        """Before the story: at the provider's page, for a method that behaves so."""
        world = self.life.world
        how = {"accepts": "ach-1"} if kind == "bank_debit" else {}
        setup = self.methods.start(kind, **how)
        assert setup.session_id is not None
        if kind == "paypal":
            world.paypal.approve_setup(setup.session_id, chosen)
        else:
            world.stripe.agree(setup.session_id, chosen)
        after = self.methods.come_back(setup)
        assert after.method_id is not None, after
        return self.methods.method(after.method_id)

    def autopaying(self, chosen: str = "visa", kind: str = "card", seats: int = 3) -> str:
        """Bought, a method stored, autopay on: the next period's invoice is the story."""
        bought = self.subscribed(self.billing.webinar(seats=seats))
        self.store(chosen, kind)
        self.methods.autopay(on=True)
        self.life.background()
        self.life.calls.mark()
        return bought

    # -- what is owed ---------------------------------------------------------------------------

    def invoices(self) -> list[Invoice]:
        """Of this account, oldest first, without credit notes."""
        found = Found(self.life.world).invoices
        mine = [each for each in found if each.account_id == self.account_id]
        return sorted(
            (each for each in mine if not each.is_credit_note), key=lambda each: each.invoice_id
        )

    def charges(self) -> list[InvoicePayment]:
        found = Found(self.life.world).charges
        return [each for each in found if each.account_id == self.account_id]

    def latest(self) -> Invoice | None:
        """The newest invoice that no order paid."""
        return next((each for each in reversed(self.invoices()) if each.cart_id is None), None)

    # -- Rita -----------------------------------------------------------------------------------

    def credit(self, *lines: Wanted, key: str = "credit") -> None:
        """A credit note of some lines of the latest invoice; none named: of all that is left."""
        invoice = self.latest()
        if invoice is not None:
            self._rita(partial(self.credit_by, invoice.invoice_id, *lines, key=key))

    def credit_first(self, *lines: Wanted, key: str) -> None:
        """The same of the oldest invoice, whoever paid it."""
        for invoice in self.invoices()[:1]:
            self._rita(partial(self.credit_by, invoice.invoice_id, *lines, key=key))

    def credit_by(
        self, invoice_id: str, *lines: Wanted, key: str, parts: Container | None = None
    ) -> None:
        rita, actor = self.billing.representative, self.billing.actor(self.billing.representative)
        command = IssueCreditNote(invoice_id, lines, "agreed by phone", rita, key, actor)
        issue_credit_note(command, invoicing=self.billing.parts(parts).invoicing)

    def record(self, minor: int, parts: Container) -> None:
        """A transfer of so much, once."""
        rita = self.billing.representative
        command = RecordPayment(
            "us", Money(minor, "USD"), "wire 18", rita, "met", self.billing.actor(rita)
        )
        record_payment(command, carts=parts.billing.carts)

    def void(self, key: str = "void") -> None:
        invoice = self.latest()
        if invoice is not None:
            self._rita(partial(self.void_by, invoice.invoice_id, key=key))

    def void_by(self, invoice_id: str, *, key: str, parts: Container | None = None) -> None:
        rita, actor = self.billing.representative, self.billing.actor(self.billing.representative)
        command = VoidInvoice(invoice_id, "not theirs", rita, key, actor)
        void_invoice(command, invoicing=self.billing.parts(parts).invoicing)

    def release(self, entity: str = "us", currency: str = "USD") -> None:
        rita = self.billing.representative
        command = ReleaseAccount(rita.account_id, entity, currency, rita, self.billing.actor(rita))
        self.life.person(
            RITA, lambda parts: release_account(command, invoicing=parts.billing.invoicing)
        )

    def ask_for_a_run(self, key: str = "run") -> None:
        rita = self.billing.representative
        command = RequestRun(rita, key, self.billing.actor(rita))
        self.life.person(
            RITA, lambda parts: request_run(command, invoicing=parts.billing.invoicing)
        )

    def _rita(self, act: Callable[..., None]) -> None:
        self.life.person(RITA, lambda parts: act(parts=parts))

    def try_again(self) -> None:
        """As a schedule of automatic tries does: its moment is written to the invoice (COL-3)."""
        invoice, world = self.latest(), self.life.world
        if invoice is None or invoice.status is not InvoiceStatus.OPEN or invoice.open_payment_id:
            return
        moment = max(world.clock.now(), invoice.next_try_at or world.clock.now())
        again = replace(invoice, collect_at=moment, version=invoice.version + 1)
        world.parts.billing.charges.save(world.cause("try_again"), [Change(invoice, again)])

    # -- banks ----------------------------------------------------------------------------------

    def bank_settles(self) -> None:
        """What is on its way by now, as each account behaves."""
        for intent in self.life.world.stripe.pending_charges():
            self.life.world.stripe.settle_charge(intent["id"])

    def bank_refuses(self) -> None:
        for intent in self.life.world.stripe.pending_charges():
            self.life.world.stripe.fail_charge(intent["id"])

    def bank_takes_back(self) -> None:
        """Every debit that was paid."""
        for each in self.life.world.stripe.find_all("payment_intent"):
            types = each["payment_method_types"]
            is_debit = each["metadata"].get("charge_key") and types == ["us_bank_account"]
            if is_debit and each["status"] == "succeeded":
                charge = self.life.world.stripe.find(each["latest_charge"])
                if not charge["disputed"]:
                    self.life.world.stripe.return_charge(each["id"])

    def authenticate(self, *, success: bool = True) -> None:
        """Follow each link that waits, answer the bank, and come back."""
        waiting = [e for e in self.charges() if e.status is ChargeStatus.REQUIRES_ACTION]
        for payment in waiting:
            if self._olga(partial(self._opened, payment.payment_id)) is None:
                continue
            try:
                self.life.world.stripe.authenticate_charge(
                    payment.provider_charge_id or "", success=success
                )
            except BuyerRefusedError:
                self.life.refusals.append("page_refused")
            self._olga(partial(self._came_back, payment.payment_id))

    def _opened(self, payment_id: str, parts: Container) -> str | None:
        opened = open_payment_action(
            payment_id, self.billing.owner, self.billing.actor(), charging=parts.billing.charging
        )
        return opened.url

    def _came_back(self, payment_id: str, parts: Container) -> InvoicePayment:
        return return_from_action(
            payment_id, self.billing.owner, self.billing.actor(), charging=parts.billing.charging
        )

    def away(self, *providers: str, **time: float) -> None:
        """So long the providers answer nothing; what wants them meanwhile waits."""
        by_name = dict(self.life.providers)
        for name in providers:
            by_name[name].configure_chaos({"down": True})
        self.life.wait(**time)
        for name in providers:
            by_name[name].configure_chaos({"down": False})
        self.life.background()
