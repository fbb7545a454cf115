"""Refusals as problem documents (RFC 9457): the one table from our classes to HTTP statuses."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Final

from guichet.access.requests import AskRepresentative
from guichet.adapters.dynamo.seam import StoreUnavailableError
from guichet.collection.refusals import method_explained
from guichet.errors import (
    BadToken,
    ConcurrentUpdateError,
    Conflict,
    FieldError,
    Invalid,
    NotAllowed,
    NotFound,
    Refusal,
    Stale,
    TooMany,
    Unavailable,
)
from guichet.languages import DEFAULT_LANGUAGE, Language
from guichet.registration.refusals import explained
from guichet.subscriptions.refusals import billing_explained

CONTENT_TYPE: Final = "application/problem+json"
_RETRY_LATER_SECONDS: Final = 5  # where a refusal that asks to try again doesn't say when


class Malformed(Refusal):
    """Not the HTTP that this API speaks: body, header or cursor can't be read at all."""


class TooLarge(Refusal):
    """A body over the limit."""


class WrongContentType(Refusal):
    """A body that is not said to be JSON."""


STATUSES: Final[Mapping[type[Refusal], int]] = MappingProxyType(
    {
        Malformed: 400,
        BadToken: 401,
        NotAllowed: 403,
        NotFound: 404,
        Conflict: 409,
        AskRepresentative: 409,
        Stale: 412,
        TooLarge: 413,
        WrongContentType: 415,
        Invalid: 422,
        TooMany: 429,
        Unavailable: 503,
    }
)

_ASKS_TO_TRY_AGAIN: Final = frozenset({429, 503})


@dataclass(frozen=True, slots=True)
class Problem:
    """A refusal as it travels: status, headers, and the document as text."""

    status: int
    code: str
    headers: Mapping[str, str]
    body: str


def problem_of(refusal: Refusal, instance: str, language: Language = DEFAULT_LANGUAGE) -> Problem:
    """The document of a refusal; `instance` is the path that was asked, which holds no secret.

    `detail` is in `language` where there is a text for the code, else in English.
    """
    status = STATUSES[type(refusal)]
    explanation = _explanation(refusal, language)
    document: dict[str, Any] = {
        "type": f"urn:guichet:problem:{refusal.code}",
        "title": refusal.code.replace("_", " ").capitalize(),
        "status": status,
        "detail": refusal.detail if explanation is None else explanation,
        "code": refusal.code,
        "instance": instance,
        "errors": [
            {"pointer": each.pointer, "code": each.code, "detail": each.detail}
            for each in refusal.errors
        ],
    }
    if refusal.rule is not None:
        document["rule"] = refusal.rule
    if isinstance(refusal, AskRepresentative):
        document["request_kind"] = refusal.request_kind
        if refusal.representative is not None:
            document["representative"] = refusal.representative
    headers = _headers(refusal, status)
    if explanation is not None:
        headers["Content-Language"] = language
    return Problem(status, refusal.code, headers, json.dumps(document))


def _explanation(refusal: Refusal, language: Language) -> str | None:
    found = explained(refusal.code, language)
    if found is not None:
        return str(found)
    return billing_explained(refusal.code, language, refusal.facts) or method_explained(
        refusal.code, language, refusal.facts
    )


def _headers(refusal: Refusal, status: int) -> dict[str, str]:
    headers = {"Content-Type": CONTENT_TYPE, "Cache-Control": "no-store"}
    seconds = refusal.retry_after_seconds
    if seconds is None and status in _ASKS_TO_TRY_AGAIN:
        seconds = _RETRY_LATER_SECONDS
    if seconds is not None:
        headers["Retry-After"] = str(seconds)
    if status == 401:
        headers["WWW-Authenticate"] = "Bearer"
    return headers


def refusal_of(error: Refusal | StoreUnavailableError | ConcurrentUpdateError) -> Refusal:
    """What a caller is told: contention and an unreachable store mean "try again", nothing more."""
    if isinstance(error, Refusal):
        return error
    return Unavailable(
        "busy", "This can't be done at the moment; try again.", retry_after_seconds=2
    )


def refused_fields(errors: tuple[FieldError, ...]) -> Invalid:
    """One refusal for all fields at fault; its code is the field's own where there is just one."""
    if len(errors) == 1:
        return Invalid(errors[0].code, errors[0].detail, errors=errors)
    return Invalid("invalid_request", "Several fields can't be accepted.", errors=errors)
