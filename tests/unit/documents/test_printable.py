"""Which texts can be printed; a document with another parks before it has a number (INV-4)."""

from dataclasses import replace

import pytest
from reportlab.pdfbase.ttfonts import TTFontFile

from guichet.adapters.documents.fonts import BOLD, FOLDER, REGULAR
from guichet.adapters.documents.pdf import render_pdf
from guichet.errors import Invalid
from guichet.invoices.document import InvoiceDocument
from guichet.invoices.printable import require_printable
from guichet.printable import PRINTABLE, one_line, unprintable
from tests.support.document_samples import samples

SAMPLES = samples()


@pytest.mark.parametrize("name", [REGULAR, BOLD])
def test_inv_4_the_fonts_have_every_letter_that_is_called_printable(name: str) -> None:
    letters = set(TTFontFile(str(FOLDER / f"{name}.ttf")).charToGlyph)

    called = {code for first, last in PRINTABLE for code in range(first, last + 1)}

    assert called <= letters
    assert called > set(range(ord("α"), ord("ω"))) | set(range(ord("а"), ord("я")))  # noqa: RUF001


@pytest.mark.parametrize("document", SAMPLES.values(), ids=SAMPLES)
def test_inv_4_latin_greek_and_cyrillic_are_printed(document: InvoiceDocument) -> None:
    require_printable(document)


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("株式会社例", id="Japanese"),
        pytest.param("شركة المثال", id="Arabic"),
        pytest.param("חברת הדוגמה", id="Hebrew"),
        pytest.param("บริษัทตัวอย่าง", id="Thai"),
        pytest.param("Party 🎉", id="a picture"),
        pytest.param("q\u0323", id="a mark that no letter has by itself"),
    ],
)
def test_inv_4_a_text_in_another_script_is_refused_by_its_name(text: str) -> None:
    fine = SAMPLES["fr-reverse-charge"]
    document = replace(fine, buyer=replace(fine.buyer, company=text))

    with pytest.raises(Invalid) as refused:
        render_pdf(document)

    assert refused.value.code == "text_not_printable"
    assert repr(text) in refused.value.detail


def test_every_kind_of_text_is_looked_at() -> None:
    fine = SAMPLES["en-us-exemption"]
    foreign = "例"
    bank = fine.remittance
    assert bank is not None
    line = replace(fine.lines[0], item=foreign)
    changed = [
        replace(fine, seller=replace(fine.seller, address=(foreign,))),
        replace(fine, seller=replace(fine.seller, registration=(foreign,))),
        replace(fine, buyer=replace(fine.buyer, contact_name=foreign)),
        replace(fine, buyer=replace(fine.buyer, address=replace(fine.buyer.address, city=foreign))),
        replace(fine, lines=(line, *fine.lines[1:])),
        replace(fine, taxes=(replace(fine.taxes[0], reason=foreign),)),
        replace(fine, remittance=replace(bank, cheque_address=foreign)),
        replace(fine, notes=(foreign,)),
    ]

    for document in changed:
        with pytest.raises(Invalid):
            require_printable(document)


@pytest.mark.parametrize(
    ("text", "printed"),
    [
        pytest.param("Cafe\u0301", "Café", id="a letter and its mark become one"),
        pytest.param("a\nb\tc\x00d", "a b c d", id="line breaks and controls"),
        pytest.param("abc\u202edef", "abc def", id="marks that turn the direction"),
        pytest.param(
            "1\u202f234,50\u00a0€", "1\u202f234,50\u00a0€", id="blanks that hold together"
        ),
        pytest.param("soft\u00adhyphen", "softhyphen", id="a hyphen that is not seen"),
        pytest.param("  around  ", "around", id="blanks around"),
    ],
)
def test_a_text_is_one_composed_line(text: str, printed: str) -> None:
    assert one_line(text) == printed
    assert not unprintable(text)
