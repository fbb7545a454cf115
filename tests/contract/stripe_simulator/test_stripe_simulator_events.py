"""What Stripe announces, and how it delivers it; each test cites its source."""

import stripe

from local.simulators.stripe import StripeSimulator
from tests.support.stripe_calls import (
    ORGANIZER,
    MovableClock,
    StripeCalls,
    drain,
)


def test_every_refund_is_announced_by_its_own_event(calls: StripeCalls):
    """docs.stripe.com/changelog/acacia/2024-10-28/refund-webhook-update."""
    session = calls.pay()
    drain(calls.simulator)

    calls.simulator.dashboard_refund(session["payment_intent"], 1000)

    events = {event["type"]: event["data"]["object"] for event in drain(calls.simulator)}
    assert set(events) == {"refund.created", "charge.refunded"}
    assert events["refund.created"]["metadata"] == {}
    assert events["charge.refunded"]["amount_refunded"] == 1000


def test_after_deauthorization_every_call_for_the_account_fails(calls: StripeCalls):
    """CONTRACTS 1.4, recorded sample `account.application.deauthorized`."""
    session = calls.open_session()

    calls.simulator.deauthorize(ORGANIZER)

    event = drain(calls.simulator)[-1]
    answer = calls.get(f"/v1/checkout/sessions/{session['id']}")
    assert (event["type"], event["account"]) == ("account.application.deauthorized", ORGANIZER)
    assert event["data"]["object"]["object"] == "application"
    assert (answer.status, answer.code()) == (403, "account_invalid")


def test_a_bank_debit_completes_unpaid_and_is_paid_later(calls: StripeCalls):
    """docs.stripe.com/checkout/fulfillment: then `async_payment_succeeded`."""
    session = calls.open_session()
    calls.simulator.start_bank_debit(session["id"])
    started = {event["type"]: event["data"]["object"] for event in drain(calls.simulator)}
    before = calls.simulator.books()["accounts"]

    calls.simulator.settle_bank_debit(session["id"])

    settled = {event["type"]: event["data"]["object"] for event in drain(calls.simulator)}
    assert started["checkout.session.completed"]["payment_status"] == "unpaid"
    assert started["payment_intent.processing"]["status"] == "processing"
    assert before == {}
    assert settled["checkout.session.async_payment_succeeded"]["payment_status"] == "paid"
    assert settled["payment_intent.succeeded"]["amount_received"] == 12000


def test_a_denied_bank_debit_leaves_no_money(calls: StripeCalls):
    """docs.stripe.com/checkout/fulfillment: `async_payment_failed`."""
    session = calls.open_session()
    calls.simulator.start_bank_debit(session["id"])
    drain(calls.simulator)

    calls.simulator.deny_bank_debit(session["id"])

    types = [event["type"] for event in drain(calls.simulator)]
    assert types[-2:] == ["payment_intent.payment_failed", "checkout.session.async_payment_failed"]
    assert calls.simulator.find(session["id"])["payment_status"] == "unpaid"
    assert calls.simulator.books()["accounts"] == {}


def test_a_delivery_carries_a_signature_for_each_secret(clock: MovableClock):
    """CONTRACTS 1.8: while a secret is rolled, the header has one v1 per secret."""
    simulator = StripeSimulator(clock, webhook_secrets=("whsec_new", "whsec_old"))
    simulator.add_account(ORGANIZER)
    StripeCalls(simulator).pay()

    webhook = simulator.take_webhooks()[0]

    header = webhook.headers["Stripe-Signature"]
    for secret in ("whsec_new", "whsec_old"):
        stripe.WebhookSignature.verify_header(webhook.body.decode(), header, secret)


def test_a_retry_is_signed_afresh_over_the_same_event(calls: StripeCalls, clock: MovableClock):
    """CONTRACTS 1.8: each retry has a fresh timestamp and signature."""
    calls.pay()
    first = calls.simulator.take_webhooks()[0]
    calls.simulator.webhook_failed(first.event_id)
    too_early = calls.simulator.take_webhooks()

    clock.advance(minutes=10)
    again = calls.simulator.take_webhooks()[0]

    assert too_early == []
    assert (again.event_id, again.body) == (first.event_id, first.body)
    assert again.headers["Stripe-Signature"] != first.headers["Stripe-Signature"]


def test_events_of_one_payment_share_their_second(calls: StripeCalls):
    """PostHog/posthog#98651: `created` has one second's resolution, so ties are normal."""
    calls.pay()

    instants = [event["created"] for event in drain(calls.simulator)]

    assert len(instants) > 2
    assert len(set(instants)) == 1


def test_an_event_is_a_snapshot(calls: StripeCalls):
    """docs.stripe.com/events/how-events-work: re-fetch before acting."""
    session = calls.open_session()
    calls.simulator.start_bank_debit(session["id"])

    calls.simulator.settle_bank_debit(session["id"])

    completed = next(
        event for event in drain(calls.simulator) if event["type"] == "checkout.session.completed"
    )
    assert completed["data"]["object"]["payment_status"] == "unpaid"
    assert calls.simulator.find(session["id"])["payment_status"] == "paid"


def test_undelivered_events_can_be_listed(calls: StripeCalls):
    """CONTRACTS 1.8: GET /v1/events?delivery_success=false."""
    calls.pay()
    first, *_ = calls.simulator.take_webhooks()

    calls.simulator.webhook_delivered(first.event_id)

    missed = calls.get("/v1/events", {"delivery_success": "false"}).json["data"]
    assert first.event_id not in [event["id"] for event in missed]
    assert "checkout.session.completed" in [event["type"] for event in missed]
