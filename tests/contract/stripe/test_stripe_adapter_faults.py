"""The adapter against the simulated Stripe, in process and over HTTP, when calls go wrong."""

from dataclasses import replace
from threading import Thread
from time import sleep

import pytest

from guichet.payments.ports import (
    ProviderUnavailableError,
    SessionReport,
    SessionState,
)
from tests.support.stripe import Shop, a_payment, page_of

ENDED = SessionReport(SessionState.ENDED)


def break_calls(shop: Shop, do: str, *, times: int = 1, seconds: float = 1.0) -> None:
    shop.simulator.configure_chaos({"api": [{"do": do, "times": times, "seconds": seconds}]})


def sessions(shop: Shop) -> list[str]:
    return [each["id"] for each in shop.simulator.find_all("checkout.session")]


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
