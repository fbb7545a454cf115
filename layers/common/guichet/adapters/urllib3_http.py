"""The seam `Http` over urllib3: one pooled connection per host, one try, no redirects."""

from __future__ import annotations

from typing import Final

from urllib3 import BaseHTTPResponse, PoolManager, Timeout
from urllib3.exceptions import HTTPError

from guichet.adapters.http import HttpRequest, HttpResponse, NoAnswerError
from guichet.adapters.tls import system_trust

_CONNECT_SECONDS: Final = 3.0  # a host that takes longer to greet us is down
_CONNECTIONS_PER_HOST: Final = 4


class Urllib3Http:
    """Sends each request once; certificates are verified against the system's authorities.

    Repeating is the caller's decision, since only it knows what a repeat does.
    """

    def __init__(self) -> None:
        self._pool = PoolManager(
            maxsize=_CONNECTIONS_PER_HOST, ssl_context=system_trust(), retries=False
        )

    def send(self, request: HttpRequest) -> HttpResponse:
        """Send and read the whole answer, or as much as was asked for.

        Raises:
            NoAnswerError: connection refused or lost, no answer in time, or one longer than asked for.
        """
        seconds = request.timeout_seconds
        try:
            answer = self._pool.request(
                request.method,
                request.url,
                body=request.body or None,
                headers=dict(request.headers),
                timeout=Timeout(total=seconds, connect=min(_CONNECT_SECONDS, seconds)),
                redirect=False,
                preload_content=request.most_bytes is None,
            )
            body = (
                answer.data if request.most_bytes is None else _capped(answer, request.most_bytes)
            )
        except HTTPError as error:
            # The text of a urllib3 error holds the URL, hence ids at most; never headers or bodies.
            raise NoAnswerError(f"{type(error).__name__}: {error}") from error
        headers = {name.lower(): value for name, value in answer.headers.itermerged()}
        return HttpResponse(answer.status, headers, body)

    def close(self) -> None:
        """Close all connections; the next request opens another."""
        self._pool.clear()


def _capped(answer: BaseHTTPResponse, most_bytes: int) -> bytes:
    """The body; what is too long is left unread, with its connection."""
    body = answer.read(most_bytes + 1)
    if len(body) > most_bytes:
        answer.close()
        raise NoAnswerError(f"more than {most_bytes} bytes")
    answer.release_conn()
    return body
