"""One port of 127.0.0.1 for everything: the API, the pages, the providers, the desk."""

import socket
from collections.abc import Iterable, Mapping
from pathlib import Path
from threading import Thread
from typing import Any
from wsgiref.types import StartResponse, WSGIEnvironment

from flask import Flask
from waitress.server import create_server

from local.clock import LocalClock
from local.deployment import Deployment
from local.desk import create_desk
from local.paths import ROOT
from local.proxy import ApiProxy
from local.simulators.paypal import PayPalSimulator
from local.simulators.paypal.server import create_app as create_paypal
from local.simulators.stripe import StripeSimulator
from local.simulators.stripe.server import create_app as create_stripe
from local.simulators.vies import ViesSimulator
from local.simulators.vies.server import create_app as create_vies

HOST = "127.0.0.1"
_PANELS = "/_local/providers"


class FrontDoor:
    """Takes its port when made, so that its address is known before anything is deployed."""

    def __init__(self, port: int) -> None:
        self._listening = socket.create_server((HOST, port))
        self.url = f"http://{HOST}:{self._listening.getsockname()[1]}"
        self._server: Any = None

    def open(
        self,
        deployment: Deployment,
        clock: LocalClock,
        stripe: StripeSimulator,
        paypal: PayPalSimulator,
    ) -> None:
        """Serve in threads of this process."""
        pages: Path = ROOT / "web"
        entrance = _Entrance(
            api=ApiProxy(deployment.api_url),
            providers={
                "stripe": create_stripe(stripe),
                "paypal": create_paypal(paypal),
                "vies": create_vies(ViesSimulator()),
            },
            desk=create_desk(deployment, clock, stripe, paypal, pages),
        )
        self._server = create_server(
            entrance,
            sockets=[self._listening],
            threads=24,
            ident="",
            clear_untrusted_proxy_headers=False,  # headers pass as they are
        )
        Thread(target=self._server.run, name="front-door", daemon=True).start()

    def close(self) -> None:
        """Take no more requests; those under way end with the process."""
        if self._server is not None:
            self._server.trigger.pull_trigger(self._server.close)
            self._server.task_dispatcher.shutdown(timeout=2)
        else:
            self._listening.close()


class _Entrance:
    def __init__(self, *, api: ApiProxy, providers: Mapping[str, Flask], desk: Flask) -> None:
        self._api = api
        self._providers = providers
        self._desk = desk

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        path = environ["PATH_INFO"]
        if path == "/v1" or path.startswith("/v1/"):
            return self._api(environ, start_response)
        for name, simulator in self._providers.items():
            if path.startswith(f"/_{name}/"):
                environ["SCRIPT_NAME"] = environ.get("SCRIPT_NAME", "") + f"/_{name}"
                environ["PATH_INFO"] = path.removeprefix(f"/_{name}")
                return simulator(environ, start_response)
            if path.startswith(f"{_PANELS}/{name}/"):
                return simulator(environ, start_response)
        return self._desk(environ, start_response)
