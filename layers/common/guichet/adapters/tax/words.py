"""What an invoice says about taxes, in the account's language: sentences of the law, names of taxes."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache

from guichet.adapters.documents.texts import words_folder
from guichet.invoices.document import TEMPLATE
from guichet.languages import Language
from guichet.tax.places import Sentence


@dataclass(frozen=True, slots=True)
class TaxWords:
    """The words of one language, as documents of a template have them."""

    language: Language
    template: int = TEMPLATE

    def sentence(self, what: Sentence, reason: str = "") -> str:
        """The sentence, with the reason of a certificate where it names one."""
        found = _read(self.template)["sentences"][what.value][self.language]
        return found.replace("{reason}", reason)

    def name(self, tax: str, country: str = "") -> str:
        """What a tax is called, in the buyer's country too; one that has no other name keeps its own."""
        names = _read(self.template)["names"].get(tax, {})
        return names.get(f"{self.language}-{country}") or names.get(self.language, tax)


@cache
def _read(template: int) -> dict[str, dict[str, dict[str, str]]]:
    content = (words_folder(template) / "taxes.json").read_text(encoding="utf-8")
    read: dict[str, dict[str, dict[str, str]]] = json.loads(content)
    return read
