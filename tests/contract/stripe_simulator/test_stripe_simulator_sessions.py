"""How Checkout Sessions and accounts behave; each test cites its source."""

from datetime import timedelta

import pytest

from local.simulators.stripe import BuyerRefusedError, StripeSimulator
from tests.support.stripe_calls import (
    MovableClock,
    StripeCalls,
    drain,
)


@pytest.mark.parametrize(
    ("minutes", "status"),
    [
        pytest.param(30, 200, id="the shortest"),
        pytest.param(24 * 60, 200, id="the longest"),
        pytest.param(29.9, 400, id="too short"),
        pytest.param(24 * 60 + 0.1, 400, id="too long"),
    ],
)
def test_a_session_lives_from_30_minutes_to_24_hours(
    calls: StripeCalls, clock: MovableClock, minutes: float, status: int
):
    """docs.stripe.com/api/checkout/sessions/create, as quoted by the SDK's `expires_at`."""
    instant = int((clock.at + timedelta(minutes=minutes)).timestamp())

    answer = calls.create_session(expires_at=instant)

    assert answer.status == status


def test_the_clock_expires_a_session_that_nobody_paid(calls: StripeCalls, clock: MovableClock):
    """docs.stripe.com/api/checkout/sessions/create; expired is not failed:
    woocommerce/woocommerce-gateway-stripe#5810.
    """
    session = calls.open_session(expires_at=int(clock.at.timestamp()) + 1860)

    clock.advance(minutes=31)

    answer = calls.get(f"/v1/checkout/sessions/{session['id']}")
    assert (answer.json["status"], answer.json["url"]) == ("expired", None)
    assert [event["type"] for event in drain(calls.simulator)] == ["checkout.session.expired"]


@pytest.mark.parametrize("end", ["paid", "expired"])
def test_only_an_open_session_can_be_expired(calls: StripeCalls, end: str):
    """Sylius/PayumStripePlugin#70, with Stripe's sentence."""
    session = calls.open_session()
    path = f"/v1/checkout/sessions/{session['id']}/expire"
    _ = calls.simulator.pay(session["id"]) if end == "paid" else calls.post(path)

    answer = calls.post(path)

    status = "complete" if end == "paid" else "expired"
    assert answer.status == 400
    assert f"has a status of `{status}`" in answer.json["error"]["message"]


def test_a_page_left_open_cannot_be_paid_after_expiry(calls: StripeCalls):
    """stripe/stripe-node#2462: it may look payable, but nothing is charged."""
    session = calls.open_session()
    calls.post(f"/v1/checkout/sessions/{session['id']}/expire")

    with pytest.raises(BuyerRefusedError, match="Nothing was charged"):
        calls.simulator.pay(session["id"])

    assert calls.simulator.books()["accounts"] == {}


def test_metadata_of_the_session_is_not_copied_to_the_intent(calls: StripeCalls):
    """ai-shifu/ai-shifu#2855: set both."""
    session = calls.pay(metadata={"only": "session"}, payment_intent_data={"description": "x"})

    intent = calls.get(f"/v1/payment_intents/{session['payment_intent']}")

    assert session["metadata"] == {"only": "session"}
    assert intent.json["metadata"] == {}


def test_payment_method_types_are_no_longer_a_parameter(calls: StripeCalls):
    """stripe-python 16.1.0, params of API 2026-10-28.endive: `allowed_payment_method_types`."""
    old = calls.create_session(payment_method_types=["card"])
    new = calls.create_session(allowed_payment_method_types=["card"])

    assert (old.status, old.code()) == (400, "parameter_unknown")
    assert old.json["error"]["param"] == "payment_method_types"
    assert new.json["payment_method_types"] == ["card"]


def test_there_is_no_intent_until_the_buyer_starts_to_pay(calls: StripeCalls):
    """stripe-python 16.1.0, docstring of `Session.payment_intent`."""
    session = calls.open_session()
    before = session["payment_intent"]

    calls.simulator.decline(session["id"])

    after = calls.get(f"/v1/checkout/sessions/{session['id']}").json
    assert before is None
    assert after["payment_intent"].startswith("pi_")
    assert after["status"] == "open"


def test_the_intent_of_a_session_cannot_be_cancelled(calls: StripeCalls):
    """stripe-python 16.1.0, docstring of `Session.payment_intent`: expire the session instead."""
    session = calls.open_session()
    calls.simulator.decline(session["id"])
    intent = calls.simulator.find(session["id"])["payment_intent"]

    answer = calls.post(f"/v1/payment_intents/{intent}/cancel")

    assert (answer.status, answer.code()) == (400, "payment_intent_unexpected_state")


def test_a_declined_card_can_be_followed_by_one_that_works(calls: StripeCalls):
    """pretix/pretix#1230: decline then success must end paid, on the same intent."""
    session = calls.open_session()
    calls.simulator.decline(session["id"])
    declined = calls.simulator.find(session["id"])["payment_intent"]

    calls.simulator.pay(session["id"])

    paid = calls.simulator.find(session["id"])
    assert (paid["payment_status"], paid["payment_intent"]) == ("paid", declined)
    assert calls.simulator.find(declined)["last_payment_error"] is None


def test_sessions_can_be_found_by_the_second_they_were_created_in(
    calls: StripeCalls, clock: MovableClock
):
    """stripe-python 16.1.0, `SessionListParams.created`; newest first, with a cursor."""
    ids = []
    for _ in range(4):
        ids.append(calls.open_session()["id"])
        clock.advance(seconds=10)
    since = int(clock.at.timestamp()) - 30

    newest = calls.get("/v1/checkout/sessions", {"created": {"gte": since}, "limit": 2}).json
    rest = calls.get(
        "/v1/checkout/sessions",
        {"created": {"gte": since}, "limit": 2, "starting_after": newest["data"][-1]["id"]},
    ).json

    assert [each["id"] for each in newest["data"]] == [ids[3], ids[2]]
    assert newest["has_more"]
    assert [each["id"] for each in rest["data"]] == [ids[1]]
    assert not rest["has_more"]


def test_a_connected_account_tells_whether_it_can_be_paid(
    simulator: StripeSimulator, platform: StripeCalls
):
    """PAY-2: stripe-python 16.1.0, `Account.charges_enabled` and `details_submitted`."""
    simulator.add_account("acct_new", email="new@example.org", charges_enabled=False)

    account = platform.get("/v1/accounts/acct_new").json
    refused = StripeCalls(simulator, "acct_new").create_session()

    assert (account["charges_enabled"], account["email"]) == (False, "new@example.org")
    assert (refused.status, refused.code()) == (400, "account_invalid")


def test_line_items_come_only_when_asked_for(calls: StripeCalls):
    """stripe-python 16.1.0, `Session.line_items` is expandable."""
    session = calls.open_session()

    expanded = calls.get(f"/v1/checkout/sessions/{session['id']}", {"expand": ["line_items"]})
    items = calls.get(f"/v1/checkout/sessions/{session['id']}/line_items")

    assert "line_items" not in session
    assert expanded.json["line_items"] == items.json
    assert [each["amount_total"] for each in items.json["data"]] == [12000]
