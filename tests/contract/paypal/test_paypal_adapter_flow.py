"""The adapter against the simulated PayPal: sales and their ends."""

from dataclasses import replace
from typing import Any

import pytest

from guichet.adapters.paypal.amounts import CURRENCIES
from guichet.money import Money
from guichet.payments.ports import (
    NOT_REACHABLE,
    ProviderRefusedError,
    SessionReport,
    SessionState,
)
from local.simulators.paypal.errors import BuyerRefusedError
from tests.support.paypal import captured, capturing
from tests.support.paypal_calls import MERCHANT, OTHER_MERCHANT
from tests.support.paypal_shop import PayPalShop, a_sale, approved, balances, page_of

UNPAID, ENDED = SessionReport(SessionState.UNPAID), SessionReport(SessionState.ENDED)
APPROVED, DECLINED = SessionReport(SessionState.APPROVED), SessionReport(SessionState.DECLINED)
DENIED = SessionReport(SessionState.DENIED)


def test_a_payment_is_approved_by_the_buyer_and_captured_by_us(shop: PayPalShop):
    """FEE-2, FEE-3, REG-3: 120.00 paid, 2.28 to the platform, 3.78 to PayPal; nothing differs."""
    payment, order_id = page_of(shop)
    before = shop.provider.ask(payment)
    shop.simulator.approve(order_id)
    agreed, nothing_moved = shop.provider.ask(payment), balances(shop)

    capture = captured(shop.provider.capture(capturing(payment)))

    assert (before, agreed, nothing_moved) == (UNPAID, APPROVED, (0, 0))
    assert payment.redirect_url == f"{shop.simulator.base_url}/checkoutnow?token={order_id}"
    assert capture.amount == Money(12000, "USD")
    assert capture.platform_fee == Money(228, "USD")
    assert capture.provider_fee == Money(378, "USD")
    assert capture.platform_fee_id == capture.capture_id == shop.simulator.captures()[0]["id"]
    assert capture.intent_id == order_id
    assert capture.captured_at == shop.clock()
    assert payment.mismatches(capture) == ()
    assert balances(shop) == (11394, 228)


def test_what_was_captured_is_answered_to_every_later_question(shop: PayPalShop):
    """BAD-2: the return page and the webhook ask at the same moment."""
    payment, capture = a_sale(shop)

    for act in (shop.provider.ask, shop.provider.end_session, shop.provider.capture):
        assert captured(act(payment)) == capture
    assert len(shop.simulator.captures()) == 1


def test_a_payment_without_a_fee_is_reported_without_one(shop: PayPalShop):
    """BAD-15."""
    _, capture = a_sale(shop, platform_fee=Money(0, "USD"))

    assert (capture.platform_fee, capture.platform_fee_id) == (Money(0, "USD"), None)


@pytest.mark.parametrize("currency", sorted(CURRENCIES))
def test_each_currency_that_is_sold_in_can_be_paid(shop: PayPalShop, currency: str):
    """MON-2."""
    payment, capture = a_sale(shop, amount=Money(12000, currency))

    assert payment.mismatches(capture) == ()


def test_a_guest_pays_by_card(shop: PayPalShop):
    """PAY-6: whether the account takes cards is decided before."""
    payment = approved(shop, "card", method="paypal_card")

    assert captured(shop.provider.capture(payment)).amount == payment.amount


def test_a_declined_instrument_leaves_the_order_open_for_another(shop: PayPalShop):
    """REG-8, CONTRACTS 2.3: the same page, a new intent."""
    payment = approved(shop, "declined")
    declined = shop.provider.capture(payment)
    repeated = shop.provider.capture(payment)
    shop.simulator.approve(payment.session_id or "", "balance")
    second = replace(payment, capture_count=2)

    capture = captured(shop.provider.capture(second))

    assert (declined, repeated) == (DECLINED, DECLINED)
    assert (payment.capture_key, second.capture_key) == ("pay_1-1-c1", "pay_1-1-c2")
    assert payment.mismatches(capture) == ()


def test_a_capture_that_paypal_refuses_for_good_is_denied(shop: PayPalShop):
    """CONTRACTS 2.3: the order is COMPLETED, its capture DECLINED: no money."""
    payment = approved(shop, "refused")

    assert shop.provider.capture(payment) == DENIED
    assert shop.provider.ask(payment) == DENIED
    assert balances(shop) == (0, 0)


def test_a_capture_before_the_buyers_yes_moves_nothing(shop: PayPalShop):
    payment, _ = page_of(shop)

    assert shop.provider.capture(capturing(payment)) == UNPAID


@pytest.mark.parametrize("instrument", ["echeck", "review"])
@pytest.mark.parametrize("arrives", [True, False], ids=["arrives", "is denied"])
def test_a_pending_capture_is_processing_until_it_is_settled(
    shop: PayPalShop, instrument: str, *, arrives: bool
):
    """REG-8, CONTRACTS pitfall 9: pending is no money yet."""
    payment = approved(shop, instrument)
    pending = shop.provider.capture(payment)
    waiting = replace(payment, pending_capture_id=pending.capture_id)
    still = shop.provider.ask(waiting)
    capture_id = shop.simulator.pending_captures()[0]["id"]
    (shop.simulator.settle_capture if arrives else shop.simulator.deny_capture)(capture_id)

    settled = shop.provider.ask(waiting)

    assert pending == still == SessionReport(SessionState.PROCESSING, capture_id=capture_id)
    assert shop.calls("/captures/") == [f"GET /v2/payments/captures/{capture_id}"] * 2
    if arrives:
        assert payment.mismatches(captured(settled)) == ()
        assert captured(settled) == captured(shop.provider.ask(payment))
    else:
        assert settled == DENIED == shop.provider.ask(payment)


@pytest.mark.parametrize(
    ("knob", "differences"),
    [
        pytest.param({"amount_minor": 11999}, ("amount",), id="a cent too few"),
        pytest.param({"amount_minor": 12001}, ("amount",), id="a cent too many"),
        pytest.param({"currency": "EUR"}, ("currency",), id="another currency"),
        pytest.param({"currency": "JPY"}, ("currency",), id="a currency without decimals"),
    ],
)
def test_what_was_captured_is_reported_even_if_it_is_not_what_was_asked(
    shop: PayPalShop, knob: dict[str, Any], differences: tuple[str, ...]
):
    """REG-3: the report says what the capture says."""
    shop.simulator.configure_chaos({"capture": {"times": 1, **knob}})

    payment, capture = a_sale(shop)

    assert payment.mismatches(capture) == differences


def test_an_order_that_nobody_approved_in_time_has_ended(shop: PayPalShop):
    """REG-4: no event tells so."""
    payment, order_id = page_of(shop)
    shop.clock.advance(hours=6)

    assert shop.provider.ask(payment) == ENDED == shop.provider.end_session(payment)
    with pytest.raises(BuyerRefusedError):
        shop.simulator.approve(order_id)


def test_an_order_stays_open_at_paypal_when_our_hold_ends(shop: PayPalShop):
    """BAD-16: it can't be ended there; only our own record keeps it from being captured."""
    payment, order_id = page_of(shop)
    shop.clock.advance(minutes=31)

    ended = shop.provider.end_session(payment)
    shop.simulator.approve(order_id)

    assert ended == UNPAID
    assert shop.provider.end_session(payment) == APPROVED
    assert balances(shop) == (0, 0)


def test_an_order_that_is_gone_after_a_capture_was_sent_is_unknown(shop: PayPalShop):
    """REG-8: the capture never arrived, but nobody can say so any more."""
    payment = approved(shop)
    shop.clock.advance(hours=7)

    for act in (shop.provider.ask, shop.provider.capture):
        with pytest.raises(ProviderRefusedError) as caught:
            act(payment)
        assert caught.value.code == NOT_REACHABLE


def test_a_seller_who_revoked_the_consent_is_refused_for_good(shop: PayPalShop):
    """PAY-5, CONTRACTS pitfall 18: between the order and its capture, too."""
    payment = approved(shop)
    shop.simulator.revoke_consent(MERCHANT)

    for act in (shop.provider.ask, shop.provider.end_session, shop.provider.capture):
        with pytest.raises(ProviderRefusedError) as caught:
            act(payment)
        assert caught.value.code == NOT_REACHABLE
    with pytest.raises(ProviderRefusedError, match=NOT_REACHABLE):
        page_of(shop, payment_id="pay_2")


def test_a_seller_who_just_consented_is_covered_by_a_new_token(shop: PayPalShop):
    """CONTRACTS 2.1, the stale token trap: other workers hold tokens of before."""
    a_sale(shop)
    shop.simulator.add_merchant(OTHER_MERCHANT)

    payment, capture = a_sale(shop, payment_id="pay_2", payee=OTHER_MERCHANT)

    assert payment.mismatches(capture) == ()


def test_a_seller_who_can_not_be_paid_sells_nothing(shop: PayPalShop):
    """PAY-2."""
    shop.simulator.change_merchant(MERCHANT, restricted=True)

    with pytest.raises(ProviderRefusedError) as caught:
        page_of(shop)

    assert caught.value.code == "account_can_not_receive"


def test_another_organizers_order_is_not_ours_to_ask_about(shop: PayPalShop):
    """ACC-2: each object is looked for on the account that it belongs to."""
    payment = approved(shop)
    shop.simulator.add_merchant(OTHER_MERCHANT)
    other = replace(payment, payee=OTHER_MERCHANT)

    for act in (shop.provider.ask, shop.provider.capture):
        with pytest.raises(ProviderRefusedError):
            act(other)
    assert balances(shop) == (0, 0)


def test_one_invoice_is_paid_once(shop: PayPalShop):
    """CONTRACTS 2.5: PayPal's lasting guard, when the key of an order is forgotten."""
    first, _ = page_of(shop)
    shop.clock.advance(hours=5)
    shop.simulator.approve(first.session_id or "")
    shop.clock.advance(hours=2)
    second, order_id = page_of(shop)
    shop.simulator.approve(order_id)
    captured(shop.provider.capture(capturing(first)))

    refused = shop.provider.capture(capturing(replace(second, attempt=2)))

    assert first.session_id != second.session_id
    assert refused == DENIED
    assert len(shop.simulator.captures()) == 1
