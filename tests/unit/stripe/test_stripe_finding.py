"""What is read of Stripe's refunds and disputes, of balances in other currencies, of nonsense."""

from typing import Any

import pytest

from guichet.adapters.stripe.errors import REFUND_REFUSALS, failure, read_problem, refund_refusal
from guichet.adapters.stripe.finding import found_dispute, found_refund
from guichet.money import Money
from guichet.payments.dispute import DisputeStatus
from guichet.payments.ports import ProviderUnavailableError
from tests.support.stripe import problem

S = DisputeStatus


def moved(amount: int, fee: int, currency: str = "eur") -> dict[str, Any]:
    return {"amount": amount, "fee": fee, "currency": currency}


def a_dispute(**changes: Any) -> dict[str, Any]:  # noqa: ANN401 - any field
    """A chargeback of 50.00 EUR, its intent expanded."""
    return {
        "id": "du_1",
        "amount": 5000,
        "currency": "eur",
        "charge": "ch_1",
        "payment_intent": {"id": "pi_1", "metadata": {"payment_id": "pay_1"}},
        "created": 1_790_000_000,
        "reason": "fraudulent",
        "status": "needs_response",
        "balance_transactions": [moved(-5000, 2000)],
    } | changes


def a_refund(**changes: Any) -> dict[str, Any]:  # noqa: ANN401 - any field
    return {
        "id": "re_1",
        "amount": 5000,
        "currency": "eur",
        "charge": "ch_1",
        "payment_intent": {"id": "pi_1", "metadata": {"payment_id": "pay_1"}},
        "created": 1_790_000_000,
        "metadata": {},
        "status": "succeeded",
    } | changes


@pytest.mark.parametrize(
    ("status", "ours"),
    [
        ("warning_needs_response", S.OPEN),
        ("warning_under_review", S.OPEN),
        ("needs_response", S.OPEN),
        ("under_review", S.OPEN),
        ("appeal_needs_response", S.LOST),
        ("appeal_under_review", S.LOST),
        ("won", S.WON),
        ("lost", S.LOST),
        ("warning_closed", S.WITHDRAWN),
        ("prevented", S.WITHDRAWN),
    ],
)
def test_a_dispute_is_open_won_lost_or_withdrawn(status: str, ours: DisputeStatus):
    """RFD-4: an appeal is lost until it is won."""
    assert found_dispute(a_dispute(status=status)).status is ours


@pytest.mark.parametrize(
    ("transactions", "withheld", "fee"),
    [
        pytest.param([], Money(0, "EUR"), Money(0, "EUR"), id="an inquiry"),
        pytest.param([moved(-5000, 2000)], Money(5000, "EUR"), Money(2000, "EUR"), id="taken"),
        pytest.param(
            [moved(-5000, 2000), moved(5000, 0)],
            Money(0, "EUR"),
            Money(2000, "EUR"),
            id="given back",
        ),
        pytest.param(
            [moved(-5000, 2000), moved(5000, -2000)],
            Money(0, "EUR"),
            Money(0, "EUR"),
            id="given back with the fee",
        ),
        pytest.param(
            [moved(-5000, 2000), moved(5000, 0), moved(-5000, 0)],
            Money(5000, "EUR"),
            Money(2000, "EUR"),
            id="taken again",
        ),
        pytest.param(
            [moved(-4987, 2000)], Money(4987, "EUR"), Money(2000, "EUR"), id="less than disputed"
        ),
        pytest.param(
            [moved(-5612, 1500, "usd")],
            Money(5000, "EUR"),
            Money(1500, "USD"),
            id="taken from another balance",
        ),
        pytest.param(
            [moved(-5612, 1500, "usd"), moved(5612, 0, "usd")],
            Money(0, "EUR"),
            Money(1500, "USD"),
            id="given back to another balance",
        ),
        pytest.param(
            [moved(-5612, 1500, "usd"), moved(5650, 0, "usd")],
            Money(0, "EUR"),
            Money(1500, "USD"),
            id="given back at a better rate",
        ),
    ],
)
def test_what_a_dispute_took_is_what_its_transactions_say(
    transactions: list[dict[str, Any]], withheld: Money, fee: Money
):
    """RFD-4, FEE-3: never computed, but for whether a converted amount is gone."""
    dispute = found_dispute(a_dispute(balance_transactions=transactions))

    assert (dispute.withheld, dispute.fee) == (withheld, fee)


@pytest.mark.parametrize(
    "changes",
    [
        pytest.param({"status": "reopened"}, id="a new status"),
        pytest.param({"balance_transactions": None}, id="no transactions"),
        pytest.param({"balance_transactions": ["txn_1"]}, id="transactions by id"),
        pytest.param(
            {"balance_transactions": [moved(-5000, 2000), moved(5000, 0, "usd")]},
            id="two balances",
        ),
        pytest.param({"balance_transactions": [moved(-5000, 2000) | {"fee": "20"}]}, id="a text"),
        pytest.param({"payment_intent": "pi_1"}, id="an intent that was not expanded"),
        pytest.param({"amount": 50.0}, id="a fraction"),
        pytest.param({"amount": -5000}, id="less than nothing"),
        pytest.param({"currency": None}, id="no currency"),
    ],
)
def test_a_dispute_that_can_not_be_read_is_asked_about_again(changes: dict[str, Any]):
    """A provider that answers nonsense moves nothing."""
    with pytest.raises(ProviderUnavailableError):
        found_dispute(a_dispute(**changes))


@pytest.mark.parametrize(
    "changes",
    [
        pytest.param({"status": "reversed"}, id="a new status"),
        pytest.param({"payment_intent": "pi_1"}, id="an intent that was not expanded"),
        pytest.param({"amount": "5000"}, id="a text"),
        pytest.param({"created": None}, id="no time"),
        pytest.param({"id": ""}, id="no id"),
    ],
)
def test_a_refund_that_can_not_be_read_is_asked_about_again(changes: dict[str, Any]):
    """RFD-4: its time decides the window, so it is never guessed."""
    with pytest.raises(ProviderUnavailableError):
        found_refund(a_refund(**changes))


def test_a_refund_of_no_sale_is_nobodys():
    """RFD-4: Stripe lists refunds without a charge or an intent, which we never make."""
    refund = found_refund(a_refund(charge=None, payment_intent=None, metadata=None))

    assert (refund.capture_id, refund.payment_id, refund.refund_id) == ("", None, None)
    assert refund.fee_returned == Money(0, "EUR")


@pytest.mark.parametrize(
    ("reason", "ours"),
    [
        pytest.param("charge_for_pending_refund_disputed", "payment_disputed", id="disputed"),
        pytest.param("insufficient_funds", "balance_insufficient", id="balance"),
        pytest.param("lost_or_stolen_card", "lost_or_stolen_card", id="the buyer's bank"),
    ],
)
def test_a_failed_refund_says_why(reason: str, ours: str):
    """RFD-6."""
    refund = found_refund(a_refund(status="failed", failure_reason=reason))

    assert refund.failure == ours


@pytest.mark.parametrize(
    ("told", "ours"),
    [
        *((problem(400, code=code), ours) for code, ours in REFUND_REFUSALS.items()),
        pytest.param(problem(400, param="amount"), "refund_amount_refused", id="no code: amount"),
        pytest.param(
            problem(400, code="parameter_invalid_integer", param="amount"),
            "refund_amount_refused",
            id="an amount of nothing",
        ),
        pytest.param(problem(403), "account_not_reachable", id="403"),
        pytest.param(problem(404, code="resource_missing"), "request_refused", id="no charge"),
        pytest.param(problem(400), "request_refused", id="no code"),
        pytest.param(problem(402, type="card_error"), "request_refused", id="a card"),
    ],
)
def test_a_refusal_of_a_refund_is_one_of_ours(told: Any, ours: str):  # noqa: ANN401 - a response
    """RFD-5, RFD-6: each is a code that `Refund.failure` has a sentence for."""
    refused = failure(read_problem(told))
    assert not isinstance(refused, ProviderUnavailableError)

    refusal = refund_refusal(refused)

    assert refusal.code == ours
    assert refusal.reason == refused.reason
    assert "Stripe answered" in str(refusal)
