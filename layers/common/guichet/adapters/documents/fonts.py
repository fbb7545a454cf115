"""The two fonts of documents: Noto Sans, cut down to Latin, Greek and Cyrillic."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Final

from reportlab.pdfbase.pdfmetrics import registerFont
from reportlab.pdfbase.ttfonts import TTFont, TTFontFace

REGULAR: Final = "NotoSans-Regular"
BOLD: Final = "NotoSans-Bold"
FOLDER: Final = Path(__file__).parents[2] / "data" / "fonts"


@cache
def font(name: str) -> TTFont:
    """A font by its name, read once and known to the library from then on."""
    found = TTFont(name, str(FOLDER / f"{name}.ttf"), asciiReadable=0)  # only letters that are used
    registerFont(found)
    return found


def width_of(text: str, name: str, size: float) -> float:
    """How wide a text is, in points."""
    return sum(map(_widths(name).__getitem__, text)) * size / 1000


class _Widths(dict[str, float]):
    """The width of each letter in thousandths of the size; one that is missing has the general one."""

    def __init__(self, face: TTFontFace) -> None:
        super().__init__((chr(code), width) for code, width in face.charWidths.items())
        self._general = float(face.defaultWidth)

    def __missing__(self, letter: str) -> float:
        return self._general


@cache
def _widths(name: str) -> _Widths:
    return _Widths(font(name).face)
