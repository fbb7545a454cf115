"""The thread that posts webhooks to one URL, and tries again where the provider would."""

import logging
from collections.abc import Collection, Mapping
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from threading import Event, Thread
from typing import Protocol
from urllib.parse import urlsplit

from local.simulators.shapes import PendingWebhook

IDLE_SECONDS = 0.1
BATCH = 20

_log = logging.getLogger(__name__)


class Sender(Protocol):
    """A simulated provider, as far as its webhooks go."""

    def take_webhooks(self, limit: int | None = None) -> list[PendingWebhook]: ...

    def webhook_delivered(self, event_id: str) -> None: ...

    def webhook_failed(self, event_id: str) -> None: ...


class Courier:
    """Delivers a simulator's webhooks until it is stopped.

    Any answer but 2xx is a failure, redirects too; the simulator's clock decides when the next
    try is due.
    """

    def __init__(
        self,
        simulator: Sender,
        webhook_url: str,
        timeout_seconds: float = 20.0,
        enabled_events: Mapping[str, Collection[str]] | None = None,
    ) -> None:
        """enabled_events: by its endpoint, what each is subscribed to; all if not given."""
        self._simulator = simulator
        self._url = urlsplit(webhook_url)
        self._timeout_seconds = timeout_seconds
        self._enabled_events = enabled_events
        self._stopping = Event()
        self._thread = Thread(target=self._run, name="provider-webhooks", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        """Return once the delivery under way has ended."""
        self._stopping.set()
        self._thread.join()

    def deliver_due(self) -> int:
        """Post what is due now and return how many were taken."""
        due = self._simulator.take_webhooks(BATCH)
        for webhook in due:
            if not self._is_enabled(webhook) or self._post(webhook):
                self._simulator.webhook_delivered(webhook.event_id)
            else:
                self._simulator.webhook_failed(webhook.event_id)
        return len(due)

    def _run(self) -> None:
        while not self._stopping.is_set():
            if self.deliver_due() == 0:
                self._stopping.wait(IDLE_SECONDS)

    def _is_enabled(self, webhook: PendingWebhook) -> bool:
        if self._enabled_events is None:
            return True
        return webhook.event_type in self._enabled_events[webhook.url_hint]

    def _post(self, webhook: PendingWebhook) -> bool:
        kind = HTTPSConnection if self._url.scheme == "https" else HTTPConnection
        connection = kind(self._url.netloc, timeout=self._timeout_seconds)
        try:
            connection.request("POST", self._url.path, webhook.body, dict(webhook.headers))
            status = connection.getresponse().status
        except (OSError, HTTPException) as error:
            _log.warning("webhook %s was not delivered: %s", webhook.event_id, error)
            return False
        finally:
            connection.close()
        if not 200 <= status < 300:
            _log.warning("webhook %s was answered %d", webhook.event_id, status)
        return 200 <= status < 300
