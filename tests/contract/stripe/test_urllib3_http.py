"""The seam over real sockets: what is an answer, and what is none."""

import gzip
import re
import socket
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from threading import Thread

import pytest

from guichet.adapters.http import HttpRequest, NoAnswerError
from guichet.adapters.urllib3_http import Urllib3Http


def whole_request(connection: socket.socket) -> bytes:
    """Head and body, which may come in parts."""
    read = b""
    while b"\r\n\r\n" not in read:
        read += connection.recv(65536)
    length = re.search(rb"Content-Length: ([0-9]+)", read)
    end = read.index(b"\r\n\r\n") + 4 + (int(length[1]) if length else 0)
    while len(read) < end:
        read += connection.recv(65536)
    return read


@contextmanager
def answering(*answers: bytes, patient: bool = True) -> Iterator[tuple[str, list[bytes]]]:
    """A server that answers each connection with the given bytes, and keeps what it was sent.

    One that is not patient bears being hung up on.
    """
    listening = socket.create_server(("127.0.0.1", 0))
    received: list[bytes] = []

    def serve() -> None:
        for answer in answers:
            connection, _ = listening.accept()
            with connection:
                received.append(whole_request(connection))
                with suppress(*(() if patient else (OSError,))):
                    connection.sendall(answer)
                    connection.shutdown(socket.SHUT_WR)

    thread = Thread(target=serve)
    thread.start()
    yield f"http://127.0.0.1:{listening.getsockname()[1]}", received
    thread.join(5)
    listening.close()


@pytest.fixture
def http() -> Iterator[Urllib3Http]:
    made = Urllib3Http()
    yield made
    made.close()


def test_an_answer_comes_back_with_lower_case_names(http: Urllib3Http):
    answer = b"HTTP/1.1 201 Created\r\nRequest-Id: req_1\r\nContent-Length: 2\r\n\r\n{}"
    with answering(answer) as (url, received):
        response = http.send(HttpRequest("POST", url + "/v1/x", {"X-Key": "k"}, b"a=1"))

    assert (response.status, response.body) == (201, b"{}")
    assert response.headers["request-id"] == "req_1"
    assert received[0].startswith(b"POST /v1/x HTTP/1.1\r\n")
    assert b"X-Key: k\r\n" in received[0]
    assert received[0].endswith(b"\r\n\r\na=1")


def test_a_redirect_is_an_answer_and_is_not_followed(http: Urllib3Http):
    """Our bytes and keys go to no host but the one that we named."""
    answer = b"HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:1/\r\nContent-Length: 0\r\n\r\n"
    with answering(answer) as (url, _):
        response = http.send(HttpRequest("GET", url))

    assert response.status == 302


@pytest.mark.parametrize(
    "answer",
    [
        pytest.param(b"", id="the connection was closed"),
        pytest.param(b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n{}", id="half an answer"),
        pytest.param(b"nonsense\r\n\r\n", id="no HTTP"),
    ],
)
def test_a_lost_answer_is_none(http: Urllib3Http, answer: bytes):
    with answering(answer) as (url, _), pytest.raises(NoAnswerError):
        http.send(HttpRequest("GET", url))


def test_a_server_that_never_answers_is_left_in_time(http: Urllib3Http):
    listening = socket.create_server(("127.0.0.1", 0))
    port = listening.getsockname()[1]

    with pytest.raises(NoAnswerError):
        http.send(HttpRequest("GET", f"http://127.0.0.1:{port}", timeout_seconds=0.2))

    listening.close()


def test_a_server_that_is_not_there_gives_no_answer(http: Urllib3Http):
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]

    with pytest.raises(NoAnswerError):
        http.send(HttpRequest("GET", f"http://127.0.0.1:{port}"))


def test_a_request_is_sent_once(http: Urllib3Http):
    """Only the caller knows what a repeat would do."""
    with answering(b"") as (url, received), pytest.raises(NoAnswerError):
        http.send(HttpRequest("POST", url, body=b"a=1"))

    assert len(received) == 1


@pytest.mark.parametrize(
    "head",
    [
        pytest.param(b"Content-Length: 2000000\r\n", id="says its length"),
        pytest.param(b"Connection: close\r\n", id="says none"),
    ],
)
def test_no_more_is_read_than_was_asked_for(http: Urllib3Http, head: bytes):
    """Two megabytes from a server that may send a thousand bytes."""
    answer = b"HTTP/1.1 200 OK\r\n" + head + b"\r\n" + b"x" * 2_000_000
    with (
        answering(answer, patient=False) as (url, _),
        pytest.raises(NoAnswerError, match="more than 1000 bytes"),
    ):
        http.send(HttpRequest("GET", url, most_bytes=1000))


def test_what_is_packed_counts_unpacked(http: Urllib3Http):
    packed = gzip.compress(b"x" * 100_000)
    head = f"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: {len(packed)}\r\n\r\n"
    assert len(packed) < 1000

    with (
        answering(head.encode() + packed, patient=False) as (url, _),
        pytest.raises(NoAnswerError, match="more than 1000 bytes"),
    ):
        http.send(HttpRequest("GET", url, most_bytes=1000))


def test_as_much_as_was_asked_for_is_an_answer(http: Urllib3Http):
    body = b"x" * 1000
    answer = b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n" + body
    with answering(answer) as (url, _):
        response = http.send(HttpRequest("GET", url, most_bytes=1000))

    assert response.body == body


@pytest.mark.parametrize(
    "answer",
    [
        pytest.param(b"", id="the connection was closed"),
        pytest.param(b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n{}", id="half an answer"),
    ],
)
def test_a_lost_answer_is_none_where_its_length_is_limited_too(http: Urllib3Http, answer: bytes):
    with answering(answer) as (url, _), pytest.raises(NoAnswerError):
        http.send(HttpRequest("GET", url, most_bytes=1000))
