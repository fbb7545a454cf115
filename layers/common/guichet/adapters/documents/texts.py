"""The words of documents, read from `data/document_texts/<language>.json`."""

import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Final

from guichet.languages import Language

_TEXTS: Final = Path(__file__).parents[2] / "data" / "document_texts"


@cache
def document_texts(language: Language) -> Mapping[str, str]:
    """Every sentence of a language by its key, with named placeholders in braces."""
    read: dict[str, str] = json.loads((_TEXTS / f"{language}.json").read_bytes())
    return read
