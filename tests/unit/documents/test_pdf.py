"""The PDF: the same bytes, fonts inside, the right words on every page (INV-2, INV-4)."""

import subprocess
import sys
from dataclasses import replace
from datetime import date
from io import BytesIO
from typing import Any

import pytest
from pypdf import PdfReader

from guichet.adapters.documents.files import files_of
from guichet.adapters.documents.layout import pages_of
from guichet.adapters.documents.paper import A4, LETTER, Composer, Mark, Text, wrapped
from guichet.adapters.documents.paper import BODY as STYLE
from guichet.adapters.documents.pdf import render_pdf
from guichet.adapters.documents.wording import Wording
from guichet.errors import Unavailable
from guichet.invoices.document import InvoiceDocument
from guichet.printable import unprintable
from tests.support.document_samples import samples
from tests.support.invoice_documents import PARIS, REVERSE_CHARGE, invoice, line, many_lines

SAMPLES = samples()
# What a reader of each document looks for; blanks that hold together count as blanks.
SAID = {
    "en-home-mixed-classes": (
        *("Invoice IE-I-000123", "Amount due €253.08 by 31 March 2027", "VAT 23% on €152.91"),
        *("€35.17", "Exempt from tax.", "10–28 Feb 2027", "discount €2.00", "Page 1 of 1"),
        *("1–31 Mar 2027 · VAT 23%", "1–31 Mar 2027 · VAT 0%"),
        *(
            "Cork",
            "To pay by bank transfer",
            "IE58 EXMP 0000 0012 3456 78",
            "up to and including 16 March",
        ),
    ),
    "fr-reverse-charge": (
        *("Facture IE-I-000123", "Montant dû : 152,91 €", "31 mars 2027", "Autoliquidation"),
        *("1er mars 2027", "1er–31 mars 2027"),
        *("75011 Paris", "FRANCE", "FR40303265045", "0,0696 €", "Crédit : Basic", "-7,60 €"),
        *("au prorata : 19/30 de la période", "10–28 févr. 2027", "Référence à indiquer"),
    ),
    "de-consumer-collected": (
        *("Rechnung IE-I-000123", "Automatischer Einzug von 171,96 €", "USt. 19 % auf 152,91 €"),
        *("29,05 €", "Verrechnetes Guthaben", "-10,00 €", "Gutschrift: Basic", "DEUTSCHLAND"),
    ),
    "it-reverse-charge-many-lines": (
        *("Fattura IE-I-000123", "Importo dovuto 1.664,46 €", "Inversione contabile"),
        *("A riportare", "Riporto", "00184 Roma RM", "Pagina 6 di 6"),
    ),
    "es-consumer-paid": (
        *("Factura IE-I-000123", "No queda nada por pagar", "IVA 21 % sobre 152,91 €"),
        *("Ya pagado", "-185,02 €", "0,00 €", "ESPAÑA"),
    ),
    "pt-reverse-charge": ("Fatura IE-I-000123", "31 de março de 2027", "Autoliquidação"),
    "pt-br-out-of-scope": (
        "Rio de Janeiro-RJ",
        "US$ 152,91",
        "BRASIL",
        "1º de março de 2027",
        "Não sujeito",
    ),
    "nl-reverse-charge": ("Factuur IE-I-000123", "€ 152,91", "Btw verlegd", "BELGIË"),
    "en-us-ssut": ("Amount due $165.14 by March 31, 2027", "SSUT", "Alabama", "Mobile, AL 36602"),
    "en-us-exemption": (
        "Exempt by certificate",
        "number 000-0000",
        "To pay by check",
        "PO Box 100",
    ),
    "en-us-no-nexus": ("Albany, NY 12207", "Amount due $152.91 by March 31, 2027"),
    "fr-ca-two-taxes": ("TPS", "5 % sur 152,91 $", "9,975 % sur 152,91 $", "Numéro de transit"),
    "en-ca-two-taxes": (
        "GST 5% on $152.91",
        "PST (BC) 7% on $152.91",
        "CAD",
        "Vancouver BC V5K 0A1",
    ),
    "en-au-gst": ("Tax invoice AU-I-000123", "GST 10%", "ABN: ", "51 824 753 556", "BSB"),
    "en-gb-vat": ("£183.49", "VAT 20% on £152.91", "Sort code", "Leeds"),
    "de-ch-vat": ("CHF 165.30", "SCHWEIZ", "MWST 8.1% auf CHF 152.91", "einschliesslich"),
    "en-jp-yen": (
        *("¥20,609", "JAPAN", "100-0001", "Consumption tax (JCT) 10% on JP¥18,735"),
        "JP¥1,874",
    ),
    "en-greek-names": ("Εργαστήριο Παράδειγμα", "Ελένη Παπαδοπούλου", "105 57 Αθήνα"),
    "en-cyrillic-names": ("Работилница Пример ООД", "Цветелина Щърбова", "1000 София"),
    "fr-credit-note": (
        *("Avoir IE-C-000007", "Rectifie la facture IE-I-000101 du 10 février 2027"),
        *("Au crédit de votre compte : 45,60 €", "Autoliquidation"),
    ),
    "de-credit-note-refund": ("Gutschrift (Rechnungskorrektur)", "Zahlungsart: 54,26 €"),
    "nl-credit-note-offset": ("Creditnota", "In mindering op de factuur: € 45,60"),
}


def pages(document: InvoiceDocument) -> list[str]:
    """The text of each page, as a reader copies it."""
    reader = PdfReader(BytesIO(render_pdf(document)))
    return [_blanks(page.extract_text()) for page in reader.pages]


def _blanks(text: str) -> str:
    return text.replace("\u00a0", " ").replace("\u202f", " ").replace("\u2009", " ")


@pytest.mark.parametrize("name", SAMPLES)
def test_inv_4_the_same_document_gives_the_same_bytes(name: str) -> None:
    assert files_of(SAMPLES[name]) == files_of(samples()[name])


def test_inv_4_another_process_at_another_time_gives_the_same_bytes() -> None:
    code = (
        "import hashlib; from guichet.adapters.documents.files import files_of;"
        "from tests.support.document_samples import samples;"
        "print(*[hashlib.sha256(files_of(each).pdf).hexdigest() for each in samples().values()])"
    )
    runs = [
        subprocess.run(  # noqa: S603 - ours alone
            [sys.executable, "-c", code],
            capture_output=True,
            text=True,
            check=True,
            env={"PYTHONHASHSEED": seed, "TZ": zone, "PYTHONPATH": "layers/common:."},
        ).stdout
        for seed, zone in (("1", "UTC"), ("2", "Asia/Tokyo"))
    ]

    assert runs[0] == runs[1]
    assert len(set(runs[0].split())) == len(SAMPLES)


@pytest.mark.parametrize("name", SAMPLES)
def test_inv_4_a_document_says_what_its_reader_looks_for(name: str) -> None:
    text = "\n".join(pages(SAMPLES[name]))

    assert [each for each in SAID[name] if _blanks(each) not in text] == []


@pytest.mark.parametrize("name", SAMPLES)
def test_every_amount_of_the_model_stands_in_the_text(name: str) -> None:
    document = SAMPLES[name]
    wording, text = Wording.of(document), "\n".join(pages(document))

    amounts = [document.subtotal_minor, document.total_minor, document.due_minor]
    amounts += [each.net_minor for each in document.lines]
    amounts += [each.amount_minor for each in wording.shown_taxes]

    assert all(_blanks(wording.amount(each)) in text for each in amounts)


@pytest.mark.parametrize("name", ["en-greek-names", "en-cyrillic-names", "fr-ca-two-taxes"])
def test_inv_4_fonts_are_inside_and_hold_only_what_is_used(name: str) -> None:
    content = render_pdf(SAMPLES[name])
    fonts = [
        font.get_object()
        for page in PdfReader(BytesIO(content)).pages
        for font in page["/Resources"]["/Font"].values()  # type: ignore[index]
    ]

    assert {font["/BaseFont"].split("+")[1] for font in fonts} <= {
        "NotoSans-Regular",
        "NotoSans-Bold",
    }
    for font in fonts:
        assert font["/FontDescriptor"]["/FontFile2"].get_data()
        assert "/ToUnicode" in font
    assert len(content) < 40_000


def test_a_pdf_names_its_title_its_language_and_its_day() -> None:
    reader = PdfReader(BytesIO(render_pdf(SAMPLES["de-credit-note-refund"])))
    held = reader.metadata
    assert held is not None

    assert held.title == "Gutschrift (Rechnungskorrektur) IE-C-000008"
    assert held.author == "Guichet Example Ireland Ltd"
    assert held.creation_date is not None
    assert held.creation_date.date().isoformat() == "2027-03-01"
    assert reader.trailer["/Root"]["/Lang"] == "de"  # type: ignore[index]
    assert reader.trailer["/Root"]["/ViewerPreferences"]["/DisplayDocTitle"]  # type: ignore[index]


@pytest.mark.parametrize("name", SAMPLES)
def test_nothing_leaves_the_paper_or_stands_on_something_else(name: str) -> None:
    paper, sheets = pages_of(Wording.of(SAMPLES[name]))

    assert paper == (LETTER if SAMPLES[name].seller.country in {"US", "CA"} else A4)
    for marks in sheets:
        boxes = [_box(each) for each in marks if isinstance(each, Text)]
        for left, right, top, bottom in boxes:
            assert paper.left - 0.1 <= left <= right <= paper.right + 0.1
            assert paper.top - 0.1 <= top < bottom <= paper.height - 20
        assert not [(a, b) for i, a in enumerate(boxes) for b in boxes[:i] if _overlap(a, b)]


def _box(text: Text) -> tuple[float, float, float, float]:
    width = text.style.width(text.text)
    left = text.x if text.side.value == "left" else text.x - width
    return left, left + width, text.y - text.style.size, text.y


def _overlap(one: tuple[float, ...], other: tuple[float, ...]) -> bool:
    across = one[0] < other[1] and other[0] < one[1]
    return across and one[2] < other[3] - 0.5 and other[2] < one[3] - 0.5


@pytest.mark.parametrize("name", SAMPLES)
def test_every_text_on_the_paper_is_in_the_fonts(name: str) -> None:
    _, sheets = pages_of(Wording.of(SAMPLES[name]))

    assert not unprintable("".join(m.text for page in sheets for m in page if isinstance(m, Text)))


def test_inv_2_five_hundred_lines_carry_their_sum_from_page_to_page() -> None:
    lines = many_lines(500)
    document = invoice("ie", "en", "EUR", PARIS, (REVERSE_CHARGE,), lines)
    wording = Wording.of(document)
    _, sheets = pages_of(wording)
    texts = [[each.text for each in page if isinstance(each, Text)] for page in sheets]
    known = {wording.name(each): each.net_minor for each in lines}

    so_far = 0
    for number, page in enumerate(texts[:-1], start=1):
        if number > 1:
            assert page[page.index("Brought forward") + 1] == wording.amount(so_far)
        so_far += _shown(page, known)
        assert page[page.index("Carried forward") + 1] == wording.amount(so_far)
    last = texts[-1]
    assert last[last.index("Brought forward") + 1] == wording.amount(so_far)
    assert so_far + _shown(last, known) == document.subtotal_minor
    assert last[-1] == f"Page {len(sheets)} of {len(sheets)}"
    assert len(sheets) > 20


def _shown(page: list[str], known: dict[str, int]) -> int:
    """What the lines on a page come to; a name of two lines is found by its first."""
    total = 0
    for index, text in enumerate(page):
        whole = f"{text} {page[index + 1]}" if index + 1 < len(page) else text
        total += known.get(text) or known.get(whole) or 0
    return total


@pytest.mark.parametrize(
    ("changed", "shows"),
    [
        pytest.param({}, True, id="something is left to pay"),
        pytest.param({"is_collected": True}, False, id="collected by autopay"),
        pytest.param({"paid_minor": 15_291}, False, id="paid"),
        pytest.param({"credit_applied_minor": 15_291}, False, id="paid by credit"),
        pytest.param({"remittance": None}, False, id="no details in this currency"),
    ],
)
def test_inv_4_how_to_pay_is_told_where_somebody_has_to(
    changed: dict[str, Any], *, shows: bool
) -> None:
    document = replace(SAMPLES["fr-reverse-charge"], **changed)

    assert ("virement bancaire" in pages(document)[0]) is shows


def test_inv_10_the_day_from_which_a_bank_account_is_debited_is_told() -> None:
    at_once = replace(SAMPLES["fr-reverse-charge"], is_collected=True)
    later = replace(at_once, collected_from=date(2027, 3, 3))

    assert "le 3 mars 2027 ou après" in pages(later)[0]
    assert "ou après" not in pages(at_once)[0]


def test_inv_7_the_last_day_of_a_dispute_is_told_while_there_is_one() -> None:
    fine = SAMPLES["fr-reverse-charge"]

    assert "contester jusqu’au 16 mars 2027 inclus" in pages(fine)[0]
    assert "contester" not in pages(replace(fine, disputable_until=None))[0]


def test_notes_of_the_operators_own_are_printed_and_go_on_over_pages() -> None:
    note = "A sentence that the operator’s lawyers want. " * 60
    document = replace(SAMPLES["en-gb-vat"], notes=(note, "And another one.", note, note, note))

    text = pages(document)

    assert "And another one." in " ".join(text)
    assert len(text) > 2


def test_inv_3_a_template_that_is_gone_is_not_guessed() -> None:
    with pytest.raises(Unavailable) as refused:
        render_pdf(replace(SAMPLES["fr-reverse-charge"], template=99))

    assert refused.value.code == "template_unknown"


def test_a_name_wider_than_its_column_is_broken_and_an_amount_made_smaller() -> None:
    long = line("Donaudampfschifffahrtsgesellschaftskapitänskajüte" * 3, 99_999_999_999_999)
    document = invoice("ie", "de", "JPY", PARIS, (REVERSE_CHARGE,), (long,))

    _, sheets = pages_of(Wording.of(document))

    (page,) = sheets
    edges = [_box(each) for each in page if isinstance(each, Text)]
    assert not [(a, b) for i, a in enumerate(edges) for b in edges[:i] if _overlap(a, b)]


@pytest.mark.parametrize(
    ("name", "told"),
    [
        pytest.param("en-home-mixed-classes", "Company number: 123456", id="English"),
        pytest.param("fr-reverse-charge", "Numéro d’immatriculation : 123456", id="French"),
        pytest.param("de-consumer-collected", "Handelsregisternummer: 123456", id="German"),
        pytest.param(
            "it-reverse-charge-many-lines",
            "Numero di iscrizione al registro delle imprese: 123456",
            id="Italian",
        ),
        pytest.param("es-consumer-paid", "Número de registro mercantil: 123456", id="Spanish"),
        pytest.param("pt-br-out-of-scope", "Número de registro comercial: 123456", id="Brazilian"),
        pytest.param("pt-reverse-charge", "Número de registo comercial: 123456", id="in Portugal"),
        pytest.param("nl-reverse-charge", "Handelsregisternummer: 123456", id="Dutch"),
        pytest.param("en-gb-vat", "Company number: 01234567", id="a company of the UK"),
        pytest.param("en-au-gst", "ACN: 123 456 780", id="of Australia"),
        pytest.param("en-ca-two-taxes", "Corporation number: 123456-7", id="of Canada"),
        pytest.param("fr-ca-two-taxes", "Numéro de société : 123456-7", id="of Canada, in French"),
    ],
)
def test_a_seller_s_company_number_is_named_in_the_reader_s_language(name: str, told: str) -> None:
    assert told in pages(SAMPLES[name])[0]


def test_a_number_s_own_name_and_form_are_those_of_its_country() -> None:
    australian, canadian = pages(SAMPLES["en-au-gst"])[0], pages(SAMPLES["fr-ca-two-taxes"])[0]
    brazil = SAMPLES["pt-br-out-of-scope"]
    brazilian = replace(brazil, buyer=replace(brazil.buyer, vat_number="12345678000195"))

    assert "ABN: 18 123 456 789" in australian
    assert "Numéro de TPS/TVH : 123456782RT0001" in canadian
    assert "TVQ / QST 1234567890 TQ0001" in canadian
    assert "12.345.678/0001-95" in pages(brazilian)[0]


def test_a_long_letterhead_pushes_the_facts_down_and_not_the_address() -> None:
    fine = SAMPLES["de-consumer-collected"]
    more = tuple(f"Eine Zeile, die das Gesetz verlangt, Nummer {n}" for n in range(4))
    seller = replace(fine.seller, registration=more, email="a@guichet.example", phone="+353 1 0")

    (before, *_), (after, *_) = (
        pages_of(Wording.of(each))[1] for each in (fine, replace(fine, seller=seller))
    )

    assert _place(after, "Max Mustermann") == _place(before, "Max Mustermann")
    assert _place(after, "Ausstellungsdatum") > _place(before, "Ausstellungsdatum")
    boxes = [_box(each) for each in after if isinstance(each, Text)]
    assert not [(a, b) for i, a in enumerate(boxes) for b in boxes[:i] if _overlap(a, b)]


def _place(marks: list[Mark], text: str) -> float:
    return next(each.y for each in marks if isinstance(each, Text) and each.text == text)


@pytest.mark.parametrize("text", ["", "a", "a few words that go over a line", "x" * 300, "a  b"])
def test_wrapping_loses_no_letter(text: str) -> None:
    lines = wrapped(text, STYLE, 60)

    assert "".join(lines).replace(" ", "") == text.replace(" ", "")
    assert all(STYLE.width(each) <= 60 for each in lines)


def test_a_paragraph_longer_than_a_page_goes_on() -> None:
    page = Composer(A4)

    page.paragraph(A4.left, "word " * 3000, STYLE, 300)

    assert len(page.pages) > 2
