"""The languages that people are addressed in, and which one fits a language tag."""

from typing import Final, Literal, get_args

type Language = Literal["en", "fr", "de", "it", "es", "pt", "nl"]

LANGUAGES: Final[tuple[Language, ...]] = get_args(Language.__value__)
DEFAULT_LANGUAGE: Final[Language] = "en"


def closest_language(tag: str) -> Language:
    """The language of ours that a BCP 47 tag asks for: `fr-CA` gives `fr`; English if none fits."""
    primary = tag.strip().replace("_", "-").partition("-")[0].lower()
    return next((language for language in LANGUAGES if language == primary), DEFAULT_LANGUAGE)
