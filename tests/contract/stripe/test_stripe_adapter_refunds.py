"""Refunds and returned fees against the simulated Stripe, in process and over HTTP."""

from typing import Any

import pytest

from guichet.adapters.stripe.webhooks import parse_event, read_hint
from guichet.money import Money
from guichet.payments.payment import Capture, Payment
from guichet.payments.ports import (
    Hint,
    ProviderRefusedError,
    ProviderUnavailableError,
    RefundReport,
)
from guichet.payments.refund import RefundStatus
from guichet.registration.provider_event import ProviderEvent
from tests.support.stripe import (
    STARTED_AT,
    Shop,
    a_payment,
    a_refund,
    captured,
    known_as,
    opened,
)
from tests.support.stripe_calls import ORGANIZER


def a_sale(shop: Shop, **changes: Any) -> tuple[Payment, Capture]:  # noqa: ANN401 - any field
    payment = opened(shop.provider, a_payment(shop.provider, **changes))
    assert payment.session_id is not None
    shop.simulator.pay(payment.session_id)
    return payment, captured(shop.provider.ask(payment))


def balances(shop: Shop) -> tuple[int, int]:
    """What Stripe holds for the organizer and for the platform, in USD cents."""
    books = shop.simulator.books()
    organizer = books["accounts"][ORGANIZER]["USD"]["provider_balance"]
    return organizer, books["platform"]["USD"]["balance"]


def test_a_whole_return_leaves_only_stripes_own_fee(shop: Shop):
    """RFD-3, FEE-3: 120.00 and 2.28 come back, Stripe keeps 3.78."""
    payment, capture = a_sale(shop)
    refund = a_refund(shop.provider, payment, capture)

    report = shop.provider.refund(refund)
    fee_refund_id = shop.provider.return_fee(refund)

    assert report == RefundReport(RefundStatus.SUCCEEDED, report.provider_refund_id)
    assert shop.simulator.find(fee_refund_id)["amount"] == 228
    assert balances(shop) == (-378, 0)


def test_three_partial_returns_give_back_the_exact_fee(shop: Shop):
    """RFD-3: 33.33, 33.33 and 33.34 of 100.00 return 0.63, 0.64 and 0.63 of 1.90."""
    payment, capture = a_sale(shop, amount=Money(10000, "USD"), platform_fee=Money(190, "USD"))
    parts = ((3333, 63), (3333, 64), (3334, 63))

    for number, (amount, fee) in enumerate(parts):
        refund = a_refund(
            shop.provider,
            payment,
            capture,
            refund_id=f"ref_{number}",
            amount=Money(amount, "USD"),
            fee=Money(fee, "USD"),
        )
        shop.provider.refund(refund)
        shop.provider.return_fee(refund)

    returned = shop.simulator.find_all("fee_refund")
    assert [each["amount"] for each in returned] == [63, 64, 63]
    assert balances(shop) == (-320, 0)


def test_a_return_of_a_payment_without_a_fee_mentions_none(shop: Shop):
    """BAD-15: alfio-event/alf.io#739."""
    payment, capture = a_sale(shop, platform_fee=Money(0, "USD"))
    refund = a_refund(shop.provider, payment, capture)

    report = shop.provider.refund(refund)

    assert report.status is RefundStatus.SUCCEEDED
    assert refund.fee_request_body is None
    assert "application_fee" not in refund.request_body
    with pytest.raises(ProviderRefusedError, match="platform_fee_unknown"):
        shop.provider.return_fee(refund)


@pytest.mark.parametrize("fault", ["lost_before", "lost_after", "in_use", "down"])
def test_a_return_met_by_a_fault_happens_once(shop: Shop, fault: str):
    """CONTRACTS 1.6."""
    payment, capture = a_sale(shop)
    refund = a_refund(shop.provider, payment, capture)
    for match in ("POST /v1/refunds", "POST /v1/application_fees/*"):
        fault_once = {"do": fault, "match": match, "times": 2, "seconds": 1.0}
        shop.simulator.configure_chaos({"api": [fault_once]})
        if match == "POST /v1/refunds":
            shop.provider.refund(refund)
        else:
            shop.provider.return_fee(refund)

    assert balances(shop) == (-378, 0)


def test_a_return_that_stripe_never_received_is_not_there(shop: Shop):
    payment, capture = a_sale(shop)
    refund = a_refund(shop.provider, payment, capture)
    shop.simulator.configure_chaos({"api": [{"do": "lost_before", "times": -1}]})
    with pytest.raises(ProviderUnavailableError):
        shop.provider.refund(refund)
    shop.simulator.clear_chaos()

    assert shop.provider.ask_refund(refund) is None


def test_a_return_is_found_by_our_id_after_stripe_forgot_the_key(shop: Shop):
    """BAD-11: among the organizer's own, whose metadata is not ours."""
    payment, capture = a_sale(shop)
    refund = a_refund(shop.provider, payment, capture, amount=Money(5000, "USD"))
    shop.simulator.dashboard_refund(capture.intent_id, 5000)
    sent = shop.provider.refund(refund)
    shop.simulator.dashboard_refund(capture.intent_id, 1000)
    shop.clock.advance(hours=25)

    found = shop.provider.ask_refund(refund)

    assert found == sent
    assert shop.provider.ask_refund(known_as(refund, sent.provider_refund_id)) == sent


def test_a_fee_goes_back_once_although_stripe_forgot_the_key(shop: Shop):
    """BAD-11: a part of a fee could be given back twice."""
    payment, capture = a_sale(shop)
    refund = a_refund(
        shop.provider, payment, capture, amount=Money(5000, "USD"), fee=Money(95, "USD")
    )
    shop.provider.refund(refund)
    first = shop.provider.return_fee(refund)
    shop.clock.advance(hours=25)

    second = shop.provider.return_fee(refund)

    assert second == first
    assert [each["amount"] for each in shop.simulator.find_all("fee_refund")] == [95]


def test_a_pending_return_is_submitted_until_it_succeeds(shop: Shop):
    """RFD-6."""
    payment, capture = a_sale(shop)
    refund = a_refund(shop.provider, payment, capture)
    shop.simulator.configure_chaos({"refunds": {"pending": 1}})
    pending = shop.provider.refund(refund)
    shop.simulator.settle_refund(pending.provider_refund_id)

    settled = shop.provider.ask_refund(known_as(refund, pending.provider_refund_id))

    assert pending.status is RefundStatus.SUBMITTED
    assert settled == RefundReport(RefundStatus.SUCCEEDED, pending.provider_refund_id)


def test_a_success_that_stripe_takes_back_has_failed(shop: Shop):
    """RFD-6: the money is the organizer's again."""
    payment, capture = a_sale(shop)
    refund = a_refund(shop.provider, payment, capture)
    report = shop.provider.refund(refund)
    shop.simulator.fail_refund(report.provider_refund_id)

    later = shop.provider.ask_refund(known_as(refund, report.provider_refund_id))

    assert later == RefundReport(
        RefundStatus.FAILED, report.provider_refund_id, "expired_or_canceled_card"
    )


@pytest.mark.parametrize(
    ("before_minor", "code"),
    [
        pytest.param(12000, "already_refunded", id="nothing is left"),
        pytest.param(1, "refund_amount_refused", id="less is left"),
    ],
)
def test_more_than_what_is_left_is_refused(shop: Shop, before_minor: int, code: str):
    payment, capture = a_sale(shop)
    shop.simulator.dashboard_refund(capture.intent_id, before_minor)

    with pytest.raises(ProviderRefusedError) as caught:
        shop.provider.refund(a_refund(shop.provider, payment, capture))

    assert caught.value.code == code


def test_each_event_of_a_return_hints_at_it(shop: Shop):
    """EXT-2, RFD-4: what the organizer returns on the dashboard is asked about by Stripe's id."""
    payment, capture = a_sale(shop)
    shop.simulator.take_webhooks()
    made = shop.provider.refund(
        a_refund(shop.provider, payment, capture, amount=Money(5000, "USD"))
    )
    ours = hints(shop)
    theirs = shop.simulator.dashboard_refund(capture.intent_id, 100)

    assert ours == {
        "refund.created": Hint(
            "pay_1",
            "ref_1",
            provider_account_id=ORGANIZER,
            provider_refund_id=made.provider_refund_id,
        ),
        "charge.refunded": Hint("pay_1"),
    }
    assert hints(shop) == {
        "refund.created": Hint(provider_refund_id=theirs["id"], provider_account_id=ORGANIZER),
        "charge.refunded": Hint("pay_1"),
    }


def hints(shop: Shop) -> dict[str, Hint]:
    found = {}
    for body in (each.body for each in shop.simulator.take_webhooks()):
        event = parse_event(body)
        found[event.kind] = read_hint(
            ProviderEvent(
                "stripe", event.event_id, event.kind, event.account, body.decode(), STARTED_AT
            )
        )
    return found
