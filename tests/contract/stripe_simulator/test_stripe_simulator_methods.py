"""Stored methods at the simulated Stripe: their page, their charges, what is refused."""

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
import stripe
from flask.testing import FlaskClient

from local.simulators.delivery import Courier
from local.simulators.stripe import BuyerRefusedError, StripeSimulator
from local.simulators.stripe.server import RunningSimulator, create_app
from tests.support.stripe_calls import (
    ORGANIZER,
    Answer,
    MovableClock,
    StripeCalls,
    charge_params,
    setup_params,
)


@pytest.fixture
def browser(simulator: StripeSimulator) -> Iterator[FlaskClient]:
    with create_app(simulator).test_client() as client:
        yield client


def a_page(platform: StripeCalls, kind: str = "card") -> dict[str, Any]:
    customer = platform.post("/v1/customers", {"email": "a@b.example"}).json["id"]
    answer = platform.post("/v1/checkout/sessions", setup_params(customer, kind))
    assert answer.status == 200, answer.json
    return answer.json


def a_method(platform: StripeCalls, chosen: str = "visa", kind: str = "card") -> dict[str, Any]:
    session = a_page(platform, kind)
    platform.simulator.agree(session["id"], chosen)
    intent = platform.simulator.find(session["setup_intent"])
    return platform.simulator.find(intent["payment_method"])


def charged(platform: StripeCalls, method: dict[str, Any], key: str = "", **changes: Any) -> Answer:  # noqa: ANN401 - any parameter
    return platform.post("/v1/payment_intents", charge_params(method, **changes), key)


# The page


def test_the_page_stores_a_card_and_leads_back(browser: FlaskClient, platform: StripeCalls):
    """CONTRACTS 1.2: setup mode charges nothing; the result is in `setup_intent`."""
    session = a_page(platform)
    page = browser.get(f"/setup/{session['id']}")

    answer = browser.post(f"/setup/{session['id']}", data={"act": "mastercard"})

    assert "Save a Visa card" in page.text
    assert "bank account" not in page.text
    assert answer.status_code == 303
    assert answer.location == f"https://pay.example/return?session={session['id']}"
    intent = platform.simulator.find(session["setup_intent"])
    assert (intent["status"], intent["usage"]) == ("succeeded", "off_session")
    assert browser.get(f"/setup/{session['id']}").status_code == 410
    assert platform.simulator.books()["own"] == {}


def test_a_card_that_is_declined_leaves_the_page_for_another(
    browser: FlaskClient, platform: StripeCalls
):
    session = a_page(platform)

    declined = browser.post(f"/setup/{session['id']}", data={"act": "declined"})
    stored = browser.post(f"/setup/{session['id']}", data={"act": "visa"})

    assert (declined.status_code, stored.status_code) == (200, 303)
    assert "declined" in declined.text


@pytest.mark.parametrize(
    ("act", "location", "status"),
    [
        pytest.param("authenticate", "pay.example/return", "succeeded", id="authenticated"),
        pytest.param("fail", "/setup/cs_test_", "requires_payment_method", id="failed"),
    ],
)
def test_3_d_secure_asks_while_storing(
    browser: FlaskClient, platform: StripeCalls, act: str, location: str, status: str
):
    session = a_page(platform)
    asked = browser.post(f"/setup/{session['id']}", data={"act": "3ds"})
    step = f"/setup/{session['id']}/authenticate"
    question = browser.get(step)

    answer = browser.post(step, data={"act": act})

    assert asked.location.endswith(step)
    assert "Your bank asks you to confirm" in question.text
    assert location in answer.location
    assert platform.simulator.find(session["setup_intent"])["status"] == status


def test_leaving_stores_nothing(browser: FlaskClient, platform: StripeCalls):
    session = a_page(platform)

    answer = browser.post(f"/setup/{session['id']}", data={"act": "cancel"})

    assert answer.location == "https://pay.example/methods"
    assert platform.simulator.find_all("payment_method") == []
    assert platform.simulator.find(session["id"])["status"] == "open"


@pytest.mark.parametrize("kind", ["us_bank_account", "sepa_debit", "bacs_debit"])
def test_a_bank_account_comes_with_a_mandate(
    browser: FlaskClient, platform: StripeCalls, kind: str
):
    """COL-10."""
    session = a_page(platform, kind)

    browser.post(f"/setup/{session['id']}", data={"act": "bank"})

    (method,) = platform.simulator.find_all("payment_method")
    (mandate,) = platform.simulator.find_all("mandate")
    assert (method["type"], mandate["payment_method"]) == (kind, method["id"])
    assert mandate["status"] == "active"


def test_pages_are_each_of_their_own_kind(browser: FlaskClient, platform: StripeCalls):
    session, paying = a_page(platform), platform.open_session(fee_minor=None)

    assert browser.get(f"/pay/{session['id']}").status_code == 404
    assert browser.get(f"/setup/{paying['id']}").status_code == 404
    with pytest.raises(BuyerRefusedError):
        platform.simulator.pay(session["id"])
    with pytest.raises(BuyerRefusedError):
        platform.simulator.agree(paying["id"])


def test_an_expired_page_stores_nothing(browser: FlaskClient, platform: StripeCalls):
    session = a_page(platform)
    assert platform.post(f"/v1/checkout/sessions/{session['id']}/expire").status == 200

    page = browser.post(f"/setup/{session['id']}", data={"act": "visa"})

    assert page.status_code == 410
    assert platform.simulator.find(session["setup_intent"])["status"] == "canceled"


# Charges


def test_the_customer_answers_their_bank_about_the_same_charge(
    browser: FlaskClient, platform: StripeCalls
):
    """CONTRACTS 1.3: 402, then the same intent confirmed with the customer there."""
    method = a_method(platform, "authentication_required")
    refused = charged(platform, method)
    intent = refused.json["error"]["payment_intent"]
    ways = {"payment_method": method["id"], "return_url": "https://pay.example/back?a=1"}
    confirmed = platform.post(f"/v1/payment_intents/{intent['id']}/confirm", ways).json
    page = browser.get(f"/authenticate/{intent['id']}")

    answer = browser.post(f"/authenticate/{intent['id']}", data={"act": "authenticate"})

    assert (refused.status, refused.code()) == (402, "authentication_required")
    assert intent["status"] == "requires_payment_method"
    assert confirmed["next_action"]["redirect_to_url"]["url"].endswith(
        f"/authenticate/{intent['id']}"
    )
    assert "Confirm and pay EUR 118.50" in page.text
    assert answer.location.startswith("https://pay.example/back?a=1&payment_intent=")
    assert platform.simulator.find(intent["id"])["status"] == "succeeded"
    assert platform.simulator.books()["own"]["EUR"]["customer_paid"] == 11_850
    closed = browser.get(f"/authenticate/{intent['id']}")
    assert closed.status_code == 410


def test_a_debit_is_decided_on_the_banks_page(browser: FlaskClient, platform: StripeCalls):
    """COL-10."""
    method = a_method(platform, "bank", "sepa_debit")
    first, second = (charged(platform, method).json["id"] for _ in range(2))
    page = browser.get("/debits")

    browser.post("/debits", data={"session": first, "act": "settle"})
    browser.post("/debits", data={"session": second, "act": "deny"})

    assert page.text.count("Settle EUR 118.50") == 2
    assert platform.simulator.find(first)["status"] == "succeeded"
    assert platform.simulator.find(second)["status"] == "requires_payment_method"
    assert browser.post("/debits", data={"session": first, "act": "settle"}).status_code == 400


def test_a_returned_debit_takes_the_money_back(platform: StripeCalls):
    """INV-5: the books balance."""
    intent = charged(platform, a_method(platform, "bank", "sepa_debit")).json
    platform.simulator.settle_charge(intent["id"])

    dispute = platform.simulator.return_charge(intent["id"])

    own = platform.simulator.books()["own"]["EUR"]
    assert dispute["status"] == "lost"
    assert own["customer_paid"] - own["disputed"] == 0
    assert own["provider_balance"] == -own["stripe_fees"] - own["dispute_fees"]


def test_a_declined_charge_is_replayed_under_its_key(platform: StripeCalls):
    """CONTRACTS 1.6: a 402 is an answer like another."""
    method = a_method(platform, "stolen_card")

    first, second = (charged(platform, method, "ipy_1-1") for _ in range(2))

    assert (first.status, first.json) == (402, second.json)
    error = first.json["error"]
    assert (error["code"], error["decline_code"]) == ("card_declined", "stolen_card")
    assert error["advice_code"] == "do_not_try_again"
    assert len(platform.simulator.find_all("payment_intent")) == 1
    assert platform.simulator.books()["own"] == {}


@pytest.mark.parametrize(
    ("changes", "param"),
    [
        pytest.param({"payment_method_types": ["card"]}, "payment_method_types", id="gone"),
        pytest.param({"customer": None}, "customer", id="nobody's"),
        pytest.param({"payment_method": "pm_none"}, "payment_method", id="no such method"),
        pytest.param({"mandate": "mandate_none"}, "mandate", id="a card has no mandate"),
        pytest.param(
            {"allowed_payment_method_types": ["sepa_debit"]}, "payment_method", id="another kind"
        ),
        pytest.param({"confirm": False}, "confirm", id="not confirmed"),
    ],
)
def test_what_is_no_charge_is_refused_and_leaves_nothing(
    platform: StripeCalls, changes: dict[str, Any], param: str
):
    """EXT-2: strict about every parameter."""
    answer = charged(platform, a_method(platform), "ipy_1-1", **changes)

    assert answer.status in {400, 404}
    assert answer.json["error"]["param"] == param
    assert platform.simulator.find_all("payment_intent") == []
    assert charged(platform, a_method(platform), "ipy_1-1").status == 200


@pytest.mark.parametrize(
    ("changes", "param"),
    [
        pytest.param({"payment_method_types": ["card"]}, "payment_method_types", id="gone"),
        pytest.param({"customer": "cus_none"}, "customer", id="no such customer"),
        pytest.param({"customer": None}, "customer", id="nobody"),
        pytest.param({"line_items": []}, "line_items", id="nothing is sold"),
        pytest.param({"success_url": None}, "success_url", id="no way back"),
        pytest.param({"allowed_payment_method_types": None}, "currency", id="of no kind"),
        pytest.param({"expires_at": 1}, "expires_at", id="too late"),
    ],
)
def test_a_setup_is_refused_that_stripe_refuses(
    platform: StripeCalls, changes: dict[str, Any], param: str
):
    customer = platform.post("/v1/customers").json["id"]
    params = {**setup_params(customer), **changes}
    given = {name: value for name, value in params.items() if value not in (None, [])}
    given |= {"line_items": [{"quantity": 1}]} if "line_items" in changes else {}

    answer = platform.post("/v1/checkout/sessions", given)

    assert answer.json["error"]["param"] == param
    assert platform.simulator.find_all("checkout.session") == []


@pytest.mark.parametrize("act", ["confirm", "cancel"])
def test_a_paid_charge_is_neither_confirmed_nor_ended(platform: StripeCalls, act: str):
    method = a_method(platform)
    intent = charged(platform, method).json
    ways = {"payment_method": method["id"], "return_url": "https://pay.example"}

    answer = platform.post(
        f"/v1/payment_intents/{intent['id']}/{act}", ways if act == "confirm" else {}
    )

    assert answer.code() == "payment_intent_unexpected_state"
    assert answer.json["error"]["payment_intent"]["id"] == intent["id"]


def test_the_charge_of_a_page_is_not_ended_by_itself(platform: StripeCalls):
    session = platform.pay(fee_minor=None)

    answer = platform.post(f"/v1/payment_intents/{session['payment_intent']}/cancel")

    assert answer.code() == "payment_intent_unexpected_state"


def test_what_is_an_accounts_is_not_the_platforms(calls: StripeCalls, platform: StripeCalls):
    method = a_method(platform)

    assert calls.get(f"/v1/payment_methods/{method['id']}").status == 404
    assert charged(calls, method).status == 404


def test_methods_are_listed_by_their_customer(platform: StripeCalls):
    first, second = a_method(platform), a_method(platform, "amex")

    mine = platform.get(f"/v1/customers/{first['customer']}/payment_methods").json["data"]
    theirs = platform.get("/v1/payment_methods", {"customer": second["customer"]}).json["data"]

    assert [each["id"] for each in mine] == [first["id"]]
    assert [each["id"] for each in theirs] == [second["id"]]


def test_a_detached_method_can_not_be_detached_again(platform: StripeCalls):
    method = a_method(platform)

    answers = [platform.post(f"/v1/payment_methods/{method['id']}/detach") for _ in range(2)]

    assert [each.status for each in answers] == [200, 400]
    assert answers[0].json["customer"] is None


def test_state_survives_a_restart(platform: StripeCalls):
    """PERSIST: what behaves how is kept."""
    method = a_method(platform, "stolen_card")
    snapshot = platform.simulator.snapshot()

    platform.simulator.reset()
    platform.simulator.restore(snapshot)

    assert charged(platform, method).status == 402


# The official SDK


def test_the_sdk_stores_a_method_and_charges_it(sdk: stripe.StripeClient, served: RunningSimulator):
    """COL-1, COL-2, COL-10: each call as the SDK makes it."""
    customer = sdk.v1.customers.create(params={"email": "a@b.example"})
    params: Any = setup_params(customer.id, "sepa_debit")
    session = sdk.v1.checkout.sessions.create(params=params)
    served.simulator.agree(session.id, "bank")
    done = sdk.v1.checkout.sessions.retrieve(
        session.id, params={"expand": ["setup_intent.payment_method", "setup_intent.mandate"]}
    )
    setup: Any = done.setup_intent
    charge: Any = charge_params(
        {"id": setup.payment_method.id, "customer": customer.id, "type": "sepa_debit"},
        mandate=setup.mandate.id,
    )
    started = sdk.v1.payment_intents.create(params=charge)
    served.simulator.settle_charge(started.id)
    settled = sdk.v1.payment_intents.retrieve(
        started.id, params={"expand": ["latest_charge.balance_transaction"]}
    )
    listed = sdk.v1.payment_intents.list(params={"customer": customer.id})
    detached = sdk.v1.payment_methods.detach(setup.payment_method.id)

    assert (done.mode, done.payment_status) == ("setup", "no_payment_required")
    assert setup.payment_method.sepa_debit.last4 == "6789"
    assert (started.status, settled.status) == ("processing", "succeeded")
    latest: Any = settled.latest_charge
    assert latest.payment_method_details.type == "sepa_debit"
    assert latest.balance_transaction.fee == 374
    assert [each.id for each in listed.data] == [started.id]
    assert detached.customer is None


def test_the_sdk_sees_declines_as_its_own_errors(
    sdk: stripe.StripeClient, served: RunningSimulator
):
    """CONTRACTS 1.3: the error has the intent, which the customer can pay yet."""
    platform = StripeCalls(served.simulator, account=None)
    stolen, asked = (
        a_method(platform, each) for each in ("stolen_card", "authentication_required")
    )
    params: Any = charge_params(stolen)
    with pytest.raises(stripe.CardError) as declined:
        sdk.v1.payment_intents.create(params=params)
    params = charge_params(asked)
    with pytest.raises(stripe.CardError) as waits:
        sdk.v1.payment_intents.create(params=params)

    error: Any = waits.value.error
    confirmed = sdk.v1.payment_intents.confirm(
        error.payment_intent.id,
        params={"payment_method": asked["id"], "return_url": "https://pay.example"},
    )
    canceled = sdk.v1.payment_intents.cancel(confirmed.id)

    told: Any = declined.value.error
    assert (told.code, told.decline_code) == ("card_declined", "stolen_card")
    assert told.advice_code == "do_not_try_again"
    assert waits.value.code == "authentication_required"
    assert confirmed.status == "requires_action"
    assert canceled.status == "canceled"


# Two endpoints at one address


def test_each_endpoint_is_brought_what_it_is_subscribed_to(
    calls: StripeCalls, platform: StripeCalls, clock: MovableClock
):
    """EXT-2: an organizer's intents are no news, the operator's own are."""
    brought: list[str] = []

    class Kept(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            event = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            brought.append(f"{event.get('account', 'own')} {event['type']}")
            self.send_response(200)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Keep the test's output quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Kept)
    thread = threading.Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    enabled = {"connect": ["checkout.session.completed"], "account": ["payment_intent.succeeded"]}
    url = f"http://127.0.0.1:{server.server_port}/v1/webhooks/stripe"
    calls.pay()
    charged(platform, a_method(platform))
    clock.advance(seconds=1)

    courier = Courier(calls.simulator, url, enabled_events=enabled)
    while courier.deliver_due():
        pass
    server.shutdown()
    server.server_close()
    thread.join()

    assert brought == [f"{ORGANIZER} checkout.session.completed", "own payment_intent.succeeded"]
    assert {each["pending_webhooks"] for each in calls.simulator.find_all("event")} == {0}
