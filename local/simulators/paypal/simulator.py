"""The simulated PayPal: its API without sockets, the buyer's and sellers' acts, its books."""

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime

from local.simulators.paypal import books, captures, certificates, orders, webhooks
from local.simulators.paypal.acts import Acts
from local.simulators.paypal.api import Api
from local.simulators.paypal.chaos import Chaos
from local.simulators.paypal.shapes import Json, PendingWebhook, SimResponse
from local.simulators.paypal.vault_acts import VaultActs
from local.simulators.paypal.world import State, World
from local.simulators.shapes import copied


class PayPalSimulator(Acts, VaultActs):
    """An in-memory PayPal; every method may be called from any thread.

    Time is `clock` alone. The same `seed` and history give the same ids (not the same keys and
    signatures); give another seed to a simulator that starts empty beside a database that does
    not. Links, pages and certificates are below `base_url`.
    """

    def __init__(
        self,
        clock: Callable[[], datetime],
        *,
        client_id: str = "paypal-client",
        client_secret: str = "paypal-secret",  # noqa: S107  known to both sides
        partner_id: str = "GU2CHETPARTN2",
        webhook_ids: Sequence[str] = ("WHLOCAL1",),
        base_url: str = "http://127.0.0.1:8080/_paypal",
        seed: str = "local",
    ) -> None:
        """webhook_ids: of the webhooks that exist; the first one's id is signed."""
        super().__init__(
            World(clock, base_url.rstrip("/"), client_id, partner_id, tuple(webhook_ids), seed)
        )
        self._api = Api(self._world, self._lock, self._tick, (client_secret,))

    def handle(
        self, method: str, path: str, headers: Mapping[str, str], body: bytes = b""
    ) -> SimResponse:
        """Answer one call of `/v1` to `/v3`; `path` may carry a query.

        Raises:
            LostAnswerError: a knob broke the connection, before or after acting.
        """
        return self._api.handle(method, path, headers, body)

    # Where it is, and who may call

    @property
    def base_url(self) -> str:
        return self._world.base_url

    @base_url.setter
    def base_url(self, url: str) -> None:
        """Move to another address; what was announced under the old one is not found there."""
        with self._lock:
            self._world.base_url = url.rstrip("/")

    @property
    def ca_pem(self) -> str:
        """The authority behind the webhook certificates: what a receiver has to trust."""
        with self._lock:
            return certificates.authority(self._world)

    def accept_secrets(self, *secrets: str) -> None:
        """From now on these client secrets are right, and no others."""
        with self._lock:
            self._api.secrets = secrets

    def drop_tokens(self) -> None:
        """Every access token given out so far is answered 401."""
        with self._ticked() as world:
            world.state.tokens.clear()

    # Webhooks

    def take_webhooks(self, limit: int | None = None) -> list[PendingWebhook]:
        """Take the deliveries that are due, signed."""
        with self._ticked() as world:
            return webhooks.take(world, limit)

    def webhook_delivered(self, event_id: str) -> None:
        with self._ticked() as world:
            webhooks.delivered(world, event_id)

    def webhook_failed(self, event_id: str) -> None:
        """The endpoint did not answer 2xx: try again later, with the same headers."""
        with self._ticked() as world:
            webhooks.failed(world, event_id)

    def resend_webhook(self, event_id: str) -> None:
        """Queue an event once more, as the dashboard's button does."""
        with self._ticked() as world:
            webhooks.queue(world, event_id, world.now())

    def next_due_at(self) -> datetime | None:
        """When something next happens by itself: a delivery, a forgotten order, a refund."""
        with self._lock:
            state = self._world.state
            instants = [each["due_at"] for each in state.deliveries]
            instants += [each["at"] for each in state.scheduled]
            instants += [state.orders[each]["ends_at"] for each in state.waiting_orders]
            return datetime.fromtimestamp(min(instants), UTC) if instants else None

    # Looking in, and making things go wrong

    def books(self) -> Json:
        """The provider's own books: see `books.books`."""
        with self._ticked() as world:
            return books.books(world)

    def order(self, order_id: str) -> Json:
        """The whole order as its seller would be shown it, its capture and refunds within.

        Raises:
            PayPalError: 404.
        """
        with self._ticked() as world:
            return captures.shown_order(world, orders.find(world, order_id))

    def orders(self) -> list[Json]:
        """What the simulator keeps of all orders, oldest first, forgotten ones too."""
        with self._ticked() as world:
            return copied(list(world.state.orders.values()))

    def kept_order(self, order_id: str) -> Json:
        """The same of one; raises KeyError if there is none."""
        with self._ticked() as world:
            return copied(world.state.orders[order_id])

    def captures(self) -> list[Json]:
        """What the simulator keeps of all captures, oldest first."""
        with self._ticked() as world:
            return copied(list(world.state.captures.values()))

    def refunds(self) -> list[Json]:
        """What the simulator keeps of all refunds, oldest first."""
        with self._ticked() as world:
            return copied(list(world.state.refunds.values()))

    def events(self) -> list[Json]:
        """All events, oldest first."""
        with self._ticked() as world:
            return [copied(kept["event"]) for kept in world.state.events.values()]

    def configure_chaos(self, knobs: Json) -> None:
        """Set knobs (see `chaos.Chaos`); those not named stay.

        Raises:
            ValueError: an unknown knob.
        """
        with self._lock:
            self._world.chaos.configure(knobs)

    def chaos(self) -> Json:
        with self._lock:
            return self._world.chaos.snapshot()

    def clear_chaos(self) -> None:
        with self._lock:
            self._world.chaos = Chaos()

    def reset(self) -> None:
        """Forget everything but the certificates; ids are not given out again."""
        with self._lock:
            before = self._world.state
            self._world.state = State(sequence=before.sequence, certificates=before.certificates)
            self._world.chaos = Chaos()

    def snapshot(self) -> Json:
        """The whole state as JSON values, keys too."""
        with self._lock:
            certificates.authority(self._world)
            return self._world.snapshot()

    def restore(self, snapshot: Json) -> None:
        """Continue from a snapshot; deliveries that were under way are made again."""
        with self._lock:
            self._world.restore(snapshot)
            webhooks.resume(self._world)
