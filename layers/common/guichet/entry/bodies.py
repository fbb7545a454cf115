"""What a request's body must be before anything looks into it: small, JSON, without a card number."""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Mapping
from typing import Any, Final, NoReturn

from guichet.entry.cards import holds_card_number
from guichet.entry.problems import Malformed, TooLarge, WrongContentType
from guichet.errors import Invalid, Refusal

MOST_BYTES: Final = 256 * 1024
_DEEPEST: Final = 12  # no request nests deeper than 4


def check_body(event: Mapping[str, Any]) -> None:
    """Refuse a body that no call takes. A request without one passes.

    Raises:
        TooLarge: over 256 KB.
        WrongContentType: not `application/json`.
        Malformed: not a JSON text in UTF-8.
        Invalid: not an object, or something in it looks like a card number (REG-2).
    """
    raw = _raw(event)
    if not raw:
        return
    if len(raw) > MOST_BYTES:
        raise TooLarge("body_too_large", "A request has at most 256 KB.")
    content_type = _header(event, "content-type").partition(";")[0].strip().lower()
    if content_type != "application/json":
        raise WrongContentType("wrong_content_type", "Send the body as application/json.")
    document = _parsed(raw)
    _check_value(document, 0)
    if not isinstance(document, dict):
        raise Invalid("wrong_type", "The body is a JSON object.")


def _header(event: Mapping[str, Any], name: str) -> str:
    headers = event.get("headers") or {}
    return next((str(headers[each]) for each in headers if each.lower() == name), "")


def _raw(event: Mapping[str, Any]) -> bytes:
    text = event.get("body") or ""
    if len(text) > 2 * MOST_BYTES:
        raise TooLarge("body_too_large", "A request has at most 256 KB.")
    try:
        if event.get("isBase64Encoded"):
            return base64.b64decode(text, validate=True)
        return str(text).encode()
    except (binascii.Error, UnicodeEncodeError) as error:
        raise _not_json() from error


def _parsed(raw: bytes) -> object:
    try:
        return json.loads(raw.decode(), parse_constant=_refuse_constant)
    except (ValueError, RecursionError) as error:  # bad UTF-8 is a ValueError too
        raise _not_json() from error


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is no JSON")


def _check_value(value: object, depth: int) -> None:
    if depth > _DEEPEST:
        raise _not_json()
    match value:
        case str():
            _check_text(value)
        case bool() | None:
            return
        case int() | float():
            _check_text(str(value))
        case list():
            for each in value:
                _check_value(each, depth + 1)
        case dict():
            for name, each in value.items():
                _check_text(name)
                _check_value(each, depth + 1)


def _check_text(text: str) -> None:
    if not text.isascii():
        try:
            text.encode()
        except UnicodeEncodeError as error:  # half of a pair of surrogates
            raise _not_json() from error
    if holds_card_number(text):
        raise Invalid(
            "card_number",
            "This looks like a card number. Never send one here; nothing was kept.",
            rule="REG-2",
        )


def _not_json() -> Refusal:
    return Malformed("body_not_json", "The body is not a JSON text in UTF-8.")
