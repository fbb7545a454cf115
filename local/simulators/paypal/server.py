"""The simulator over HTTP on 127.0.0.1: API, pages, knobs and webhook deliveries."""

from pathlib import Path

from flask import Flask, Response

from local.simulators import serving
from local.simulators.paypal.pages import pages
from local.simulators.paypal.panel import panel
from local.simulators.paypal.simulator import PayPalSimulator

type RunningSimulator = serving.RunningSimulator[PayPalSimulator]


def create_app(simulator: PayPalSimulator) -> Flask:
    """A WSGI app with the API, the pages and `/_local/providers/paypal`; mount it anywhere.

    It delivers no webhooks: start a `Courier` beside it, or use `serve`.
    """
    app = Flask(__name__)

    @app.route("/v1/<path:rest>", methods=["GET", "POST"], defaults={"version": "v1"})
    @app.route("/v2/<path:rest>", methods=["GET", "POST"], defaults={"version": "v2"})
    @app.route("/v3/<path:rest>", methods=["GET", "POST", "DELETE"], defaults={"version": "v3"})
    def api(version: str, rest: str) -> Response:
        return serving.answer_with(simulator, f"/{version}/{rest}")

    app.extensions["paypal_simulator"] = simulator
    app.register_blueprint(pages)
    app.register_blueprint(panel)
    return app


def serve(
    simulator: PayPalSimulator,
    *,
    port: int = 0,
    webhook_url: str | None = None,
    state: Path | None = None,
) -> RunningSimulator:
    """Start serving on 127.0.0.1; port 0 takes a free one, and links lead there.

    With `state` the simulator continues from that file and keeps it up to date.
    """
    running = serving.RunningSimulator(
        simulator, create_app, port=port, webhook_url=webhook_url, state=state
    )
    simulator.base_url = running.url
    return running
