"""Why a payment method can't be stored, removed or charged, and what to do instead (EXT-5)."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Final

from guichet.languages import Language
from guichet.registration.refusals import Explanation

_FOLDER: Final = Path(__file__).resolve().parents[1] / "data" / "method_refusals"


def method_explained(code: str, language: Language, facts: Mapping[str, str]) -> str | None:
    """What a code means; None where there is no text of it, or a fact that it names is missing."""
    found = _explanations(language).get(code)
    if found is None:
        return None
    try:
        return str(found).format(**facts)
    except KeyError:
        return None


@cache
def _explanations(language: Language) -> Mapping[str, Explanation]:
    found = json.loads((_FOLDER / f"{language}.json").read_bytes())
    return MappingProxyType({code: Explanation(**parts) for code, parts in found.items()})
