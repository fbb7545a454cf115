"""What an invoice says about taxes, in the account's language: sentences of the law, names of taxes."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Final

from guichet.languages import Language
from guichet.tax.places import Sentence

_WORDS: Final = Path(__file__).parents[2] / "data" / "tax" / "words.json"
_AS_WRITTEN_IN: Final = MappingProxyType({("VAT", "de", "CH"): "MWST"})  # a country's own word


@dataclass(frozen=True, slots=True)
class TaxWords:
    """The words of one language."""

    language: Language

    def sentence(self, what: Sentence, reason: str = "") -> str:
        """The sentence, with the reason of a certificate where it names one."""
        return _read()["sentences"][what.value][self.language].replace("{reason}", reason)

    def name(self, tax: str, country: str = "") -> str:
        """What a tax is called, in the buyer's country too; one that has no other name keeps its own."""
        own = _AS_WRITTEN_IN.get((tax, self.language, country))
        return own or _read()["names"].get(tax, {}).get(self.language, tax)


@cache
def _read() -> dict[str, dict[str, dict[str, str]]]:
    read: dict[str, dict[str, dict[str, str]]] = json.loads(_WORDS.read_text(encoding="utf-8"))
    return read
