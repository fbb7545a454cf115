"""The simulated Stripe: its API without sockets, the buyer's acts, its webhooks and its books."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from threading import RLock

from local.simulators.shapes import copied
from local.simulators.stripe import (
    accounts,
    books,
    buyer,
    idempotency,
    onboarding,
    refunds,
    sessions,
    webhooks,
)
from local.simulators.stripe.api import Api
from local.simulators.stripe.chaos import Chaos
from local.simulators.stripe.dashboard import Dashboard
from local.simulators.stripe.method_acts import MethodActs
from local.simulators.stripe.shapes import (
    BuyerOutcome,
    Json,
    PendingWebhook,
    SimResponse,
)
from local.simulators.stripe.world import State, World


class StripeSimulator(Dashboard, MethodActs):
    """An in-memory Stripe; every method may be called from any thread.

    Time is `clock` alone. The same `seed` and history give the same ids; give another seed to a
    simulator that starts empty beside a database that does not.
    """

    def __init__(
        self,
        clock: Callable[[], datetime],
        api_key: str = "sk_test_platform",
        webhook_secrets: Sequence[str] = ("whsec_local",),
        page_base_url: str = "http://127.0.0.1:8080/_stripe",
        *,
        livemode: bool = False,
        seed: str = "local",
    ) -> None:
        self.webhook_secrets = tuple(webhook_secrets)
        self._world = World(clock, page_base_url.rstrip("/"), livemode, seed)
        self._lock = RLock()
        self._api = Api(self._world, self._lock, self._tick, api_key)

    def handle(
        self, method: str, path: str, headers: Mapping[str, str], body: bytes = b""
    ) -> SimResponse:
        """Answer one call of `/v1`; `path` may carry a query.

        Raises:
            LostAnswerError: a knob broke the connection, before or after acting.
        """
        return self._api.handle(method, path, headers, body)

    # Accounts

    def add_account(
        self,
        account_id: str,
        *,
        email: str = "organizer@example.org",
        country: str = "US",
        currency: str = "usd",
        charges_enabled: bool = True,
        details_submitted: bool = True,
    ) -> Json:
        """Connect an account, as onboarding would; or reconnect a deauthorized one."""
        with self._ticked() as world:
            made = accounts.add(
                world,
                account_id,
                email=email,
                country=country,
                currency=currency,
                charges_enabled=charges_enabled,
                details_submitted=details_submitted,
            )
            return copied(made)

    def visit_onboarding(self, link_id: str) -> Json | None:
        """Open the page of an account link; None where the link is used up or too old.

        Raises:
            KeyError: there is no such link.
        """
        with self._ticked() as world:
            return copied(onboarding.visit(world, link_id))

    def onboarding_link(self, link_id: str) -> Json:
        """A copy of a link, with where its page leads.

        Raises:
            KeyError: there is none.
        """
        with self._ticked() as world:
            return copied(world.state.account_links[link_id])

    def finish_onboarding(self, link_id: str, *, verified: bool = True, cards: bool = True) -> str:
        """Hand in the details on an open page; answers where the browser goes.

        Raises:
            BuyerRefusedError: nobody is on that page.
        """
        with self._ticked() as world:
            return onboarding.finish(world, link_id, verified=verified, cards=cards)

    def verify(self, account_id: str, *, verified: bool = True, cards: bool = True) -> Json:
        """What Stripe finds out later, with its event."""
        with self._ticked() as world:
            return copied(onboarding.change(world, account_id, verified=verified, cards=cards))

    def deauthorize(self, account_id: str) -> None:
        with self._ticked() as world:
            accounts.deauthorize(world, account_id)

    # The buyer and the bank

    def pay(
        self, session_id: str, card: str = "ok", email: str = "buyer@example.org"
    ) -> BuyerOutcome:
        """Pay by card: `ok`, `declined`, `insufficient_funds`, `expired_card` or `3ds`.

        Raises:
            BuyerRefusedError: as all acts of the buyer, when the page cannot do that now.
        """
        with self._ticked() as world:
            return buyer.pay(world, session_id, card, email)

    def decline(self, session_id: str) -> BuyerOutcome:
        return self.pay(session_id, "declined")

    def authenticate(self, session_id: str, *, success: bool = True) -> BuyerOutcome:
        with self._ticked() as world:
            return buyer.authenticate(world, session_id, success=success)

    def start_bank_debit(self, session_id: str, email: str = "buyer@example.org") -> BuyerOutcome:
        with self._ticked() as world:
            return buyer.start_bank_debit(world, session_id, email)

    def settle_bank_debit(self, session_id: str) -> None:
        with self._ticked() as world:
            buyer.settle_bank_debit(world, session_id)

    def deny_bank_debit(self, session_id: str) -> None:
        with self._ticked() as world:
            buyer.deny_bank_debit(world, session_id)

    def pending_debits(self) -> list[Json]:
        """Copies of the sessions that a bank has neither settled nor denied yet."""
        with self._ticked() as world:
            return copied(buyer.pending_debits(world))

    def cancel(self, session_id: str) -> BuyerOutcome:
        with self._ticked() as world:
            return buyer.cancel(world, session_id)

    # Webhooks

    def take_webhooks(self, limit: int | None = None) -> list[PendingWebhook]:
        """Take the deliveries that are due, signed now with every secret."""
        with self._ticked() as world:
            return webhooks.take(world, self.webhook_secrets, limit)

    def webhook_delivered(self, event_id: str) -> None:
        with self._ticked() as world:
            webhooks.delivered(world, event_id)

    def webhook_failed(self, event_id: str) -> None:
        """The endpoint did not answer 2xx: try again later, signed afresh."""
        with self._ticked() as world:
            webhooks.failed(world, event_id)

    def resend_webhook(self, event_id: str) -> None:
        """Queue an event once more, as the dashboard's button does."""
        with self._ticked() as world:
            webhooks.queue(world, event_id, world.now())

    def next_due_at(self) -> datetime | None:
        """When something next happens by itself: a delivery, an expiry, a scheduled refund."""
        with self._lock:
            state = self._world.state
            instants = [each["due_at"] for each in state.deliveries]
            instants += [each["at"] for each in state.scheduled]
            instants += [state.objects[each]["expires_at"] for each in state.open_sessions]
            return datetime.fromtimestamp(min(instants), UTC) if instants else None

    # Looking in, and making things go wrong

    def books(self) -> Json:
        """The provider's own books: see `books.books`."""
        with self._ticked() as world:
            return books.books(world)

    def find(self, object_id: str) -> Json:
        """A copy of any object, whoever owns it.

        Raises:
            KeyError: there is none.
        """
        with self._ticked() as world:
            return copied(world.state.objects[object_id])

    def find_all(self, kind: str) -> list[Json]:
        """Copies of all objects of a kind (`checkout.session`, `event`...), oldest first."""
        with self._ticked() as world:
            return copied(world.of_kind(kind))

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
        """Forget everything, accounts and knobs too; ids are not given out again."""
        with self._lock:
            self._world.state = State(sequence=self._world.state.sequence)
            self._world.chaos = Chaos()

    def snapshot(self) -> Json:
        """The whole state as JSON values."""
        with self._lock:
            return self._world.snapshot()

    def restore(self, snapshot: Json) -> None:
        """Continue from a snapshot; deliveries that were under way are made again."""
        with self._lock:
            self._world.restore(snapshot)
            webhooks.resume(self._world)

    @contextmanager
    def _ticked(self) -> Iterator[World]:
        """Hold the lock, and let happen first what the clock says has happened."""
        with self._lock:
            self._tick()
            yield self._world

    def _tick(self) -> None:
        sessions.expire_due(self._world)
        refunds.run_scheduled(self._world)
        idempotency.prune(self._world)
