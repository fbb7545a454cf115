"""The whole of Guichet on one machine: started, kept over restarts, stopped in order."""

import json
import shutil
from collections.abc import Callable, Mapping
from pathlib import Path

from botocore.exceptions import ClientError

from local import providers
from local.build import build, undisturbed
from local.clock import LocalClock
from local.deployment import Deployment, deploy, find, fingerprint, parameters, restart_streams
from local.emulator import Emulator, free_port, is_free
from local.front_door import FrontDoor
from local.providers import Providers
from local.seed import ProviderKeys, seed

DESCRIPTION = "stack.json"


class LocalStack:
    """One stack in one folder, behind one port."""

    def __init__(
        self, folder: Path, port: int, say: Callable[[str], None], keys: Mapping[str, str]
    ) -> None:
        """keys: of real sandboxes, by the names of `ProviderKeys`, or nothing."""
        self._folder = folder
        self._port = port
        self._say = say
        self._keys = keys
        self._door: FrontDoor | None = None
        self._emulator: Emulator | None = None
        self._providers: Providers | None = None

    def start(self) -> Deployment:
        """Build, start, deploy what is not current, seed, and open the door."""
        self._folder.mkdir(parents=True, exist_ok=True)
        self._say("building")
        template = build()
        self._door = FrontDoor(self._port)
        self._emulator = Emulator(self._folder / "emulator", self._emulator_port())
        self._say("starting the emulator")
        self._emulator.start()
        with undisturbed():
            deployment = self._deployed(template)
        clock = LocalClock(deployment)
        self._providers = Providers(self._folder, self._door.url, clock.now)
        keys = ProviderKeys.of_sandboxes(self._keys, self._providers.paypal.ca_pem)
        seed(deployment, self._providers.stripe, self._providers.paypal, keys)
        self._door.open(deployment, clock, self._providers.stripe, self._providers.paypal)
        self._providers.deliver()
        self._describe(deployment)
        return deployment

    @property
    def url(self) -> str:
        """Where the front door is."""
        if self._door is None:
            raise RuntimeError("the stack has not been started")
        return self._door.url

    def stop(self, *, forget: bool = False) -> None:
        """Stop what runs, last started first, and keep what it remembers unless told to forget."""
        if self._providers is not None:
            self._providers.stop_delivering()
        if self._door is not None:
            self._door.close()
        if self._providers is not None:
            self._providers.keep()
        if self._emulator is not None:
            self._emulator.stop(forget=forget)

    def is_running(self) -> bool:
        return self._emulator is not None and self._emulator.is_running()

    def _deployed(self, template: Path) -> Deployment:
        if self._emulator is None or self._door is None:
            raise RuntimeError("the stack has not been started")
        values = parameters(self._door.url)
        if "STRIPE_API_KEY" in self._keys:
            values["StripeApiUrl"] = "https://api.stripe.com"
        if "PAYPAL_CLIENT_ID" in self._keys:
            del values["PayPalApiUrl"], values["PayPalCertificateHosts"]  # its sandbox's
        mark = self._folder / "deployed"
        current = fingerprint(values)
        if mark.is_file() and mark.read_text() == current:
            try:
                deployment = find(self._emulator.endpoint_url)
            except ClientError:
                self._say("the emulator was not stopped in order and has forgotten its stack")
                providers.forget(self._folder)
            else:
                restart_streams(self._emulator.endpoint_url)
                return deployment
        self._say("deploying the template")
        deployment = deploy(self._emulator.endpoint_url, template, values)
        restart_streams(self._emulator.endpoint_url)
        mark.write_text(current)
        return deployment

    def _emulator_port(self) -> int:
        """The port of last time, since addresses in the emulator's state carry it."""
        remembered = self._folder / "emulator-port"
        if remembered.is_file() and is_free(int(remembered.read_text())):
            return int(remembered.read_text())
        port = free_port()
        remembered.write_text(str(port))
        return port

    def _describe(self, deployment: Deployment) -> None:
        description = {
            "url": self.url,
            "endpoint_url": deployment.endpoint_url,
            "api_url": deployment.api_url,
            "outputs": dict(deployment.outputs),
        }
        written = self._folder / f"{DESCRIPTION}.new"
        written.write_text(json.dumps(description, indent=2))
        written.replace(self._folder / DESCRIPTION)


def described(folder: Path) -> tuple[str, Deployment]:
    """The front door's address and the deployment of a stack that runs, or ran, in a folder.

    Raises:
        FileNotFoundError: none has been started there.
    """
    description = json.loads((folder / DESCRIPTION).read_text())
    return description["url"], Deployment(description["endpoint_url"], description["outputs"])


def reset(folder: Path) -> None:
    """Forget everything that the stack of a folder remembers."""
    shutil.rmtree(folder, ignore_errors=True)
