"""Refunds, with their share of the fee, against the simulated PayPal."""

from dataclasses import replace

import pytest

from guichet.money import Money
from guichet.payments.ports import (
    NOT_REACHABLE,
    ProviderRefusedError,
    ProviderUnavailableError,
    RefundReport,
)
from guichet.payments.refund import Refund, RefundStatus
from tests.support.paypal import a_refund, known_as
from tests.support.paypal_calls import MERCHANT
from tests.support.paypal_shop import PayPalShop, a_sale, balances

REFUNDS = "POST /v2/payments/captures/*/refund"


def succeeded(refund_id: str) -> RefundReport:
    return RefundReport(RefundStatus.SUCCEEDED, refund_id, provider_fee_refund_id=refund_id)


def sent_at(shop: PayPalShop, refund: Refund) -> Refund:
    """The same refund, as the record knows it once it is sent."""
    return replace(refund, first_sent_at=shop.clock())


def test_a_whole_return_leaves_only_paypals_own_fee(shop: PayPalShop):
    """RFD-3, FEE-3: 120.00 and 2.28 come back in one call, PayPal keeps 3.78."""
    payment, capture = a_sale(shop)
    refund = a_refund(shop.provider, payment, capture)

    report = shop.provider.refund(refund)

    assert report == succeeded(shop.simulator.refunds()[0]["id"])
    assert balances(shop) == (-378, 0)
    assert shop.provider.ask_returned_fee(known_as(refund, report.provider_refund_id)) is not None


def test_three_partial_returns_give_back_the_exact_fee(shop: PayPalShop):
    """RFD-3: 33.33, 33.33 and 33.34 of 100.00 return 0.63, 0.64 and 0.63 of 1.90."""
    payment, capture = a_sale(shop, amount=Money(10000, "USD"), platform_fee=Money(190, "USD"))
    parts = ((3333, 63), (3333, 64), (3334, 63))

    for number, (amount, fee) in enumerate(parts):
        part = a_refund(
            shop.provider,
            payment,
            capture,
            refund_id=f"ref_{number}",
            amount=Money(amount, "USD"),
            fee=Money(fee, "USD"),
        )
        assert shop.provider.refund(part).status is RefundStatus.SUCCEEDED

    assert [each["platform_fee_minor"] for each in shop.simulator.refunds()] == [63, 64, 63]
    assert balances(shop) == (-320, 0)


def test_a_return_of_a_payment_without_a_fee_mentions_none(shop: PayPalShop):
    """BAD-15."""
    payment, capture = a_sale(shop, platform_fee=Money(0, "USD"))
    refund = a_refund(shop.provider, payment, capture)

    report = shop.provider.refund(refund)

    assert report == RefundReport(RefundStatus.SUCCEEDED, report.provider_refund_id)
    assert "payment_instruction" not in refund.request_body


def test_a_fee_larger_than_what_is_left_of_it_is_refused(shop: PayPalShop):
    """CONTRACTS 2.4: PLATFORM_FEE_EXCEEDED."""
    payment, capture = a_sale(shop)

    with pytest.raises(ProviderRefusedError) as caught:
        shop.provider.refund(a_refund(shop.provider, payment, capture, fee=Money(229, "USD")))

    assert caught.value.code == "request_refused"
    assert balances(shop) == (11394, 228)


@pytest.mark.parametrize("fault", ["lost_before", "lost_after", "in_use", "down", "server_error"])
def test_a_return_without_an_answer_happens_once(shop: PayPalShop, fault: str):
    """BAD-11: asked about by our own reference, or sent again under its key."""
    payment, capture = a_sale(shop)
    refund = a_refund(shop.provider, payment, capture)
    shop.simulator.configure_chaos({"api": [{"do": fault, "match": REFUNDS, "times": 3}]})
    with pytest.raises(ProviderUnavailableError):
        shop.provider.refund(refund)

    found = shop.provider.ask_refund(refund)
    again = shop.provider.refund(refund)

    assert (found is not None) == (fault == "lost_after")
    assert found in {None, again}
    assert balances(shop) == (-378, 0)


def test_a_return_is_found_by_our_reference_among_the_organizers_own(shop: PayPalShop):
    """BAD-11, RFD-4: what was returned in PayPal's dashboard names nobody of ours."""
    payment, capture = a_sale(shop)
    half = Money(5000, "USD")
    refund = a_refund(shop.provider, payment, capture, amount=half, fee=Money(95, "USD"))
    shop.simulator.dashboard_refund(capture.capture_id, 5000)
    assert shop.provider.ask_refund(refund) is None
    sent = shop.provider.refund(refund)
    shop.simulator.dashboard_refund(capture.capture_id, 1000)

    found = shop.provider.ask_refund(refund)

    assert found == sent == shop.provider.ask_refund(known_as(refund, sent.provider_refund_id))


def test_a_return_whose_key_paypal_forgot_is_not_sent_again(shop: PayPalShop):
    """BAD-11, CONTRACTS 2.5: 45 days later it is found, or a person looks; never paid twice."""
    payment, capture = a_sale(shop)
    part = Money(5000, "USD")
    known = sent_at(shop, a_refund(shop.provider, payment, capture, amount=part))
    lost = sent_at(shop, a_refund(shop.provider, payment, capture, refund_id="r2", amount=part))
    report = shop.provider.refund(known)
    shop.clock.advance(days=46)

    assert shop.provider.ask_refund(known) == report
    assert shop.provider.ask_refund(lost) is None
    for refund in (known, lost):
        with pytest.raises(ProviderUnavailableError, match="forgotten"):
            shop.provider.refund(refund)
    assert len(shop.simulator.refunds()) == 1


def test_a_pending_return_is_submitted_until_it_succeeds(shop: PayPalShop):
    """RFD-6: the fee goes with it, then."""
    payment, capture = a_sale(shop)
    refund = a_refund(shop.provider, payment, capture)
    shop.simulator.configure_chaos({"refunds": {"pending": 1}})
    pending = shop.provider.refund(refund)
    shop.simulator.settle_refund(pending.provider_refund_id)

    settled = shop.provider.ask_refund(known_as(refund, pending.provider_refund_id))

    assert pending == RefundReport(RefundStatus.SUBMITTED, pending.provider_refund_id)
    assert settled == succeeded(pending.provider_refund_id)


def test_a_success_that_paypal_takes_back_has_failed_with_its_fee(shop: PayPalShop):
    """RFD-6: money and fee are again where they were."""
    payment, capture = a_sale(shop)
    refund = a_refund(shop.provider, payment, capture)
    report = shop.provider.refund(refund)
    shop.simulator.fail_refund(report.provider_refund_id)
    known = known_as(refund, report.provider_refund_id)

    failed = shop.provider.ask_refund(known)

    assert failed == RefundReport(RefundStatus.FAILED, report.provider_refund_id, "failed")
    assert shop.provider.ask_returned_fee(known) is None
    assert balances(shop) == (11394, 228)


@pytest.mark.parametrize(
    ("before_minor", "code"),
    [
        pytest.param(12000, "already_refunded", id="nothing is left"),
        pytest.param(1, "refund_amount_refused", id="less is left"),
    ],
)
def test_more_than_what_is_left_is_refused(shop: PayPalShop, before_minor: int, code: str):
    payment, capture = a_sale(shop)
    shop.simulator.dashboard_refund(capture.capture_id, before_minor)

    with pytest.raises(ProviderRefusedError) as caught:
        shop.provider.refund(a_refund(shop.provider, payment, capture))

    assert caught.value.code == code


def test_a_seller_who_left_returns_nothing(shop: PayPalShop):
    """PAY-4, RFD-5: neither a refund nor a question about one."""
    payment, capture = a_sale(shop)
    refund = a_refund(shop.provider, payment, capture)
    shop.simulator.revoke_consent(MERCHANT)

    for act in (shop.provider.refund, shop.provider.ask_refund):
        with pytest.raises(ProviderRefusedError) as caught:
            act(refund)
        assert caught.value.code == NOT_REACHABLE


def test_a_capture_that_was_returned_is_still_known_as_money_that_came(shop: PayPalShop):
    """BAD-4: an old question after the refund sets nothing back."""
    payment, capture = a_sale(shop)
    shop.provider.refund(a_refund(shop.provider, payment, capture))

    assert shop.provider.ask(payment).capture == capture
