"""How banks dispute charges at Stripe; each test cites its source."""

from collections.abc import Iterator

import pytest
import stripe
from flask.testing import FlaskClient

from local.simulators.stripe import StripeSimulator
from local.simulators.stripe.server import RunningSimulator, create_app
from tests.support.stripe_calls import ORGANIZER, MovableClock, StripeCalls, drain, session_params

KNOBS = "/_local/providers/stripe"


@pytest.fixture
def browser(simulator: StripeSimulator) -> Iterator[FlaskClient]:
    with create_app(simulator).test_client() as client:
        yield client


def paid(calls: StripeCalls) -> str:
    """The intent of a sale of 120.00 with a fee of 2.28, its events taken."""
    intent: str = calls.pay()["payment_intent"]
    drain(calls.simulator)
    return intent


def book(calls: StripeCalls) -> dict[str, int]:
    found: dict[str, int] = calls.simulator.books()["accounts"][ORGANIZER]["USD"]
    return found


def told(calls: StripeCalls) -> list[str]:
    return [event["type"].removeprefix("charge.dispute.") for event in drain(calls.simulator)]


def test_a_chargeback_takes_the_money_and_a_fee_at_once(calls: StripeCalls):
    """Recorded `charge.dispute.funds_withdrawn` (CONTRACTS 1.9): one transaction, fee 15.00."""
    dispute = calls.simulator.open_dispute(paid(calls), 5000)

    (moved,) = dispute["balance_transactions"]
    assert (moved["amount"], moved["fee"], moved["net"]) == (-5000, 1500, -6500)
    assert (moved["type"], moved["source"]) == ("adjustment", dispute["id"])
    assert (dispute["status"], dispute["is_charge_refundable"]) == ("needs_response", False)
    assert calls.simulator.find(dispute["charge"])["disputed"]
    assert told(calls) == ["created", "funds_withdrawn"]
    assert book(calls)["provider_balance"] == 12000 - 378 - 228 - 6500


def test_the_application_fee_stays_with_the_platform(calls: StripeCalls):
    """CONTRACTS 1.5: a dispute does not return it by itself."""
    dispute = calls.simulator.open_dispute(paid(calls))

    calls.simulator.lose_dispute(dispute["id"])

    assert calls.simulator.books()["platform"]["USD"]["balance"] == 228
    assert (book(calls)["disputed"], book(calls)["dispute_fees"]) == (12000, 1500)
    assert (book(calls)["refunded"], book(calls)["stripe_fees"]) == (0, 378)


def test_a_dispute_costs_twenty_euros_in_euros(calls: StripeCalls):
    """stripe.com/pricing."""
    session = calls.pay(currency="eur")

    calls.simulator.open_dispute(session["payment_intent"])

    assert calls.simulator.books()["accounts"][ORGANIZER]["EUR"]["dispute_fees"] == 2000


def test_a_won_dispute_has_a_second_transaction(calls: StripeCalls):
    """stripe-python 16.1.0, docstring of `Dispute.balance_transactions`."""
    dispute = calls.simulator.open_dispute(paid(calls))
    calls.simulator.submit_dispute(dispute["id"])

    won = calls.simulator.win_dispute(dispute["id"])

    assert [each["amount"] for each in won["balance_transactions"]] == [-12000, 12000]
    assert won["status"] == "won"
    assert told(calls) == ["created", "funds_withdrawn", "updated", "funds_reinstated", "closed"]
    assert (book(calls)["disputed"], book(calls)["dispute_fees"]) == (0, 1500)


def test_an_inquiry_moves_nothing_until_it_is_escalated(calls: StripeCalls):
    """docs.stripe.com/disputes/how-disputes-work: inquiries."""
    intent = paid(calls)
    dispute = calls.simulator.open_dispute(intent, inquiry=True)
    before = (dispute["balance_transactions"], book(calls)["disputed"], told(calls))
    calls.post("/v1/refunds", {"payment_intent": intent, "amount": 100})

    calls.simulator.escalate_dispute(dispute["id"])

    assert before == ([], 0, ["created"])
    assert book(calls)["disputed"] == 12000
    assert told(calls)[-2:] == ["updated", "funds_withdrawn"]


def test_a_bank_may_dispute_what_was_refunded(calls: StripeCalls):
    """docs.stripe.com/disputes: then the money has gone twice until that is won."""
    intent = paid(calls)
    calls.simulator.dashboard_refund(intent, 4000)
    rest = calls.simulator.open_dispute(intent)
    calls.simulator.win_dispute(rest["id"])
    calls.simulator.dashboard_refund(intent)

    whole = calls.simulator.open_dispute(intent)

    assert (rest["amount"], whole["amount"]) == (8000, 12000)
    assert (book(calls)["refunded"], book(calls)["disputed"]) == (12000, 12000)


@pytest.mark.parametrize(
    ("acts", "amount", "code"),
    [
        pytest.param([], 100, "charge_disputed", id="undecided"),
        pytest.param(["submit"], 100, "charge_disputed", id="under review"),
        pytest.param(["win"], 12000, None, id="won"),
        pytest.param(["withdraw"], 12000, None, id="withdrawn"),
        pytest.param(["lose"], 7000, None, id="what a partial loss left"),
        pytest.param(["lose"], 7001, "amount_too_large", id="more than a partial loss left"),
        pytest.param(["lose", "appeal"], 100, "charge_disputed", id="appealed"),
    ],
)
def test_a_disputed_charge_is_refunded_as_far_as_it_is_decided(
    calls: StripeCalls, acts: list[str], amount: int, code: str | None
):
    """stripe-python 16.1.0: `charge_disputed`; never more goes back than came in."""
    intent = paid(calls)
    dispute = calls.simulator.open_dispute(intent, 5000)
    for act in acts:
        getattr(calls.simulator, f"{act}_dispute")(dispute["id"])

    answer = calls.post("/v1/refunds", {"payment_intent": intent, "amount": amount})

    assert (answer.status, None if code is None else answer.code()) == (400 if code else 200, code)
    assert book(calls)["refunded"] + book(calls)["disputed"] <= 12000


@pytest.mark.parametrize(
    ("acts", "refused"),
    [
        pytest.param([], "escalate", id="a chargeback is none to come"),
        pytest.param([], "prevent", id="it is one already"),
        pytest.param([], "appeal", id="nothing is lost"),
        pytest.param(["win"], "win", id="won already"),
        pytest.param(["lose"], "lose", id="lost already"),
        pytest.param(["lose"], "submit", id="decided"),
    ],
)
def test_a_dispute_moves_only_as_banks_move_it(calls: StripeCalls, acts: list[str], refused: str):
    """stripe-python 16.1.0, docstring of `Dispute.status`."""
    dispute = calls.simulator.open_dispute(paid(calls))
    for act in acts:
        getattr(calls.simulator, f"{act}_dispute")(dispute["id"])
    before = calls.simulator.snapshot()

    with pytest.raises(ValueError, match=dispute["id"]):
        getattr(calls.simulator, f"{refused}_dispute")(dispute["id"])

    assert calls.simulator.snapshot() == before


@pytest.mark.parametrize("amount", [0, 12001])
def test_no_bank_disputes_more_than_the_charge(calls: StripeCalls, amount: int):
    intent = paid(calls)

    with pytest.raises(ValueError, match="can be disputed"):
        calls.simulator.open_dispute(intent, amount)

    assert calls.simulator.find_all("dispute") == []


def test_disputes_and_payouts_are_listed_by_when_they_were_made(
    calls: StripeCalls, clock: MovableClock
):
    """docs.stripe.com/api/disputes/list and docs.stripe.com/api/payouts/list: `created`."""
    intent = paid(calls)
    payout = calls.simulator.pay_out(ORGANIZER)
    clock.advance(days=1)
    dispute = calls.simulator.open_dispute(intent)
    today = {"created": {"gte": int(clock().timestamp())}}

    disputes = calls.get("/v1/disputes", today).json["data"]
    by_charge = calls.get("/v1/disputes", {"charge": dispute["charge"]}).json["data"]
    none = calls.get("/v1/disputes", {"charge": "ch_other"}).json["data"]
    payouts = calls.get("/v1/payouts").json["data"]
    later = calls.get("/v1/payouts", today).json["data"]

    assert (
        [each["id"] for each in disputes] == [each["id"] for each in by_charge] == [dispute["id"]]
    )
    assert (none, later) == ([], [])
    assert [(each["id"], each["amount"]) for each in payouts] == [(payout["id"], 11394)]
    assert calls.get(f"/v1/payouts/{payout['id']}").json == payout
    assert book(calls)["paid_out"] == 11394


def test_an_empty_balance_is_not_paid_out(calls: StripeCalls):
    paid(calls)
    calls.simulator.pay_out(ORGANIZER)

    with pytest.raises(ValueError, match="nothing to pay out"):
        calls.simulator.pay_out(ORGANIZER)


def test_a_person_opens_and_decides_disputes_over_http(browser: FlaskClient, calls: StripeCalls):
    """The panel of the local stack."""
    opened = browser.post(
        f"{KNOBS}/disputes", json={"payment": paid(calls), "amount_minor": 5000, "inquiry": True}
    ).json
    assert opened is not None

    statuses = [opened["status"]]
    for act in ("submit", "escalate", "lose", "appeal", "win"):
        decided = browser.post(f"{KNOBS}/disputes/{opened['id']}/{act}", json={}).json
        assert decided is not None
        statuses.append(decided["status"])
    unknown = browser.post(f"{KNOBS}/disputes/{opened['id']}/forget", json={})
    listed = browser.get(f"{KNOBS}/disputes").json
    payout = browser.post(f"{KNOBS}/payouts", json={"account": ORGANIZER}).json

    assert statuses == [
        "warning_needs_response",
        "warning_under_review",
        "needs_response",
        "lost",
        "appeal_under_review",
        "won",
    ]
    assert unknown.status_code == 400
    assert listed is not None
    assert [each["id"] for each in listed] == [opened["id"]]
    assert payout is not None
    assert payout["amount"] == 12000 - 378 - 228 - 1500


def test_the_sdk_reads_a_dispute_with_its_payment(
    sdk: stripe.StripeClient, served: RunningSimulator
):
    """stripe-python 16.1.0."""
    calls = StripeCalls(served.simulator)
    intent = calls.pay(**session_params())["payment_intent"]
    made = served.simulator.open_dispute(intent, 5000)

    dispute = sdk.v1.disputes.retrieve(
        made["id"], params={"expand": ["payment_intent"]}, options={"stripe_account": ORGANIZER}
    )

    expanded = dispute.payment_intent
    assert isinstance(expanded, stripe.PaymentIntent)
    assert expanded.metadata is not None
    assert expanded.metadata["registration_id"] == "reg_1"
    assert [each.fee for each in dispute.balance_transactions] == [1500]
