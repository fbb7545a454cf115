"""CSV and JSON of every document: the same sums, and nothing that a spreadsheet computes (INV-4)."""

import csv
import json
from dataclasses import replace
from decimal import Decimal
from io import StringIO

import pytest

from guichet.adapters.documents.plain import COLUMNS, document_csv, document_json
from guichet.invoices.document import InvoiceDocument
from guichet.money import minor_digits
from tests.support.document_samples import samples

SAMPLES = samples()


def rows(document: InvoiceDocument) -> list[dict[str, str]]:
    return list(csv.DictReader(StringIO(document_csv(document).decode())))


def summed(document: InvoiceDocument, *kinds: str) -> Decimal:
    return sum((Decimal(r["amount"]) for r in rows(document) if r["row"] in kinds), Decimal(0))


@pytest.mark.parametrize("document", SAMPLES.values(), ids=SAMPLES)
def test_inv_4_the_rows_of_a_csv_add_up(document: InvoiceDocument) -> None:
    assert summed(document, "line") == summed(document, "subtotal")
    assert summed(document, "subtotal", "tax") == summed(document, "total")
    assert summed(document, "total", "credit_applied", "paid") == summed(document, "due")
    due = Decimal(document.due_minor).scaleb(-minor_digits(document.currency))
    assert summed(document, "due") == due


def test_a_row_says_what_the_document_is_and_what_the_line_is_for() -> None:
    first = rows(SAMPLES["fr-reverse-charge"])[1]

    assert tuple(first) == COLUMNS
    assert {key: value for key, value in first.items() if value} == {
        "number": "IE-I-000123",
        "kind": "invoice",
        "issued_on": "2027-03-01",
        "due_on": "2027-03-31",
        "account": "acc_7QK3X9",
        "company": "Atelier Lumière SARL",
        "currency": "EUR",
        "row": "line",
        "product": "Webinar",
        "item": "Pro",
        "from": "2027-02-10",
        "to": "2027-02-28",
        "quantity": "1",
        "unit_price": "24.00",
        "share": "19/30",
        "amount": "15.20",
    }


@pytest.mark.parametrize("formula", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1"])
def test_a_name_is_no_formula(formula: str) -> None:
    fine = SAMPLES["fr-reverse-charge"]
    lines = (replace(fine.lines[0], item=formula), *fine.lines[1:])

    document = replace(fine, lines=lines, buyer=replace(fine.buyer, company=formula))

    first = rows(document)[0]
    assert first["item"] == first["company"] == f"'{formula.strip()}"


@pytest.mark.parametrize("document", SAMPLES.values(), ids=SAMPLES)
def test_inv_4_json_has_every_field_in_minor_units(document: InvoiceDocument) -> None:
    held = json.loads(document_json(document))

    assert held["number"] == document.number
    assert sum(each["net_minor"] for each in held["lines"]) == held["subtotal_minor"]
    assert sum(each["amount_minor"] for each in held["taxes"]) == held["tax_minor"]
    assert held["subtotal_minor"] + held["tax_minor"] == held["total_minor"]
    paid = held["credit_applied_minor"] + held["paid_minor"]
    assert held["total_minor"] - paid == held["due_minor"] == document.due_minor
    assert held["buyer"]["address"]["country"] == document.buyer.address.country


def test_inv_4_the_same_document_gives_the_same_bytes() -> None:
    one, other = samples()["de-consumer-collected"], samples()["de-consumer-collected"]

    assert document_json(one) == document_json(other)
    assert document_csv(one) == document_csv(other)
