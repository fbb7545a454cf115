"""Guichet's `Http` port answered by a simulator in the same process, without sockets."""

import re
from urllib.parse import urlsplit

from guichet.adapters.http import HttpRequest, HttpResponse, NoAnswerError
from local.simulators.errors import LostAnswerError
from local.simulators.serving import Answering

_API_PATH = re.compile(r"/v[0-9]+/.*")


class SimulatorHttp:
    """Sends each request to a simulator, whatever its host; the path begins with its version."""

    def __init__(self, simulator: Answering) -> None:
        self._simulator = simulator

    def send(self, request: HttpRequest) -> HttpResponse:
        parts = urlsplit(request.url)
        found = _API_PATH.search(parts.path)
        if found is None:
            raise NoAnswerError(f"nothing is simulated at {parts.path}")
        target = f"{found[0]}?{parts.query}" if parts.query else found[0]
        try:
            answer = self._simulator.handle(request.method, target, request.headers, request.body)
        except LostAnswerError as lost:
            raise NoAnswerError(str(lost)) from lost
        headers = {name.lower(): value for name, value in answer.headers.items()}
        return HttpResponse(answer.status, headers, answer.body)
