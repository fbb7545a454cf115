"""An answer of HTTP/1.1, read whole.

Every call of the store has one: `http.client` gives its headers to e-mail's parser, which was a third
of a call's processor time, and loads that.
"""

from __future__ import annotations

import socket
from collections.abc import Mapping
from dataclasses import dataclass
from typing import BinaryIO, Final

_LONGEST_LINE: Final = 65_536
_MOST_HEADERS: Final = 100
_WITHOUT_CONTENT: Final = frozenset({204, 304})


class BrokenAnswerError(Exception):
    """It did not come whole, or is no HTTP."""


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer; header names are lower case."""

    status: int
    headers: Mapping[str, str]
    content: bytes
    will_close: bool  # no other request can follow on its connection


def read_answer(sock: socket.socket) -> Answer:
    """The answer to the one `POST` that was sent.

    Raises:
        OSError, BrokenAnswerError: it did not come, not whole, or is no HTTP.
    """
    with sock.makefile("rb") as file:
        version, status = _status(file)
        headers = _headers(file)
        while 100 <= status < 200:  # said before the answer itself
            version, status = _status(file)
            headers = _headers(file)
        content = _content(file, status, headers)
    said = headers.get("connection", "").lower()
    goes_on = "keep-alive" in said if version == b"HTTP/1.0" else "close" not in said
    return Answer(status, headers, content, will_close=not goes_on)


def _content(file: BinaryIO, status: int, headers: Mapping[str, str]) -> bytes:
    if status in _WITHOUT_CONTENT:
        return b""
    if headers.get("transfer-encoding", "").lower() == "chunked":
        return _chunks(file)
    length = headers.get("content-length")
    if length is None:
        raise BrokenAnswerError("an answer without its length")
    return _exactly(file, _number(length, 10))


def _line(file: BinaryIO) -> bytes:
    line = file.readline(_LONGEST_LINE + 1)
    if not line.endswith(b"\n"):
        raise BrokenAnswerError("a line without its end")
    return line.rstrip(b"\r\n")


def _status(file: BinaryIO) -> tuple[bytes, int]:
    version, _, rest = _line(file).partition(b" ")
    code = rest[:3]
    if not version.startswith(b"HTTP/1.") or not code.isdigit():
        raise BrokenAnswerError("no status line")
    return version, int(code)


def _headers(file: BinaryIO) -> dict[str, str]:
    found: dict[str, str] = {}
    for _ in range(_MOST_HEADERS + 1):
        line = _line(file)
        if not line:
            return found
        name, mark, value = line.partition(b":")
        if not mark or name != name.strip():
            raise BrokenAnswerError("a header without a name")
        found[name.decode("latin-1").lower()] = value.strip().decode("latin-1")
    raise BrokenAnswerError("too many headers")


def _chunks(file: BinaryIO) -> bytes:
    parts = []
    while size := _number(_line(file).partition(b";")[0].decode("latin-1"), 16):
        parts.append(_exactly(file, size))
        _line(file)
    _headers(file)
    return b"".join(parts)


def _exactly(file: BinaryIO, size: int) -> bytes:
    content = file.read(size)
    if len(content) < size:
        raise BrokenAnswerError(f"{size - len(content)} bytes are missing")
    return content


def _number(text: str, base: int) -> int:
    """A length; only digits of its base, with which `int` is not content."""
    digits = text.strip()
    if not digits.isalnum() or not digits.isascii():
        raise BrokenAnswerError("a length that is no number")
    try:
        return int(digits, base)
    except ValueError as error:
        raise BrokenAnswerError("a length that is no number") from error
