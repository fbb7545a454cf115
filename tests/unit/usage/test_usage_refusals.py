"""INV-8: why a record is refused, in seven languages, and in the documents."""

import json
import re
from pathlib import Path

import pytest

import guichet
from guichet.languages import LANGUAGES, Language
from guichet.subscriptions.usage_refusals import usage_explained
from local.paths import ROOT

FOLDER = Path(guichet.__file__).parent / "data" / "usage_refusals"
SOURCES = (
    "subscriptions/usage_judging.py",
    "subscriptions/usage_pricing.py",
    "entry/models/usage.py",
)
WORDS = {
    "en": "subscription",
    "fr": "abonnement",
    "de": "abonnement",
    "it": "abbonamento",
    "es": "suscripción",
    "pt": "assinatura",
    "nl": "abonnement",
}


def texts(language: Language) -> dict[str, dict[str, str]]:
    found: dict[str, dict[str, str]] = json.loads((FOLDER / f"{language}.json").read_bytes())
    return found


def codes() -> set[str]:
    """Every code that a record may be refused with, as the code names them."""
    package = Path(guichet.__file__).parent
    found = {
        code
        for source in SOURCES
        for code in re.findall(r'"(usage_[a-z_]+)",', (package / source).read_text())
    }
    return found | {"not_found"}


def test_there_is_one_file_for_each_language_and_no_other() -> None:
    assert {path.stem for path in FOLDER.iterdir()} == set(LANGUAGES)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_refusal_of_a_record_is_explained_in_every_language_inv_8(
    language: Language,
) -> None:
    assert set(texts(language)) == codes()
    assert all(usage_explained(code, language) for code in codes())


@pytest.mark.parametrize("language", LANGUAGES)
def test_sentences_end_shout_at_nobody_and_have_no_gaps(language: Language) -> None:
    sentences = [part for each in texts(language).values() for part in each.values()]

    untidy = [
        each
        for each in sentences
        if not each.endswith(".") or "!" in each or "  " in each or each != each.strip()
    ]

    assert untidy == []
    assert WORDS[language] in " ".join(sentences).lower()


@pytest.mark.parametrize("language", [each for each in LANGUAGES if each != "en"])
def test_no_sentence_was_left_in_english(language: Language) -> None:
    english, own = texts("en"), texts(language)

    assert [code for code in own if set(own[code].values()) & set(english[code].values())] == []


def test_callers_find_every_code_in_the_documents_inv_8() -> None:
    page = (ROOT / "docs" / "usage.md").read_text()

    assert [code for code in sorted(codes()) if f"`{code}`" not in page] == []
