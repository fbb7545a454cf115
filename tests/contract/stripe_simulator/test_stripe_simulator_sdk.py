"""The official SDK drives the simulator over HTTP: what it accepts, Guichet may rely on."""

import threading
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
import requests
import stripe

from local.simulators.stripe import API_VERSION, StripeSimulator
from local.simulators.stripe.server import RunningSimulator, serve
from tests.support.stripe_calls import ORGANIZER, session_params

CONNECTED: Any = {"stripe_account": ORGANIZER}


class Endpoint:
    """A webhook endpoint that verifies with the SDK; `answers` are used up before 200."""

    def __init__(self) -> None:
        self.events: list[stripe.Event] = []
        self.answers: list[int] = []
        endpoint = self

        class Receiver(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                event = stripe.Webhook.construct_event(
                    body, self.headers["Stripe-Signature"], "whsec_local"
                )
                status = endpoint.answers.pop(0) if endpoint.answers else 200
                if status == 200:
                    endpoint.events.append(event)
                self.send_response(status)
                self.end_headers()

            def log_message(self, *_: object) -> None:
                """Keep the test's output quiet."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Receiver)
        self.url = f"http://127.0.0.1:{self._server.server_port}/v1/webhooks/stripe"
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,))
        self._thread.start()

    def types(self) -> list[str]:
        return [event.type for event in self.events]

    def wait_for(self, event_type: str) -> stripe.Event:
        until(lambda: event_type in self.types())
        return next(event for event in self.events if event.type == event_type)

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


def until(condition: Callable[[], bool], seconds: float = 10) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.01)


@pytest.fixture
def endpoint() -> Iterator[Endpoint]:
    made = Endpoint()
    yield made
    made.close()


@pytest.fixture
def served(endpoint: Endpoint) -> Iterator[RunningSimulator]:
    simulator = StripeSimulator(lambda: datetime.now(UTC))
    simulator.add_account(ORGANIZER)
    running = serve(simulator, webhook_url=endpoint.url)
    yield running
    running.stop()


def _params(**changes: Any) -> Any:  # noqa: ANN401 - the SDK's own typed dictionary
    return session_params(**changes)


def test_the_sdk_drives_a_sale_and_its_return_from_end_to_end(
    sdk: stripe.StripeClient, served: RunningSimulator, endpoint: Endpoint
):
    """FEE-2, FEE-3, RFD-3: 120.00 paid, fee 2.28, Stripe's own 3.78; all comes back but that."""
    session = sdk.v1.checkout.sessions.create(params=_params(), options=CONNECTED)
    served.simulator.pay(session.id)
    endpoint.wait_for("checkout.session.completed")

    paid = sdk.v1.checkout.sessions.retrieve(
        session.id,
        params={"expand": ["payment_intent.latest_charge.balance_transaction"]},
        options=CONNECTED,
    )
    intent: Any = paid.payment_intent
    charge = intent.latest_charge
    details = {each.type: each.amount for each in charge.balance_transaction.fee_details}
    refund = sdk.v1.refunds.create(
        params={"payment_intent": intent.id, "metadata": {"refund_id": "rf_1"}},
        options=CONNECTED,
    )
    fee_refund = sdk.v1.application_fees.refunds.create(charge.application_fee, {"amount": 228})

    assert (paid.payment_status, paid.amount_total, paid.currency) == ("paid", 12000, "usd")
    assert intent.metadata["registration_id"] == "reg_1"
    assert details == {"stripe_fee": 378, "application_fee": 228}
    assert (refund.status, refund.amount, refund.to_dict()["metadata"]) == (
        "succeeded",
        12000,
        {"refund_id": "rf_1"},
    )
    assert fee_refund.amount == 228
    assert endpoint.wait_for("refund.created").account == ORGANIZER
    assert endpoint.wait_for("application_fee.refunded").data.object["refunded"]
    books = served.simulator.books()
    assert books["accounts"][ORGANIZER]["USD"]["provider_balance"] == -378
    assert books["platform"]["USD"]["balance"] == 0


def test_the_sdk_pins_the_version_that_the_simulator_speaks():
    assert stripe.api_version == API_VERSION


def test_the_sdk_sees_refusals_as_its_own_errors(
    sdk: stripe.StripeClient, served: RunningSimulator
):
    session = sdk.v1.checkout.sessions.create(params=_params(), options=CONNECTED)
    served.simulator.pay(session.id)

    with pytest.raises(stripe.InvalidRequestError, match="can be expired"):
        sdk.v1.checkout.sessions.expire(session.id, options=CONNECTED)
    with pytest.raises(stripe.PermissionError):
        sdk.v1.charges.list(options={"stripe_account": "acct_unknown"})
    with pytest.raises(stripe.AuthenticationError):
        sdk.v1.charges.list(options={"api_key": "sk_test_wrong"})


def test_the_sdk_sees_a_reused_key_as_an_idempotency_error(sdk: stripe.StripeClient):
    """docs.stripe.com/api/idempotent_requests."""
    options: Any = CONNECTED | {"idempotency_key": "attempt-1"}
    sdk.v1.checkout.sessions.create(params=_params(), options=options)

    with pytest.raises(stripe.IdempotencyError):
        sdk.v1.checkout.sessions.create(params=_params(amount_minor=1), options=options)


def test_an_answer_lost_after_acting_is_replayed_under_the_same_key(
    sdk: stripe.StripeClient, served: RunningSimulator
):
    """docs.stripe.com/api/idempotent_requests: a connection error is safe to repeat."""
    chaos = {"api": [{"do": "lost_after", "match": "POST /v1/checkout/sessions"}]}
    url = f"{served.url}/_local/providers/stripe/chaos"
    assert requests.post(url, json=chaos, timeout=5).status_code == 200
    options: Any = CONNECTED | {"idempotency_key": "attempt-1"}

    with pytest.raises(stripe.APIConnectionError):
        sdk.v1.checkout.sessions.create(params=_params(), options=options)
    session = sdk.v1.checkout.sessions.create(params=_params(), options=options)

    sessions = served.simulator.find_all("checkout.session")
    assert [each["id"] for each in sessions] == [session.id]


def test_an_answer_lost_before_acting_leaves_nothing(
    sdk: stripe.StripeClient, served: RunningSimulator
):
    served.simulator.configure_chaos({"api": [{"do": "lost_before"}]})

    with pytest.raises(stripe.APIConnectionError):
        sdk.v1.checkout.sessions.create(params=_params(), options=CONNECTED)

    assert served.simulator.find_all("checkout.session") == []


def test_too_many_calls_are_told_when_to_come_back(
    sdk: stripe.StripeClient, served: RunningSimulator
):
    """docs.stripe.com/rate-limits: 429."""
    served.simulator.configure_chaos({"api": [{"do": "rate_limited", "seconds": 3}]})

    with pytest.raises(stripe.RateLimitError) as caught:
        sdk.v1.charges.list(options=CONNECTED)

    headers: Any = caught.value.headers
    assert headers["Retry-After"] == "3"


def test_a_webhook_that_is_refused_comes_again(
    sdk: stripe.StripeClient,
    served: RunningSimulator,
    endpoint: Endpoint,
    monkeypatch: pytest.MonkeyPatch,
):
    """CONTRACTS 1.8: any answer but 2xx is retried, a redirect too."""
    monkeypatch.setattr("local.simulators.stripe.webhooks.RETRY_SECONDS", (0, 0, 0))
    endpoint.answers = [500, 302]

    session = sdk.v1.checkout.sessions.create(params=_params(), options=CONNECTED)
    sdk.v1.checkout.sessions.expire(session.id, options=CONNECTED)

    event = endpoint.wait_for("checkout.session.expired")
    until(lambda: served.simulator.find(event.id)["pending_webhooks"] == 0)
    assert endpoint.answers == []


def test_lists_are_walked_to_their_end(sdk: stripe.StripeClient):
    """REG-4 relies on finding a session by the time it was created."""
    made = [
        sdk.v1.checkout.sessions.create(params=_params(), options=CONNECTED).id for _ in range(5)
    ]

    found = sdk.v1.checkout.sessions.list(params={"limit": 2}, options=CONNECTED)

    assert [each.id for each in found.auto_paging_iter()] == made[::-1]


def test_a_restart_continues_from_the_kept_state(tmp_path: Path):
    """PERSIST: the local stack survives a restart, idempotency keys included."""
    kept = tmp_path / "stripe.json"
    first = StripeSimulator(lambda: datetime.now(UTC))
    first.add_account(ORGANIZER)
    running = serve(first, state=kept)
    running.stop()

    second = StripeSimulator(lambda: datetime.now(UTC))
    running = serve(second, state=kept)
    running.stop()

    assert second.snapshot() == first.snapshot()
    assert ORGANIZER in second.snapshot()["state"]["accounts"]


def test_the_sdk_drives_a_sale_into_the_platforms_own_account(
    sdk: stripe.StripeClient, served: RunningSimulator, endpoint: Endpoint
):
    """MON-2, CONTRACTS 1.4: without an account and without a fee; yen have no decimals."""
    params = _params(fee_minor=None, currency="jpy", amount_minor=11800)
    session = sdk.v1.checkout.sessions.create(params=params)
    served.simulator.pay(session.id)
    event = endpoint.wait_for("checkout.session.completed")

    paid = sdk.v1.checkout.sessions.retrieve(
        session.id, params={"expand": ["payment_intent.latest_charge.balance_transaction"]}
    )
    intent: Any = paid.payment_intent
    details = intent.latest_charge.balance_transaction.fee_details
    ended = sdk.v1.checkout.sessions.create(params=params)
    ended = sdk.v1.checkout.sessions.expire(ended.id)
    refund = sdk.v1.refunds.create(params={"payment_intent": intent.id, "amount": 800})

    assert (paid.payment_status, paid.amount_total, paid.currency) == ("paid", 11800, "jpy")
    assert [(each.type, each.amount, each.currency) for each in details] == [
        ("stripe_fee", 372, "jpy")
    ]
    assert intent.application_fee_amount is None
    assert "account" not in event
    assert (ended.status, refund.status) == ("expired", "succeeded")
    books = served.simulator.books()
    assert books["own"]["JPY"]["provider_balance"] == 11800 - 372 - 800
    assert books["accounts"] == {}


def test_the_sdk_sees_that_the_platform_takes_no_fee_of_itself(sdk: stripe.StripeClient):
    with pytest.raises(stripe.InvalidRequestError) as refused:
        sdk.v1.checkout.sessions.create(params=_params())

    assert refused.value.code == "application_fees_not_allowed"
