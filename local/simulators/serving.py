"""A simulated provider over HTTP on 127.0.0.1: its API, its courier and its kept state."""

import socket
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path
from threading import Thread
from typing import Any, Protocol

from flask import Flask, Response, request
from waitress.server import create_server

from local.simulators.delivery import Courier, Sender
from local.simulators.errors import LostAnswerError
from local.simulators.keeping import Rememberer, StateKeeper
from local.simulators.shapes import SimResponse

HOST = "127.0.0.1"


class Answering(Protocol):
    """A simulated provider, as far as its API goes."""

    def handle(
        self, method: str, path: str, headers: Mapping[str, str], body: bytes = b""
    ) -> SimResponse: ...


class Simulator(Answering, Sender, Rememberer, Protocol):
    """All that is needed to serve one."""


def answer_with(simulator: Answering, path: str) -> Response:
    """The simulator's answer to the request under way, whose path at the provider is given."""
    query = request.query_string.decode()
    target = f"{path}?{query}" if query else path
    try:
        answer = simulator.handle(request.method, target, dict(request.headers), request.get_data())
    except LostAnswerError:
        _cut_connection()
        return Response(status=500)  # nobody receives it
    return Response(answer.body, answer.status, dict(answer.headers))


def _cut_connection() -> None:
    """Close the client's connection without an answer; waitress alone lets us reach its socket.

    Raises:
        LostAnswerError: under another server.
    """
    probe = request.environ.get("waitress.client_disconnected")
    if probe is None:
        raise LostAnswerError(acted=False)
    probe.__self__.socket.shutdown(socket.SHUT_RDWR)


class RunningSimulator[S: Simulator]:
    """A served simulator; `url` is its root, so the API is `url + "/v1"`."""

    def __init__(
        self,
        simulator: S,
        create_app: Callable[[S], Flask],
        *,
        port: int,
        webhook_url: str | None,
        state: Path | None,
    ) -> None:
        self.simulator = simulator
        self._keeper = StateKeeper(simulator, state) if state else None
        self._courier = Courier(simulator, webhook_url) if webhook_url else None
        listening = socket.create_server((HOST, port))
        self.url = f"http://{HOST}:{listening.getsockname()[1]}"
        self._server: Any = create_server(create_app(simulator), sockets=[listening], threads=8)
        self._thread = Thread(target=self._server.run, name="provider-http", daemon=True)
        self._thread.start()
        for part in (self._keeper, self._courier):
            if part is not None:
                part.start()

    def stop(self) -> None:
        """End deliveries and connections, and keep the state."""
        if self._courier is not None:
            self._courier.stop()
        with suppress(OSError):  # an answer that just went out may have woken the loop already
            self._server.trigger.pull_trigger(self._close)
        self._thread.join()
        self._server.task_dispatcher.shutdown()
        if self._keeper is not None:
            self._keeper.stop()

    def _close(self) -> None:
        """Runs in the server's own thread, whose loop ends with its last socket."""
        for channel in list(self._server.active_channels.values()):
            channel.handle_close()
        self._server.close()
