"""The receipt for a transfer or a cheque: what it pays, what became credit, what is left (INV-6, COL-6)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from guichet.invoices.history_ports import AccountHistory
from guichet.invoices.invoice import Invoice
from guichet.invoices.movement import Movement, MovementKind, movement_of
from guichet.invoices.ports import InvoiceRecords
from guichet.ledger.journal import JournalEntry
from guichet.money import Money
from guichet.registration.mailer import Letter
from guichet.registration.outbox import AnyMail, BillingMail, Effect
from guichet.subscriptions.balance import AccountBalance
from guichet.subscriptions.crediting import Spread, spread
from guichet.subscriptions.mails import BillingFacts, ToldShare
from guichet.subscriptions.telling import Sources, Telling


@dataclass(frozen=True, slots=True)
class ReceiptLetters:
    """Gathers what the receipt for one payment has to tell."""

    sources: Sources
    records: InvoiceRecords
    history: AccountHistory

    def about(self, effect: Effect) -> ReceiptMatter:
        """The payment with the balance that it met, which the journal keeps: it is told as it was then."""
        account_id = effect.account_id or ""
        entry = self.sources.happenings.behind(effect.effect_id)
        payment = movement_of(entry)
        if payment is None or payment.kind is not MovementKind.PAYMENT_RECEIVED:
            raise LookupError("a receipt for what was not received")
        met = self._met(account_id, entry, payment)
        shares = spread(met, payment.amount)
        records = self.sources.records
        account, profile = records.account(account_id), records.profile(account_id)
        invoices = self._invoices(account_id, shares)
        telling = Telling(effect, account, profile, self.sources)
        return ReceiptMatter(telling, payment, shares, invoices)

    def _met(self, account_id: str, entry: JournalEntry, payment: Movement) -> AccountBalance:
        place = (account_id, payment.selling_entity, payment.amount.currency)
        credit = entry.before.get("credit_minor", 0)
        if not isinstance(credit, int):
            raise TypeError("credit is a whole number")
        bills = self.history.bills_at(*place, version=entry.sequence)
        return replace(AccountBalance(*place), credit_minor=credit, bills=bills)

    def _invoices(self, account_id: str, shares: Spread) -> Mapping[str, Invoice]:
        found: dict[str, Invoice] = {}
        for name in shares.paid:
            invoice = self.records.invoice(account_id, name)
            if invoice is None:
                raise LookupError("a balance with an invoice that is not there")
            found[name] = invoice
        return found


@dataclass(frozen=True, slots=True)
class ReceiptMatter:
    """One transfer or cheque."""

    telling: Telling
    payment: Movement
    shares: Spread
    invoices: Mapping[str, Invoice]

    def letter(self, mail: AnyMail) -> Letter[BillingFacts]:
        """To all recipients of receipts (INV-6)."""
        payment, currency = self.payment, self.payment.amount.currency
        entity = self.telling.sources.entities.entity(payment.selling_entity)
        link = self.telling.sources.pages.invoices
        facts = BillingFacts(
            kind=BillingMail(mail),
            frame=self.telling.frame(payment.selling_entity, entity.time_zone, link),
            paid=payment.amount,
            reference=payment.reference or "",
            paid_at=payment.at,
            shares=tuple(
                ToldShare(
                    self.invoices[name].number,
                    Money(amount, currency),
                    Money(self.shares.left_open[name], currency),
                )
                for name, amount in self.shares.paid.items()
            ),
            credit_given=Money(self.shares.credit_minor, currency) or None,
            left_open=Money(self.shares.open_minor, currency),
        )
        return self.telling.letter(facts)
