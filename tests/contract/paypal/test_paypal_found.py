"""What the adapter makes of each shape of a refund or a dispute that PayPal tells of."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from guichet.adapters.http import HttpResponse
from guichet.money import Money
from guichet.payments.dispute import DisputeStatus
from guichet.payments.ports import (
    NOT_REACHABLE,
    FoundDispute,
    FoundRefund,
    ProviderRefusedError,
    ProviderUnavailableError,
    RefundReport,
)
from guichet.payments.refund import RefundReason, RefundStatus
from tests.support.paypal import (
    CAPTURE_ID,
    DISPUTE_ID,
    REFUND_ID,
    SELLER,
    a_capture_resource,
    a_dispute_resource,
    a_movement,
    a_refund,
    a_refund_resource,
    answer,
    problem,
    scripted,
    the_capture,
    usd,
    with_page,
)

type Json = dict[str, Any]

NOTHING, WHOLE = Money(0, "USD"), Money(12000, "USD")
UP = {"rel": "up", "href": f"https://api.paypal.com/v2/payments/captures/{CAPTURE_ID}"}
MADE: Json = {"links": [UP], "create_time": "2026-11-23T14:30:10-07:00"}


def refund_of(resource: Json, capture: Json | None = None) -> FoundRefund:
    provider, _ = scripted(answer(200, resource), answer(200, capture or a_capture_resource()))
    return provider.find_refund(REFUND_ID, payee=SELLER)


def dispute_of(resource: Json, capture: Json | None = None) -> FoundDispute:
    provider, _ = scripted(answer(200, resource), answer(200, capture or a_capture_resource()))
    return provider.find_dispute(DISPUTE_ID, payee=SELLER)


def resolved(outcome: str, *movements: Json, refunded: str | None = None) -> Json:
    told: Json = {"outcome_code": outcome}
    if refunded is not None:
        told["amount_refunded"] = usd(refunded)
    moved = {"money_movements": list(movements)} if movements else {}
    return a_dispute_resource("RESOLVED", dispute_outcome=told, **moved)


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        pytest.param(
            {"custom_id": None},
            {"refund_id": None, "fee_returned": Money(228, "USD")},
            id="with a part of the fee",
        ),
        pytest.param(
            {"custom_id": "pay_1", "seller_payable_breakdown": {}},
            {"refund_id": None, "fee_returned": NOTHING},
            id="with its payment's custom id",
        ),
        pytest.param({"custom_id": "pay_2.ref_1"}, {"refund_id": None}, id="of another payment"),
        pytest.param({"custom_id": "pay_1."}, {"refund_id": None}, id="half a reference"),
        pytest.param({"status": "PENDING"}, {"status": RefundStatus.SUBMITTED}, id="pending"),
        pytest.param(
            {"status": "FAILED"},
            {"status": RefundStatus.FAILED, "failure": "failed", "fee_returned": NOTHING},
            id="failed",
        ),
        pytest.param(
            {"status": "CANCELLED", "status_details": {"reason": "ECHECK"}},
            {"status": RefundStatus.FAILED, "failure": "echeck", "fee_returned": NOTHING},
            id="cancelled",
        ),
    ],
)
def test_a_refund_is_what_paypal_says_of_it_rfd_4(changes: Json, expected: Json):
    ours = FoundRefund(
        provider_refund_id=REFUND_ID,
        capture_id=CAPTURE_ID,
        payment_id="pay_1",
        refund_id="ref_1",
        status=RefundStatus.SUCCEEDED,
        amount=WHOLE,
        made_at=datetime(2026, 11, 23, 21, 30, 10, tzinfo=UTC),
        failure=None,
        fee_returned=Money(228, "USD"),
    )
    assert refund_of(a_refund_resource(**MADE)) == ours

    found = refund_of(a_refund_resource(**MADE, **changes))

    assert found == replace(ours, **expected)


def test_a_refund_of_somebody_elses_payment_names_no_payment():
    found = refund_of(a_refund_resource(**MADE), a_capture_resource(custom_id=None))

    assert (found.payment_id, found.refund_id) == (None, None)


@pytest.mark.parametrize(
    "resource",
    [
        pytest.param(a_refund_resource(create_time="2026-11-23T09:00:00Z"), id="no capture"),
        pytest.param(
            a_refund_resource(**MADE | {"links": [{"rel": "up"}]}), id="a link to nothing"
        ),
        pytest.param(a_refund_resource("NEW", **MADE), id="an unknown status"),
        pytest.param(a_refund_resource(**MADE, amount=None), id="no amount"),
        pytest.param(a_refund_resource(links=[UP]), id="no time"),
        pytest.param(a_refund_resource(**MADE | {"create_time": "soon"}), id="an odd time"),
    ],
)
def test_a_refund_that_can_not_be_read_is_asked_about_again(resource: Json):
    with pytest.raises(ProviderUnavailableError):
        refund_of(resource)


@pytest.mark.parametrize(
    ("resource", "status", "withheld", "fee"),
    [
        pytest.param(a_dispute_resource(), "open", 0, 0, id="open"),
        pytest.param(a_dispute_resource("UNDER_REVIEW"), "open", 0, 0, id="under review"),
        pytest.param(a_dispute_resource("NEW"), "open", 0, 0, id="a status that we don't know"),
        pytest.param(
            a_dispute_resource(money_movements=[a_movement("DEBIT", "120.00")]),
            *("open", 12000, 0),
            id="taken while it is open",
        ),
        pytest.param(resolved("RESOLVED_BUYER_FAVOUR"), "lost", 12000, 0, id="lost, no figures"),
        pytest.param(
            resolved("RESOLVED_BUYER_FAVOUR", refunded="50.00"), "lost", 5000, 0, id="lost in part"
        ),
        pytest.param(
            resolved("RESOLVED_BUYER_FAVOUR", refunded="0.00"), "lost", 0, 0, id="without money"
        ),
        pytest.param(
            resolved("RESOLVED_BUYER_FAVOUR", refunded="130.00"),
            *("lost", 12000, 0),
            id="more than was paid",
        ),
        pytest.param(
            resolved(
                "ACCEPTED",
                a_movement("DEBIT", "120.00"),
                a_movement("DEBIT", "20.00", "CHARGEBACK_FEE"),
                a_movement("DEBIT", "8.00", "DISPUTE_FEE"),
                refunded="120.00",
            ),
            *("lost", 12000, 2800),
            id="lost with fees",
        ),
        pytest.param(
            resolved("RESOLVED_BUYER_FAVOUR", a_movement("DEBIT", "100.00", currency="EUR")),
            *("lost", 12000, 0),
            id="a balance in another currency",
        ),
        pytest.param(
            resolved(
                "RESOLVED_SELLER_FAVOUR",
                a_movement("DEBIT", "120.00"),
                a_movement("DEBIT", "20.00", "CHARGEBACK_FEE"),
                a_movement("CREDIT", "120.00"),
                a_movement("CREDIT", "20.00", "CHARGEBACK_FEE"),
            ),
            *("won", 0, 0),
            id="won, all of it back",
        ),
        pytest.param(
            resolved("DENIED", a_movement("CREDIT", "5.00")), "won", 0, 0, id="given more back"
        ),
        pytest.param(resolved("RESOLVED_SELLER_FAVOUR"), "won", 0, 0, id="won"),
        pytest.param(resolved("CANCELED_BY_BUYER"), "withdrawn", 0, 0, id="withdrawn"),
        pytest.param(resolved("NONE"), "withdrawn", 0, 0, id="closed for another"),
        pytest.param(
            resolved("RESOLVED_WITH_PAYOUT", refunded="120.00"), "won", 0, 0, id="PayPal pays"
        ),
        pytest.param(
            resolved("RESOLVED_WITH_PAYOUT", a_movement("DEBIT", "120.00")),
            *("lost", 12000, 0),
            id="a payout with the seller's money",
        ),
        pytest.param(
            resolved("RESOLVED_BUYER_FAVOUR") | {"status": "UNDER_REVIEW"},
            *("lost", 12000, 0),
            id="appealed",
        ),
    ],
)
def test_a_dispute_is_what_it_does_to_the_balance_rfd_4(
    resource: Json, status: str, withheld: int, fee: int
):
    """The movements of the seller's money decide; where there are none, the decision does."""
    found = dispute_of(resource)

    assert found == FoundDispute(
        provider_dispute_id=DISPUTE_ID,
        capture_id=CAPTURE_ID,
        payment_id="pay_1",
        status=DisputeStatus(status),
        amount=WHOLE,
        withheld=Money(withheld, "USD"),
        fee=Money(fee, "USD"),
        opened_at=datetime(2026, 11, 23, 10, tzinfo=UTC),
        reason="UNAUTHORISED",
    )


def test_a_fee_is_told_in_the_currency_of_the_balance_fee_3():
    """A seller in Europe who sells in dollars: PayPal charges euros, from the first word on."""
    breakdown = a_capture_resource()["seller_receivable_breakdown"]
    paid_fee = {"currency_code": "EUR", "value": "3.40"}
    capture = a_capture_resource(seller_receivable_breakdown={**breakdown, "paypal_fee": paid_fee})
    charged = a_movement("DEBIT", "16.00", "CHARGEBACK_FEE", "EUR")

    before = dispute_of(a_dispute_resource(), capture)
    after = dispute_of(a_dispute_resource(money_movements=[charged]), capture)

    assert (before.fee, after.fee) == (Money(0, "EUR"), Money(1600, "EUR"))
    assert after.withheld == NOTHING


def test_what_the_buyer_or_paypal_pays_is_not_the_sellers():
    moved = [
        a_movement("CREDIT", "120.00") | {"affected_party": "BUYER"},
        a_movement("DEBIT", "120.00") | {"affected_party": "PAYMENT_PROCESSOR"},
    ]

    found = dispute_of(a_dispute_resource(money_movements=moved))

    assert (found.withheld, found.fee) == (NOTHING, NOTHING)


@pytest.mark.parametrize(
    "resource",
    [
        pytest.param(resolved("NEW_OUTCOME"), id="a decision that we don't know"),
        pytest.param(a_dispute_resource("RESOLVED"), id="decided, not told how"),
        pytest.param(a_dispute_resource(disputed_transactions=[]), id="of nothing"),
        pytest.param(a_dispute_resource(disputed_transactions=[{}]), id="of something"),
        pytest.param(a_dispute_resource(create_time=None), id="no time"),
        pytest.param(a_dispute_resource(reason=""), id="no reason"),
        pytest.param(a_dispute_resource(dispute_amount={"value": "1"}), id="no currency"),
        pytest.param(
            a_dispute_resource(money_movements=[a_movement("DEBIT", "1.00") | {"type": None}]),
            id="a movement to nowhere",
        ),
        pytest.param(
            a_dispute_resource(
                money_movements=[a_movement("DEBIT", "20.00", "CHARGEBACK_FEE", "CHF")]
            ),
            id="a fee in a third currency",
        ),
    ],
)
def test_a_dispute_that_can_not_be_read_is_asked_about_again(resource: Json):
    with pytest.raises(ProviderUnavailableError):
        dispute_of(resource)


def test_an_event_that_does_not_say_whose_it_is_is_asked_about_for_ourselves():
    """ACC-2: without a seller of our own record nobody is named."""
    provider, http = scripted(
        answer(200, a_refund_resource(**MADE)),
        answer(200, a_capture_resource()),
        answer(200, a_dispute_resource()),
        answer(200, a_capture_resource()),
    )

    provider.find_refund(REFUND_ID, payee="")
    provider.find_dispute(DISPUTE_ID, payee="")

    assert len(http.sent) == 4
    assert all("PayPal-Auth-Assertion" not in each.headers for each in http.sent)


def test_a_fee_within_a_refund_made_at_paypal_is_not_held_against_it():
    """RFD-4: nobody asked for it; the report tells that it went back."""
    provider, _ = scripted(answer(200, a_refund_resource(custom_id=None)))
    recorded = replace(
        a_refund(provider, with_page(provider), the_capture()),
        reason=RefundReason.OUTSIDE,
        request_body="",
        fee=NOTHING,
        provider_refund_id=REFUND_ID,
    )

    report = provider.ask_refund(recorded)

    assert report == RefundReport(
        RefundStatus.SUCCEEDED, REFUND_ID, provider_fee_refund_id=REFUND_ID
    )


@pytest.mark.parametrize(
    ("given", "code"),
    [
        ("REFUND_FAILED_INSUFFICIENT_FUNDS", "balance_insufficient"),
        ("REFUND_TIME_LIMIT_EXCEEDED", "refund_too_old_at_provider"),
        ("TRANSACTION_DISPUTED", "payment_disputed"),
        ("REFUND_NOT_PERMITTED_DUE_TO_CHARGEBACK", "payment_disputed"),
        ("PAYEE_ACCOUNT_RESTRICTED", "account_restricted"),
        ("PAYEE_ACCOUNT_LOCKED_OR_CLOSED", "account_restricted"),
        ("REFUND_AMOUNT_EXCEEDED", "refund_amount_refused"),
        ("REFUND_AMOUNT_TOO_LOW", "refund_amount_refused"),
        ("CANNOT_BE_ZERO_OR_NEGATIVE", "refund_amount_refused"),
        ("PARTIAL_REFUND_NOT_ALLOWED", "refund_not_permitted"),
        ("MAX_NUMBER_OF_REFUNDS_EXCEEDED", "refund_not_permitted"),
        ("REFUND_NOT_ALLOWED", "refund_not_permitted"),
        ("REFUND_IS_RESTRICTED", "refund_not_permitted"),
        ("PLATFORM_FEE_EXCEEDED", "request_refused"),
        ("PLATFORM_FEE_NOT_ENABLED", "request_refused"),
        ("REFUND_CAPTURE_CURRENCY_MISMATCH", "request_refused"),
        ("SOMETHING_NEW", "request_refused"),
    ],
)
def test_each_refusal_of_a_refund_has_a_code_of_ours_rfd_5(given: str, code: str):
    """CONTRACTS 2.4: what the organizer is told to do hangs on it."""
    provider, _ = scripted(problem(422, given))

    with pytest.raises(ProviderRefusedError) as caught:
        provider.refund(a_refund(provider, with_page(provider), the_capture()))

    assert caught.value.code == code
    assert given in str(caught.value)


@pytest.mark.parametrize(
    ("given", "code"),
    [
        pytest.param(problem(403, "PERMISSION_DENIED"), NOT_REACHABLE, id="no consent"),
        pytest.param(
            problem(403, "REFUND_IS_RESTRICTED"),
            "refund_not_permitted",
            id="only who captured may refund",
        ),
        pytest.param(problem(404, "INVALID_RESOURCE_ID"), NOT_REACHABLE, id="no such capture"),
    ],
)
def test_a_refund_that_we_may_not_make_is_refused_pay_4(given: HttpResponse, code: str):
    """PAY-4: a consent that ended is told apart from a refund that PayPal does not take."""
    provider, _ = scripted(given, given)

    with pytest.raises(ProviderRefusedError) as caught:
        provider.refund(a_refund(provider, with_page(provider), the_capture()))

    assert caught.value.code == code
