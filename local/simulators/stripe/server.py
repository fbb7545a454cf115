"""The simulator over HTTP on 127.0.0.1: API, pages, knobs and webhook deliveries."""

import socket
from pathlib import Path
from threading import Thread
from typing import Any

from flask import Flask, Response, request
from waitress.server import create_server

from local.simulators.stripe.delivery import Courier
from local.simulators.stripe.errors import LostAnswerError
from local.simulators.stripe.keeping import StateKeeper
from local.simulators.stripe.pages import pages
from local.simulators.stripe.panel import panel
from local.simulators.stripe.simulator import StripeSimulator

HOST = "127.0.0.1"


def create_app(simulator: StripeSimulator) -> Flask:
    """A WSGI app with `/v1`, `/pay`, `/debits` and `/_local/providers/stripe`; mount it anywhere.

    It delivers no webhooks: start a `Courier` beside it, or use `serve`.
    """
    app = Flask(__name__)

    @app.route("/v1/<path:rest>", methods=["GET", "POST", "DELETE"])
    def api(rest: str) -> Response:
        query = request.query_string.decode()
        path = f"/v1/{rest}?{query}" if query else f"/v1/{rest}"
        try:
            answer = simulator.handle(
                request.method, path, dict(request.headers), request.get_data()
            )
        except LostAnswerError:
            _cut_connection()
            return Response(status=500)  # nobody receives it
        return Response(answer.body, answer.status, dict(answer.headers))

    app.extensions["stripe_simulator"] = simulator
    app.register_blueprint(pages)
    app.register_blueprint(panel)
    return app


def _cut_connection() -> None:
    """Close the client's connection without an answer; waitress alone lets us reach its socket.

    Raises:
        LostAnswerError: under another server.
    """
    probe = request.environ.get("waitress.client_disconnected")
    if probe is None:
        raise LostAnswerError(acted=False)
    probe.__self__.socket.shutdown(socket.SHUT_RDWR)


class RunningSimulator:
    """A served simulator; `url` is its root, so the API is `url + "/v1"`."""

    def __init__(
        self, simulator: StripeSimulator, port: int, webhook_url: str | None, state: Path | None
    ) -> None:
        self.simulator = simulator
        self._keeper = StateKeeper(simulator, state) if state else None
        self._courier = Courier(simulator, webhook_url) if webhook_url else None
        listening = socket.create_server((HOST, port))
        self.url = f"http://{HOST}:{listening.getsockname()[1]}"
        self._server: Any = create_server(create_app(simulator), sockets=[listening], threads=8)
        self._thread = Thread(target=self._server.run, name="stripe-http", daemon=True)
        self._thread.start()
        for part in (self._keeper, self._courier):
            if part is not None:
                part.start()

    def stop(self) -> None:
        """End deliveries and connections, and keep the state."""
        if self._courier is not None:
            self._courier.stop()
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


def serve(
    simulator: StripeSimulator,
    *,
    port: int = 0,
    webhook_url: str | None = None,
    state: Path | None = None,
) -> RunningSimulator:
    """Start serving on 127.0.0.1; port 0 takes a free one.

    With `state` the simulator continues from that file and keeps it up to date.
    """
    return RunningSimulator(simulator, port, webhook_url, state)
