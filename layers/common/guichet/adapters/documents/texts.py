"""The words of documents, by the template that each document keeps: `data/document_texts/<template>/`.

Words of a template that documents were made by are never changed (INV-3): better ones are a new template.
"""

import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Final

from guichet.languages import Language

_TEXTS: Final = Path(__file__).parents[2] / "data" / "document_texts"


@cache
def document_texts(template: int, language: Language, country: str = "") -> Mapping[str, str]:
    """Every sentence of a language by its key, with named placeholders in braces.

    Args:
        template: of the document.
        language: its reader's.
        country: the reader's, which may have words of its own: a cheque is a check in the United States.
    """
    words = _read(template, language) | _read(template, f"{language}-{country}")
    return MappingProxyType(words)


def _read(template: int, name: str) -> dict[str, str]:
    path = _TEXTS / str(template) / f"{name}.json"
    if not path.is_file():
        return {}
    read: dict[str, str] = json.loads(path.read_bytes())
    return read
