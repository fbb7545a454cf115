"""Tokens, assertions and PayPal-Request-Id; each test cites its source."""

import base64
import json
import threading
import time

import pytest

from local.simulators.paypal import PayPalSimulator
from tests.support.paypal_calls import (
    CLIENT,
    MERCHANT,
    OTHER_MERCHANT,
    Answer,
    PayPalCalls,
    assertion,
    capture_of,
    money,
    order_body,
)
from tests.support.stripe_calls import MovableClock


def test_a_token_lives_nine_hours(calls: PayPalCalls, clock: MovableClock):
    """CONTRACTS 2.1: expires_in of 31,668 to 32,400 seconds."""
    lives = calls.ask_token(*CLIENT).json["expires_in"]

    clock.advance(seconds=lives - 1)
    before = calls.get("/v2/checkout/orders/NONE")
    clock.advance(seconds=1)
    after = calls.get("/v2/checkout/orders/NONE")

    assert (before.status, after.status) == (404, 401)
    assert after.json["name"] == "AUTHENTICATION_FAILURE"


def test_wrong_credentials_get_no_token(calls: PayPalCalls):
    """RFC 6749, 5.2, as PayPal answers."""
    answer = calls.ask_token("paypal-client", "wrong")

    assert (answer.status, answer.json["error"]) == (401, "invalid_client")


def test_a_rotated_secret_is_the_only_right_one(calls: PayPalCalls):
    calls.simulator.accept_secrets("new-secret")

    answers = [calls.ask_token(CLIENT[0], secret).status for secret in ("new-secret", CLIENT[1])]

    assert answers == [200, 401]


def test_a_withdrawn_token_is_answered_401(calls: PayPalCalls):
    """CONTRACTS 2.1: on 401 drop the token and ask once more."""
    calls.simulator.drop_tokens()

    refused = calls.create_order()
    calls.new_token()

    assert (refused.status, calls.create_order().status) == (401, 201)


def test_a_token_from_before_the_consent_does_not_cover_the_seller(
    simulator: PayPalSimulator, partner: PayPalCalls
):
    """CONTRACTS 2.1, the stale token trap: pretix, paypal2/views.py."""
    seller = "NEWSELLER2222"
    simulator.add_merchant(seller)
    calls = PayPalCalls(simulator, seller, token=partner.token)

    refused = calls.create_order(merchant=seller)
    calls.new_token()

    assert (refused.status, refused.issue()) == (403, "PERMISSION_DENIED")
    assert calls.create_order(merchant=seller).status == 201


@pytest.mark.parametrize(
    ("given", "status"),
    [
        pytest.param(assertion(MERCHANT), 201, id="ours, for the seller"),
        pytest.param(None, 403, id="none"),
        pytest.param(assertion(OTHER_MERCHANT), 403, id="another seller"),
        pytest.param(assertion(MERCHANT, "someone-else"), 401, id="another client"),
        pytest.param(assertion(MERCHANT).rstrip("."), 401, id="a dot is missing"),
        pytest.param("e30.e30.", 401, id="empty claims"),
        pytest.param("nonsense", 401, id="nonsense"),
    ],
)
def test_a_capture_is_made_on_behalf_of_the_seller_alone(
    calls: PayPalCalls, given: str | None, status: int
):
    """CONTRACTS 2.1: PayPal-Auth-Assertion, an unsigned JWT with both dots."""
    order = calls.open_order()
    calls.simulator.approve(order["id"])
    headers = calls.headers()
    headers.pop("PayPal-Auth-Assertion")
    if given is not None:
        headers["PayPal-Auth-Assertion"] = given

    answer = calls.send("POST", f"/v2/checkout/orders/{order['id']}/capture", headers, b"{}")

    assert answer.status == status
    assert (calls.simulator.books()["merchants"] != {}) == (status == 201)


def test_reading_and_refunding_need_the_assertion_too(simulator: PayPalSimulator):
    """CONTRACTS 2.1: needed for refund, capture and order GET on a seller's behalf."""
    calls = PayPalCalls(simulator)
    capture = calls.pay()
    order_id = simulator.orders()[0]["id"]
    other = PayPalCalls(simulator, OTHER_MERCHANT)

    answers = [
        other.get(f"/v2/checkout/orders/{order_id}"),
        other.get(f"/v2/payments/captures/{capture['id']}"),
        other.refund(capture["id"]),
    ]

    assert [(each.status, each.issue()) for each in answers] == [(403, "PERMISSION_DENIED")] * 3


def test_a_body_must_be_announced_as_json(calls: PayPalCalls):
    headers = calls.headers() | {"Content-Type": "text/plain"}

    answer = calls.send("POST", "/v2/checkout/orders", headers, b"{}")

    assert answer.status == 415


def test_a_repeat_returns_the_latest_status_of_the_first_call(calls: PayPalCalls):
    """CONTRACTS 2.5: reference/guidelines/idempotency: not the first answer, the latest status."""
    first = calls.create_order("order-1")
    calls.simulator.approve(first.json["id"])

    repeat = calls.create_order("order-1")

    assert (first.status, repeat.status) == (201, 200)
    assert repeat.json["id"] == first.json["id"]
    assert repeat.json["status"] == "APPROVED"
    assert len(calls.simulator.orders()) == 1


def test_a_repeat_is_not_held_against_the_first_call(calls: PayPalCalls):
    """CONTRACTS 2.5: nothing documents a comparison, so another body is answered as the first."""
    first = calls.create_order("order-1", value="120.00")

    repeat = calls.create_order("order-1", value="99.00")

    assert repeat.json["id"] == first.json["id"]
    assert repeat.json["purchase_units"][0]["amount"] == money("120.00")


def test_without_a_request_id_a_call_is_done_twice(calls: PayPalCalls):
    """CONTRACTS 2.5."""
    capture = calls.pay()
    half = {"amount": money("10.00")}

    refunds = [calls.refund(capture["id"], half, key="").json["id"] for _ in range(2)]

    assert refunds[0] != refunds[1]
    assert calls.simulator.books()["merchants"][MERCHANT]["USD"]["refunded"] == 2000


def test_a_repeated_refund_is_one_refund(calls: PayPalCalls):
    """CONTRACTS 2.5, with the latest status: the first was pending, the repeat has it completed."""
    capture = calls.pay()
    calls.simulator.configure_chaos({"refunds": {"pending": 1}})
    first = calls.refund(capture["id"], key="refund-1")
    calls.simulator.settle_refund(first.json["id"])

    repeat = calls.refund(capture["id"], key="refund-1")

    assert (first.json["status"], repeat.json["status"]) == ("PENDING", "COMPLETED")
    assert first.json["id"] == repeat.json["id"]


@pytest.mark.parametrize(
    ("hours", "orders"), [pytest.param(5.9, 1, id="known"), pytest.param(6, 2, id="forgotten")]
)
def test_an_orders_request_id_is_kept_six_hours(
    calls: PayPalCalls, clock: MovableClock, hours: float, orders: int
):
    """CONTRACTS 2.5; BAD-11: then the same id makes a second order."""
    calls.create_order("order-1")

    clock.advance(hours=hours)
    calls.create_order("order-1")

    assert len(calls.simulator.orders()) == orders


@pytest.mark.parametrize(
    ("days", "refunds"), [pytest.param(44.9, 1, id="known"), pytest.param(45, 2, id="forgotten")]
)
def test_a_refunds_request_id_is_kept_45_days(
    calls: PayPalCalls, clock: MovableClock, days: float, refunds: int
):
    """CONTRACTS 2.5; BAD-11."""
    capture = calls.pay()
    calls.refund(capture["id"], {"amount": money("10.00")}, "refund-1")

    clock.advance(days=days)
    calls.new_token()
    calls.refund(capture["id"], {"amount": money("10.00")}, "refund-1")

    assert len(calls.simulator.refunds()) == refunds


def test_a_refused_request_leaves_its_id_free(calls: PayPalCalls):
    """CONTRACTS 2.5: a refusal of the form made nothing that could be returned."""
    calls.create_order("order-1", value="0.00")

    assert calls.create_order("order-1").status == 201


def test_an_id_under_way_can_not_be_used_at_the_same_time(calls: PayPalCalls):
    """CONTRACTS 2.4 and 2.5: 409 PREVIOUS_REQUEST_IN_PROGRESS."""
    capture = calls.pay()
    slow = {"do": "slow", "match": "POST */refund", "seconds": 0.3}
    calls.simulator.configure_chaos({"api": [slow]})
    answers: list[Answer] = []
    thread = threading.Thread(target=lambda: answers.append(calls.refund(capture["id"])))
    thread.start()
    time.sleep(0.1)

    second = calls.refund(capture["id"])
    thread.join()

    assert (second.status, second.issue()) == (409, "PREVIOUS_REQUEST_IN_PROGRESS")
    assert answers[0].status == 201
    assert len(calls.simulator.refunds()) == 1


@pytest.mark.parametrize("length", [pytest.param(108, id="108"), pytest.param(109, id="109")])
def test_a_request_id_has_at_most_108_characters(calls: PayPalCalls, length: int):
    """CONTRACTS 2.1."""
    answer = calls.create_order("k" * length)

    assert answer.status == (201 if length == 108 else 400)


def test_a_call_for_nothing_served_is_not_found(calls: PayPalCalls):
    answer = calls.get("/v2/checkout/nothing")

    assert answer.status == 404


def test_the_assertion_in_the_body_is_not_believed(calls: PayPalCalls):
    """CONTRACTS 2.1: never derive payer_id from the request body; here the payee must match it."""
    body = json.dumps(order_body(merchant=OTHER_MERCHANT)).encode()
    headers = calls.headers() | {"PayPal-Request-Id": "order-1"}

    answer = calls.send("POST", "/v2/checkout/orders", headers, body)

    assert (answer.status, answer.issue()) == (403, "PERMISSION_DENIED")
    assert calls.simulator.orders() == []


def test_a_token_is_asked_for_with_basic_credentials(calls: PayPalCalls):
    wrong = base64.b64encode(b"paypal-client").decode()
    headers = {"Authorization": f"Basic {wrong}"}

    answer = calls.send("POST", "/v1/oauth2/token", headers, b"grant_type=client_credentials")

    assert answer.status == 401


def test_the_capture_in_an_order_is_the_one_asked_for_alone(calls: PayPalCalls):
    order = calls.open_order()
    calls.simulator.approve(order["id"])
    inside = capture_of(calls.capture(order["id"]).json)

    alone = calls.get(f"/v2/payments/captures/{inside['id']}").json

    assert {**alone, **inside} == alone
    assert alone["seller_receivable_breakdown"]["platform_fees"][0]["amount"] == money("2.28")
