"""The hosted page as a browser meets it, and the knobs beside it."""

from collections.abc import Iterator

import pytest
from flask.testing import FlaskClient

from local.simulators.stripe import StripeSimulator
from local.simulators.stripe.server import create_app
from tests.support.stripe_calls import ORGANIZER, MovableClock, StripeCalls

KNOBS = "/_local/providers/stripe"


@pytest.fixture
def browser(simulator: StripeSimulator) -> Iterator[FlaskClient]:
    with create_app(simulator).test_client() as client:
        yield client


def path_of(session: dict[str, str]) -> str:
    return f"/pay/{session['id']}"


def test_the_page_says_the_amount_and_what_can_be_done(browser: FlaskClient, calls: StripeCalls):
    """REG-2: amount and currency stand on the page and on the button."""
    page = browser.get(path_of(calls.open_session()))

    assert page.status_code == 200
    assert "Pay USD 120.00 by card" in page.text
    assert "by bank debit" in page.text


def test_paying_leads_back_to_the_organizer(browser: FlaskClient, calls: StripeCalls):
    """CONTRACTS 1.2: the literal {CHECKOUT_SESSION_ID} is replaced."""
    session = calls.open_session()

    answer = browser.post(path_of(session), data={"act": "ok"})

    assert answer.status_code == 303
    assert answer.location == f"https://organizer.example/return?session={session['id']}"
    assert calls.simulator.find(session["id"])["payment_status"] == "paid"


def test_a_declined_card_stays_on_the_page_and_can_be_followed_by_another(
    browser: FlaskClient, calls: StripeCalls
):
    session = calls.open_session()

    declined = browser.post(path_of(session), data={"act": "declined"})
    paid = browser.post(path_of(session), data={"act": "ok"})

    assert declined.status_code == 200
    assert "declined" in declined.text
    assert paid.status_code == 303


@pytest.mark.parametrize(
    ("act", "location", "status"),
    [
        pytest.param("authenticate", "organizer.example/return", "paid", id="authenticated"),
        pytest.param("fail", "/pay/cs_test_", "unpaid", id="failed"),
    ],
)
def test_3_d_secure_asks_on_a_page_of_its_own(
    browser: FlaskClient, calls: StripeCalls, act: str, location: str, status: str
):
    """CONTRACTS 1.3: `next_action.redirect_to_url` holds the page's address."""
    session = calls.open_session()
    asked = browser.post(path_of(session), data={"act": "3ds"})
    step = f"{path_of(session)}/authenticate"
    question = browser.get(step)

    answer = browser.post(step, data={"act": act})

    assert asked.location == f"http://127.0.0.1:8080/_stripe{step}"
    assert "Your bank asks you to confirm" in question.text
    assert answer.status_code == 303
    assert location in answer.location
    assert calls.simulator.find(session["id"])["payment_status"] == status


def test_leaving_leads_to_the_cancel_page_and_keeps_the_session_open(
    browser: FlaskClient, calls: StripeCalls
):
    session = calls.open_session()

    answer = browser.post(path_of(session), data={"act": "cancel"})

    assert answer.location == "https://organizer.example/cancel"
    assert calls.simulator.find(session["id"])["status"] == "open"


def test_a_pending_debit_is_settled_on_the_panel(browser: FlaskClient, calls: StripeCalls):
    session = calls.open_session()
    browser.post(path_of(session), data={"act": "debit"})
    waiting = browser.get("/debits")

    after = browser.post("/debits", data={"session": session["id"], "act": "settle"})

    assert "Settle USD 120.00" in waiting.text
    assert "No bank debit is waiting" in after.text
    assert calls.simulator.find(session["id"])["payment_status"] == "paid"


@pytest.mark.parametrize("act", ["ok", "3ds", "debit"])
def test_an_expired_page_says_so_and_takes_nothing(
    browser: FlaskClient, calls: StripeCalls, clock: MovableClock, act: str
):
    """stripe/stripe-node#2462: not "you did it"."""
    session = calls.open_session()
    clock.advance(hours=24)

    answer = browser.post(path_of(session), data={"act": act})

    assert answer.status_code == 410
    assert "This page has expired" in answer.text
    assert calls.simulator.books()["accounts"] == {}


def test_a_used_page_cannot_be_paid_again(browser: FlaskClient, calls: StripeCalls):
    session = calls.pay()

    answer = browser.post(path_of(session), data={"act": "ok"})

    assert answer.status_code == 410
    assert "USD 120.00 was paid here" in answer.text
    assert calls.simulator.books()["accounts"][ORGANIZER]["USD"]["customer_paid"] == 12000


def test_a_page_shows_only_what_the_session_takes(browser: FlaskClient, calls: StripeCalls):
    """CONTRACTS 1.1: `allowed_payment_method_types`."""
    session = calls.open_session(allowed_payment_method_types=["card"])

    page = browser.get(path_of(session))
    forced = browser.post(path_of(session), data={"act": "debit"})

    assert "bank debit" not in page.text
    assert "does not take us bank account" in forced.text


def test_an_unknown_page_is_not_found(browser: FlaskClient):
    answer = browser.get("/pay/cs_test_none")

    assert answer.status_code == 404


def test_the_knobs_can_be_read_set_and_cleared(browser: FlaskClient):
    set_ = browser.post(f"{KNOBS}/chaos", json={"webhooks": {"drop": 2}})
    cleared = browser.delete(f"{KNOBS}/chaos")

    assert set_.json is not None
    assert set_.json["webhooks"]["drop"] == 2
    assert cleared.json is not None
    assert cleared.json["webhooks"]["drop"] == 0


@pytest.mark.parametrize(
    "knobs",
    [
        pytest.param({"webhook": {}}, id="unknown knob"),
        pytest.param({"api": [{"do": "explode"}]}, id="unknown fault"),
        pytest.param({"refunds": {"lost": 1}}, id="unknown part of a knob"),
        pytest.param([], id="not an object"),
    ],
)
def test_an_unknown_knob_is_refused_and_changes_nothing(
    browser: FlaskClient, simulator: StripeSimulator, knobs: object
):
    before = simulator.chaos()

    answer = browser.post(f"{KNOBS}/chaos", json=knobs)

    assert answer.status_code == 400
    assert simulator.chaos() == before


def test_accounts_refunds_and_books_are_reached_over_http(
    browser: FlaskClient, simulator: StripeSimulator
):
    """RFD-4: a refund made in the dashboard."""
    browser.post(f"{KNOBS}/accounts", json={"id": "acct_new", "email": "new@example.org"})
    session = StripeCalls(simulator, "acct_new").pay()
    payment = {"payment": session["payment_intent"], "amount_minor": 2000}

    refund = browser.post(f"{KNOBS}/refunds", json=payment).json
    books = browser.get(f"{KNOBS}/books").json
    gone = browser.post(f"{KNOBS}/accounts/acct_new/deauthorize")

    assert refund is not None
    assert (refund["status"], refund["amount"]) == ("succeeded", 2000)
    assert books is not None
    assert books["accounts"]["acct_new"]["USD"]["refunded"] == 2000
    assert gone.status_code == 204
    assert StripeCalls(simulator, "acct_new").get("/v1/account").status == 403
