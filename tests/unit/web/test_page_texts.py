"""EXT-5: one catalogue of the pages' texts, whole in each of the seven languages."""

from __future__ import annotations

import json
import re
from functools import cache
from itertools import pairwise

import pytest

from guichet.languages import LANGUAGES
from local.paths import ROOT

WEB = ROOT / "web"
PLURALS = re.compile(r"\.(zero|one|two|few|many|other)$")
PLACEHOLDER = re.compile(r"\{(\w+)\}")
KEY = re.compile(r"[\"']([a-z_]+\.[a-z_]+)[\"']")
SAID = re.compile(r"""(?:say|complain)\(\s*"([^"]+)"|data-text="([^"]+)\"""")
# What a placeholder can't be of: the count is of another number, the rest is of no other.
COUNTED = re.compile(r"""count\(\s*"([^"]+)\"""")


@cache
def texts(language: str) -> dict[str, str]:
    found: dict[str, str] = json.loads((WEB / f"assets/texts/{language}.json").read_text())
    return found


@cache
def sources() -> str:
    files = [*WEB.glob("*.html"), *WEB.glob("assets/*.js")]
    return "\n".join(path.read_text() for path in sorted(files))


def test_the_languages_are_those_of_the_mails() -> None:
    found = {path.stem for path in (WEB / "assets/texts").glob("*.json")}

    assert found == set(LANGUAGES)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_language_says_everything_in_the_same_order(language: str) -> None:
    assert list(texts(language)) == list(texts("en"))
    assert all(text == text.strip() and text for text in texts(language).values())


@pytest.mark.parametrize("language", LANGUAGES)
def test_placeholders_agree_in_every_language(language: str) -> None:
    differing = {
        key
        for key, text in texts(language).items()
        if sorted(PLACEHOLDER.findall(text)) != sorted(PLACEHOLDER.findall(texts("en")[key]))
    }

    assert differing == set()


def test_no_text_is_unused() -> None:
    used = set(KEY.findall(sources()))
    counted = set(COUNTED.findall(sources()))

    unused = {
        key
        for key in texts("en")
        if key not in used and not (PLURALS.search(key) and PLURALS.sub("", key) in counted)
    }

    assert unused == set()


def test_no_page_says_what_the_catalogue_lacks() -> None:
    said = {key for pair in SAID.findall(sources()) for key in pair if key}
    prefixes = {key.partition(".")[0] for key in texts("en")}
    named = {key for key in KEY.findall(sources()) if key.partition(".")[0] in prefixes}

    assert (said | named) - texts("en").keys() == set()


@pytest.mark.parametrize("language", LANGUAGES)
def test_nobody_is_shouted_at_and_apostrophes_are_typeset(language: str) -> None:
    whole = " ".join(texts(language).values())

    assert not set(whole) & set("!'\"")


def test_french_keeps_its_spaces_with_their_marks() -> None:
    """A colon on a line of its own reads as a slip: the space before it doesn't break."""
    broken = [
        text
        for text in texts("fr").values()
        for before, mark in pairwise(text)
        if mark in ":;?»" and before == " "
    ]

    assert broken == []
