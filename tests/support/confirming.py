"""Accounts in France whose VAT number the register does not answer for, until it does (TAX-3)."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any

from guichet.access.membership import OPERATOR, Role
from guichet.bootstrap import Container
from guichet.events import Actor, ActorKind
from guichet.invoices.document import DocumentKind
from guichet.invoices.invoice import Invoice
from guichet.invoices.remaining import Wanted
from guichet.invoices.use_cases.correct_vat import CorrectVat, correct_vat
from guichet.invoices.use_cases.issue_credit_note import (
    Corrected,
    IssueCreditNote,
    issue_credit_note,
)
from guichet.ledger.journal import Cause
from guichet.ledger.postings import LedgerAccount
from guichet.tax.vat_check import VatAnswer, VatReply
from guichet.taxpayer.standing import note
from tests.support.bills_drafted import PARIS
from tests.support.invoicing import ACTOR, Invoiced
from tests.support.world import World

NUMBER = "FR61954506077"
VAT = Actor(ActorKind.SYSTEM, "invoice_run", "invoice_run")


@dataclass
class Unconfirmed:
    """One account that was charged 20 per cent on 1 June 2026, as nobody answered for its number."""

    here: Invoiced = field(default_factory=lambda: Invoiced(currency="EUR", entity="ie"))
    address: Any = PARIS

    def __post_init__(self) -> None:
        self.world.vies.take_out(NUMBER[:2])
        self.account = self.here.account("ann", billing_address=self.address, vat_number=NUMBER)
        self._keys = 0
        self._representative = self.world.member("rita", Role.REPRESENTATIVE, account_id=OPERATOR)

    @property
    def world(self) -> World:
        return self.here.world

    def invoiced(self, *nets: int, **changed: Any) -> Invoice:  # noqa: ANN401 - fields of a line
        """An invoice of today."""
        before = {each.invoice_id for each in self.invoices()}
        lines = [
            self.here.usd(net, self.world.clock.at.date(), is_credit=net < 0, **changed)
            for net in nets
        ]
        self.here.bill(self.account, *lines)
        self.here.make(self.account)
        (made,) = [each for each in self.invoices() if each.invoice_id not in before]
        return made

    def answered(self, days: int = 1, answer: VatAnswer = VatAnswer.VALID) -> None:
        """So many days later the register answers, and all that follows happens."""
        self.told(days, answer)
        self.world.settle_down()

    def told(self, days: int = 1, answer: VatAnswer = VatAnswer.VALID) -> None:
        """So many days later the register answers; nobody has acted upon it yet."""
        self.world.clock.at += timedelta(days=days)
        parts, now = self.world.parts.billing, self.world.clock.at
        note(
            parts.taxpayers.profile(self.account),
            NUMBER,
            VatReply(answer, "WAPI1"),
            now.date(),
            Cause(VAT, "check_vat_number", now),
            records=parts.taxpayers,
            policy=parts.vat_policy,
        )

    def corrected(self, held: Container | None = None) -> list[Invoice]:
        """The message of this series, as the queue has it."""
        command = CorrectVat(self.account, "ie", "", self.world.clock.at, VAT)
        parts = (held or self.world.parts).billing
        found = correct_vat(
            command,
            invoicing=parts.invoicing,
            numbers=parts.taxpayers,
            policy=parts.vat_policy,
        )
        return list(found.notes)

    def credited(
        self, invoice: Invoice, *wanted: Wanted, held: Container | None = None
    ) -> Corrected:
        """By hand, by a representative."""
        self._keys += 1
        key, by = f"key-{self._keys}", replace(self._representative, account_id=self.account)
        command = IssueCreditNote(invoice.invoice_id, wanted, "Goodwill", by, key, ACTOR)
        return issue_credit_note(command, invoicing=self.here.invoicing(held)).value

    def invoices(self) -> list[Invoice]:
        return [each for each in self.here.invoices(self.account) if not each.is_credit_note]

    def notes(self) -> list[Invoice]:
        """In the order of their numbers."""
        found = [each for each in self.here.invoices(self.account) if each.is_credit_note]
        return sorted(found, key=lambda each: each.place)

    def again(self, invoice: Invoice) -> Invoice:
        found = self.here.parts.invoices.invoice(self.account, invoice.invoice_id)
        assert found is not None
        return found

    def credit(self) -> int:
        return self.here.balance(self.account).credit_minor

    def note_places(self) -> list[int]:
        return self.here.places(DocumentKind.CREDIT_NOTE)

    def vat_in_books(self) -> int:
        return -self.here.books().get(LedgerAccount.SALES_TAX, 0)
