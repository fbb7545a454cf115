"""How Stripe charges, refunds and shares fees; each test cites its source."""

import pytest

from tests.support.stripe_calls import (
    ORGANIZER,
    OTHER_ORGANIZER,
    StripeCalls,
    drain,
)


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
