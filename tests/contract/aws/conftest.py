"""A service that answers as it is told, and both clients that call it."""

from __future__ import annotations

import json
import ssl
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from socket import SHUT_RDWR, socket
from threading import Thread
from time import sleep
from typing import Any, Final
from zlib import crc32

import boto3
import pytest
from botocore.config import Config

from guichet.adapters.aws.sdk import SdkService
from guichet.adapters.aws.service import AwsService
from guichet.adapters.aws.signed import DYNAMODB, Dialect, SignedService
from guichet.adapters.aws.signing import Credentials

CREDENTIALS: Final = Credentials("AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY", "token")
READ_SECONDS: Final = 0.3


@dataclass(frozen=True)
class Said:
    """One answer: what is sent, or how the connection ends without one."""

    status: int = 200
    body: bytes = b"{}"
    headers: Mapping[str, str] = field(default_factory=dict)
    cut: bool = False  # closed before an answer
    half: bool = False  # closed within the answer
    late: bool = False  # after the reader has left


def error(status: int, code: str, **more: Any) -> Said:  # noqa: ANN401 - any JSON
    """An error as DynamoDB writes it, with its checksum."""
    body = json.dumps({"__type": f"com.amazonaws.dynamodb.v20120810#{code}", **more}).encode()
    return Said(status, body, {"x-amz-crc32": str(crc32(body))})


@dataclass(frozen=True)
class Asked:
    """One request as it came."""

    path: str
    headers: Mapping[str, str]
    body: bytes
    port: int  # of the caller: the same for what came over one connection


@dataclass
class Service:
    """What a test says it answers, in turn (the last one again and again), and what it was asked."""

    url: str = ""
    answers: list[Said] = field(default_factory=lambda: [Said()])
    asked: list[Asked] = field(default_factory=list)
    connections: list[socket] = field(default_factory=list)

    def end_connections(self) -> None:
        """As a service does with those that were idle for long."""
        for connection in self.connections:
            connection.shutdown(SHUT_RDWR)

    def next_answer(self) -> Said:
        return self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]


@contextmanager
def running(service: Service, tls: ssl.SSLContext | None = None) -> Iterator[ThreadingHTTPServer]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True

        def do_POST(self) -> None:
            service.connections = [self.connection]
            body = self.rfile.read(int(self.headers["Content-Length"]))
            headers = {name.lower(): value for name, value in self.headers.items()}
            service.asked.append(Asked(self.path, headers, body, self.client_address[1]))
            said = service.next_answer()
            if said.late:
                sleep(2 * READ_SECONDS)
            if said.cut or said.late:
                self.close_connection = True
                return
            self.send_response(said.status)
            for name, value in said.headers.items():
                self.send_header(name, value)
            length = len(said.body) + (10 if said.half else 0)
            self.send_header("Content-Length", str(length))
            self.end_headers()
            self.wfile.write(said.body)
            self.close_connection = said.half or said.headers.get("Connection") == "close"

        def log_message(self, *_: object) -> None:
            """Keep the test's output clean."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    server.block_on_close = False
    if tls is not None:
        server.socket = tls.wrap_socket(
            server.socket, server_side=True, do_handshake_on_connect=False
        )
    scheme = "http" if tls is None else "https"
    service.url = f"{scheme}://127.0.0.1:{server.server_port}"
    Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    yield server
    server.shutdown()
    server.server_close()


@pytest.fixture
def service() -> Iterator[Service]:
    made = Service()
    with running(made):
        yield made


@pytest.fixture
def pauses() -> list[float]:
    """The seconds that the signed client waited between its tries."""
    return []


@pytest.fixture
def signed(service: Service, pauses: list[float]) -> Iterator[SignedService]:
    made = signed_service(service, pauses)
    yield made
    made.close()


def signed_service(
    service: Service, pauses: list[float], dialect: Dialect = DYNAMODB
) -> SignedService:
    return SignedService(
        dialect,
        CREDENTIALS,
        "us-east-1",
        service.url,
        pause=pauses.append,
        read_seconds=READ_SECONDS,
    )


@pytest.fixture(params=["signed", "boto3"])
def either(
    request: pytest.FixtureRequest, service: Service, signed: SignedService
) -> Iterator[AwsService]:
    """Both clients: what ours does, boto3 judges."""
    if request.param == "signed":
        yield signed
        return
    client = boto3.client(
        "dynamodb",
        region_name="us-east-1",
        endpoint_url=service.url,
        aws_access_key_id=CREDENTIALS.access_key_id,
        aws_secret_access_key=CREDENTIALS.secret_access_key,
        config=Config(
            read_timeout=READ_SECONDS, retries={"mode": "standard", "total_max_attempts": 4}
        ),
    )
    yield SdkService(client)
    client.close()
