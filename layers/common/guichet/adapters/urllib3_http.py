"""The seam `Http` over urllib3: one pooled connection per host, one try, no redirects."""

from __future__ import annotations

from typing import Final

from urllib3 import PoolManager, Timeout
from urllib3.exceptions import HTTPError

from guichet.adapters.http import HttpRequest, HttpResponse, NoAnswerError

_CONNECT_SECONDS: Final = 3.0  # a host that takes longer to greet us is down
_CONNECTIONS_PER_HOST: Final = 4


class Urllib3Http:
    """Sends each request once; certificates are verified against the system's authorities.

    Repeating is the caller's decision, since only it knows what a repeat does.
    """

    def __init__(self) -> None:
        self._pool = PoolManager(
            maxsize=_CONNECTIONS_PER_HOST, cert_reqs="CERT_REQUIRED", retries=False
        )

    def send(self, request: HttpRequest) -> HttpResponse:
        """Send and read the whole answer.

        Raises:
            NoAnswerError: connection refused or lost, or no answer in time.
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
            )
        except HTTPError as error:
            # The text of a urllib3 error holds the URL, hence ids at most; never headers or bodies.
            raise NoAnswerError(f"{type(error).__name__}: {error}") from error
        headers = {name.lower(): value for name, value in answer.headers.itermerged()}
        return HttpResponse(answer.status, headers, answer.data)

    def close(self) -> None:
        """Close all connections; the next request opens another."""
        self._pool.clear()
