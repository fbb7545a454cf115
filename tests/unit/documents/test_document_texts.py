"""The words of documents in seven languages: the same things, with the same placeholders."""

from collections.abc import Mapping
from pathlib import Path

import pytest

import guichet
from guichet.adapters.documents.texts import document_texts
from guichet.countries import COUNTRIES
from guichet.invoices.document import TEMPLATE, Settlement
from guichet.languages import LANGUAGES, Language
from guichet.printable import unprintable
from tests.support.sentences import placeholders

FOLDER = Path(guichet.__file__).parent / "data" / "document_texts" / str(TEMPLATE)
SOURCES = Path(guichet.__file__).parent / "adapters" / "documents"
COMPUTED = {f"headline.{each}" for each in Settlement}


# What a country calls a number of its own; the code looks for it by the country.
BY_COUNTRY = ("number.", "customer_number.", "register.")


def of(language: Language, country: str = "") -> Mapping[str, str]:
    return document_texts(TEMPLATE, language, country)


def overlays() -> list[tuple[Language, str]]:
    """The languages and countries that have words of their own."""
    stems = (path.stem.split("-") for path in FOLDER.glob("*-*.json"))
    return sorted((language, country) for language, country in stems)  # type: ignore[misc]


def test_there_is_one_file_of_words_for_each_language_and_no_other() -> None:
    own = {f"{language}-{country}" for language, country in overlays()}

    assert {path.stem for path in FOLDER.iterdir()} == {*LANGUAGES, "taxes", *own}
    assert {language for language, _ in overlays()} <= set(LANGUAGES)
    assert {country for _, country in overlays()} <= COUNTRIES


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_language_says_the_same_things_with_the_same_placeholders(language: Language) -> None:
    said, english = of(language), of("en")

    assert list(said) == list(english)
    for key, sentence in said.items():
        assert placeholders(sentence) == placeholders(english[key]), key
        assert sentence.strip() == sentence, key
        assert sentence, key


@pytest.mark.parametrize(("language", "country"), overlays())
def test_a_country_s_own_words_stand_in_the_place_of_the_language_s(
    language: Language, country: str
) -> None:
    general, own = of(language), of(language, country)

    assert own.keys() == general.keys()
    assert own != general
    assert all(placeholders(own[key]) == placeholders(general[key]) for key in own)


def test_german_in_switzerland_has_no_sharp_s() -> None:
    assert "ß" in "".join(of("de").values())
    assert "ß" not in "".join(of("de", "CH").values())


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_word_can_be_printed(language: Language) -> None:
    assert not unprintable("".join(of(language).values()))


def test_every_word_is_said_somewhere() -> None:
    code = "".join(path.read_text() for path in SOURCES.glob("*.py"))
    english = of("en")
    named = {key for key in english if f'"{key}"' in code}
    of_banks = {key for key in english if key.startswith("bank.")}
    of_countries = {key for key in english if key.startswith(BY_COUNTRY)}

    assert set(english) == named | of_banks | of_countries | COMPUTED | {"pair"}
    assert all(f'"{key.removeprefix("bank.")}"' in code for key in of_banks - named)
    assert {key.rpartition(".")[2] for key in of_countries} <= COUNTRIES
    numbers = {key.removeprefix("number.") for key in english if key.startswith("number.")}
    assert numbers == {
        key.removeprefix("customer_number.") for key in english if "customer_number." in key
    }
