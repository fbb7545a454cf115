"""Refunds made at Stripe itself, fees it gave back, refunds it refuses."""

from dataclasses import replace

import pytest

from guichet.money import Money
from guichet.payments.ports import FoundRefund, ProviderRefusedError
from guichet.payments.refund import RefundStatus
from tests.support.stripe import Shop, a_refund, a_sale, capture_of
from tests.support.stripe_calls import ORGANIZER, OTHER_ORGANIZER

NOTHING = Money(0, "USD")


def test_a_refund_of_the_dashboard_is_found_by_stripes_id(shop: Shop):
    """RFD-4: its own time decides the window, whenever we learn of it."""
    capture = capture_of(a_sale(shop))
    shop.clock.advance(days=3)
    made_at = shop.clock()
    made = shop.simulator.dashboard_refund(capture.intent_id, 5000, refund_application_fee=True)
    shop.clock.advance(days=70)

    refund = shop.provider.find_refund(made["id"], payee=ORGANIZER)

    assert refund == FoundRefund(
        provider_refund_id=made["id"],
        capture_id=capture.capture_id,
        payment_id="pay_1",
        refund_id=None,
        status=RefundStatus.SUCCEEDED,
        amount=Money(5000, "USD"),
        made_at=made_at,
        failure=None,
        fee_returned=NOTHING,
    )


def test_a_refund_of_ours_is_found_with_our_id(shop: Shop):
    payment = a_sale(shop)
    report = shop.provider.refund(a_refund(shop.provider, payment, capture_of(payment)))

    refund = shop.provider.find_refund(report.provider_refund_id, payee=ORGANIZER)

    assert (refund.payment_id, refund.refund_id) == ("pay_1", "ref_1")


def test_a_refund_of_the_dashboard_that_fails_later_is_found_failed(shop: Shop):
    """RFD-6."""
    capture = capture_of(a_sale(shop))
    made = shop.simulator.dashboard_refund(capture.intent_id)
    shop.simulator.fail_refund(made["id"], "insufficient_funds")

    refund = shop.provider.find_refund(made["id"], payee=ORGANIZER)

    assert (refund.status, refund.failure) == (RefundStatus.FAILED, "balance_insufficient")


def test_a_sale_that_was_not_made_through_us_has_no_reference(shop: Shop):
    """RFD-4: the organizer sells elsewhere with the same account."""
    payment = a_sale(shop)
    intent_id = capture_of(payment).intent_id
    made = shop.simulator.dashboard_refund(intent_id, 100)
    dispute = shop.simulator.open_dispute(intent_id)
    kept = shop.simulator.snapshot()
    kept["state"]["objects"][intent_id]["metadata"] = {}
    shop.simulator.restore(kept)

    refund = shop.provider.find_refund(made["id"], payee=ORGANIZER)

    assert refund.payment_id is None
    assert shop.provider.find_dispute(dispute["id"], payee=ORGANIZER).payment_id is None


@pytest.mark.parametrize("kind", ["refund", "dispute"])
def test_what_stripe_does_not_know_there_is_refused(shop: Shop, kind: str):
    """Another account's object is as absent."""
    shop.simulator.add_account(OTHER_ORGANIZER)
    intent_id = capture_of(a_sale(shop)).intent_id
    make = shop.simulator.dashboard_refund if kind == "refund" else shop.simulator.open_dispute
    made = make(intent_id)
    ask = shop.provider.find_refund if kind == "refund" else shop.provider.find_dispute

    for object_id, payee in ((made["id"], OTHER_ORGANIZER), ("none", ORGANIZER)):
        with pytest.raises(ProviderRefusedError) as caught:
            ask(object_id, payee=payee)
        assert caught.value.code == "missing_at_provider"


def test_what_stripe_gave_back_of_the_fee_by_itself_is_told(shop: Shop):
    """RFD-4: the dashboard's refund returned its share; ours, with our id, does not count."""
    payment = a_sale(shop)
    capture = capture_of(payment)
    before = shop.provider.fee_returned_there(payment)
    shop.simulator.dashboard_refund(capture.intent_id, 2000, refund_application_fee=True)
    shop.simulator.dashboard_refund(capture.intent_id, 2000, refund_application_fee=True)
    shop.simulator.dashboard_refund(capture.intent_id, 2000)
    part = a_refund(
        shop.provider, payment, capture, amount=Money(3000, "USD"), fee=Money(57, "USD")
    )
    shop.provider.refund(part)
    shop.provider.return_fee(part)

    told = shop.provider.fee_returned_there(payment)

    assert (before, told) == (NOTHING, Money(76, "USD"))


def test_a_payment_without_a_fee_had_none_returned(shop: Shop):
    """BAD-15: there is nothing to ask about."""
    payment = a_sale(shop, platform_fee=NOTHING)
    shop.simulator.dashboard_refund(capture_of(payment).intent_id)
    shop.http.sent.clear()

    told = shop.provider.fee_returned_there(payment)

    assert told == NOTHING
    assert shop.provider.fee_returned_there(replace(payment, capture=None)) == NOTHING
    assert shop.http.sent == []


@pytest.mark.parametrize(
    ("refusal", "code"),
    [
        pytest.param("balance_insufficient", "balance_insufficient", id="balance"),
        pytest.param("charge_not_refundable", "refund_not_permitted", id="method"),
        pytest.param("account_closed", "account_restricted", id="account"),
        pytest.param("something_new", "request_refused", id="unknown to us"),
    ],
)
def test_a_refund_that_stripe_refuses_has_a_code_of_ours(shop: Shop, refusal: str, code: str):
    """RFD-5, RFD-6: nothing went back."""
    payment = a_sale(shop)
    shop.simulator.configure_chaos({"refunds": {"refuse": 1, "refusal": refusal}})

    with pytest.raises(ProviderRefusedError) as caught:
        shop.provider.refund(a_refund(shop.provider, payment, capture_of(payment)))

    assert caught.value.code == code
    assert shop.simulator.find_all("refund") == []


def test_an_account_that_left_can_not_be_asked(shop: Shop):
    """PAY-5."""
    payment = a_sale(shop)
    shop.simulator.deauthorize(ORGANIZER)

    with pytest.raises(ProviderRefusedError) as refused:
        shop.provider.refund(a_refund(shop.provider, payment, capture_of(payment)))
    with pytest.raises(ProviderRefusedError) as unknown:
        shop.provider.find_refund("re_1", payee=ORGANIZER)

    assert refused.value.code == unknown.value.code == "account_not_reachable"
