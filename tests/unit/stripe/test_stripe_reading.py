"""What is read of Stripe's successes: sessions, captures, refunds, amounts."""

from copy import deepcopy
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from guichet.adapters.stripe.amounts import from_stripe, to_stripe
from guichet.adapters.stripe.client import Answer
from guichet.adapters.stripe.reading import hosted_session, refund_report, session_report
from guichet.money import Money
from guichet.payments.ports import ProviderUnavailableError, SessionState
from guichet.payments.refund import RefundStatus


def paid_session() -> dict[str, Any]:
    """A session whose intent succeeded, as Stripe answers it when asked to expand it."""
    fees = [
        {"type": "stripe_fee", "amount": 378, "currency": "usd"},
        {"type": "application_fee", "amount": 228, "currency": "usd"},
        {"type": "tax", "amount": 12, "currency": "usd"},
    ]
    charge = {
        "id": "ch_1",
        "amount": 12000,
        "amount_captured": 12000,
        "currency": "usd",
        "created": 1_790_000_000,
        "application_fee": "fee_1",
        "balance_transaction": {"id": "txn_1", "currency": "usd", "fee_details": fees},
    }
    intent = {
        "id": "pi_1",
        "status": "succeeded",
        "metadata": {"payment_id": "pay_1"},
        "latest_charge": charge,
    }
    return {
        "id": "cs_1",
        "status": "complete",
        "payment_status": "paid",
        "payment_intent": intent,
        "presentment_details": {"presentment_amount": 11000, "presentment_currency": "eur"},
    }


def test_the_fees_are_what_stripe_took():
    """FEE-3: its own, tax on it included; what the page showed in other money does not count."""
    report = session_report(Answer(paid_session(), "acct_1"))

    assert report.capture is not None
    assert report.capture.amount == Money(12000, "USD")
    assert report.capture.platform_fee == Money(228, "USD")
    assert report.capture.provider_fee == Money(390, "USD")
    assert (report.capture.reference, report.capture.payee) == ("pay_1", "acct_1")


def test_a_converted_balance_tells_stripes_fee_in_its_own_currency():
    """FEE-3: recorded as it was taken; the platform's fee stands in the charge."""
    session = paid_session()
    charge = session["payment_intent"]["latest_charge"]
    charge["application_fee_amount"] = 228
    charge["balance_transaction"]["currency"] = "eur"
    for detail in charge["balance_transaction"]["fee_details"]:
        detail["currency"] = "eur"

    report = session_report(Answer(session, "acct_1"))

    assert report.capture is not None
    assert report.capture.platform_fee == Money(228, "USD")
    assert report.capture.provider_fee.currency == "EUR"


@pytest.mark.parametrize(
    ("path", "value"),
    [
        pytest.param(("payment_intent",), "pi_1", id="an intent that was not expanded"),
        pytest.param(("payment_intent", "latest_charge"), None, id="no charge"),
        pytest.param(("payment_intent", "latest_charge"), "ch_1", id="a charge not expanded"),
        pytest.param(
            ("payment_intent", "latest_charge", "balance_transaction"), None, id="no fees yet"
        ),
        pytest.param(
            ("payment_intent", "latest_charge", "application_fee"), None, id="no fee object yet"
        ),
        pytest.param(
            ("payment_intent", "latest_charge", "balance_transaction", "currency"),
            "eur",
            id="a converted balance",
        ),
        pytest.param(
            ("payment_intent", "latest_charge", "balance_transaction", "fee_details"),
            None,
            id="no fee details",
        ),
        pytest.param(("payment_intent", "latest_charge", "amount_captured"), 1.5, id="a float"),
        pytest.param(("payment_intent", "latest_charge", "amount_captured"), True, id="a boolean"),
        pytest.param(("payment_intent", "latest_charge", "amount_captured"), -1, id="negative"),
        pytest.param(("payment_intent", "status"), "requires_capture", id="an unknown state"),
        pytest.param(("status",), None, id="no status"),
    ],
)
def test_what_is_not_all_there_is_asked_again(path: tuple[str, ...], value: object):
    """FEE-3: no fee is guessed, no state either."""
    session = paid_session()
    node = session
    for name in path[:-1]:
        node = node[name]
    node[path[-1]] = value

    with pytest.raises(ProviderUnavailableError):
        session_report(Answer(session, "acct_1"))


@pytest.mark.parametrize(
    ("status", "intent", "state"),
    [
        pytest.param("open", None, SessionState.UNPAID, id="nobody began"),
        pytest.param("open", "requires_payment_method", SessionState.UNPAID, id="declined"),
        pytest.param("open", "requires_action", SessionState.UNPAID, id="3-D Secure"),
        pytest.param("open", "processing", SessionState.PROCESSING, id="on its way"),
        pytest.param("open", "succeeded", SessionState.PAID, id="paid this moment"),
        pytest.param("expired", None, SessionState.ENDED, id="nobody paid"),
        pytest.param("expired", "canceled", SessionState.ENDED, id="given up"),
        pytest.param("expired", "succeeded", SessionState.PAID, id="paid late"),
        pytest.param("complete", "succeeded", SessionState.PAID, id="paid"),
        pytest.param("complete", "processing", SessionState.PROCESSING, id="a debit"),
        pytest.param("complete", "requires_action", SessionState.PROCESSING, id="microdeposits"),
        pytest.param("complete", "requires_payment_method", SessionState.DENIED, id="denied"),
        pytest.param("complete", "canceled", SessionState.DENIED, id="cancelled"),
    ],
)
def test_a_session_is_what_its_money_is(status: str, intent: str | None, state: SessionState):
    session = deepcopy(paid_session())
    session["status"] = status
    if intent is None:
        session["payment_intent"] = None
    else:
        session["payment_intent"]["status"] = intent

    report = session_report(Answer(session, "acct_1"))

    assert report.state is state
    assert (report.capture is not None) is (state is SessionState.PAID)


@pytest.mark.parametrize(
    ("status", "ours"),
    [
        ("pending", RefundStatus.SUBMITTED),
        ("requires_action", RefundStatus.SUBMITTED),
        ("succeeded", RefundStatus.SUCCEEDED),
        ("failed", RefundStatus.FAILED),
        ("canceled", RefundStatus.FAILED),
    ],
)
def test_a_refund_is_submitted_succeeded_or_failed(status: str, ours: RefundStatus):
    """RFD-6."""
    report = refund_report({"id": "re_1", "status": status})

    assert (report.status, report.provider_refund_id) == (ours, "re_1")
    assert (report.failure is not None) is (ours is RefundStatus.FAILED)


def test_a_refund_in_a_state_that_we_do_not_know_is_asked_again():
    with pytest.raises(ProviderUnavailableError):
        refund_report({"id": "re_1", "status": "reversed"})


def test_a_session_without_its_page_is_no_page():
    with pytest.raises(ProviderUnavailableError):
        hosted_session({"id": "cs_1", "url": None})


@pytest.mark.parametrize(
    ("money", "stripes"),
    [
        (Money(12000, "USD"), 12000),
        (Money(1200, "JPY"), 1200),
        (Money(1234, "KWD"), 1234),
        (Money(120, "ISK"), 12000),  # whole krónur here, times 100 there
        (Money(12000, "HUF"), 12000),
    ],
)
def test_stripes_decimals_are_its_own(money: Money, stripes: int):
    """MON-1, CONTRACTS 1.7."""
    assert to_stripe(money) == stripes
    assert from_stripe(stripes, money.currency.lower()) == money


def test_a_fraction_that_our_books_can_not_hold_is_no_money():
    with pytest.raises(ValueError, match="fraction"):
        from_stripe(12050, "isk")


@given(
    amount=st.integers(0, 10**12),
    currency=st.sampled_from(["USD", "EUR", "JPY", "KWD", "ISK", "HUF", "TWD", "KRW", "BHD"]),
)
def test_an_amount_comes_back_as_it_went(amount: int, currency: str):
    """MON-1."""
    money = Money(amount, currency)

    assert from_stripe(to_stripe(money), currency.lower()) == money
