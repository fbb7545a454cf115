"""Finds what looks like a card number, so that it is refused and never stored or logged (REG-2)."""

from __future__ import annotations

import re
import unicodedata
from typing import Final

# Digits of any script, parted by any blanks, dashes or characters that nobody sees.
_BETWEEN: Final = "\\s\u200b-\u200f\u2060\ufeff\u00ad\\-\u2010-\u2015\u2212\ufe58\ufe63\uff0d"
_RUN: Final = re.compile(rf"\d(?:[{_BETWEEN}]*\d){{12,}}")
_GROUP: Final = re.compile(r"\d+")
_LEAST: Final = 13
_MOST: Final = 19

# How cards are printed: what such a row of groups is part of must not hide it.
_PRINTED: Final = frozenset({(4, 4, 4, 4), (4, 4, 4, 4, 3), (4, 6, 5), (4, 6, 4)})

# An account number for a transfer is no card: two letters, a checksum, and modulo 97 is 1.
_IBAN: Final = re.compile(r"\b[A-Z]{2}\d{2}(?:[ \u00a0]?[A-Z0-9]){11,30}\b")


def holds_card_number(text: str) -> bool:
    """Whether 13 to 19 digits that pass Luhn's check stand in the text, blanks and dashes ignored."""
    if sum(character.isdecimal() for character in text) < _LEAST:
        return False
    without_ibans = _IBAN.sub(lambda found: "|" if _is_iban(found[0]) else found[0], text)
    return any(_is_card(run[0]) for run in _RUN.finditer(without_ibans))


def _is_card(run: str) -> bool:
    groups = _GROUP.findall(run)
    if _passes_luhn("".join(groups)):
        return True
    return any(
        tuple(map(len, groups[start:end])) in _PRINTED and _passes_luhn("".join(groups[start:end]))
        for start in range(len(groups))
        for end in range(start + 3, min(start + 5, len(groups)) + 1)
    )


def _passes_luhn(digits: str) -> bool:
    if not _LEAST <= len(digits) <= _MOST:
        return False
    total = 0
    for place, character in enumerate(reversed(digits)):
        value = unicodedata.decimal(character) * (1 + place % 2)
        total += value - 9 if value > 9 else value
    return total % 10 == 0


def _is_iban(text: str) -> bool:
    compact = text.replace(" ", "").replace("\u00a0", "")
    if not compact.isascii():
        return False
    return int("".join(str(int(each, 36)) for each in compact[4:] + compact[:4])) % 97 == 1
