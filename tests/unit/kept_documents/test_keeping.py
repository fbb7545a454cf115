"""Files are drawn once and stay: whatever dies, comes twice, or is drawn otherwise later (INV-3, INV-4)."""

from __future__ import annotations

from datetime import date
from types import MappingProxyType

import pytest

from guichet.adapters.documents.files import rendered
from guichet.bootstrap import Container
from guichet.invoices.document import InvoiceDocument
from guichet.invoices.forms import DocumentForm, Files, file_key
from guichet.invoices.invoice import Invoice
from guichet.invoices.keeping import Keeping
from guichet.invoices.ports import KeepingError
from guichet.registration.mailer import MailNotTakenError
from tests.support.billing import Billing
from tests.support.memory_documents import MemoryDocuments
from tests.support.real_documents import CUSTOMERS, made


class DiedError(BaseException):
    """A worker is gone."""


class Dying(MemoryDocuments):
    """Lets so many files be put, then the worker dies."""

    def __init__(self, puts: int) -> None:
        super().__init__()
        self.left = puts

    def put(self, key: str, content: bytes, media_type: str) -> bool:
        if not self.left:
            raise DiedError
        self.left -= 1
        return super().put(key, content, media_type)


@pytest.fixture(scope="module")
def irish() -> tuple[Invoice, InvoiceDocument]:
    """One with all five forms."""
    (invoice, content), *_ = made(CUSTOMERS["it-reverse-charge"]())
    return invoice, content.document


def test_each_form_is_kept_under_account_invoice_and_number_inv_4(
    irish: tuple[Invoice, InvoiceDocument],
) -> None:
    invoice, document = irish
    files = MemoryDocuments()

    pdf = Keeping(files, rendered).kept_pdf(invoice, document)

    folder = f"documents/acc_atelier/{invoice.invoice_id}/IE-I-000001"
    assert list(files.kept) == [
        f"{folder}.{ending}" for ending in ("csv", "json", "cii.xml", "ubl.xml", "pdf")
    ]
    assert files.kept[f"{folder}.pdf"] == pdf
    assert files.media_types[f"{folder}.pdf"] == "application/pdf"
    assert {form: files.kept[file_key(invoice, form)] for form in DocumentForm} == dict(
        rendered(document)
    )


@pytest.mark.parametrize("puts", range(5))
def test_after_a_death_everything_is_there_with_the_same_bytes_inv_4(
    irish: tuple[Invoice, InvoiceDocument], puts: int
) -> None:
    invoice, document = irish
    files = Dying(puts)
    with pytest.raises(DiedError):
        Keeping(files, rendered).kept_pdf(invoice, document)
    assert file_key(invoice, DocumentForm.PDF) not in files.kept, "the PDF is the last"

    files.left = 5
    Keeping(files, rendered).kept_pdf(invoice, document)

    whole = MemoryDocuments()
    Keeping(whole, rendered).kept_pdf(invoice, document)
    assert files.kept == whole.kept


def test_what_is_kept_wins_over_what_is_drawn_later_inv_3(
    irish: tuple[Invoice, InvoiceDocument],
) -> None:
    """The mail brings the PDF that everybody else reads."""
    invoice, document = irish
    files = MemoryDocuments()
    first = Keeping(files, rendered).kept_pdf(invoice, document)

    def otherwise(document: InvoiceDocument) -> Files:
        return MappingProxyType({**rendered(document), DocumentForm.PDF: b"%PDF-another"})

    again = Keeping(files, otherwise).kept_pdf(invoice, document)

    assert again == first
    assert files.kept[file_key(invoice, DocumentForm.PDF)] == first


def test_while_the_bucket_is_away_no_mail_goes_out_and_it_comes_later() -> None:
    billing = Billing()
    billing.world.documents.away = True
    with pytest.raises(KeepingError):
        billing.buy(billing.webinar())
    assert "billing_invoice" not in billing.world.mails()

    billing.world.documents.away = False
    billing.until(date(2026, 11, 24))  # the claim has ended: what is due brings it again

    assert billing.world.mails().count("billing_invoice") == 1
    assert len(billing.world.documents.kept) == 3


def test_a_worker_that_dies_between_keeping_and_mailing_leaves_one_mail_at_least() -> None:
    """The same bytes again, and the mail once the service takes it."""
    billing = Billing()
    billing.world.mailer.away = True
    with pytest.raises(MailNotTakenError):
        billing.buy(billing.webinar())
    _paid_and_invoiced(billing)
    kept = dict(billing.world.documents.kept)

    billing.world.mailer.away = False
    billing.until(date(2026, 11, 24))

    assert billing.world.mails().count("billing_invoice") == 1
    assert {key: billing.world.documents.kept[key] for key in kept} == kept


def _paid_and_invoiced(billing: Billing) -> None:
    """Go on until the invoice's own mail is refused as well."""
    for _ in range(5):
        try:
            billing.world.settle_down()
        except MailNotTakenError:
            continue


def test_deliver_has_a_container_whose_parts_are_loaded_where_they_are_needed() -> None:
    parts: Container = Billing().world.parts

    assert parts.billing.keeping.files is parts.documents
    assert parts.billing.keeping.render is rendered
