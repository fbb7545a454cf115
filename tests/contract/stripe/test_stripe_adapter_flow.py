"""The adapter against the simulated Stripe, in process and over HTTP: sales and their ends."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from guichet.adapters.stripe.webhooks import parse_event, read_hint
from guichet.money import Money
from guichet.payments.ports import (
    Hint,
    ProviderRefusedError,
    SessionReport,
    SessionState,
)
from guichet.registration.provider_event import ProviderEvent
from local.simulators.stripe.errors import BuyerRefusedError
from tests.support.stripe import STARTED_AT, Shop, captured, page_of
from tests.support.stripe_calls import OTHER_ORGANIZER

UNPAID, ENDED = SessionReport(SessionState.UNPAID), SessionReport(SessionState.ENDED)


def test_a_card_payment_is_reported_with_its_amount_and_both_fees(shop: Shop):
    """FEE-2, FEE-3, REG-3: 120.00 paid, 2.28 to the platform, 3.78 to Stripe; nothing differs."""
    payment, session_id = page_of(shop)
    before = shop.provider.ask(payment)
    shop.simulator.pay(session_id)

    capture = captured(shop.provider.ask(payment))

    assert before == UNPAID
    assert payment.redirect_url == f"http://127.0.0.1:8080/_stripe/pay/{session_id}"
    assert capture.amount == Money(12000, "USD")
    assert capture.platform_fee == Money(228, "USD")
    assert capture.provider_fee == Money(378, "USD")
    assert shop.simulator.find(capture.platform_fee_id or "")["amount"] == 228
    assert shop.simulator.find(capture.capture_id)["payment_intent"] == capture.intent_id
    assert capture.captured_at == STARTED_AT
    assert payment.mismatches(capture) == ()


def test_a_payment_without_a_fee_is_reported_without_one(shop: Shop):
    """BAD-15."""
    payment, session_id = page_of(shop, platform_fee=Money(0, "USD"))
    shop.simulator.pay(session_id)

    capture = captured(shop.provider.ask(payment))

    assert (capture.platform_fee, capture.platform_fee_id) == (Money(0, "USD"), None)


def test_a_declined_card_leaves_the_page_open_for_another(shop: Shop):
    payment, session_id = page_of(shop)
    shop.simulator.decline(session_id)
    declined = shop.provider.ask(payment)
    shop.simulator.pay(session_id)

    paid = shop.provider.ask(payment)

    assert (declined, paid.state) == (UNPAID, SessionState.PAID)


def test_a_page_that_nobody_paid_in_time_has_ended(shop: Shop):
    payment, _ = page_of(shop)
    shop.clock.advance(minutes=31)

    assert shop.provider.ask(payment) == ENDED


@pytest.mark.parametrize(
    ("knob", "differences"),
    [
        pytest.param({"amount_minor": 11999}, ("amount",), id="a cent too few"),
        pytest.param({"amount_minor": 12001}, ("amount",), id="a cent too many"),
        pytest.param({"currency": "eur"}, ("currency",), id="another currency"),
        pytest.param({"currency": "jpy"}, ("currency",), id="a currency without decimals"),
    ],
)
def test_what_was_captured_is_reported_even_if_it_is_not_what_was_asked(
    shop: Shop, knob: dict[str, Any], differences: tuple[str, ...]
):
    """REG-3: the report says what the charge says."""
    payment, session_id = page_of(shop)
    shop.simulator.configure_chaos({"capture": {"times": 1, **knob}})
    shop.simulator.pay(session_id)

    capture = captured(shop.provider.ask(payment))

    assert payment.mismatches(capture) == differences


def test_a_bank_debit_is_processing_until_the_bank_settles_it(shop: Shop):
    payment, session_id = page_of(shop)
    shop.simulator.start_bank_debit(session_id)
    pending = shop.provider.ask(payment)
    shop.simulator.settle_bank_debit(session_id)

    settled = shop.provider.ask(payment)

    assert pending == SessionReport(SessionState.PROCESSING)
    assert captured(settled).amount == Money(12000, "USD")


def test_a_bank_debit_that_the_bank_denies_is_denied(shop: Shop):
    payment, session_id = page_of(shop)
    shop.simulator.start_bank_debit(session_id)
    shop.simulator.deny_bank_debit(session_id)

    assert shop.provider.ask(payment) == SessionReport(SessionState.DENIED)


def test_an_ended_page_can_not_be_paid_any_more(shop: Shop):
    """BAD-16."""
    payment, session_id = page_of(shop)

    ended = shop.provider.end_session(payment)

    assert ended == ENDED
    assert shop.provider.end_session(payment) == ENDED
    with pytest.raises(BuyerRefusedError):
        shop.simulator.pay(session_id)


def test_ending_a_page_that_was_just_paid_answers_the_capture(shop: Shop):
    """BAD-16."""
    payment, session_id = page_of(shop)
    shop.simulator.pay(session_id)

    assert captured(shop.provider.end_session(payment)).amount == Money(12000, "USD")


def test_ending_a_page_whose_debit_is_pending_leaves_it_processing(shop: Shop):
    payment, session_id = page_of(shop)
    shop.simulator.start_bank_debit(session_id)

    assert shop.provider.end_session(payment) == SessionReport(SessionState.PROCESSING)


def test_money_on_an_expired_page_is_money(shop: Shop):
    """BAD-16, stripe/stripe-node#2462: a page left open may still take a payment."""
    payment, session_id = page_of(shop)
    shop.provider.end_session(payment)
    shop.simulator.configure_chaos({"pay_expired": 1})
    shop.simulator.pay(session_id)

    assert captured(shop.provider.ask(payment)).amount == Money(12000, "USD")


def test_an_account_that_left_is_refused_for_good(shop: Shop):
    """PAY-5: what was connected is no longer."""
    payment, _ = page_of(shop)
    shop.simulator.deauthorize(payment.payee)

    for act in (shop.provider.open_session, shop.provider.ask, shop.provider.end_session):
        with pytest.raises(ProviderRefusedError) as caught:
            act(payment)
        assert caught.value.code == "account_not_reachable"


def test_another_organizers_page_is_not_there(shop: Shop):
    """ACC-2: each object is looked for on the account that it belongs to."""
    payment, _ = page_of(shop)
    shop.simulator.add_account(OTHER_ORGANIZER)

    with pytest.raises(ProviderRefusedError) as caught:
        shop.provider.ask(replace(payment, payee=OTHER_ORGANIZER))

    assert caught.value.code == "missing_at_provider"


def test_each_event_of_a_sale_hints_at_its_payment(shop: Shop):
    """EXT-2: the session's, the intent's and the charge's; the platform's own fee names nobody."""
    _, session_id = page_of(shop)
    shop.simulator.pay(session_id)
    shop.clock.advance(seconds=1)

    bodies = [each.body for each in shop.simulator.take_webhooks()]

    events = [parse_event(body) for body in bodies]
    hints = {
        event.kind: read_hint(
            ProviderEvent(
                "stripe", event.event_id, event.kind, event.account, body.decode(), STARTED_AT
            )
        )
        for event, body in zip(events, bodies, strict=True)
    }
    assert hints == {
        "charge.succeeded": Hint("pay_1"),
        "payment_intent.succeeded": Hint("pay_1"),
        "application_fee.created": Hint(),
        "checkout.session.completed": Hint("pay_1"),
    }
    assert {event.account for event in events} == {"acct_organizer", ""}


def test_a_page_lives_as_long_as_was_stored(shop: Shop):
    """CONTRACTS 1.2: a session lives 30 minutes at least."""
    payment, session_id = page_of(shop)

    assert shop.simulator.find(session_id)["expires_at"] == int(
        (STARTED_AT + timedelta(minutes=31)).timestamp()
    )
    assert payment.session_ends_at == STARTED_AT + timedelta(minutes=31)
