"""The pages of a document before they are drawn: texts and rules at their places, in points.

Places are counted from the left and from the top. Nothing here knows what an invoice is.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from enum import Enum
from typing import Final

from guichet.adapters.documents.fonts import BOLD, REGULAR, width_of

_MILLIMETRE: Final = 72 / 25.4
_BETWEEN: Final = " · "


class Side(Enum):
    """Which edge of a text its place is."""

    LEFT = "left"
    RIGHT = "right"


@dataclass(frozen=True, slots=True)
class Style:
    """How a text looks; `grey` is 0 for black. Nothing printed is lighter than 4.5 to 1 on white."""

    font: str
    size: float
    leading: float
    grey: float = 0.0

    def width(self, text: str) -> float:
        return width_of(text, self.font, self.size)


BODY: Final = Style(REGULAR, 9, 12.5)
STRONG: Final = Style(BOLD, 9, 12.5)
SMALL: Final = Style(REGULAR, 7.5, 10.5, 0.35)
TITLE: Final = Style(BOLD, 17, 22)
SENDER: Final = Style(BOLD, 12, 16)
LARGE: Final = Style(BOLD, 11, 16)


@dataclass(frozen=True, slots=True)
class Paper:
    """A sheet, and how far its content may go."""

    width: float
    height: float
    left: float = 20 * _MILLIMETRE
    margin_right: float = 20 * _MILLIMETRE
    top: float = 16 * _MILLIMETRE
    foot: float = 22 * _MILLIMETRE  # kept for the foot of each page

    @property
    def right(self) -> float:
        return self.width - self.margin_right

    @property
    def bottom(self) -> float:
        return self.height - self.foot


A4: Final = Paper(210 * _MILLIMETRE, 297 * _MILLIMETRE)
LETTER: Final = Paper(612, 792, foot=19 * _MILLIMETRE)  # it is shorter, and fits as much


@dataclass(frozen=True, slots=True)
class Text:
    """A text whose baseline lies at `y`; `x` is its left or right edge."""

    x: float
    y: float
    text: str
    style: Style
    side: Side = Side.LEFT


@dataclass(frozen=True, slots=True)
class Rule:
    """A line from left to right."""

    x: float
    y: float
    end: float
    thickness: float = 0.5
    grey: float = 0.7


type Mark = Text | Rule


@dataclass(slots=True)
class Composer:
    """Sets one thing below another; `y` is where the next one begins, from the top of the page."""

    paper: Paper
    pages: list[list[Mark]] = field(default_factory=lambda: [[]])
    y: float = 0.0

    def text(
        self, x: float, text: str, style: Style, *, side: Side = Side.LEFT, down: float = 0.0
    ) -> None:
        """Put a text at the present place, or somewhat below it, and stay there."""
        if text:
            y = self.y + down + style.size
            self.pages[-1].append(Text(x, y, text, style, side))

    def rule(self, x: float | None = None, *, thickness: float = 0.5, grey: float = 0.7) -> None:
        start = self.paper.left if x is None else x
        self.pages[-1].append(Rule(start, self.y, self.paper.right, thickness, grey))

    def paragraph(self, x: float, text: str, style: Style, width: float) -> None:
        """A text in as many lines as it needs, over pages if it has to."""
        for line in wrapped(text, style, width):
            self.keep(style.leading)
            self.text(x, line, style)
            self.y += style.leading

    def fits(self, height: float) -> bool:
        return self.y + height <= self.paper.bottom

    def keep(self, height: float) -> None:
        """Go on to a new page if so much does not fit on this one."""
        if not self.fits(height):
            self.turn()

    def turn(self) -> None:
        self.pages.append([])
        self.y = self.paper.top


def wrapped(text: str, style: Style, width: float) -> list[str]:
    """A text in lines of at most a width, parted at blanks; a longer word is cut."""
    if style.width(text) <= width:
        return [text] if text else []
    lines: list[str] = []
    line = ""
    for word in text.split(" "):
        longer = f"{line} {word}" if line else word
        if style.width(longer) <= width:
            line = longer
            continue
        if line:
            lines.append(line)
        *full, line = _cut(word, style, width)
        lines += full
    return [*lines, line] if line or not lines else lines


def joined(parts: Iterable[str], style: Style, width: float) -> list[str]:
    """Parts with dots between them, in lines; one is broken only if it is wider than a line."""
    lines: list[str] = []
    for part in parts:
        longer = f"{lines[-1]}{_BETWEEN}{part}" if lines else part
        if lines and style.width(longer) <= width:
            lines[-1] = longer
        else:
            lines += wrapped(part, style, width)
    return lines


def _cut(word: str, style: Style, width: float) -> Iterator[str]:
    """A word in pieces that are no wider; a single letter is never cut."""
    piece = ""
    for letter in word:
        if piece and style.width(piece + letter) > width:
            yield piece
            piece = ""
        piece += letter
    yield piece
