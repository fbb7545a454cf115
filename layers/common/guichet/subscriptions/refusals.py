"""Why something can't be bought, changed or cancelled, and what to do instead, in seven languages (EXT-5)."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Final

from guichet.languages import Language
from guichet.registration.refusals import Explanation

_FOLDER: Final = Path(__file__).resolve().parents[1] / "data" / "billing_refusals"


def billing_explained(code: str, language: Language, facts: Mapping[str, str]) -> str | None:
    """What a code means; None where there is no text of it but its own English sentence.

    Args:
        code: of the refusal.
        language: the reader's.
        facts: what the sentence names; where one is missing, there is no text.
    """
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
