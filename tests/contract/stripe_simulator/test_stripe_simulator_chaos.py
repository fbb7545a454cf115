"""The simulator's knobs, its books and its memory: what other tests trust it to do."""

import json

import pytest

from guichet.adapters.http import HttpRequest, NoAnswerError
from local.simulators.stripe import LostAnswerError, StripeSimulator
from local.simulators.stripe.in_process import SimulatorHttp
from tests.support.stripe_calls import (
    ORGANIZER,
    OTHER_ORGANIZER,
    MovableClock,
    StripeCalls,
    drain,
)


def types(simulator: StripeSimulator) -> list[str]:
    return [event["type"] for event in drain(simulator)]


def test_the_books_say_what_each_party_has(calls: StripeCalls, platform: StripeCalls):
    """FEE-2, FEE-3, RFD-3: paid 120.00, fee 2.28, provider 3.78; 20.00 and 0.38 returned."""
    intent = calls.pay()["payment_intent"]
    calls.post("/v1/refunds", {"payment_intent": intent, "amount": 2000})
    fee = platform.get("/v1/application_fees").json["data"][0]["id"]
    platform.post(f"/v1/application_fees/{fee}/refunds", {"amount": 38})
    StripeCalls(calls.simulator, OTHER_ORGANIZER).pay(currency="eur")

    books = calls.simulator.books()

    assert books["accounts"][ORGANIZER] == {
        "USD": {
            "customer_paid": 12000,
            "refunded": 2000,
            "stripe_fees": 378,
            "application_fees": 228,
            "application_fees_returned": 38,
            "disputed": 0,
            "dispute_fees": 0,
            "paid_out": 0,
            "provider_balance": 12000 - 2000 - 378 - 228 + 38,
        }
    }
    assert set(books["accounts"][OTHER_ORGANIZER]) == {"EUR"}
    assert books["platform"]["USD"] == {
        "application_fees": 228,
        "application_fees_returned": 38,
        "balance": 190,
    }


def test_a_fee_is_never_returned_beyond_what_is_left(calls: StripeCalls, platform: StripeCalls):
    """CONTRACTS 1.4: amount <= remaining."""
    calls.pay()
    fee = platform.get("/v1/application_fees").json["data"][0]["id"]
    path = f"/v1/application_fees/{fee}/refunds"
    platform.post(path, {"amount": 200})

    too_much = platform.post(path, {"amount": 29})
    rest = platform.post(path)
    nothing_left = platform.post(path)

    assert [too_much.status, rest.status, nothing_left.status] == [400, 200, 400]
    assert rest.json["amount"] == 28
    assert calls.simulator.books()["platform"]["USD"]["balance"] == 0


def test_webhooks_can_be_lost(calls: StripeCalls):
    calls.simulator.configure_chaos(
        {"webhooks": {"drop": 1, "types": ["checkout.session.completed"]}}
    )

    calls.pay()
    calls.pay()

    assert types(calls.simulator).count("checkout.session.completed") == 1
    listed = calls.get("/v1/events", {"type": "checkout.session.completed"}).json["data"]
    assert len(listed) == 2


def test_webhooks_can_come_twice_with_one_event_id(calls: StripeCalls):
    """EXT-2: CONTRACTS 1.8, duplicates are possible."""
    calls.simulator.configure_chaos({"webhooks": {"duplicate": 1}})

    calls.pay()

    ids = [event["id"] for event in drain(calls.simulator)]
    assert len(ids) == 2 * len(set(ids))


def test_webhooks_can_be_late(calls: StripeCalls, clock: MovableClock):
    calls.simulator.configure_chaos({"webhooks": {"delay_seconds": 60}})
    calls.pay()
    at_once = types(calls.simulator)
    due_at = calls.simulator.next_due_at()

    clock.advance(seconds=60)

    assert at_once == []
    assert due_at == clock.at
    assert "checkout.session.completed" in types(calls.simulator)


def test_webhooks_can_come_in_the_wrong_order(calls: StripeCalls):
    """CONTRACTS 1.8: order is not guaranteed."""
    calls.pay()
    usual = types(calls.simulator)
    calls.simulator.configure_chaos({"webhooks": {"reorder": True}})

    calls.pay()

    assert types(calls.simulator) == usual[::-1]


def test_webhooks_can_be_of_another_mode_or_version(calls: StripeCalls):
    """CONTRACTS 1.4 and 1.1: live endpoints get test events too; versions can differ."""
    calls.simulator.configure_chaos({"webhooks": {"livemode": True, "api_version": "2020-08-27"}})

    calls.pay()

    event = drain(calls.simulator)[0]
    assert (event["livemode"], event["api_version"]) == (True, "2020-08-27")


def test_a_lost_answer_says_nothing_but_may_have_acted(calls: StripeCalls):
    calls.simulator.configure_chaos(
        {"api": [{"do": "lost_before"}, {"do": "lost_after", "match": "POST /v1/checkout/*"}]}
    )

    acted = []
    for _ in range(2):
        with pytest.raises(LostAnswerError) as lost:
            calls.create_session()
        acted.append((lost.value.acted, len(calls.simulator.find_all("checkout.session"))))

    assert acted == [(False, 0), (True, 1)]
    assert calls.create_session().status == 200


@pytest.mark.parametrize(
    ("knobs", "status"),
    [
        pytest.param({"down": True}, 503, id="down until told otherwise"),
        pytest.param({"api": [{"do": "down"}]}, 503, id="down once"),
        pytest.param({"api": [{"do": "rate_limited"}]}, 429, id="rate limited"),
        pytest.param({"api": [{"do": "in_use"}]}, 409, id="key in use"),
    ],
)
def test_a_refusing_provider_does_nothing(
    calls: StripeCalls, knobs: dict[str, object], status: int
):
    """BAD-3: and the key stays unused."""
    calls.simulator.configure_chaos(knobs)
    refused = calls.create_session(key="attempt-1")

    calls.simulator.clear_chaos()
    made = calls.create_session(key="attempt-1")

    assert refused.status == status
    assert "Idempotent-Replayed" not in made.headers
    assert len(calls.simulator.find_all("checkout.session")) == 1


@pytest.mark.parametrize(
    ("fault", "amount", "currency"),
    [
        pytest.param({"amount_minor": 11999}, 11999, "usd", id="a cent less"),
        pytest.param({"currency": "CAD"}, 12000, "cad", id="another currency"),
    ],
)
def test_another_amount_or_currency_can_be_captured(
    calls: StripeCalls, fault: dict[str, object], amount: int, currency: str
):
    """REG-3: what such a mismatch looks like."""
    calls.simulator.configure_chaos({"capture": fault})

    session = calls.pay()
    next_one = calls.pay()

    intent = calls.simulator.find(session["payment_intent"])
    assert (session["amount_total"], session["currency"]) == (amount, currency)
    assert (intent["amount_received"], intent["currency"]) == (amount, currency)
    assert next_one["amount_total"] == 12000


def test_a_refund_can_stay_pending_and_settle_by_the_clock(calls: StripeCalls, clock: MovableClock):
    """RFD-6: CONTRACTS 1.5, status pending."""
    calls.simulator.configure_chaos({"refunds": {"pending": 1, "after_seconds": 3600}})
    intent = calls.pay()["payment_intent"]
    refund = calls.post("/v1/refunds", {"payment_intent": intent}).json
    before = calls.simulator.books()["accounts"][ORGANIZER]["USD"]["refunded"]

    clock.advance(hours=1)

    after = calls.simulator.books()["accounts"][ORGANIZER]["USD"]["refunded"]
    assert (refund["status"], before, after) == ("pending", 0, 12000)
    assert calls.simulator.find(refund["id"])["status"] == "succeeded"


def test_a_refund_can_fail_later_and_be_tried_again(calls: StripeCalls, clock: MovableClock):
    """RFD-6: a failed refund puts the amount back."""
    calls.simulator.configure_chaos({"refunds": {"fail_later": 1, "after_seconds": 3600}})
    intent = calls.pay()["payment_intent"]
    first = calls.post("/v1/refunds", {"payment_intent": intent}).json

    clock.advance(hours=1)
    second = calls.post("/v1/refunds", {"payment_intent": intent})

    assert first["status"] == "succeeded"
    assert calls.simulator.find(first["id"])["status"] == "failed"
    assert second.json["status"] == "succeeded"
    assert calls.simulator.books()["accounts"][ORGANIZER]["USD"]["refunded"] == 12000


def test_a_page_left_open_can_be_made_to_take_money_after_expiry(calls: StripeCalls):
    """REG-4: money that comes late; umbraco/Umbraco.Commerce.Issues#895."""
    session = calls.open_session()
    calls.post(f"/v1/checkout/sessions/{session['id']}/expire")
    calls.simulator.configure_chaos({"pay_expired": 1})

    calls.simulator.pay(session["id"])

    assert calls.simulator.find(session["id"])["status"] == "complete"
    assert calls.simulator.books()["accounts"][ORGANIZER]["USD"]["customer_paid"] == 12000


def test_a_snapshot_holds_everything(calls: StripeCalls, clock: MovableClock):
    session = calls.create_session(key="attempt-1").json
    calls.pay()
    calls.simulator.configure_chaos({"webhooks": {"duplicate": 1}})
    text = json.dumps(calls.simulator.snapshot())

    restored = StripeSimulator(clock)
    restored.restore(json.loads(text))

    again = StripeCalls(restored)
    assert json.dumps(restored.snapshot()) == text
    assert again.create_session(key="attempt-1").json == session
    assert restored.books() == calls.simulator.books()
    assert drain(restored) == drain(calls.simulator)


def test_a_delivery_that_died_with_its_process_is_made_again(
    calls: StripeCalls, clock: MovableClock
):
    """CONTRACTS 1.8: at least once."""
    calls.pay()
    first, second, *_ = calls.simulator.take_webhooks()
    calls.simulator.webhook_delivered(first.event_id)

    restored = StripeSimulator(clock)
    restored.restore(calls.simulator.snapshot())

    ids = [webhook.event_id for webhook in restored.take_webhooks()]
    assert first.event_id not in ids
    assert second.event_id in ids


def test_a_reset_forgets_everything_and_repeats_no_id(calls: StripeCalls):
    before = calls.open_session()["id"]

    calls.simulator.reset()
    calls.simulator.add_account(ORGANIZER)

    assert calls.get(f"/v1/checkout/sessions/{before}").status == 404
    assert calls.open_session()["id"] != before


def test_the_port_of_guichet_reaches_the_simulator(calls: StripeCalls):
    http = SimulatorHttp(calls.simulator)
    url = "https://api.stripe.com/v1/account?expand[]=settings"
    request = HttpRequest("GET", "https://api.stripe.com/v1/account", calls.headers())

    answer = http.send(request)
    calls.simulator.configure_chaos({"api": [{"do": "lost_after"}]})
    with pytest.raises(NoAnswerError):
        http.send(HttpRequest("GET", url, calls.headers()))

    assert answer.status == 200
    assert json.loads(answer.body)["id"] == ORGANIZER
    assert answer.headers["content-type"] == "application/json"
