"""The lines of a document as a table: by product, with what is carried from one page to the next."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

from guichet.adapters.documents.paper import (
    BODY,
    SMALL,
    STRONG,
    Composer,
    Side,
    Style,
    joined,
    wrapped,
)
from guichet.adapters.documents.wording import Wording
from guichet.invoices.document import DocumentLine
from guichet.printable import one_line

_GAP: Final = 12.0
_PADDING: Final = 4.0
_SUM_HEIGHT: Final = BODY.leading + 2 * _PADDING
_DENSE: Final = Style(BODY.font, 7.5, 12.5)  # for a number that is wider than its column


type _Texts = tuple[tuple[Style, list[str]], ...]


@dataclass(frozen=True, slots=True)
class _Row:
    """A line with its name and details as they were wrapped."""

    line: DocumentLine
    texts: _Texts

    @property
    def height(self) -> float:
        return sum(len(lines) * style.leading for style, lines in self.texts) + _PADDING


@dataclass(slots=True)
class LinesTable:
    """Sets lines one below another. `carried_minor` is what those so far come to."""

    page: Composer
    wording: Wording
    carried_minor: int = 0
    _is_begun: bool = field(default=False, init=False)

    @property
    def amount_edge(self) -> float:
        return self.page.paper.right

    @property
    def price_edge(self) -> float:
        return self.amount_edge - 86

    @property
    def quantity_edge(self) -> float:
        return self.price_edge - 82

    @property
    def name_width(self) -> float:
        return self.quantity_edge - 58 - self.page.paper.left

    def set_all(self) -> None:
        self._head()
        groups = self.wording.document.groups
        for product, lines in groups.items():
            rows = [_Row(line, self._texts(line)) for line in lines]
            self._product(one_line(product), rows[0])
            for row in rows:
                self._line(row)
        self._is_begun = False

    def keep(self, height: float) -> None:
        """Go on to a new page, and carry the sum, if so much does not fit below the lines."""
        if not self.page.fits(height):
            self._turn(with_head=False)

    def _head(self) -> None:
        say, page = self.wording.say, self.page
        page.text(page.paper.left, say("column.what"), SMALL)
        page.text(self.quantity_edge, say("column.quantity"), SMALL, side=Side.RIGHT)
        page.text(self.price_edge, say("column.unit_price"), SMALL, side=Side.RIGHT)
        page.text(self.amount_edge, say("column.amount"), SMALL, side=Side.RIGHT)
        page.y += SMALL.leading + 2
        page.rule(thickness=0.8, grey=0.35)
        page.y += _PADDING

    def _product(self, name: str, first: _Row) -> None:
        names = wrapped(name, STRONG, self.page.paper.right - self.page.paper.left)
        height = len(names) * STRONG.leading
        self._room(height + first.height)
        for each in names:
            self.page.text(self.page.paper.left, each, STRONG)
            self.page.y += STRONG.leading

    def _line(self, row: _Row) -> None:
        page, wording, line = self.page, self.wording, row.line
        self._room(row.height)
        self._number(self.quantity_edge, wording.quantity(line), 56)
        self._number(self.price_edge, wording.unit_price(line), 78)
        self._number(self.amount_edge, wording.amount(line.net_minor), 82)
        for style, lines in row.texts:
            for each in lines:
                page.text(page.paper.left, each, style)
                page.y += style.leading
        page.y += _PADDING
        self.carried_minor += line.net_minor
        self._is_begun = True

    def _number(self, edge: float, text: str, width: float) -> None:
        style = BODY if BODY.width(text) <= width else _DENSE
        down = 0.0 if style is BODY else BODY.size - style.size
        self.page.text(edge, text, style, side=Side.RIGHT, down=down)

    def _texts(self, line: DocumentLine) -> _Texts:
        details = self.wording.details(line)
        return (
            (BODY, wrapped(self.wording.name(line), BODY, self.name_width)),
            (SMALL, joined(details, SMALL, self.name_width)),
        )

    def _room(self, height: float) -> None:
        if not self.page.fits(height + _SUM_HEIGHT):
            self._turn()

    def _turn(self, *, with_head: bool = True) -> None:
        if self._is_begun or not with_head:
            self._sum("carried")
        self.page.turn()
        if with_head:
            self._head()
        if self._is_begun or not with_head:
            self._sum("brought")

    def _sum(self, key: str) -> None:
        page = self.page
        if key == "carried":
            page.rule()
            page.y += _PADDING
        page.text(page.paper.left, self.wording.say(key), STRONG)
        amount = self.wording.amount(self.carried_minor)
        page.text(self.amount_edge, amount, STRONG, side=Side.RIGHT)
        page.y += STRONG.leading + _PADDING
        if key == "brought":
            page.rule()
            page.y += _PADDING
