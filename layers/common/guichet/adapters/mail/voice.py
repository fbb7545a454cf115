"""Says sentences of a reader's language, with values filled in."""

from collections.abc import Mapping
from dataclasses import dataclass

from guichet.adapters.mail.blocks import Block, Paragraph, Rows
from guichet.adapters.mail.words import Words


@dataclass(frozen=True, slots=True)
class Voice:
    """One reader's words, beside the values of one mail."""

    words: Words
    values: Mapping[str, str]

    def say(self, key: str) -> str:
        return self.words.sentences[key].format_map(self.values)

    def paragraph(self, key: str) -> Paragraph:
        return Paragraph(self.say(key))

    def paragraph_if(self, known: object, key: str) -> tuple[Block, ...]:
        return (self.paragraph(key),) if known else ()

    def rows(self, *labels: str) -> Rows:
        """Labels with their values; a value that is not known leaves its row out."""
        pairs = tuple((self.say(f"label.{label}"), self.value_of(label)) for label in labels)
        return Rows(pairs, self.words.sentences["pair"])

    def value_of(self, label: str) -> str:
        return self.values.get(label, "")
