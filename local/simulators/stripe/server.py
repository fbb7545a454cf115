"""The simulator over HTTP on 127.0.0.1: API, pages, knobs and webhook deliveries."""

from pathlib import Path

from flask import Flask, Response

from local.simulators import serving
from local.simulators.stripe.pages import pages
from local.simulators.stripe.panel import panel
from local.simulators.stripe.simulator import StripeSimulator

type RunningSimulator = serving.RunningSimulator[StripeSimulator]


def create_app(simulator: StripeSimulator) -> Flask:
    """A WSGI app with `/v1`, `/pay`, `/debits` and `/_local/providers/stripe`; mount it anywhere.

    It delivers no webhooks: start a `Courier` beside it, or use `serve`.
    """
    app = Flask(__name__)

    @app.route("/v1/<path:rest>", methods=["GET", "POST", "DELETE"])
    def api(rest: str) -> Response:
        return serving.answer_with(simulator, f"/v1/{rest}")

    app.extensions["stripe_simulator"] = simulator
    app.register_blueprint(pages)
    app.register_blueprint(panel)
    return app


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
    return serving.RunningSimulator(
        simulator, create_app, port=port, webhook_url=webhook_url, state=state
    )
