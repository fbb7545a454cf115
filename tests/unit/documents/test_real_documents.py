"""Documents that the domain made, in every tax situation: their forms, sums and sentences (INV-4, TAX)."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal
from io import BytesIO
from itertools import pairwise

import facturx
import pytest
from lxml import etree
from pypdf import PdfReader

from guichet.adapters.documents.files import files_of, rendered
from guichet.invoices.content import InvoicedLine, document_line
from guichet.invoices.document import InvoiceDocument
from guichet.invoices.forms import DocumentForm
from guichet.invoices.remaining import Wanted
from guichet.ledger.billable import BillableLine, LineKind
from guichet.money import Money, minor_digits
from guichet.period import Period
from tests.support.business_rules import RULES, Judge
from tests.support.confirming import Unconfirmed
from tests.support.real_documents import (
    BERLIN,
    CUSTOMERS,
    PARIS,
    customer,
    long_one,
    made,
    real_documents,
)


def documents(name: str) -> list[InvoiceDocument]:
    """Those of one customer, the oldest first."""
    real = real_documents()
    return [content.document for key, (_, content) in real.items() if key.startswith(f"{name}-")]


def page_text(document: InvoiceDocument) -> str:
    """What is printed, without the blanks that nothing is broken at."""
    reader = PdfReader(BytesIO(rendered(document)[DocumentForm.PDF]))
    text = "\n".join(page.extract_text() for page in reader.pages)
    return text.replace("\u00a0", " ").replace("\u202f", " ")


def assert_keeps_the_rules(document: InvoiceDocument, judges: dict[str, Judge]) -> None:
    files = files_of(document)
    assert files.cii is not None
    assert files.ubl is not None
    assert facturx.xml_check_xsd(files.cii, flavor="factur-x", level="en16931")
    assert judges["cii"](files.cii) == []
    name = "CreditNote" if document.is_credit_note else "Invoice"
    schema = etree.XMLSchema(file=str(RULES / "ubl-2.1" / "maindoc" / f"UBL-{name}-2.1.xsd"))
    schema.assertValid(etree.fromstring(files.ubl))
    assert judges["ubl"](files.ubl) == []
    cii = files.cii

    def minor(tag: str) -> Decimal:
        texts = (each.text or "0" for each in etree.fromstring(cii).iter("{*}" + tag))
        return sum(map(Decimal, texts), Decimal(0)).scaleb(minor_digits(document.currency))

    assert minor("DuePayableAmount") == document.due_minor
    assert minor("GrandTotalAmount") == document.total_minor
    assert minor("CalculatedAmount") == document.tax_minor


@pytest.mark.parametrize("name", CUSTOMERS)
def test_inv_4_what_entities_of_the_eu_issue_keeps_the_rules_of_en_16931(
    name: str, judges: dict[str, Judge]
) -> None:
    found = documents(name)

    assert found
    for document in found:
        assert document.is_electronic is (document.seller.country == "IE")
        if document.is_electronic:
            assert_keeps_the_rules(document, judges)


def test_inv_4_credits_at_the_rate_of_another_country_keep_the_rules(
    judges: dict[str, Judge],
) -> None:
    """SUB-6: what was bought in Berlin is given back at 19 %, in Paris 20 % are charged."""
    billing = customer("de", "Max Mustermann", BERLIN)
    billing.buy(billing.webinar("starter", 2))
    billing.until(date(2026, 12, 20))
    billing.move_to(PARIS)
    subscription_id = billing.only().subscription_id
    billing.buy(billing.wish("change", subscription_id=subscription_id, plan_id="plus", seats=3))
    billing.world.settle_down()

    _, (_, content) = made(billing)

    assert [(tax.percent, tax.base_minor < 0) for tax in content.document.taxes] == [
        ("20", False),
        ("19", True),
    ]
    assert_keeps_the_rules(content.document, judges)


@pytest.mark.parametrize("name", CUSTOMERS)
def test_inv_4_the_same_input_gives_the_same_bytes(name: str) -> None:
    for document in documents(name):
        assert rendered(document) == rendered(replace(document))


@pytest.mark.parametrize("name", CUSTOMERS)
def test_inv_2_inv_7_every_page_says_what_it_has_to(name: str) -> None:
    """Amounts, taxes with their names, the last day of a dispute; nothing is left unfilled."""
    for document in documents(name):
        text = page_text(document)
        assert document.number in text
        assert not {"{", "}"} & set(text)
        assert "None" not in text
        assert document.buyer.account_id in text
        if not document.is_credit_note:
            assert document.disputable_until is not None
            assert (document.disputable_until - document.issued_on).days == 15


@pytest.mark.parametrize(
    ("name", "sentences"),
    [
        pytest.param("de-consumer", ["USt. 19 % auf 171,00 €", "32,49 €"], id="eu consumer"),
        pytest.param("fr-reverse-charge", ["Rectifie la facture"], id="credit note"),
        pytest.param(
            "it-reverse-charge",
            ["IVA 0% su 171,00 €", "Inversione contabile", "articolo 196 della direttiva"],
            id="reverse charge",
        ),
        pytest.param("en-home", ["VAT 23% on €171.00"], id="domestic"),
        pytest.param("pt-br-abroad", ["lugar da prestação é o do cliente"], id="export"),
        pytest.param("fr-ca-two-taxes", ["TPS 5 %", "TVQ (QC) 9,975 %"], id="quebec"),
        pytest.param("en-us-ssut", ["SSUT (AL) 8%", "Alabama Department of Revenue"], id="ssut"),
        pytest.param(
            "en-us-telephony",
            ["Federal universal service fee", "Regulatory recovery fee", "SSUT (AL) 8% on"],
            id="fees",
        ),
        pytest.param("en-us-exempt", ["Exempt by certificate: Certificate of"], id="certificate"),
        pytest.param("de-ch", ["MWST 8.1% auf CHF 171.00"], id="switzerland"),
        pytest.param("en-jp-yen", ["JP¥27,000", "Consumption tax (JCT) 10%"], id="yen"),
        pytest.param("en-greek", ["Εργαστήριο Παράδειγμα", "105 57 Αθήνα"], id="greek"),
        pytest.param("en-cyrillic", ["Работилница Пример ООД", "1000 София"], id="cyrillic"),
    ],
)
def test_tax_1_tax_3_each_situation_is_told(name: str, sentences: list[str]) -> None:
    """TAX-4, TAX-5, TAX-6."""
    text = "\n".join(map(page_text, documents(name))).replace("\n", " ")

    assert [each for each in sentences if each not in text] == []


def test_where_no_tax_is_due_in_a_state_none_is_named() -> None:
    """TAX-2: without nexus."""
    text = "\n".join(map(page_text, documents("en-us-no-nexus")))

    assert "tax" not in text.lower().replace("tax invoice", "")
    assert "Total" in text


def test_a_part_of_a_credit_says_of_what_inv_11() -> None:
    """Credits count up to the charges; the rest is a credit note."""
    _, second, *_ = (each for each in documents("de-consumer") if not each.is_credit_note)
    (note,) = (each for each in documents("de-consumer") if each.is_credit_note)

    credit = second.lines[0]
    assert (credit.quantity, credit.unit_price) == (3, "57.00")
    assert credit.part_of_minor == -credit.net_minor + note.lines[0].net_minor
    assert "Teil von 125,40 €" in page_text(second).replace("\n", " ")


@pytest.mark.parametrize(
    ("billed", "quantity", "share", "given_back", "told"),
    [
        pytest.param("171.00", 3, "11/15", 12_540, (3, "57.00"), id="by the piece"),
        pytest.param("100.00", 3, "1/2", 5_000, (1, "100.00"), id="does not come out even"),
        pytest.param("0.30", 4, "1/2", 15, (4, "0.075"), id="finer than a cent"),
        pytest.param("57.00", 1, "1/3", 1_900, (1, "57.00"), id="one piece"),
        pytest.param("57.00", 3, "", 17_100, (3, "57.00"), id="a price a piece"),
    ],
)
def test_a_credit_of_several_is_told_by_the_piece_sub_6(
    billed: str, quantity: int, share: str, given_back: int, told: tuple[int, str]
) -> None:
    """It is a share of what was billed for all of them together."""
    line = BillableLine(
        subscription_id="sub_1",
        product_id="webinar",
        kind=LineKind.PLAN,
        item="plus",
        quantity=quantity,
        unit_price=billed,
        amount=Money(given_back, "EUR"),
        period=Period(date(2027, 1, 1), date(2027, 2, 1)),
        bill_on=date(2027, 1, 1),
        tax_class="standard",
        catalogue_version="1",
        is_credit=True,
        share=share,
    )

    printed = document_line(InvoicedLine(line, -given_back, ()), "Webinars", "Plus", ())

    assert (printed.quantity, printed.unit_price) == told


def test_inv_4_five_hundred_lines_carry_their_sums_from_page_to_page() -> None:
    _, content = long_one()

    reader = PdfReader(BytesIO(rendered(content.document)[DocumentForm.PDF]))
    texts = [page.extract_text() for page in reader.pages]

    assert len(content.document.lines) > 500
    assert f"Pagina {len(texts)} di {len(texts)}" in texts[-1]
    (summed,) = (place for place, text in enumerate(texts) if "Subtotale" in text)
    assert summed > 10
    for before, after in pairwise(texts[: summed + 1]):
        carried = before.split("A riportare")[1].splitlines()[0].strip()
        assert carried
        assert after.split("Riporto")[1].lstrip().startswith(carried)


def test_inv_4_a_credit_note_of_vat_alone_keeps_the_rules_tax_3(judges: dict[str, Judge]) -> None:
    """What was charged goes back line by line and is charged reversed; some went back by hand before."""
    ann = Unconfirmed()
    invoice = ann.invoiced(10_003, 5_000)
    ann.credited(invoice, Wanted(0, 3_334))
    ann.answered()
    _, note = ann.notes()
    later = ann.credited(invoice, Wanted(1)).note

    document = ann.here.content(note).document

    assert (document.subtotal_minor, document.tax_minor) == (0, 2_334)
    assert_keeps_the_rules(document, judges)
    assert_keeps_the_rules(ann.here.content(later).document, judges)
    text = " ".join(page_text(document).split())
    for said in (
        "Taken off the invoice: 23,34 €",
        "part of 100,03 € · VAT 20%",
        "Jun 2026 · VAT 0%",
    ):
        assert said in text
    assert "Credit: Starter" not in text, "what is below 0 there is charged"
