"""The words of documents, by the template that each document keeps: `data/document_texts/<template>/`.

Words that documents were made with are never changed (INV-3): better ones are a template's that is new.
"""

import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Final

from guichet.languages import Language

TEXTS: Final = Path(__file__).parents[2] / "data" / "document_texts"


@cache
def words_folder(template: int) -> Path:
    """Where the words of a template are: its own folder, or the last one before it that has one."""
    numbers = (int(each.name) for each in TEXTS.iterdir() if each.name.isdecimal())
    return TEXTS / str(max(each for each in numbers if each <= template))


@cache
def document_texts(template: int, language: Language, country: str = "") -> Mapping[str, str]:
    """Every sentence of a language by its key, with named placeholders in braces.

    Args:
        template: of the document.
        language: its reader's.
        country: the reader's, which may have words of its own: a cheque is a check in the United States.
    """
    folder = words_folder(template)
    own = folder / f"{language}-{country}.json"
    return MappingProxyType(
        _read(folder / f"{language}.json") | (_read(own) if own.is_file() else {})
    )


def _read(path: Path) -> dict[str, str]:
    read: dict[str, str] = json.loads(path.read_bytes())
    return read
