"""Which texts documents can print: Latin, Greek and Cyrillic, with what their fonts have (INV-4)."""

from __future__ import annotations

import re
import unicodedata
from typing import Final

# What both font files have; a test compares. Letters that carry marks are one character each.
PRINTABLE: Final = (
    *((0x20, 0x7E), (0xA0, 0x24F), (0x370, 0x377), (0x37A, 0x37F), (0x384, 0x38A), (0x38C, 0x38C)),
    *((0x38E, 0x3A1), (0x3A3, 0x3E1), (0x3F0, 0x482), (0x48A, 0x52F), (0x1E00, 0x1EFF)),
    *((0x2000, 0x200A), (0x2010, 0x2027), (0x202F, 0x203A), (0x2044, 0x2044), (0x2070, 0x2071)),
    *((0x2074, 0x208E), (0x20A0, 0x20BF), (0x2116, 0x2116), (0x2122, 0x2122)),
)
# The same to a reader, and in the fonts: a sign that they lack, and marks that order text.
_INSTEAD: Final = {0x2212: "–", 0xAD: None, 0x200B: None, 0xFEFF: None}
_CONTROLS: Final = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069\s]+")
_SPACES: Final = "\u00a0\u202f"  # that nothing is broken at
_FOREIGN: Final = re.compile(
    f"[^{''.join(f'{re.escape(chr(first))}-{re.escape(chr(last))}' for first, last in PRINTABLE)}]"
)


def one_line(text: str) -> str:
    """The text as it is printed: composed, without controls, line breaks and marks of direction."""
    composed = unicodedata.normalize("NFC", text).translate(_INSTEAD)
    return _CONTROLS.sub(_blank, composed).strip()


def unprintable(text: str) -> str:
    """The characters of a text that the fonts lack, each once; empty if there are none."""
    return "".join(dict.fromkeys(_FOREIGN.findall(one_line(text))))


def _blank(found: re.Match[str]) -> str:
    """One blank for any run of them; of those that nothing is broken at, the run itself."""
    return found[0] if found[0] in _SPACES else " "
