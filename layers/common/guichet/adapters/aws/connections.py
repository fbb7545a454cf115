"""Kept connections to one endpoint: a POST goes out, an answer comes back or none does."""

from __future__ import annotations

import select
import socket
from collections import deque
from collections.abc import Mapping
from typing import Final
from urllib.parse import urlsplit

from guichet.adapters.aws.answers import Answer, BrokenAnswerError, read_answer
from guichet.adapters.http import NoAnswerError
from guichet.adapters.tls import system_trust

_CONNECT_SECONDS: Final = 2.0  # a waiting person bears these
_READ_SECONDS: Final = 5.0
_KEPT: Final = 4


class Connections:
    """Sends to one endpoint, over a connection that an earlier call left, if there is one.

    Threads may share it: a connection that is in use is in nobody else's reach. Certificates are
    verified against the system's authorities.
    """

    def __init__(self, endpoint_url: str, read_seconds: float = _READ_SECONDS) -> None:
        address = urlsplit(endpoint_url)
        self.host = address.netloc
        self.root = address.path.rstrip("/")
        self._read_seconds = read_seconds
        self._tls = system_trust() if address.scheme == "https" else None
        self._place = address.hostname or "", address.port or (443 if self._tls else 80)
        self._kept: deque[socket.socket] = deque()

    def post(self, path: str, headers: Mapping[str, str], body: bytes) -> Answer:
        """Send once and read the whole answer.

        Raises:
            NoAnswerError: connection refused or lost, or no answer in time.
            ValueError: a header that would be read as two; nothing was sent.
        """
        sent, connection = _head(path, headers, len(body)) + body, None
        try:
            connection = self._kept_open() or self._opened()
            connection.sendall(sent)
            answer = read_answer(connection)
        except (OSError, BrokenAnswerError) as error:
            if connection is not None:
                connection.close()
            raise NoAnswerError(f"{type(error).__name__} at {self.host}") from error
        if answer.will_close or len(self._kept) >= _KEPT:
            connection.close()
        else:
            self._kept.append(connection)
        return answer

    def close(self) -> None:
        """Close what is kept; the next call opens another."""
        while self._kept:
            self._kept.pop().close()

    def _kept_open(self) -> socket.socket | None:
        while True:
            try:
                kept = self._kept.pop()
            except IndexError:
                return None
            if not _has_ended(kept):
                return kept
            kept.close()

    def _opened(self) -> socket.socket:
        made = socket.create_connection(self._place, _CONNECT_SECONDS)
        try:
            made.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            if self._tls is not None:
                made = self._tls.wrap_socket(made, server_hostname=self._place[0])
            made.settimeout(self._read_seconds)
        except BaseException:  # TLS that fails leaves the socket open
            made.close()
            raise
        return made


def _head(path: str, headers: Mapping[str, str], length: int) -> bytes:
    """What goes before the body.

    Raises:
        ValueError: a header that would be read as two.
    """
    lines = [f"POST {path} HTTP/1.1", *(f"{name}: {value}" for name, value in headers.items())]
    if any("\r" in line or "\n" in line for line in lines):
        raise ValueError("a header of more than one line")
    lines += ["accept-encoding: identity", f"content-length: {length}", "", ""]
    return "\r\n".join(lines).encode("latin-1")


def _has_ended(connection: socket.socket) -> bool:
    """Whether the other side has closed: nothing else can be read where nothing was asked.

    A worker that slept between two events finds its connections so.
    """
    poll = select.poll()
    poll.register(connection, select.POLLIN)
    return bool(poll.poll(0))
