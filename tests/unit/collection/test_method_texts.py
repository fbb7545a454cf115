"""EXT-5, COL-10: what customers read of payment methods, in seven languages, and in the documents."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

import guichet
from guichet.collection.authorizations import authorization_text
from guichet.collection.refusals import method_explained
from guichet.languages import LANGUAGES, Language
from guichet.payments.invoice_payment import ChargeStatus
from guichet.payments.stored_method import DebitScheme
from local.paths import ROOT

DATA = Path(guichet.__file__).parent / "data"
# What other pages explain: these are told of by their own English sentence, or never to customers.
ELSEWHERE = frozenset({"method_not_offered", "selling_entity_unknown"})
# A payment in one of these waits for nobody; what is said of a declined one says billing of orders too.
NOTHING_TO_CONFIRM = set(ChargeStatus) - {ChargeStatus.REQUIRES_ACTION, ChargeStatus.DECLINED}


def texts(language: Language) -> dict[str, dict[str, str]]:
    found: dict[str, dict[str, str]] = json.loads(
        (DATA / "method_refusals" / f"{language}.json").read_bytes()
    )
    return found


def codes() -> set[str]:
    """Every code that payment methods are refused with, as the code names them."""
    files = (Path(guichet.__file__).parent / "collection").rglob("*.py")
    asked = (
        r'(?:Conflict|Invalid|NotAllowed|invalid_field)\(\s*(?:"/[a-z_]*",\s*)?"([a-z_]+)"'
        r'|return "([a-z_]+_(?:kind|authorized|accepted))"'
    )
    sources = [path.read_text() for path in files]
    named = {one or two for text in sources for one, two in re.findall(asked, text)} - ELSEWHERE
    return named | {f"payment_{each}" for each in NOTHING_TO_CONFIRM}


@pytest.mark.parametrize("folder", ["method_refusals", "debit_authorizations"])
def test_there_is_one_file_for_each_language_and_no_other(folder: str) -> None:
    assert {path.stem for path in (DATA / folder).iterdir()} == set(LANGUAGES)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_refusal_that_customers_meet_is_explained_ext_5(language: Language) -> None:
    assert set(texts(language)) == codes()


@pytest.mark.parametrize("language", LANGUAGES)
def test_sentences_end_and_have_no_gaps(language: Language) -> None:
    for each in texts(language).values():
        for sentence in each.values():
            assert sentence.endswith(".")
            assert not {"!"} & set(sentence)
            assert "  " not in sentence


@pytest.mark.parametrize("language", [each for each in LANGUAGES if each != "en"])
def test_a_translation_names_what_the_english_sentence_names(language: Language) -> None:
    def named(each: dict[str, str]) -> set[str]:
        return set(re.findall(r"\{(\w+)\}", " ".join(each.values())))

    english, own = texts("en"), texts(language)

    assert [code for code in own if named(own[code]) != named(english[code])] == []
    assert [code for code in own if set(own[code].values()) & set(english[code].values())] == []


def test_without_what_the_sentence_names_there_is_none() -> None:
    assert method_explained("payment_method_limit", "de", {}) is None
    limit = method_explained("payment_method_limit", "de", {"most": "4"})
    assert limit is not None
    assert "höchstens 4 Zahlungsmethoden" in limit


@pytest.mark.parametrize("scheme", DebitScheme)
@pytest.mark.parametrize("language", LANGUAGES)
def test_every_scheme_s_authorization_names_both_sides_in_every_language_col_10(
    language: Language, scheme: DebitScheme
) -> None:
    shown = authorization_text(scheme, language, seller="Seller Ltd {0}", customer="Buyer & {Co}")

    assert shown.text.count("Seller Ltd {0}") >= 1
    assert shown.text.count("Buyer & {Co}") >= 1
    assert (shown.scheme, shown.language) == (scheme, language)


def test_versions_and_dates_are_the_same_in_every_language_col_10() -> None:
    def versions(language: Language) -> dict[str, list[tuple[str, str]]]:
        found = json.loads((DATA / "debit_authorizations" / f"{language}.json").read_bytes())
        return {
            scheme: [(name, each["dated"]) for name, each in held.items()]
            for scheme, held in found.items()
        }

    english = versions("en")

    assert set(english) == set(DebitScheme)
    for language in LANGUAGES:
        assert versions(language) == english
    for held in english.values():
        dates = [dated for _, dated in held]
        assert dates == sorted(dates)


def test_callers_find_every_code_in_the_documents_ext_1() -> None:
    page = (ROOT / "docs" / "billing.md").read_text()

    assert [code for code in sorted(codes() | ELSEWHERE) if f"`{code}`" not in page] == []
