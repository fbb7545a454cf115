"""The sentences of mails, read from `data/texts/<language>.json`."""

import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Final

from guichet.languages import Language

_FOLDER: Final = Path(__file__).resolve().parents[2] / "data" / "texts"


@cache
def texts(language: Language) -> Mapping[str, str]:
    """Every sentence of a language by its key, with named placeholders in braces."""
    sentences: dict[str, str] = json.loads((_FOLDER / f"{language}.json").read_bytes())
    return sentences
