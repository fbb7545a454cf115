"""Who writes which letter about what an account has of the operator; `deliver` alone needs it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from guichet.adapters.mail.render import AnyFacts
from guichet.bootstrap_billing import BillingParts
from guichet.collection.method_letters import MethodLetters
from guichet.collection.pages import MethodPages
from guichet.collection.payment_letters import PaymentLetters
from guichet.collection.refund_letters import RefundLetters
from guichet.invoices.correspondence import InvoiceLetters
from guichet.invoices.receipt_letters import ReceiptLetters
from guichet.registration.mailer import Correspondence, Told
from guichet.registration.outbox import Effect
from guichet.subscriptions.correspondence import BillingLetters
from guichet.subscriptions.pages import Pages
from guichet.subscriptions.telling import Sources


@dataclass(frozen=True)
class BillingLetterParts:
    """Those of billing, each made when it is first needed."""

    parts: BillingParts

    def about(self, effect: Effect) -> Told[AnyFacts]:
        """What the mails of a change say."""
        return self._letters(effect).about(effect)

    def _letters(self, effect: Effect) -> Correspondence[AnyFacts]:
        if effect.is_of_payments:
            return self.of_payments
        if effect.is_of_received_money:
            return self.of_receipts
        if effect.is_of_refunds:
            return self.of_refunds
        if effect.invoice_id is not None:
            return self.of_documents
        return self.of_methods if effect.is_of_methods else self.of_subscriptions

    @cached_property
    def of_subscriptions(self) -> BillingLetters:
        return BillingLetters(self._sources)

    @cached_property
    def of_methods(self) -> MethodLetters:
        pages = MethodPages(self.parts.held.settings.public_base_url)
        return MethodLetters(self._sources, self.parts.method_records, pages)

    @cached_property
    def of_payments(self) -> PaymentLetters:
        pages = MethodPages(self.parts.held.settings.public_base_url)
        return PaymentLetters(self._sources, self.parts.charges, pages)

    @cached_property
    def of_refunds(self) -> RefundLetters:
        return RefundLetters(self._sources, self.parts.charges)

    @cached_property
    def of_documents(self) -> InvoiceLetters:
        return InvoiceLetters(self._sources, self.parts.invoices, lambda: self.parts.keeping)

    @cached_property
    def of_receipts(self) -> ReceiptLetters:
        return ReceiptLetters(self._sources, self.parts.invoices, self.parts.account_history)

    @cached_property
    def _sources(self) -> Sources:
        held = self.parts.held
        return Sources(
            records=self.parts.records,
            catalogues=self.parts.catalogues,
            entities=held.selling_entities,
            happenings=held.history,
            pages=Pages(held.settings.public_base_url),
            certificates=self.parts.taxpayers,
        )
