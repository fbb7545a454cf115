"""Calls of a running stack as a script makes them: refusals and redirects are answers."""

from __future__ import annotations

import json
import secrets
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

_PATIENCE_SECONDS: Final = 30

type Json = Any


@dataclass(frozen=True)
class Answer:
    """Status, headers by lower-case name, the parsed body, if it is JSON, and its bytes."""

    status: int
    headers: Mapping[str, str]
    body: Json
    content: bytes = b""


@dataclass(frozen=True)
class Posted:
    """A file that goes with a form, after the form's fields."""

    name: str
    media_type: str
    content: bytes


class _Stay(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_: object) -> None:
        return None


_OPENER: Final = urllib.request.build_opener(_Stay)


def call(
    url: str,
    method: str = "GET",
    body: Json = None,
    *,
    form: Mapping[str, str] | None = None,
    file: Posted | None = None,
    headers: Mapping[str, str] | None = None,
    timeout_seconds: float = 30,
) -> Answer:
    """One request; refusals and redirects are answers. With a file, the form is `multipart/form-data`."""
    sent = dict(headers or {})
    content: bytes | None = None
    if file is not None:
        content, sent["content-type"] = multipart(form or {}, file)
    elif form is not None:
        content = urllib.parse.urlencode(form).encode()
    elif body is not None:
        content = json.dumps(body).encode()
        sent["content-type"] = "application/json"
    request = urllib.request.Request(url, content, sent, method=method)  # noqa: S310  our own stack
    try:
        with _OPENER.open(request, timeout=timeout_seconds) as answer:
            return _answer(answer.status, answer.headers, answer.read())
    except urllib.error.HTTPError as refused:
        with refused:
            return _answer(refused.code, refused.headers, refused.read())


def _answer(status: int, headers: Any, content: bytes) -> Answer:  # noqa: ANN401  urllib's headers
    names = {str(name).lower(): str(value) for name, value in headers.items()}
    is_json = "json" in names.get("content-type", "")
    return Answer(status, names, json.loads(content) if is_json and content else None, content)


def multipart(form: Mapping[str, str], file: Posted) -> tuple[bytes, str]:
    """As a page's form posts it, and its media type: the fields first, the file last."""
    boundary = secrets.token_hex(16)
    head = f'--{boundary}\r\nContent-Disposition: form-data; name="'
    fields = "".join(f'{head}{name}"\r\n\r\n{value}\r\n' for name, value in form.items())
    last = f'{head}file"; filename="{file.name}"\r\nContent-Type: {file.media_type}\r\n\r\n'
    content = f"{fields}{last}".encode() + file.content + f"\r\n--{boundary}--\r\n".encode()
    return content, f"multipart/form-data; boundary={boundary}"


def wanted(status: int | set[int], answer: Answer) -> Json:
    """The body of an answer that has this status.

    Raises:
        SystemExit: it has another.
    """
    statuses = {status} if isinstance(status, int) else status
    if answer.status not in statuses:
        raise SystemExit(f"expected {statuses}, got {answer.status}: {answer.body}")
    return answer.body


def until[T](read: Callable[[], T], good: Callable[[T], bool]) -> T:
    """Read again and again until it is good.

    Raises:
        SystemExit: it never was.
    """
    deadline = time.monotonic() + _PATIENCE_SECONDS
    while not good(found := read()):
        if time.monotonic() > deadline:
            raise SystemExit(f"still {found!r} after {_PATIENCE_SECONDS} s")
        time.sleep(0.3)
    return found
