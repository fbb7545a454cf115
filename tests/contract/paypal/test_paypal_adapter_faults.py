"""The adapter against the simulated PayPal, when calls go wrong."""

from collections.abc import Callable
from dataclasses import replace
from threading import Thread
from time import sleep

import pytest

from guichet.payments.payment import Payment
from guichet.payments.ports import ProviderUnavailableError, SessionState
from tests.support.paypal import a_payment, a_refund, captured
from tests.support.paypal_calls import CLIENT, MERCHANT
from tests.support.paypal_shop import PayPalShop, a_sale, approved, balances, page_of

FAULTS = ["lost_before", "lost_after", "in_use", "down", "server_error"]
ORDERS, CAPTURES = "POST /v2/checkout/orders", "POST /v2/checkout/orders/*/capture"
REFUNDS = "POST /v2/payments/captures/*/refund"


def break_calls(
    shop: PayPalShop, do: str, match: str = "*", *, times: int = 1, seconds: float = 1.0
) -> None:
    fault = {"do": do, "match": match, "times": times, "seconds": seconds}
    shop.simulator.configure_chaos({"api": [fault]})


def sell_and_return(shop: PayPalShop) -> None:
    """A whole life: order, question, capture, return, question about it."""
    payment, order_id = page_of(shop)
    shop.provider.ask(payment)
    shop.simulator.approve(order_id)
    payment = payment.capturing(shop.clock())
    capture = captured(shop.provider.capture(payment))
    refund = a_refund(shop.provider, payment, capture)
    shop.provider.refund(refund)
    assert shop.provider.ask_refund(refund) is not None


@pytest.mark.parametrize("fault", FAULTS)
@pytest.mark.parametrize(
    "match",
    [
        pytest.param("POST /v1/oauth2/token", id="token"),
        pytest.param(ORDERS, id="order"),
        pytest.param("GET /v2/checkout/orders/*", id="question"),
        pytest.param(CAPTURES, id="capture"),
        pytest.param(REFUNDS, id="refund"),
        pytest.param("GET /v2/payments/*", id="question about the refund"),
    ],
)
def test_a_fault_that_passes_is_not_noticed(shop: PayPalShop, fault: str, match: str):
    """BAD-11, CONTRACTS 2.5: the same bytes under the same key, until there is an answer."""
    break_calls(shop, fault, match, times=2)

    sell_and_return(shop)

    assert len(shop.pauses.taken) == 2
    kept = [len(each) for each in (shop.simulator.orders(), shop.simulator.captures())]
    assert (kept, len(shop.simulator.refunds())) == ([1, 1], 1)
    assert balances(shop) == (-378, 0)


@pytest.mark.parametrize("fault", FAULTS)
def test_an_order_without_an_answer_is_unknown_and_its_repeat_the_same(
    shop: PayPalShop, fault: str
):
    payment = a_payment(shop.provider, payee=MERCHANT)
    break_calls(shop, fault, ORDERS, times=3)
    with pytest.raises(ProviderUnavailableError):
        shop.provider.open_session(payment)

    session = shop.provider.open_session(payment)

    assert [each["id"] for each in shop.simulator.orders()] == [session.session_id]


@pytest.mark.parametrize("fault", FAULTS)
@pytest.mark.parametrize("how", ["ask", "capture"])
def test_a_capture_without_an_answer_is_unknown_until_it_is_asked_or_repeated(
    shop: PayPalShop, fault: str, how: str
):
    """REG-8: asking tells what became of it, the repeat takes the money once."""
    payment = approved(shop)
    break_calls(shop, fault, CAPTURES, times=3)
    with pytest.raises(ProviderUnavailableError):
        shop.provider.capture(payment)

    report = shop.provider.ask(payment) if how == "ask" else shop.provider.capture(payment)

    arrived = how == "capture" or fault == "lost_after"
    assert report.state is (SessionState.PAID if arrived else SessionState.APPROVED)
    assert balances(shop) == ((11394, 228) if arrived else (0, 0))


def test_a_capture_is_repeated_after_paypal_forgot_its_key(shop: PayPalShop):
    """BAD-11, CONTRACTS 2.3: six hours later it is `ORDER_ALREADY_CAPTURED`: a question, no error."""
    payment, capture = a_sale(shop)
    shop.clock.advance(hours=7)

    again = captured(shop.provider.capture(payment))
    under_another_key = captured(shop.provider.capture(replace(payment, capture_count=2)))

    assert again == under_another_key == capture
    assert len(shop.simulator.captures()) == 1


def test_two_captures_at_once_take_the_money_once(shop: PayPalShop):
    """BAD-2, CONTRACTS 2.5: the second is told that the first is under way, and waits."""
    payment = approved(shop)
    break_calls(shop, "slow", CAPTURES, seconds=0.3)
    shop.pauses.advance = sleep
    found: list[str] = []

    def take(payment: Payment) -> None:
        found.append(captured(shop.provider.capture(payment)).capture_id)

    run_both(lambda: take(payment))

    assert found == [shop.simulator.captures()[0]["id"]] * 2
    assert len(shop.simulator.captures()) == 1


def run_both(act: Callable[[], None]) -> None:
    threads = [Thread(target=act) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def test_a_short_wait_that_paypal_asks_for_is_waited(shop: PayPalShop):
    break_calls(shop, "rate_limited", ORDERS, seconds=2)

    page_of(shop)

    assert shop.pauses.taken == [2.0]


def test_a_long_wait_that_paypal_asks_for_is_passed_on(shop: PayPalShop):
    break_calls(shop, "rate_limited", ORDERS, seconds=3600)

    with pytest.raises(ProviderUnavailableError) as caught:
        page_of(shop)

    assert caught.value.retry_after_seconds == 3600
    assert shop.pauses.taken == []


def test_a_token_that_paypal_dropped_is_replaced_unnoticed(shop: PayPalShop):
    """CONTRACTS 2.1: on 401 drop it and try once more."""
    page_of(shop)
    shop.simulator.drop_tokens()

    payment, _ = page_of(shop, payment_id="pay_2")

    assert shop.provider.ask(payment).state is SessionState.UNPAID
    assert shop.pauses.taken == []


def test_a_secret_that_was_replaced_at_paypal_first_stops_sales_until_we_have_it(
    shop: PayPalShop,
):
    """EXT-2: no wrong secret is taken for a no."""
    page_of(shop)
    shop.simulator.accept_secrets("next")
    shop.simulator.drop_tokens()
    with pytest.raises(ProviderUnavailableError, match="no token"):
        page_of(shop, payment_id="pay_2")
    shop.simulator.accept_secrets("next", CLIENT[1])

    page_of(shop, payment_id="pay_2")

    assert len(shop.simulator.orders()) == 2


@pytest.mark.parametrize("issue", ["PAYEE_BLOCKED_TRANSACTION", "COMPLIANCE_VIOLATION"])
def test_a_capture_that_will_never_be_made_is_denied(shop: PayPalShop, issue: str):
    """CONTRACTS 2.3."""
    payment = approved(shop)
    shop.simulator.configure_chaos({"api": [{"do": "issue", "match": CAPTURES, "issue": issue}]})

    assert shop.provider.capture(payment).state is SessionState.DENIED


def test_a_refused_capture_that_happened_before_is_believed_as_money(shop: PayPalShop):
    """Money decides: an order that shows a capture is paid, whatever a repeat is told."""
    payment, capture = a_sale(shop)
    fault = {"do": "issue", "match": CAPTURES, "issue": "TRANSACTION_REFUSED"}
    shop.simulator.configure_chaos({"api": [fault]})

    assert captured(shop.provider.capture(payment)) == capture
