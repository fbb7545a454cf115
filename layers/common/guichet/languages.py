"""The languages that people are addressed in, and which one fits a language tag."""

import re
from typing import Final, Literal, get_args

type Language = Literal["en", "fr", "de", "it", "es", "pt", "nl"]

LANGUAGES: Final[tuple[Language, ...]] = get_args(Language.__value__)
DEFAULT_LANGUAGE: Final[Language] = "en"

_MOST_RANGES: Final = 20
_WEIGHT: Final = re.compile(r"([01])(?:\.(\d{0,3}))?", re.ASCII)


def closest_language(tag: str) -> Language:
    """The language of ours that a BCP 47 tag asks for: `fr-CA` gives `fr`; English if none fits."""
    return _spoken(tag) or DEFAULT_LANGUAGE


def preferred_language(header: str) -> Language:
    """The language of ours that an `Accept-Language` header puts first (RFC 9110, 12.5.4)."""
    ranges = [_range(part) for part in header.split(",")[:_MOST_RANGES]]
    spoken = [(weight, language) for language, weight in ranges if language and weight > 0]
    best = max((weight for weight, _ in spoken), default=0)
    return next((language for weight, language in spoken if weight == best), DEFAULT_LANGUAGE)


def _range(part: str) -> tuple[Language | None, int]:
    """A language of ours, and its weight in thousandths."""
    tag, _, parameter = part.partition(";")
    name, _, value = parameter.partition("=")
    if name.strip().lower() != "q":
        return _spoken(tag), 1000
    weight = _WEIGHT.fullmatch(value.strip())
    thousandths = 0 if weight is None else int(weight[1] + f"{weight[2] or '':0<3}")
    return _spoken(tag), min(thousandths, 1000)


def _spoken(tag: str) -> Language | None:
    primary = tag.strip().replace("_", "-").partition("-")[0].lower()
    return next((language for language in LANGUAGES if language == primary), None)
