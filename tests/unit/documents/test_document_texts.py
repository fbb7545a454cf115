"""The words of documents in seven languages: the same things, with the same placeholders."""

from collections import Counter
from pathlib import Path
from string import Formatter

import pytest

import guichet
from guichet.adapters.documents.texts import document_texts
from guichet.invoices.document import Settlement
from guichet.invoices.printable import unprintable
from guichet.languages import LANGUAGES, Language

FOLDER = Path(guichet.__file__).parent / "data" / "document_texts"
SOURCES = Path(guichet.__file__).parent / "adapters" / "documents"
COMPUTED = {f"headline.{each}" for each in Settlement}


def placeholders(sentence: str) -> Counter[str]:
    return Counter(name for _, name, _, _ in Formatter().parse(sentence) if name is not None)


def test_there_is_one_file_of_words_for_each_language_and_no_other() -> None:
    assert {path.stem for path in FOLDER.iterdir()} == set(LANGUAGES)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_language_says_the_same_things_with_the_same_placeholders(language: Language) -> None:
    said, english = document_texts(language), document_texts("en")

    assert list(said) == list(english)
    for key, sentence in said.items():
        assert placeholders(sentence) == placeholders(english[key]), key
        assert sentence.strip() == sentence, key
        assert sentence, key


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_word_can_be_printed(language: Language) -> None:
    assert not unprintable("".join(document_texts(language).values()))


def test_every_word_is_said_somewhere() -> None:
    code = "".join(path.read_text() for path in SOURCES.glob("*.py"))
    named = {key for key in document_texts("en") if f'"{key}"' in code}
    of_banks = {key for key in document_texts("en") if key.startswith("bank.")}

    assert set(document_texts("en")) == named | of_banks | COMPUTED | {"pair"}
    assert all(f'"{key.removeprefix("bank.")}"' in code for key in of_banks - named)
