"""Why a record of usage is refused, and what to do instead, in seven languages (INV-8)."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Final

from guichet.languages import Language
from guichet.registration.refusals import Explanation

_FOLDER: Final = Path(__file__).resolve().parents[1] / "data" / "usage_refusals"


def usage_explained(code: str, language: Language) -> Explanation | None:
    """What a code means; None where there is no text of it but its own English sentence."""
    return _explanations(language).get(code)


@cache
def _explanations(language: Language) -> Mapping[str, Explanation]:
    found = json.loads((_FOLDER / f"{language}.json").read_bytes())
    return MappingProxyType({code: Explanation(**parts) for code, parts in found.items()})
