"""Guichet's `Http` port answered by the simulator in the same process, without sockets."""

from urllib.parse import urlsplit

from guichet.adapters.http import HttpRequest, HttpResponse, NoAnswerError
from local.simulators.stripe.errors import LostAnswerError
from local.simulators.stripe.simulator import StripeSimulator


class SimulatorHttp:
    """Sends each request to a simulator, whatever its host; the path is what follows `/v1`."""

    def __init__(self, simulator: StripeSimulator) -> None:
        self._simulator = simulator

    def send(self, request: HttpRequest) -> HttpResponse:
        parts = urlsplit(request.url)
        path = parts.path[parts.path.index("/v1") :]
        target = f"{path}?{parts.query}" if parts.query else path
        try:
            answer = self._simulator.handle(request.method, target, request.headers, request.body)
        except LostAnswerError as lost:
            raise NoAnswerError(str(lost)) from lost
        headers = {name.lower(): value for name, value in answer.headers.items()}
        return HttpResponse(answer.status, headers, answer.body)
