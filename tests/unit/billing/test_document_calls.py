"""Files of invoices over HTTP: the bytes that were sent, as a download (INV-9, ACC-2)."""

from __future__ import annotations

import hashlib

import pytest

from guichet.invoices.forms import DocumentForm, file_key
from guichet.invoices.invoice import Invoice
from guichet.invoices.use_cases.read_document import read_document
from tests.support.billing import Billing
from tests.support.real_documents import CUSTOMERS, made
from tests.unit.billing.conftest import Buy, Call


@pytest.fixture
def invoice(billing: Billing, buy: Buy) -> Invoice:
    buy()
    billing.world.settle_down()
    (found,) = billing.parts().invoices.invoices_of(billing.account_id, limit=2, after=None).items
    return found


@pytest.mark.parametrize(
    ("form", "media_type"),
    [
        (DocumentForm.PDF, "application/pdf"),
        (DocumentForm.CSV, "text/csv; charset=utf-8; header=present"),
        (DocumentForm.JSON, "application/json"),
    ],
)
def test_a_file_is_downloaded_byte_for_byte_inv_9(
    billing: Billing, call: Call, invoice: Invoice, form: DocumentForm, media_type: str
) -> None:
    answer = call("GET", f"/v1/invoices/{invoice.invoice_id}/{form}")

    kept = billing.world.documents.kept[file_key(invoice, form)]
    assert answer.status == 200
    assert answer.content == kept
    assert answer.headers["content-type"] == media_type
    assert answer.headers["content-disposition"] == (
        f'attachment; filename="{invoice.number}.{form}"'
    )
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["etag"] == f'"{hashlib.sha256(kept).hexdigest()[:32]}"'


@pytest.mark.parametrize("form", ["xml", "ubl"])
def test_where_en_16931_does_not_reach_there_is_no_such_file_inv_4(
    call: Call, invoice: Invoice, form: str
) -> None:
    answer = call("GET", f"/v1/invoices/{invoice.invoice_id}/{form}")

    assert (answer.status, answer.code) == (404, "no_electronic_invoice")


@pytest.mark.parametrize("form", ["pdf", "csv", "json"])
def test_what_is_not_drawn_yet_is_asked_for_again_later_inv_9(
    billing: Billing, call: Call, invoice: Invoice, form: str
) -> None:
    billing.world.documents.kept.clear()

    answer = call("GET", f"/v1/invoices/{invoice.invoice_id}/{form}")

    assert (answer.status, answer.code) == (503, "document_not_ready")
    assert int(answer.headers["retry-after"]) == 15


def test_a_bucket_that_is_away_is_told_so(billing: Billing, call: Call, invoice: Invoice) -> None:
    billing.world.documents.away = True

    answer = call("GET", f"/v1/invoices/{invoice.invoice_id}/pdf")

    assert (answer.status, answer.code) == (503, "documents_unavailable")


@pytest.mark.parametrize("named", ["inv_20261122_00000000000000000000", "inv_1", "a", "no such"])
def test_an_unknown_invoice_is_absent_acc_2(call: Call, invoice: Invoice, named: str) -> None:
    del invoice

    answer = call("GET", f"/v1/invoices/{named.replace(' ', '%20')}/pdf")

    assert answer.status == 404


def test_both_electronic_forms_of_a_european_invoice_are_read_inv_4() -> None:
    billing = CUSTOMERS["it-reverse-charge"]()
    (invoice, content), *_ = made(billing)
    parts = billing.world.parts
    parts.billing.keeping.kept_pdf(invoice, content.document)

    for form in (DocumentForm.XML, DocumentForm.UBL):
        found = read_document(
            billing.owner,
            invoice.invoice_id,
            form,
            records=parts.billing.invoices,
            files=parts.documents,
        )
        assert found.content.startswith(b"<?xml")
        assert found.name == f"{invoice.number}.{form.ending}"
