"""The sentences of mails, read from `data/texts/<language>.json`, those of billing from beside it."""

import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Final

from guichet.languages import Language

_DATA: Final = Path(__file__).resolve().parents[2] / "data"


@cache
def texts(language: Language) -> Mapping[str, str]:
    """Every sentence of a language by its key, with named placeholders in braces."""
    return _read("texts", language)


@cache
def billing_texts(language: Language) -> Mapping[str, str]:
    """The same of what only mails about orders, subscriptions and seats say."""
    return _read("billing_texts", language)


def _read(folder: str, language: Language) -> Mapping[str, str]:
    sentences: dict[str, str] = json.loads((_DATA / folder / f"{language}.json").read_bytes())
    return sentences
