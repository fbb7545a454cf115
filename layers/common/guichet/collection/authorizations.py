"""What a customer agrees to before their bank account is debited: by scheme, version and language (COL-10).

A version is never changed once it was shown: a new text is a new version with its own date.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import Final

from guichet.errors import Conflict, Invalid, invalid_field
from guichet.languages import Language
from guichet.payments.stored_method import DebitScheme

_FOLDER: Final = Path(__file__).resolve().parents[1] / "data" / "debit_authorizations"


@dataclass(frozen=True, slots=True)
class AuthorizationText:
    """The text of one scheme as it is shown to one customer."""

    scheme: DebitScheme
    version: str
    dated: date
    language: Language
    text: str


def authorization_text(
    scheme: DebitScheme, language: Language, *, seller: str, customer: str
) -> AuthorizationText:
    """The version in force, with seller and customer named."""
    versions = _texts(language)[scheme]
    version, held = next(reversed(versions.items()))
    return AuthorizationText(
        scheme,
        version,
        date.fromisoformat(held["dated"]),
        language,
        held["text"].format(seller=seller, customer=customer),
    )


def require_accepted(shown: AuthorizationText, accepted: str | None) -> None:
    """Refuse a debit that nobody has agreed to, or agreed to in an older wording.

    Raises:
        Invalid: `authorization_required`.
        Conflict: `authorization_changed`.
    """
    if accepted is None:
        raise _required()
    if accepted != shown.version:
        raise Conflict(
            "authorization_changed",
            "This authorization has a newer text; show that one and ask again.",
            rule="COL-10",
        )


def _required() -> Invalid:
    return invalid_field(
        "/accepts_authorization",
        "authorization_required",
        "A bank account is debited only once its owner has accepted the authorization.",
        rule="COL-10",
    )


@cache
def _texts(language: Language) -> dict[str, dict[str, dict[str, str]]]:
    """By scheme, then by version, the one in force last."""
    found: dict[str, dict[str, dict[str, str]]] = json.loads(
        (_FOLDER / f"{language}.json").read_bytes()
    )
    return found
