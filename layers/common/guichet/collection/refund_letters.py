"""What mails tell of a payment that had no place: it went back, or became account credit (COL-8)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from guichet.collection.charge_ports import ChargeRecords
from guichet.errors import not_found
from guichet.invoices.invoice import Invoice
from guichet.payments.own_refund import OwnRefund, OwnRefundStatus
from guichet.registration.mailer import Letter
from guichet.registration.outbox import AnyMail, BillingMail, Effect
from guichet.subscriptions.cart import Cart
from guichet.subscriptions.mails import BillingFacts, ToldDocument, ToldLine
from guichet.subscriptions.telling import Sources, Telling

K = BillingMail

# What the refund has to be for its mail to be true when it goes out.
_TRUE_WHILE: Final = {
    K.PAYMENT_REFUNDED: OwnRefundStatus.SUCCEEDED,
    K.REFUND_CREDITED: OwnRefundStatus.CREDITED,
}


@dataclass(frozen=True, slots=True)
class RefundLetters:
    """Gathers what the mails about such money have to tell."""

    sources: Sources
    records: ChargeRecords

    def about(self, effect: Effect) -> RefundMatter:
        """The refund, and what its payment was meant for, as they are now."""
        account_id = effect.account_id or ""
        refund = self.records.own_refund(effect.refund_id or "")
        if refund is None or refund.account_id != account_id:
            raise not_found("refund")
        records = self.sources.records
        account, profile = records.account(account_id), records.profile(account_id)
        telling = Telling(effect, account, profile, self.sources)
        invoice = self.records.invoice(account_id, refund.invoice_id) if refund.invoice_id else None
        cart = records.cart(account_id, refund.cart_id) if refund.cart_id else None
        return RefundMatter(telling, refund, invoice, cart)


@dataclass(frozen=True, slots=True)
class RefundMatter:
    """One refund of what was meant for an invoice, or for an order."""

    telling: Telling
    refund: OwnRefund
    invoice: Invoice | None
    cart: Cart | None

    def letter(self, mail: AnyMail) -> Letter[BillingFacts] | None:
        """None where it would no longer be true."""
        kind, refund = BillingMail(mail), self.refund
        if refund.status is not _TRUE_WHILE[kind]:
            return None
        entity = self.telling.sources.entities.entity(refund.selling_entity)
        facts = BillingFacts(
            kind=kind,
            frame=self.telling.frame(refund.selling_entity, entity.time_zone, self._link()),
            document=self._document(),
            order_id=refund.cart_id or "",
            lines=self._lines(),
            paid=refund.amount,
            without_place=refund.reason,
            reference=refund.payment_id,
        )
        return self.telling.letter(facts)

    def _document(self) -> ToldDocument | None:
        invoice = self.invoice
        if invoice is None or invoice.issued_on is None:
            return None
        return ToldDocument(number=invoice.number, issued_on=invoice.issued_on, open=invoice.open)

    def _lines(self) -> tuple[ToldLine, ...]:
        """What was ordered, by which the mail names the order."""
        if self.cart is None:
            return ()
        preview, names = self.cart.preview, self.telling.names
        bills = (preview.now.lines, *(bill.lines for bill in preview.later))
        return tuple(names.line(line) for lines in bills for line in lines)

    def _link(self) -> str:
        pages = self.telling.sources.pages
        if self.refund.cart_id is not None:
            return pages.order(self.refund.cart_id)
        return pages.invoice(self.refund.invoice_id or "")
