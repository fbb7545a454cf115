"""The simulator's knobs, its books and its memory: what other tests trust it to do."""

import json

import pytest

from guichet.adapters.http import HttpRequest, NoAnswerError
from local.simulators.paypal import LostAnswerError, PayPalSimulator
from local.simulators.stripe import StripeSimulator
from tests.support.paypal_calls import MERCHANT, OTHER_MERCHANT, PayPalCalls, fee, money
from tests.support.providers_http import ProvidersHttp
from tests.support.stripe_calls import MovableClock


def types(simulator: PayPalSimulator) -> list[str]:
    return [webhook.event_type for webhook in simulator.take_webhooks()]


def test_the_books_say_what_each_party_has(calls: PayPalCalls, simulator: PayPalSimulator):
    """FEE-2, FEE-3, RFD-3: paid 120.00, fee 2.28, provider 3.78; 20.00 and 0.38 returned."""
    capture = calls.pay()
    calls.refund(capture["id"], {"amount": money("20.00"), "payment_instruction": fee("0.38")})
    PayPalCalls(simulator, OTHER_MERCHANT).pay(
        key="order-2", merchant=OTHER_MERCHANT, currency="EUR"
    )

    books = simulator.books()

    assert books["merchants"][MERCHANT] == {
        "USD": {
            "customer_paid": 12000,
            "refunded": 2000,
            "paypal_fees": 378,
            "platform_fees": 228,
            "platform_fees_returned": 38,
            "disputed": 0,
            "dispute_fees": 0,
            "provider_balance": 12000 - 2000 - 378 - 228 + 38,
        }
    }
    assert set(books["merchants"][OTHER_MERCHANT]) == {"EUR"}
    assert books["platform"]["USD"] == {
        "platform_fees": 228,
        "platform_fees_returned": 38,
        "balance": 190,
    }


def test_webhooks_can_be_lost(calls: PayPalCalls):
    lost = "PAYMENT.CAPTURE.COMPLETED"
    calls.simulator.configure_chaos({"webhooks": {"drop": 1, "types": [lost]}})

    calls.pay(key="order-1", invoice_id="one")
    calls.pay(key="order-2", invoice_id="two")

    assert types(calls.simulator).count(lost) == 1
    assert [each["event_type"] for each in calls.simulator.events()].count(lost) == 2


def test_webhooks_can_come_twice_with_one_event_id(calls: PayPalCalls):
    """EXT-2: each delivery has a transmission id of its own."""
    calls.simulator.configure_chaos({"webhooks": {"duplicate": 1}})
    order = calls.open_order()

    calls.simulator.approve(order["id"])

    first, second = calls.simulator.take_webhooks()
    assert (first.event_id, first.body) == (second.event_id, second.body)
    assert first.headers["PAYPAL-TRANSMISSION-ID"] != second.headers["PAYPAL-TRANSMISSION-ID"]


def test_webhooks_can_be_late(calls: PayPalCalls, clock: MovableClock):
    calls.simulator.configure_chaos({"webhooks": {"delay_seconds": 60}})
    calls.pay()
    at_once = types(calls.simulator)
    due_at = calls.simulator.next_due_at()

    clock.advance(seconds=60)

    assert at_once == []
    assert due_at == clock.at
    assert "PAYMENT.CAPTURE.COMPLETED" in types(calls.simulator)


def test_webhooks_can_come_in_the_wrong_order(calls: PayPalCalls):
    """CONTRACTS 2.7: no order guarantee."""
    calls.pay(key="order-1", invoice_id="one")
    usual = types(calls.simulator)
    calls.simulator.configure_chaos({"webhooks": {"reorder": True}})

    calls.pay(key="order-2", invoice_id="two")

    assert types(calls.simulator) == usual[::-1]


@pytest.mark.parametrize(
    ("fault", "acted"),
    [pytest.param("lost_before", False, id="before"), pytest.param("lost_after", True, id="after")],
)
def test_a_lost_answer_says_nothing_but_may_have_acted(
    calls: PayPalCalls, fault: str, *, acted: bool
):
    """BAD-2: the same id then returns what there is."""
    order = calls.open_order()
    calls.simulator.approve(order["id"])
    calls.simulator.configure_chaos({"api": [{"do": fault, "match": "POST */capture"}]})

    with pytest.raises(LostAnswerError) as lost:
        calls.capture(order["id"], "capture-1")

    assert lost.value.acted == acted
    assert len(calls.simulator.captures()) == acted
    assert calls.capture(order["id"], "capture-1").status == (200 if acted else 201)
    assert len(calls.simulator.captures()) == 1


@pytest.mark.parametrize(
    ("knobs", "status"),
    [
        pytest.param({"down": True}, 503, id="down until told otherwise"),
        pytest.param({"api": [{"do": "down"}]}, 503, id="down once"),
        pytest.param({"api": [{"do": "rate_limited"}]}, 429, id="rate limited"),
        pytest.param({"api": [{"do": "in_use"}]}, 409, id="key in use"),
        pytest.param({"api": [{"do": "server_error"}]}, 500, id="broken"),
        pytest.param({"api": [{"do": "issue", "issue": "PAYER_CANNOT_PAY"}]}, 422, id="refused"),
        pytest.param(
            {"api": [{"do": "issue", "issue": "CONSENT_NEEDED", "status": 403}]}, 403, id="consent"
        ),
    ],
)
def test_a_refusing_provider_does_nothing(
    calls: PayPalCalls, knobs: dict[str, object], status: int
):
    """BAD-3: and the id stays unused."""
    calls.simulator.configure_chaos(knobs)
    refused = calls.create_order("order-1")

    calls.simulator.clear_chaos()
    made = calls.create_order("order-1")

    assert (refused.status, made.status) == (status, 201)
    assert len(calls.simulator.orders()) == 1


def test_an_issue_is_given_to_the_matching_call_alone(calls: PayPalCalls):
    issue = "REFUND_FAILED_INSUFFICIENT_FUNDS"
    knob = {"do": "issue", "match": "POST */refund", "issue": issue}
    calls.simulator.configure_chaos({"api": [knob]})
    capture = calls.pay()

    answers = [calls.refund(capture["id"], key=f"refund-{n}").issue() for n in (1, 2)]

    assert answers == [issue, None]


def test_an_unknown_knob_changes_nothing(calls: PayPalCalls):
    before = calls.simulator.chaos()

    with pytest.raises(ValueError, match="unknown"):
        calls.simulator.configure_chaos({"down": True, "upside": True})
    with pytest.raises(ValueError, match="unknown fault"):
        calls.simulator.configure_chaos({"down": True, "api": [{"do": "explode"}]})

    assert calls.simulator.chaos() == before


def test_a_snapshot_holds_everything(calls: PayPalCalls, clock: MovableClock):
    order = calls.create_order("order-1").json
    calls.pay(key="order-2", invoice_id="two")
    calls.simulator.configure_chaos({"webhooks": {"duplicate": 1}})
    text = json.dumps(calls.simulator.snapshot())

    restored = PayPalSimulator(clock)
    restored.restore(json.loads(text))

    again = PayPalCalls(restored, token=calls.token)
    assert json.dumps(restored.snapshot()) == text
    assert again.create_order("order-1").json == order
    assert restored.books() == calls.simulator.books()
    assert types(restored) == types(calls.simulator)


def test_a_delivery_that_died_with_its_process_is_made_again(
    calls: PayPalCalls, clock: MovableClock
):
    """EXT-2: at least once."""
    calls.pay()
    first, second, *_ = calls.simulator.take_webhooks()
    calls.simulator.webhook_delivered(first.event_id)

    restored = PayPalSimulator(clock)
    restored.restore(calls.simulator.snapshot())

    ids = [webhook.event_id for webhook in restored.take_webhooks()]
    assert first.event_id not in ids
    assert second.event_id in ids


def test_a_reset_forgets_all_but_the_authority_and_repeats_no_id(calls: PayPalCalls):
    before, authority = calls.open_order()["id"], calls.simulator.ca_pem

    calls.simulator.reset()
    calls.simulator.add_merchant(MERCHANT)
    calls.new_token()

    assert calls.get(f"/v2/checkout/orders/{before}").status == 404
    assert calls.open_order()["id"] != before
    assert calls.simulator.ca_pem == authority


def test_the_port_of_guichet_reaches_both_providers(calls: PayPalCalls, clock: MovableClock):
    """EXT-2: a request goes to PayPal by its host or its first path, else to Stripe."""
    order = calls.open_order()
    http = ProvidersHttp(StripeSimulator(clock), calls.simulator)
    path = f"/v2/checkout/orders/{order['id']}"

    answers = [
        http.send(HttpRequest("GET", f"{root}{path}", calls.headers()))
        for root in ("https://api-m.paypal.com", "http://127.0.0.1:8080/_paypal")
    ]
    other = http.send(HttpRequest("GET", "https://api.stripe.com/v1/account", calls.headers()))
    calls.simulator.configure_chaos({"api": [{"do": "lost_after"}]})
    with pytest.raises(NoAnswerError):
        http.send(HttpRequest("GET", f"https://api-m.paypal.com{path}", calls.headers()))

    assert [json.loads(each.body)["id"] for each in answers] == [order["id"]] * 2
    assert answers[0].headers["paypal-debug-id"]
    assert other.status == 401
    assert "Stripe" in other.body.decode() or "API Key" in other.body.decode()
