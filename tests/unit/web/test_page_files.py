"""EXT-5: the pages' files alone: nothing inline, nothing foreign, no card, words without scripts."""

from __future__ import annotations

import re

import pytest

from guichet.languages import LANGUAGES
from local.paths import ROOT


@pytest.mark.parametrize("name", ["index", "linking", "training", "registration"])
def test_a_page_without_scripts_says_what_it_needs_in_every_language(name: str) -> None:
    page = (ROOT / "web" / f"{name}.html").read_text()

    unscripted = page.partition("<noscript>")[2].partition("</noscript>")[0]

    assert re.findall(r'lang="(..)">.*JavaScript', unscripted) == list(LANGUAGES)


def test_no_field_takes_a_card_and_nothing_is_inline_reg_2() -> None:
    for path in (ROOT / "web").glob("*.html"):
        page = path.read_text()
        assert "cc-" not in page
        assert "style=" not in page
        assert "<style" not in page
        assert " onclick" not in page
        assert "://" not in page
