"""The adapter against the simulated Stripe, in process and over HTTP: sales, ends, lost answers."""

from dataclasses import replace
from datetime import timedelta
from threading import Thread
from time import sleep
from typing import Any

import pytest

from guichet.adapters.stripe.webhooks import parse_event, read_hint
from guichet.money import Money
from guichet.payments.payment import Payment
from guichet.payments.ports import (
    Hint,
    ProviderRefusedError,
    ProviderUnavailableError,
    SessionReport,
    SessionState,
)
from guichet.registration.provider_event import ProviderEvent
from local.simulators.stripe.errors import BuyerRefusedError
from tests.support.stripe import STARTED_AT, Shop, a_payment, captured, opened
from tests.support.stripe_calls import OTHER_ORGANIZER

UNPAID, ENDED = SessionReport(SessionState.UNPAID), SessionReport(SessionState.ENDED)


def page_of(shop: Shop, **changes: Any) -> tuple[Payment, str]:  # noqa: ANN401 - any field
    """A payment with its page, and the page's id."""
    payment = opened(shop.provider, a_payment(shop.provider, **changes))
    assert payment.session_id is not None
    return payment, payment.session_id


def break_calls(shop: Shop, do: str, *, times: int = 1, seconds: float = 1.0) -> None:
    shop.simulator.configure_chaos({"api": [{"do": do, "times": times, "seconds": seconds}]})


def sessions(shop: Shop) -> list[str]:
    return [each["id"] for each in shop.simulator.find_all("checkout.session")]


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


@pytest.mark.parametrize("fault", ["lost_before", "lost_after", "in_use", "down"])
def test_a_fault_that_passes_is_not_noticed(shop: Shop, fault: str):
    """CONTRACTS 1.6: the same bytes under the same key, until there is an answer."""
    break_calls(shop, fault, times=2)

    _, session_id = page_of(shop)

    assert sessions(shop) == [session_id]
    assert len({(each.body, each.headers["Idempotency-Key"]) for each in shop.http.sent}) == 1
    assert len(shop.pauses.taken) == 2


@pytest.mark.parametrize("fault", ["lost_before", "lost_after", "in_use", "down"])
def test_a_fault_that_stays_leaves_the_outcome_unknown(shop: Shop, fault: str):
    payment = a_payment(shop.provider)
    break_calls(shop, fault, times=-1)

    with pytest.raises(ProviderUnavailableError):
        shop.provider.open_session(payment)

    assert len(shop.http.sent) == 3


def test_an_end_whose_answer_was_lost_is_an_end(shop: Shop):
    """BAD-16."""
    payment, _ = page_of(shop)
    break_calls(shop, "lost_after")

    assert shop.provider.end_session(payment) == ENDED


def test_a_repeat_under_the_same_key_is_the_same_page(shop: Shop):
    payment = a_payment(shop.provider)

    first, second = shop.provider.open_session(payment), shop.provider.open_session(payment)

    assert first == second
    assert sessions(shop) == [first.session_id]


def test_a_key_used_for_other_bytes_leaves_the_outcome_unknown(shop: Shop):
    """CONTRACTS 1.6: something was done under it, and we can't say what."""
    payment = a_payment(shop.provider)
    shop.provider.open_session(payment)
    other = replace(payment, request_body=payment.request_body.replace("12000", "12001"))

    with pytest.raises(ProviderUnavailableError, match="idempotency_error"):
        shop.provider.open_session(other)


def test_an_error_kept_under_a_key_is_overcome_by_another_attempt(shop: Shop):
    """CONTRACTS 1.6: Stripe replays a 500 as it would an answer."""
    payment = a_payment(shop.provider)
    break_calls(shop, "server_error")
    with pytest.raises(ProviderUnavailableError):
        shop.provider.open_session(payment)
    again = payment.retried(
        request_body=payment.request_body,
        session_ends_at=payment.session_ends_at,
        now=payment.started_at,
    )

    session = shop.provider.open_session(again)

    assert sessions(shop) == [session.session_id]


def test_a_short_wait_that_stripe_asks_for_is_waited(shop: Shop):
    """docs.stripe.com/rate-limits."""
    break_calls(shop, "rate_limited", seconds=2)

    page_of(shop)

    assert shop.pauses.taken == [2.0]


def test_a_long_wait_that_stripe_asks_for_is_passed_on(shop: Shop):
    payment = a_payment(shop.provider)
    break_calls(shop, "rate_limited", seconds=3600)

    with pytest.raises(ProviderUnavailableError) as caught:
        shop.provider.open_session(payment)

    assert caught.value.retry_after_seconds == 3600
    assert shop.pauses.taken == []


def test_two_calls_at_once_under_one_key_open_one_page(shop: Shop):
    """CONTRACTS 1.6: in flight is 409; the second waits and gets the first's answer."""
    payment = a_payment(shop.provider)
    shop.simulator.configure_chaos({"api": [{"do": "slow", "times": 1, "seconds": 0.3}]})
    shop.pauses.advance = sleep
    pages: list[str] = []
    threads = [
        Thread(target=lambda: pages.append(shop.provider.open_session(payment).session_id))
        for _ in range(2)
    ]

    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert pages == sessions(shop) * 2


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
