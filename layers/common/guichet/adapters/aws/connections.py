"""Kept connections to one endpoint: a POST goes out, an answer comes back or none does."""

from __future__ import annotations

import select
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from typing import Final
from urllib.parse import urlsplit

from guichet.adapters.http import NoAnswerError
from guichet.adapters.tls import system_trust

_CONNECT_SECONDS: Final = 2.0  # a waiting person bears these
_READ_SECONDS: Final = 5.0
_KEPT: Final = 4


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer; header names are lower case."""

    status: int
    headers: Mapping[str, str]
    content: bytes


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
        self._kept: deque[HTTPConnection] = deque()

    def post(self, path: str, headers: Mapping[str, str], body: bytes) -> Reply:
        """Send once and read the whole answer.

        Raises:
            NoAnswerError: connection refused or lost, or no answer in time.
        """
        connection = None
        try:
            connection = self._kept_open() or self._opened()
            connection.request("POST", path, body, dict(headers))
            answer = connection.getresponse()
            content = answer.read()
        except (OSError, HTTPException) as error:
            if connection is not None:
                connection.close()
            raise NoAnswerError(f"{type(error).__name__} at {self.host}") from error
        if answer.will_close or len(self._kept) >= _KEPT:
            connection.close()
        else:
            self._kept.append(connection)
        return Reply(
            answer.status, {name.lower(): value for name, value in answer.getheaders()}, content
        )

    def close(self) -> None:
        """Close what is kept; the next call opens another."""
        while self._kept:
            self._kept.pop().close()

    def _kept_open(self) -> HTTPConnection | None:
        while True:
            try:
                kept = self._kept.pop()
            except IndexError:
                return None
            if not _has_ended(kept):
                return kept
            kept.close()

    def _opened(self) -> HTTPConnection:
        made = (
            HTTPConnection(self.host, timeout=_CONNECT_SECONDS)
            if self._tls is None
            else HTTPSConnection(self.host, timeout=_CONNECT_SECONDS, context=self._tls)
        )
        try:
            made.connect()
        except BaseException:  # TLS that fails leaves the socket open
            made.close()
            raise
        made.sock.settimeout(self._read_seconds)
        return made


def _has_ended(connection: HTTPConnection) -> bool:
    """Whether the other side has closed: nothing else can be read where nothing was asked.

    A worker that slept between two events finds its connections so.
    """
    poll = select.poll()
    poll.register(connection.sock, select.POLLIN)
    return bool(poll.poll(0))
