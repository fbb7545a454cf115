"""Why a refund is refused or failed, and what to do instead, in seven languages (RFD-5)."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Final

from guichet.languages import Language

OTHER_FAILURE: Final = "refund_failed"  # of a refund, in a provider's word that we have no text for

_FOLDER: Final = Path(__file__).resolve().parents[1] / "data" / "refusals"


@dataclass(frozen=True, slots=True)
class Explanation:
    """A refusal in a reader's language."""

    sentence: str
    what_to_do: str

    def __str__(self) -> str:
        return f"{self.sentence} {self.what_to_do}"


def explained(code: str, language: Language) -> Explanation | None:
    """What a code means; None where there is no text of it but its own English sentence."""
    return _explanations(language).get(code)


def failure_explained(failure: str, language: Language) -> Explanation:
    """Why a refund failed: providers have more words for it than there is something to do about."""
    explanations = _explanations(language)
    return explanations.get(failure, explanations[OTHER_FAILURE])


@cache
def _explanations(language: Language) -> Mapping[str, Explanation]:
    found = json.loads((_FOLDER / f"{language}.json").read_bytes())
    return MappingProxyType({code: Explanation(**parts) for code, parts in found.items()})
