"""The road from the front door to the deployed API: bytes and headers pass as they are."""

from collections.abc import Iterable, Iterator
from urllib.parse import urlsplit
from wsgiref.types import StartResponse, WSGIEnvironment

from urllib3 import BaseHTTPResponse, HTTPConnectionPool
from urllib3.exceptions import HTTPError

# RFC 9110, 7.6.1: these speak of one connection only.
_HOP_BY_HOP = frozenset(
    {"connection", "keep-alive", "proxy-connection", "te", "trailer", "transfer-encoding"}
)
_CHUNK_BYTES = 64 * 1024
_PATIENCE_SECONDS = 35.0  # API Gateway itself gives up after 30


class ApiProxy:
    """A WSGI application that hands each request to the deployed API and its answer back."""

    def __init__(self, api_url: str) -> None:
        address = urlsplit(api_url)
        self._prefix = address.path
        self._pool = HTTPConnectionPool(
            address.hostname or "", address.port, maxsize=32, timeout=_PATIENCE_SECONDS
        )

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        try:
            answer = self._pool.urlopen(
                environ["REQUEST_METHOD"],
                self._prefix + environ["REQUEST_URI"],
                body=_body(environ),
                headers=_request_headers(environ),
                redirect=False,
                retries=False,
                preload_content=False,
                decode_content=False,
                assert_same_host=False,
            )
        except HTTPError as error:
            start_response("502 Bad Gateway", [("content-type", "text/plain; charset=utf-8")])
            return [f"the deployed API does not answer: {error}\n".encode()]
        start_response(f"{answer.status} {answer.reason or 'Answer'}", _answer_headers(answer))
        return _Streamed(answer)


class _Streamed:
    """An answer's bytes as they come; closing it gives its connection back."""

    def __init__(self, answer: BaseHTTPResponse) -> None:
        self._answer = answer

    def __iter__(self) -> Iterator[bytes]:
        return self._answer.stream(_CHUNK_BYTES, decode_content=False)

    def close(self) -> None:
        self._answer.drain_conn()
        self._answer.release_conn()


def _body(environ: WSGIEnvironment) -> bytes | None:
    length = environ.get("CONTENT_LENGTH")
    body: bytes = environ["wsgi.input"].read(int(length)) if length else b""
    return body or None


def _request_headers(environ: WSGIEnvironment) -> dict[str, str]:
    headers = {
        name[len("HTTP_") :].replace("_", "-").lower(): value
        for name, value in environ.items()
        if name.startswith("HTTP_")
    }
    if environ.get("CONTENT_TYPE"):
        headers["content-type"] = environ["CONTENT_TYPE"]
    if "user-agent" not in headers:
        headers["user-agent"] = "-"  # else urllib3 signs with its own name
    return {name: value for name, value in headers.items() if name not in _HOP_BY_HOP}


def _answer_headers(answer: BaseHTTPResponse) -> list[tuple[str, str]]:
    return [
        (name, value)
        for name, value in answer.headers.iteritems()
        if name.lower() not in _HOP_BY_HOP
    ]
