"""Where things stand on an invoice: letterhead, window, facts, lines, sums, how to pay, notes."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from guichet.adapters.documents.paper import (
    A4,
    BODY,
    LARGE,
    LETTER,
    SENDER,
    SMALL,
    STRONG,
    TITLE,
    Composer,
    Mark,
    Paper,
    Rule,
    Side,
    Style,
    Text,
    wrapped,
)
from guichet.adapters.documents.table import LinesTable
from guichet.adapters.documents.wording import Wording
from guichet.printable import one_line

# Where windows of envelopes are: DIN 5008 B for A4, the American no. 10 does as well.
_WINDOW_TOP: Final = 128.0
_TITLE_TOP: Final = 232.0
_FACTS_WIDTH: Final = 205.0
_SUMS_WIDTH: Final = 290.0
_LETTER_COUNTRIES: Final = frozenset({"US", "CA"})
_BANK: Final = (
    *("beneficiary", "bank", "bank_address", "iban", "bic", "account_number"),
    *("routing_wire", "routing_ach", "chips", "sort_code", "bsb", "institution", "transit"),
)
_NOTES_TOGETHER: Final = 120.0
_FOUR: Final = 4  # letters of an IBAN are written in groups


def pages_of(wording: Wording) -> tuple[Paper, list[list[Mark]]]:
    """Every page of a document, with its foot."""
    paper = LETTER if wording.document.seller.country in _LETTER_COUNTRIES else A4
    page = Composer(paper)
    _letterhead(page, wording)
    _window(page, wording)
    _title(page, wording)
    table = LinesTable(page, wording)
    table.set_all()
    _sums(table, wording)
    _remittance(page, wording)
    _notes(page, wording)
    for number, marks in enumerate(page.pages, start=1):
        marks.extend(_foot(paper, wording, number, len(page.pages)))
    return paper, page.pages


def _letterhead(page: Composer, wording: Wording) -> None:
    paper = page.paper
    page.y = paper.top
    half = (paper.right - paper.left) / 2
    name = wrapped(one_line(wording.document.seller.legal_name), SENDER, half)
    for each in name:
        page.text(paper.left, each, SENDER)
        page.y += SENDER.leading
    page.y = paper.top
    for line in wording.seller_lines:
        for each in wrapped(line, SMALL, half):
            page.text(paper.right, each, SMALL, side=Side.RIGHT)
            page.y += SMALL.leading


def _window(page: Composer, wording: Wording) -> None:
    paper, below = page.paper, page.y
    page.y = _WINDOW_TOP
    width = paper.right - paper.left - _FACTS_WIDTH - 24
    for line in wording.buyer_lines:
        for each in wrapped(line, BODY, width):
            page.text(paper.left, each, BODY)
            page.y += BODY.leading
    _facts(page, wording, max(_WINDOW_TOP, below + 8))


def _facts(page: Composer, wording: Wording, top: float) -> None:
    """Beside the window, and below the letterhead where that is long."""
    below, page.y = page.y, top
    start = page.paper.right - _FACTS_WIDTH
    for label, value in wording.facts:
        _pair(page, start, label, value)
    page.y = max(below, page.y)


def _pair(page: Composer, start: float, label: str, value: str) -> None:
    """A label and its value at the right edge; the value below where both don't fit on one line."""
    right = page.paper.right
    page.text(start, label, SMALL, down=1.2)
    if SMALL.width(label) + BODY.width(value) + 8 > right - start:
        page.y += SMALL.leading
    for each in wrapped(value, BODY, right - start):
        page.text(right, each, BODY, side=Side.RIGHT)
        page.y += BODY.leading


def _title(page: Composer, wording: Wording) -> None:
    paper = page.paper
    page.y = max(page.y + 16, _TITLE_TOP)
    width = paper.right - paper.left
    page.paragraph(paper.left, f"{wording.title} {wording.document.number}", TITLE, width)
    if wording.correction:
        page.paragraph(paper.left, wording.correction, BODY, width)
    page.y += 2
    page.paragraph(paper.left, wording.headline, LARGE, width)
    page.y += 9


def _sums(table: LinesTable, wording: Wording) -> None:
    """Subtotal, taxes, total, and what of it is left to pay, never parted by a page's end."""
    page, rows = table.page, list(_sum_rows(wording))
    start = page.paper.right - _SUMS_WIDTH
    table.keep(sum(_row_height(label, style) for label, _, style in rows) + 12)
    page.rule(thickness=0.8, grey=0.35)
    page.y += 5
    for label, amount, style in rows:
        if style is LARGE:
            page.rule(start)
            page.y += 3
        room = page.paper.right - start - style.width(amount) - 8
        lines = wrapped(label, style, room)
        for number, each in enumerate(lines):
            page.text(start, each, style)
            if number == len(lines) - 1:
                page.text(page.paper.right, amount, style, side=Side.RIGHT)
            page.y += style.leading
    page.y += 11


def _row_height(label: str, style: Style) -> float:
    return style.leading * len(wrapped(label, style, _SUMS_WIDTH - 100)) + 3


def _sum_rows(wording: Wording) -> Iterator[tuple[str, str, Style]]:
    document, say, amount = wording.document, wording.say, wording.amount
    yield say("subtotal"), amount(document.subtotal_minor), BODY
    for tax in wording.shown_taxes:
        yield wording.tax(tax), amount(tax.amount_minor), BODY
    last = document.is_credit_note
    yield say("total"), amount(document.total_minor), LARGE if last else STRONG
    if last:
        return
    if document.credit_applied_minor:
        yield say("credit_applied"), amount(-document.credit_applied_minor), BODY
    if document.paid_minor:
        yield say("paid"), amount(-document.paid_minor), BODY
    yield say("due"), amount(document.due_minor), LARGE


def _remittance(page: Composer, wording: Wording) -> None:
    """Where to pay to; nothing where nothing is left to pay, or it is collected."""
    document, bank = wording.document, wording.document.remittance
    if bank is None or document.is_credit_note or document.is_collected or not document.due_minor:
        return
    reference = (wording.say("bank.reference"), document.payment_reference or document.number)
    held = {name: one_line(str(getattr(bank, name))) for name in _BANK}
    held["iban"] = _in_fours(held["iban"])
    rows = [(wording.say(f"bank.{name}"), held[name]) for name in _BANK if held[name]]
    blocks = [_Block(wording.say("heading.transfer"), [*rows, reference])]
    if bank.cheque_address:
        sent_to = (wording.say("bank.cheque_address"), one_line(bank.cheque_address))
        payee = (wording.say("bank.beneficiary"), held["beneficiary"])
        blocks.append(_Block(wording.say("heading.cheque"), [payee, sent_to, reference]))
    _side_by_side(page, blocks)


def _side_by_side(page: Composer, blocks: list[_Block]) -> None:
    """Blocks in columns of equal width, kept on one page."""
    gap = 18.0
    width = (page.paper.right - page.paper.left + gap) / len(blocks) - gap
    page.keep(max(each.height(width) for each in blocks) + 10)
    top = lowest = page.y
    for number, each in enumerate(blocks):
        page.y = top
        each.set(page, page.paper.left + number * (width + gap), width)
        lowest = max(lowest, page.y)
    page.y = lowest + 10


@dataclass(frozen=True, slots=True)
class _Block:
    """A heading with labels and values below it."""

    heading: str
    rows: list[tuple[str, str]]

    def height(self, width: float) -> float:
        lines = sum(len(_parted(value, width - self._indent)) for _, value in self.rows)
        return STRONG.leading + 2 + BODY.leading * lines

    def set(self, page: Composer, left: float, width: float) -> None:
        page.text(left, self.heading, STRONG)
        page.y += STRONG.leading + 2
        for label, value in self.rows:
            page.text(left, label, SMALL, down=1.2)
            for each in _parted(value, width - self._indent):
                page.text(left + self._indent, each, BODY)
                page.y += BODY.leading

    @property
    def _indent(self) -> float:
        return max(SMALL.width(label) for label, _ in self.rows) + 14


def _parted(text: str, width: float) -> list[str]:
    """A value in lines: parted at its commas, as addresses are, and within a part only if it must be."""
    lines = [""]
    for part in text.split(", "):
        longer = f"{lines[-1]}, {part}" if lines[-1] else part
        if BODY.width(f"{longer},") <= width or not lines[-1]:
            lines[-1] = longer
        else:
            lines[-1] += ","
            lines.append(part)
    return [each for line in lines for each in wrapped(line, BODY, width)]


def _in_fours(iban: str) -> str:
    plain = iban.replace(" ", "")
    return " ".join(plain[i : i + _FOUR] for i in range(0, len(plain), _FOUR))


def _notes(page: Composer, wording: Wording) -> None:
    """All on one page where they are few; none is parted unless it is longer than that."""
    width = page.paper.right - page.paper.left
    notes = list(wording.notes)
    heights = [len(wrapped(each, BODY, width)) * BODY.leading for each in notes]
    page.keep(min(sum(heights) + 4 * (len(notes) - 1), _NOTES_TOGETHER))
    for note, height in zip(notes, heights, strict=True):
        page.keep(min(height, _NOTES_TOGETHER))
        page.paragraph(page.paper.left, note, BODY, width)
        page.y += 4


def _foot(paper: Paper, wording: Wording, number: int, count: int) -> Iterator[Mark]:
    """Who wrote this, which document it is, which page of how many."""
    document, top = wording.document, paper.height - paper.foot + 18
    yield Rule(paper.left, top, paper.right)
    counted = wording.page_line.format(page=number, pages=count)
    said = " · ".join((document.seller.legal_name, f"{wording.title} {document.number}"))
    room = paper.right - paper.left - SMALL.width(counted) - 16
    yield Text(paper.left, top + 12, wrapped(one_line(said), SMALL, room)[0], SMALL)
    yield Text(paper.right, top + 12, counted, SMALL, Side.RIGHT)
