"""An answer of HTTP/1.1 is read whole, whatever way it says how long it is; anything else is no answer."""

from __future__ import annotations

import socket

import pytest

from guichet.adapters.aws.answers import Answer, BrokenAnswerError, read_answer
from guichet.adapters.aws.connections import Connections

OK = b"HTTP/1.1 200 OK\r\n"


def read(*parts: bytes) -> Answer:
    """What is read of these bytes, after which the other side closes."""
    ours, theirs = socket.socketpair()
    with ours, theirs:
        for part in parts:
            theirs.sendall(part)
        theirs.shutdown(socket.SHUT_WR)
        return read_answer(ours)


@pytest.mark.parametrize(
    ("said", "content"),
    [
        pytest.param(OK + b"Content-Length: 2\r\n\r\n{}", b"{}", id="a length"),
        pytest.param(OK + b"content-length:2\n\n{}", b"{}", id="bare line ends"),
        pytest.param(OK + b"Content-Length: 2\r\n\r\n{}more", b"{}", id="no more than its length"),
        pytest.param(OK + b"Content-Length: 0\r\n\r\n", b"", id="empty"),
        pytest.param(
            OK
            + b"Transfer-Encoding: chunked\r\n\r\n2;x=y\r\n{}\r\nA\r\n0123456789\r\n0\r\nX: y\r\n\r\n",
            b"{}0123456789",
            id="in chunks",
        ),
        pytest.param(b"HTTP/1.1 204 No Content\r\n\r\n", b"", id="204"),
        pytest.param(
            b"HTTP/1.1 100 Continue\r\n\r\n" + OK + b"Content-Length: 2\r\n\r\n{}",
            b"{}",
            id="after a word of waiting",
        ),
    ],
)
def test_an_answer_is_read_whole(said: bytes, content: bytes) -> None:
    answer = read(said)

    assert answer.content == content
    assert answer.status in {200, 204}
    assert not answer.will_close


def test_names_of_headers_are_lower_case_and_values_are_stripped() -> None:
    answer = read(OK + b"X-Amz-Crc32:  17 \r\nContent-Length: 0\r\n\r\n")

    assert answer.headers == {"x-amz-crc32": "17", "content-length": "0"}


@pytest.mark.parametrize(
    ("said", "will_close"),
    [
        pytest.param(OK + b"Connection: close\r\n", True, id="it says so"),
        pytest.param(OK + b"Connection: keep-alive\r\n", False, id="it says otherwise"),
        pytest.param(b"HTTP/1.0 200 OK\r\n", True, id="1.0"),
        pytest.param(
            b"HTTP/1.0 200 OK\r\nConnection: Keep-Alive\r\n", False, id="1.0 that goes on"
        ),
    ],
)
def test_whether_a_connection_can_be_used_again(said: bytes, will_close: bool) -> None:  # noqa: FBT001 - a case
    assert read(said + b"Content-Length: 0\r\n\r\n").will_close is will_close


@pytest.mark.parametrize(
    "said",
    [
        pytest.param(b"", id="nothing"),
        pytest.param(b"HTTP/1.1 200", id="half a line"),
        pytest.param(b"SSH-2.0 hello\r\n\r\n", id="another protocol"),
        pytest.param(b"HTTP/1.1 two OK\r\n\r\n", id="no status"),
        pytest.param(OK + b"Content-Length: 2\r\n", id="half of the headers"),
        pytest.param(OK + b"Content-Length: 3\r\n\r\n{}", id="half of the content"),
        pytest.param(OK + b"Content-Length: -2\r\n\r\n{}", id="a length below 0"),
        pytest.param(OK + b"Content-Length: two\r\n\r\n{}", id="a length that is none"),
        pytest.param(OK + b"\r\n{}", id="no length"),
        pytest.param(OK + b"Transfer-Encoding: chunked\r\n\r\n5\r\n{}", id="half a chunk"),
        pytest.param(OK + b"Transfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n", id="no last chunk"),
        pytest.param(OK + b"Transfer-Encoding: chunked\r\n\r\nx_1\r\n{}\r\n", id="no size"),
        pytest.param(OK + b"no colon\r\n\r\n", id="a header that is none"),
        pytest.param(OK + b" folded: 1\r\n\r\n", id="a folded header"),
        pytest.param(OK + b"x: y\r\n" * 101 + b"\r\n", id="headers without end"),
        pytest.param(OK + b"x: " + b"y" * 70_000, id="a line without end"),
    ],
)
def test_what_is_no_whole_answer_is_an_error(said: bytes) -> None:
    with pytest.raises(BrokenAnswerError):
        read(said)


@pytest.mark.parametrize("value", ["a\r\nx-more: b", "a\nb"])
def test_a_header_that_would_be_read_as_two_is_refused_and_nothing_is_sent(value: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.setblocking(False)
        connections = Connections(f"http://127.0.0.1:{server.getsockname()[1]}")

        with pytest.raises(ValueError, match="more than one line"):
            connections.post("/", {"x": value}, b"{}")

        with pytest.raises(BlockingIOError):
            server.accept()
