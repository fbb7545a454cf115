"""Behaviours of Stripe that Guichet relies on, each with the source that says so."""

import json
import threading
from datetime import timedelta

import pytest
import stripe

from local.simulators.stripe import BuyerRefusedError, StripeSimulator
from tests.support.stripe_calls import (
    ORGANIZER,
    OTHER_ORGANIZER,
    Answer,
    MovableClock,
    StripeCalls,
    drain,
    session_params,
)


def test_a_repeated_key_gets_the_first_answer_and_does_nothing_more(calls: StripeCalls):
    """docs.stripe.com/api/idempotent_requests: status and body of the first are replayed."""
    first = calls.create_session(key="attempt-1")

    again = calls.create_session(key="attempt-1")

    assert again.json == first.json
    assert "Idempotent-Replayed" not in first.headers
    assert again.headers["Idempotent-Replayed"] == "true"
    assert len(calls.simulator.find_all("checkout.session")) == 1


def test_a_failed_answer_is_replayed_too_even_a_500(calls: StripeCalls):
    """docs.stripe.com/api/idempotent_requests: the result is kept, including 500 errors."""
    calls.simulator.configure_chaos({"api": [{"do": "server_error"}]})
    first = calls.create_session(key="attempt-1")

    again = calls.create_session(key="attempt-1")

    assert (first.status, again.status) == (500, 500)
    assert again.headers["Idempotent-Replayed"] == "true"


def test_a_key_with_other_parameters_is_refused(calls: StripeCalls):
    """docs.stripe.com/api/idempotent_requests; the message as in fjordllc/bootcamp#3928."""
    calls.create_session(key="attempt-1")

    other = calls.create_session(key="attempt-1", client_reference_id="reg_2")

    assert other.status == 400
    assert other.json["error"]["type"] == "idempotency_error"


def test_a_key_belongs_to_one_account(calls: StripeCalls):
    """docs.stripe.com/connect/direct-charges: the Stripe-Account header says whose call it is."""
    mine = calls.create_session(key="attempt-1")

    theirs = StripeCalls(calls.simulator, OTHER_ORGANIZER).create_session(key="attempt-1")

    assert theirs.json["id"] != mine.json["id"]


def test_a_refused_parameter_does_not_use_the_key_up(calls: StripeCalls):
    """docs.stripe.com/api/idempotent_requests: nothing is kept before execution begins."""
    refused = calls.create_session(key="attempt-1", mode="payments")

    corrected = calls.create_session(key="attempt-1")

    assert (refused.status, corrected.status) == (400, 200)


def test_a_key_is_forgotten_after_a_day(calls: StripeCalls, clock: MovableClock):
    """docs.stripe.com/api/idempotent_requests: keys at least 24 hours old are pruned."""
    first = calls.create_session(key="attempt-1")
    clock.advance(hours=23, minutes=59)
    same = calls.create_session(key="attempt-1")

    clock.advance(minutes=1)
    new = calls.create_session(key="attempt-1")

    assert same.json["id"] == first.json["id"]
    assert new.json["id"] != first.json["id"]


def test_a_second_call_while_the_first_is_in_flight_gets_409(calls: StripeCalls):
    """CONTRACTS 1.6: in flight is 409 `idempotency_key_in_use`; pretix/pretix#2165."""
    calls.simulator.configure_chaos({"api": [{"do": "slow", "seconds": 0.4}]})
    answers: list[Answer] = []
    slow = threading.Thread(target=lambda: answers.append(calls.create_session(key="attempt-1")))
    slow.start()
    while calls.simulator.chaos()["api"][0]["times"]:
        pass  # until the slow call has been admitted

    second = calls.create_session(key="attempt-1")
    slow.join()
    third = calls.create_session(key="attempt-1")

    assert (second.status, second.code()) == (409, "idempotency_key_in_use")
    assert answers[0].status == 200
    assert third.json == answers[0].json


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


def test_returning_a_fee_that_was_not_taken_is_refused(calls: StripeCalls):
    """alfio-event/alf.io#739."""
    session = calls.pay(fee_minor=None)

    answer = calls.post(
        "/v1/refunds",
        {"payment_intent": session["payment_intent"], "refund_application_fee": True},
    )

    assert answer.status == 400
    assert "but it has no application fee" in answer.json["error"]["message"]


def test_a_full_refund_returns_the_whole_fee_when_asked(calls: StripeCalls):
    """stripe-python 16.1.0, docstring of `refund_application_fee` (CONTRACTS 1.5)."""
    session = calls.pay()
    intent = session["payment_intent"]
    for amount in (3333, 3333):
        calls.post(
            "/v1/refunds",
            {"payment_intent": intent, "amount": amount, "refund_application_fee": True},
        )

    calls.post("/v1/refunds", {"payment_intent": intent, "refund_application_fee": True})

    assert calls.simulator.books()["platform"]["USD"]["balance"] == 0


@pytest.mark.parametrize(
    ("amounts", "status", "code"),
    [
        pytest.param([12000], 200, None, id="all"),
        pytest.param([12001], 400, "amount_too_large", id="a cent too many"),
        pytest.param([6000, 6001], 400, "amount_too_large", id="more than the rest"),
        pytest.param([12000, 1], 400, "charge_already_refunded", id="after all"),
        pytest.param([0], 400, "parameter_invalid_integer", id="nothing"),
    ],
)
def test_refunds_never_exceed_the_charge(
    calls: StripeCalls, amounts: list[int], status: int, code: str | None
):
    """stripe-python 16.1.0, error codes; messages as in reactioncommerce/reaction#3704."""
    intent = calls.pay()["payment_intent"]
    *earlier, last = amounts
    for amount in earlier:
        calls.post("/v1/refunds", {"payment_intent": intent, "amount": amount})

    answer = calls.post("/v1/refunds", {"payment_intent": intent, "amount": last})

    assert answer.status == status
    assert code is None or answer.code() == code
    assert calls.simulator.books()["accounts"][ORGANIZER]["USD"]["refunded"] <= 12000


def test_every_refund_is_announced_by_its_own_event(calls: StripeCalls):
    """docs.stripe.com/changelog/acacia/2024-10-28/refund-webhook-update."""
    session = calls.pay()
    drain(calls.simulator)

    calls.simulator.dashboard_refund(session["payment_intent"], 1000)

    events = {event["type"]: event["data"]["object"] for event in drain(calls.simulator)}
    assert set(events) == {"refund.created", "charge.refunded"}
    assert events["refund.created"]["metadata"] == {}
    assert events["charge.refunded"]["amount_refunded"] == 1000


def test_a_charge_carries_no_list_of_refunds(calls: StripeCalls):
    """docs.stripe.com/changelog/2022-11-15: read `amount_refunded` or the refunds."""
    intent = calls.pay()["payment_intent"]
    calls.post("/v1/refunds", {"payment_intent": intent, "amount": 1000})

    charge = calls.get("/v1/charges", {"payment_intent": intent}).json["data"][0]

    assert "refunds" not in charge
    assert (charge["amount_refunded"], charge["refunded"]) == (1000, False)


def test_a_succeeded_refund_can_fail_later_and_gives_the_money_back(calls: StripeCalls):
    """stripe-python 16.1.0, docstring of `Refund.failure_balance_transaction` (CONTRACTS 1.5)."""
    intent = calls.pay()["payment_intent"]
    refund = calls.post("/v1/refunds", {"payment_intent": intent}).json

    calls.simulator.fail_refund(refund["id"])

    failed = calls.get(f"/v1/refunds/{refund['id']}").json
    books = calls.simulator.books()["accounts"][ORGANIZER]["USD"]
    assert (refund["status"], failed["status"]) == ("succeeded", "failed")
    assert failed["failure_balance_transaction"].startswith("txn_")
    assert books["refunded"] == 0
    assert drain(calls.simulator)[-1]["type"] == "refund.failed"


def test_a_direct_charge_lives_on_the_connected_account_alone(
    calls: StripeCalls, platform: StripeCalls
):
    """docs.stripe.com/connect/direct-charges."""
    session = calls.pay()
    path = f"/v1/payment_intents/{session['payment_intent']}"

    seen = [
        calls.get(path).status,
        StripeCalls(calls.simulator, OTHER_ORGANIZER).get(path).status,
        platform.get(path).status,
    ]

    assert seen == [200, 404, 404]


def test_application_fees_belong_to_the_platform(calls: StripeCalls, platform: StripeCalls):
    """docs.stripe.com/connect/direct-charges; CONTRACTS 1.4: their events carry no account."""
    calls.pay()

    fees = platform.get("/v1/application_fees").json["data"]
    events = {event["type"]: event for event in drain(calls.simulator)}

    assert [(fee["amount"], fee["account"]) for fee in fees] == [(228, ORGANIZER)]
    assert calls.get("/v1/application_fees").json["data"] == []
    assert "account" not in events["application_fee.created"]
    assert events["checkout.session.completed"]["account"] == ORGANIZER


def test_a_platform_cannot_take_a_fee_from_itself(platform: StripeCalls):
    """docs.stripe.com/connect/direct-charges: `application_fees_not_allowed`."""
    answer = platform.create_session()

    assert (answer.status, answer.code()) == (400, "application_fees_not_allowed")


def test_a_fee_is_capped_at_what_was_captured(calls: StripeCalls):
    """docs.stripe.com/connect/direct-charges (CONTRACTS 1.4)."""
    calls.simulator.configure_chaos({"capture": {"amount_minor": 100}})

    calls.pay()

    assert calls.simulator.books()["platform"]["USD"]["application_fees"] == 100


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


@pytest.mark.parametrize(
    ("amount_minor", "currency", "code"),
    [
        pytest.param(99_999_999, "usd", None, id="eight digits"),
        pytest.param(100_000_000, "usd", "amount_too_large", id="nine digits"),
        pytest.param(50, "usd", None, id="the least"),
        pytest.param(49, "usd", "amount_too_small", id="a cent too few"),
        pytest.param(29, "gbp", "amount_too_small", id="too few pence"),
        pytest.param(50, "jpy", None, id="fifty yen"),
    ],
)
def test_amounts_have_limits(
    calls: StripeCalls, amount_minor: int, currency: str, code: str | None
):
    """docs.stripe.com/currencies: at most 8 digits, at least 0.50 USD or equivalent."""
    answer = calls.create_session(amount_minor=amount_minor, currency=currency, fee_minor=0)

    assert (answer.status, None if code is None else answer.code()) == (400 if code else 200, code)


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


@pytest.mark.parametrize(
    ("header", "value", "status"),
    [
        pytest.param("Authorization", "Bearer sk_test_wrong", 401, id="wrong key"),
        pytest.param("Authorization", "", 401, id="no key"),
        pytest.param("Authorization", "Basic ?", 401, id="unreadable key"),
        pytest.param("Stripe-Version", "2024-06-20", 400, id="another version"),
        pytest.param("Stripe-Version", "", 400, id="no version"),
        pytest.param("Stripe-Account", "acct_unknown", 403, id="unknown account"),
    ],
)
def test_who_calls_and_in_which_version_is_checked_first(
    calls: StripeCalls, header: str, value: str, status: int
):
    """CONTRACTS 1.1."""
    headers = calls.headers() | {header: value}

    answer = calls.simulator.handle("GET", "/v1/charges", headers)

    assert answer.status == status
    assert json.loads(answer.body)["error"]["type"] == "invalid_request_error"


@pytest.mark.parametrize(
    ("changes", "param"),
    [
        pytest.param({"success_url": None}, "success_url", id="no success_url"),
        pytest.param({"line_items": None}, "line_items", id="no line items"),
        pytest.param({"mode": None}, "mode", id="no mode"),
        pytest.param({"locale": "tlh"}, "locale", id="unknown locale"),
        pytest.param({"client_reference_id": "r" * 201}, "client_reference_id", id="too long"),
        pytest.param({"metadata": {"k" * 41: "v"}}, "metadata", id="long metadata key"),
        pytest.param({"metadata": {"k": "v" * 501}}, "metadata[k]", id="long metadata value"),
        pytest.param(
            {"metadata": {f"k{i}": "v" for i in range(51)}}, "metadata", id="51 metadata keys"
        ),
        pytest.param(
            {"payment_intent_data": {"application_fee_amount": 12001}},
            "payment_intent_data[application_fee_amount]",
            id="fee above amount",
        ),
    ],
)
def test_wrong_parameters_are_refused_and_named(
    calls: StripeCalls, changes: dict[str, object], param: str
):
    """CONTRACTS 1.2."""
    answer = calls.post("/v1/checkout/sessions", session_params(**changes))

    assert (answer.status, answer.json["error"].get("param")) == (400, param)
    assert calls.simulator.find_all("checkout.session") == []


@pytest.mark.parametrize(
    "body",
    [
        pytest.param(b"mode=\xff", id="not UTF-8"),
        pytest.param(b"&".join([b"a=1"] * 501), id="too many fields"),
        pytest.param(b"mode=payment&mode[x]=1", id="a value and an object"),
        pytest.param(b"mode]=1", id="no name"),
    ],
)
def test_a_body_that_is_no_form_is_refused(calls: StripeCalls, body: bytes):
    """CONTRACTS 1.1: bodies are form-encoded, deep objects `a[b][c]`."""
    answer = calls.simulator.handle("POST", "/v1/checkout/sessions", calls.headers(), body)

    assert answer.status == 400


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


@pytest.mark.parametrize("path", ["amount_total", "payment_intent.metadata", "a.b.c.d.e"])
def test_only_references_can_be_expanded(calls: StripeCalls, path: str):
    """docs.stripe.com/api/expanding_objects: at most four levels, references only."""
    session = calls.pay()

    answer = calls.get(f"/v1/checkout/sessions/{session['id']}", {"expand": [path]})

    assert answer.status == 400
