"""Draws a document as PDF: embedded, subset fonts, the electronic invoice inside, always the same bytes."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from io import BytesIO
from types import MappingProxyType
from typing import Final

from reportlab import rl_config
from reportlab.pdfgen.canvas import Canvas

from guichet.adapters.documents.embedding import embed_invoice, restate
from guichet.adapters.documents.fonts import BOLD, REGULAR, font
from guichet.adapters.documents.layout import pages_of
from guichet.adapters.documents.paper import Mark, Paper, Rule, Side, Text
from guichet.adapters.documents.wording import Wording
from guichet.errors import Unavailable
from guichet.invoices.document import InvoiceDocument
from guichet.invoices.printable import require_printable

type Template = Callable[[Wording], tuple[Paper, list[list[Mark]]]]

# How documents look, by the number that each keeps (INV-3): a new look is a new number.
TEMPLATES: Final[Mapping[int, Template]] = MappingProxyType({1: pages_of})


def render_pdf(document: InvoiceDocument, xml: bytes | None = None) -> bytes:
    """The PDF of a finalized document; the same document always gives the same bytes (INV-4).

    Args:
        document: what it says.
        xml: its electronic invoice in CII, to be put inside as Factur-X has it.

    Raises:
        Invalid: `text_not_printable`, a text is in another script than the fonts have.
        Unavailable: `template_unknown`, it was made by a template that this version lacks.
    """
    template = template_of(document)
    require_printable(document)
    wording = Wording.of(document)
    paper, pages = template(wording)
    held = BytesIO()
    canvas = _canvas(held, paper, wording)
    for marks in pages:
        _draw(canvas, paper, marks)
        canvas.showPage()
    if xml is not None:
        embed_invoice(canvas, wording, xml)
    canvas.save()
    return held.getvalue()


def template_of(document: InvoiceDocument) -> Template:
    """How this document was made to look.

    Raises:
        Unavailable: `template_unknown`, by a template that this version lacks.
    """
    template = TEMPLATES.get(document.template)
    if template is None:
        raise Unavailable("template_unknown", "This document's template isn't here.", rule="INV-3")
    return template


def _canvas(held: BytesIO, paper: Paper, wording: Wording) -> Canvas:
    for name in (REGULAR, BOLD):
        font(name)
    rl_config.useA85 = 0  # streams as bytes: a fifth shorter, and sooner done
    canvas = Canvas(
        held,
        pagesize=(paper.width, paper.height),
        pageCompression=1,
        invariant=1,
        pdfVersion=(1, 7),
        initialFontName=REGULAR,  # type: ignore[arg-type]  # the stub takes it for a size
        lang=wording.words.language,
    )
    restate(canvas, wording)
    return canvas


def _draw(canvas: Canvas, paper: Paper, marks: list[Mark]) -> None:
    """Rules first, then all texts in one go: what looks like the one before is not said again."""
    for mark in marks:
        if isinstance(mark, Rule):
            canvas.setStrokeGray(mark.grey)
            canvas.setLineWidth(mark.thickness)
            canvas.line(mark.x, paper.height - mark.y, mark.end, paper.height - mark.y)
    texts, style = canvas.beginText(), None
    for mark in marks:
        if not isinstance(mark, Text):
            continue
        if mark.style is not style:
            style = mark.style
            texts.setFont(style.font, style.size)
            texts.setFillGray(style.grey)
        start = mark.x if mark.side is Side.LEFT else mark.x - style.width(mark.text)
        texts.setTextOrigin(start, paper.height - mark.y)
        texts.textOut(mark.text)
    canvas.drawText(texts)
