"""The simulated register over HTTP: its service, and what tests and a curious person set."""

from flask import Flask, Response, jsonify, request

from local.simulators import serving
from local.simulators.vies.simulator import CHECK, ViesSimulator

PREFIX = "/_local/providers/vies"


def create_app(simulator: ViesSimulator) -> Flask:
    """A WSGI app with the service and `/_local/providers/vies`; mount it anywhere."""
    app = Flask(__name__)

    @app.post(CHECK)
    def check() -> Response:
        return serving.answer_with(simulator, CHECK)

    @app.get(f"{PREFIX}/state")
    def state() -> Response:
        return jsonify(denied=sorted(simulator.denied), out=simulator.out, asked=simulator.asked)

    @app.put(f"{PREFIX}/numbers/<vat_number>")
    def number(vat_number: str) -> Response:
        """Set `valid`."""
        told = request.get_json()
        (simulator.confirm if told["valid"] else simulator.deny)(vat_number)
        return Response(status=204)

    @app.put(f"{PREFIX}/states/<code>")
    def take_out(code: str) -> tuple[Response, int] | Response:
        """Set `error`, as MS_UNAVAILABLE; NO_ANSWER breaks the connection."""
        try:
            simulator.take_out(code, (request.get_json(silent=True) or {}).get("error", "TIMEOUT"))
        except ValueError as error:
            return jsonify(error=str(error)), 400
        return Response(status=204)

    @app.delete(f"{PREFIX}/states/<code>")
    def bring_back(code: str) -> Response:
        simulator.bring_back(code)
        return Response(status=204)

    return app
