"""TAX-4: an uploaded file is what it begins as, whole, and does nothing to who opens it."""

from __future__ import annotations

import time
from io import BytesIO

import pytest
from pypdf import PdfReader, PdfWriter
from reportlab.pdfgen.canvas import Canvas

from guichet.adapters.uploads.checking import check_file
from guichet.errors import Invalid
from guichet.taxpayer.ports import MOST_BYTES
from tests.support.uploaded_files import (
    DRAWN,
    chunk,
    jpeg,
    object_stream,
    pdf,
    png,
    segment,
    stream,
    with_cross_references_in_a_stream,
)

SCRIPT = b"<< /S /JavaScript /JS (app.alert\\(1\\)) >>"


def refused(content: bytes) -> str:
    with pytest.raises(Invalid) as found:
        check_file(content)
    assert found.value.errors[0].pointer == "/upload_id"
    return found.value.code


def drawn_by_a_library() -> bytes:
    written = BytesIO()
    canvas = Canvas(written)
    canvas.drawString(72, 720, "Certificate of exemption")
    canvas.linkURL("https://revenue.alabama.gov", (72, 700, 200, 716))
    canvas.showPage()
    canvas.save()
    return written.getvalue()


def encrypted(password: str = "") -> bytes:
    writer = PdfWriter(clone_from=BytesIO(pdf()))
    writer.encrypt(password, owner_password="owner", algorithm="AES-256")
    written = BytesIO()
    writer.write(written)
    return written.getvalue()


def with_an_attachment() -> bytes:
    writer = PdfWriter(clone_from=BytesIO(pdf()))
    writer.add_attachment("run.exe", b"MZ")
    written = BytesIO()
    writer.write(written)
    return written.getvalue()


@pytest.mark.parametrize(
    ("content", "media_type"),
    [
        pytest.param(pdf(), "application/pdf", id="a page"),
        pytest.param(pdf(version=b"2.0"), "application/pdf", id="PDF 2.0"),
        pytest.param(pdf() + b"\r\n\0\0", "application/pdf", id="blanks behind it"),
        pytest.param(drawn_by_a_library(), "application/pdf", id="with a link"),
        pytest.param(
            with_cross_references_in_a_stream(b"<< /Title (T) >>"),
            "application/pdf",
            id="compressed objects",
        ),
        pytest.param(png(), "image/png", id="PNG"),
        pytest.param(png(1, 1, chunk(b"tEXt", b"Title\0A")), "image/png", id="PNG with a text"),
        pytest.param(jpeg(), "image/jpeg", id="JPEG"),
        pytest.param(jpeg() + b"\0\0", "image/jpeg", id="JPEG filled up"),
    ],
)
def test_what_may_be_kept_is_told_by_its_own_bytes_tax_4(content: bytes, media_type: str) -> None:
    assert check_file(content) == media_type


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(b"", id="nothing"),
        pytest.param(b"<html><script>alert(1)</script>", id="a page"),
        pytest.param(b"<html>" + pdf(), id="a page before a PDF"),
        pytest.param(b"PK\x03\x04" + pdf(), id="an archive before a PDF"),
        pytest.param(b"GIF89a" + bytes(20), id="GIF"),
        pytest.param(b"<?xml version='1.0'?><svg/>", id="SVG"),
        pytest.param(b"\n" + png(), id="PNG after a line"),
    ],
)
def test_what_begins_as_something_else_is_not_taken_tax_4(content: bytes) -> None:
    assert refused(content) == "file_type_not_taken"


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(pdf(SCRIPT, catalog=b"/OpenAction 5 0 R"), id="on opening"),
        pytest.param(pdf(catalog=b"/OpenAction [3 0 R /Fit]"), id="any action on opening"),
        pytest.param(pdf(SCRIPT), id="a script that nothing refers to"),
        pytest.param(pdf(SCRIPT.replace(b"/JavaScript", b"/J#61vaScript")), id="written otherwise"),
        pytest.param(pdf(b"<< /S /Launch /F (cmd.exe) >>"), id="launches"),
        pytest.param(pdf(page=b"/AA << /O 5 0 R >>"), id="on a page's opening"),
        pytest.param(pdf(catalog=b"/AcroForm << /XFA (x) /Fields [] >>"), id="a form with scripts"),
        pytest.param(pdf(b"<< /S /SubmitForm /F (https://evil.example) >>"), id="submits"),
        pytest.param(pdf(b"<< /S /GoToR /F (other.pdf) >>"), id="opens another file"),
        pytest.param(pdf(b"<< /Type /Annot /Subtype /RichMedia >>"), id="plays something"),
        pytest.param(pdf(stream(b"MZ", b"/Type /EmbeddedFile")), id="a file in it"),
        pytest.param(with_an_attachment(), id="an attachment"),
        pytest.param(with_cross_references_in_a_stream(SCRIPT), id="in a compressed stream"),
        pytest.param(
            with_cross_references_in_a_stream(SCRIPT.replace(b"JS", b"J#53")),
            id="in a compressed stream, written otherwise",
        ),
        pytest.param(
            with_cross_references_in_a_stream(SCRIPT, b"/Names << /X 5 0 R >>"),
            id="in a compressed stream, referred to",
        ),
        pytest.param(pdf(object_stream(9, SCRIPT)), id="in a stream of no table"),
        pytest.param(
            pdf(object_stream(9, SCRIPT).replace(b"stream\n", b"stream\r")),
            id="in a stream that begins otherwise",
        ),
        pytest.param(
            pdf(object_stream(9, SCRIPT).replace(b"/ObjStm", b"/Obj#53tm")),
            id="in a stream of another spelling",
        ),
        pytest.param(
            pdf(b"<< /S /URI /URI (x) /S /JavaScript /JS (x) >>"), id="a key that comes twice"
        ),
        pytest.param(
            pdf(stream(DRAWN + b" %(\nstream\n")) + pdf(SCRIPT), id="in an older version of it"
        ),
    ],
)
def test_a_pdf_that_acts_or_carries_files_is_refused_tax_4(content: bytes) -> None:
    assert refused(content) == "file_active"


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(encrypted("secret"), id="by a password"),
        pytest.param(encrypted(), id="without a password to open it"),
        pytest.param(pdf(b"<< >>", trailer=b"/Encrypt 5 0 R"), id="said so in the trailer"),
    ],
)
def test_a_protected_pdf_is_refused_as_nobody_can_read_it_whole_tax_4(content: bytes) -> None:
    assert refused(content) == "file_encrypted"


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(pdf(b"(<HTML><script>alert\\(1\\)</script>)"), id="a page in a PDF"),
        pytest.param(pdf(stream(b"<!DOCTYPE  html>")), id="a page in a stream"),
        pytest.param(pdf() + b"PK\x05\x06" + bytes(18), id="an archive behind a PDF"),
        pytest.param(png() + b"PK\x03\x04", id="an archive behind a PNG"),
        pytest.param(png(1, 1, chunk(b"tEXt", b"a\0<script>x")), id="a script in a PNG"),
        pytest.param(jpeg() + jpeg(), id="a second picture"),
        pytest.param(jpeg(8, 8, segment(0xFE, b"<html onload=x>")), id="a page in a JPEG"),
    ],
)
def test_a_file_that_is_two_things_is_refused_tax_4(content: bytes) -> None:
    assert refused(content) == "file_mixed"


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(b"%PDF-", id="a word of a PDF"),
        pytest.param(b"%PDF-9.9\n" + pdf()[9:], id="no such version"),
        pytest.param(pdf()[:-30], id="PDF cut off"),
        pytest.param(b"%PDF-1.7\n%%EOF", id="PDF with nothing in it"),
        pytest.param(
            b"%PDF-1.7\n1 0 obj\n<< /Type /Catalog >>\nendobj\ntrailer\n<< /Root 1 0 R >>\n%%EOF",
            id="PDF without pages",
        ),
        pytest.param(
            pdf(stream(b"garbage", b"/Type /ObjStm /N 1 /First 4 /Filter /FlateDecode")),
            id="objects that can't be inflated",
        ),
        pytest.param(
            pdf(stream(b"3030", b"/Type /ObjStm /N 1 /First 4 /Filter /ASCIIHexDecode")),
            id="objects packed otherwise",
        ),
        pytest.param(
            pdf(object_stream(9, SCRIPT).replace(b"/FlateDecode", b"/Fl")),
            id="objects packed by a short name",
        ),
        pytest.param(png()[:-4], id="PNG cut off"),
        pytest.param(png().replace(b"IDAT", b"IDAU"), id="PNG with a wrong sum"),
        pytest.param(png(0, 1), id="PNG without a width"),
        pytest.param(png(60_000, 60_000), id="PNG that would fill the memory"),
        pytest.param(png()[:33], id="PNG of a header alone"),
        pytest.param(jpeg()[:-2], id="JPEG without an end"),
        pytest.param(b"\xff\xd8\xff\xd9", id="JPEG with nothing in it"),
        pytest.param(jpeg(0, 8), id="JPEG without a width"),
        pytest.param(b"\xff\xd8\xff\xe0\xff\xff", id="JPEG cut off in a segment"),
    ],
)
def test_what_is_not_whole_is_refused_tax_4(content: bytes) -> None:
    assert refused(content) == "file_damaged"


def test_5_mb_are_taken_and_20_are_not_tax_4() -> None:
    filling = MOST_BYTES - len(pdf(b"()")) - 8
    largest = pdf(b"(" + b"x" * filling + b")")

    assert len(largest) <= MOST_BYTES
    assert check_file(largest) == "application/pdf"
    assert refused(b"%PDF-1.7\n" + bytes(20 * 1024 * 1024)) == "file_too_large"


def test_streams_that_never_end_are_read_in_one_pass_tax_4() -> None:
    """Each of a million words could be looked for to the end of the file."""
    began = time.monotonic()

    code = refused(b"%PDF-1.7\n" + b"stream\n" * 600_000 + b"%%EOF")

    assert code == "file_damaged"
    assert time.monotonic() - began < 30


def test_a_stream_of_objects_that_inflates_without_end_is_refused_tax_4() -> None:
    bomb = object_stream(9, b"(" + b" " * 40_000_000 + b")")

    assert refused(pdf(bomb)) == "file_damaged"


def test_the_samples_of_these_tests_are_what_they_say() -> None:
    reader = PdfReader(BytesIO(with_cross_references_in_a_stream(SCRIPT)))

    assert reader.xref_objStm == {5: (6, 0)}
    assert len(PdfReader(BytesIO(pdf())).pages) == 1
    assert PdfReader(BytesIO(encrypted("secret"))).is_encrypted
