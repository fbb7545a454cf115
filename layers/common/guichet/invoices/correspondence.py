"""What mails tell of invoices and credit notes, and the file that each brings (INV-6)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date
from typing import Final

from guichet.errors import not_found
from guichet.invoices.content import InvoiceContent
from guichet.invoices.document import InvoiceDocument
from guichet.invoices.forms import DocumentForm, file_name
from guichet.invoices.invoice import Invoice, InvoiceStatus
from guichet.invoices.keeping import Keeping
from guichet.invoices.ports import InvoiceRecords
from guichet.money import Money
from guichet.period import local_day
from guichet.registration.mailer import Attachment, Letter, Told
from guichet.registration.outbox import AnyMail, BillingMail, Effect
from guichet.subscriptions.mails import BillingFacts, ToldDocument
from guichet.subscriptions.telling import Sources, Telling

_MOST_BYTES: Final = 5_000_000  # in base 64 below what mailboxes take, some of them 10 MB


@dataclass(frozen=True, slots=True)
class InvoiceLetters:
    """Gathers what the mail about one document has to tell, and keeps the document's files."""

    sources: Sources
    records: InvoiceRecords
    keeping: Callable[[], Keeping]  # what draws is loaded where something is drawn

    def about(self, effect: Effect) -> Told[BillingFacts]:
        """The document as it was finalized; what is left to pay of it, as it is now."""
        account_id, invoice_id = effect.account_id or "", effect.invoice_id or ""
        invoice = self.records.invoice(account_id, invoice_id)
        content = self.records.content(invoice) if invoice is not None else None
        if invoice is None or content is None:
            raise not_found("invoice")
        records = self.sources.records
        account, profile = records.account(account_id), records.profile(account_id)
        telling = Telling(effect, account, profile, self.sources)
        return InvoiceMatter(telling, invoice, content, self.keeping())


@dataclass(frozen=True, slots=True)
class InvoiceMatter:
    """One invoice or credit note."""

    telling: Telling
    invoice: Invoice
    content: InvoiceContent
    keeping: Keeping

    def letter(self, mail: AnyMail) -> Letter[BillingFacts]:
        """With the PDF as it is kept; one that is too large for a mail is only named."""
        pdf = self.keeping.kept_pdf(self.invoice, self.content.document)
        is_attached = len(pdf) <= _MOST_BYTES
        written = self.telling.letter(self._facts(BillingMail(mail), is_attached=is_attached))
        if not is_attached:
            return written
        form = DocumentForm.PDF
        return replace(
            written, files=(Attachment(file_name(self.invoice, form), form.media_type, pdf),)
        )

    def _facts(self, kind: BillingMail, *, is_attached: bool) -> BillingFacts:
        invoice, document, sources = self.invoice, self.content.document, self.telling.sources
        entity = sources.entities.entity(invoice.selling_entity)
        frame = self.telling.frame(
            invoice.selling_entity, entity.time_zone, sources.pages.invoice(invoice.invoice_id)
        )
        told = ToldDocument(
            number=document.number,
            issued_on=document.issued_on,
            open=invoice.open,
            is_void=invoice.status is InvoiceStatus.VOID,
            is_collected=document.is_collected,
            collected_from=_collected_from(invoice, document, entity.time_zone),
            corrects=document.refers_to.number if document.refers_to else "",
            settlement=document.settlement or "",
            is_attached=is_attached,
        )
        return BillingFacts(
            kind=kind,
            frame=replace(frame, seller=document.seller.legal_name),
            order_id=invoice.cart_id or "",
            total=invoice.total,
            credit_used=Money(invoice.credit_applied_minor, invoice.currency) or None,
            paid=Money(invoice.paid_minor, invoice.currency) or None,
            due_on=document.due_on if not document.is_credit_note else None,
            document=told,
        )


def _collected_from(invoice: Invoice, document: InvoiceDocument, time_zone: str) -> date | None:
    """The first day of a debit: as printed, unless another method was chosen since (COL-10)."""
    moment = invoice.debited_from
    return document.collected_from if moment is None else local_day(moment, time_zone)
