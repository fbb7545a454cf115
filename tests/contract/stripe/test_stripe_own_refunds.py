"""What was paid twice into the operator's own account goes back at Stripe: once, for all of it (COL-8)."""

from dataclasses import replace
from typing import Final

import pytest

from guichet.adapters.http import HttpRequest
from guichet.adapters.stripe.amounts import CURRENCIES
from guichet.adapters.stripe.webhooks import parse_event, read_hint
from guichet.money import Money
from guichet.payments.own_refund import OwnRefund
from guichet.payments.ports import (
    Hint,
    ProviderRefusedError,
    ProviderUnavailableError,
    RefundReport,
)
from guichet.payments.refund import RefundStatus
from guichet.registration.provider_event import ProviderEvent
from local.simulators.stripe import StripeSimulator, forms
from local.simulators.stripe.in_process import SimulatorHttp
from tests.support.own_account import a_cart_payment, an_own_refund, with_page
from tests.support.provider_specs import StripeSchema
from tests.support.stripe import (
    STARTED_AT,
    Pauses,
    RecordedHttp,
    Shop,
    books_on,
    captured,
    provider_on,
)
from tests.support.stripe_calls import MovableClock

EUROS: Final = Money(11_800, "EUR")


def paid_twice(shop: Shop, amount: Money = EUROS, name: str = "cpy_1") -> OwnRefund:
    asked = a_cart_payment(shop.provider, "stripe", amount=amount, payment_id=name)
    payment, session_id = with_page(shop.provider, asked)
    shop.simulator.pay(session_id)
    return an_own_refund(shop.provider, payment, captured(shop.provider.ask(payment)))


def found_by_a_person(shop: Shop, name: str = "cpy_1") -> OwnRefund:
    """Only the charge is known: Stripe could not be asked, and somebody looked at its pages."""
    asked = a_cart_payment(shop.provider, "stripe", amount=EUROS, payment_id=name)
    payment, session_id = with_page(shop.provider, asked)
    shop.simulator.pay(session_id)
    capture = replace(captured(shop.provider.ask(payment)), intent_id="")
    return an_own_refund(shop.provider, payment, capture)


def refunded(shop: Shop, currency: str = "EUR") -> int:
    return int(shop.simulator.books()["own"][currency]["refunded"])


@pytest.fixture(scope="module")
def sent() -> list[HttpRequest]:
    """Everything that a refund can send, in each currency."""
    clock = MovableClock()
    simulator = StripeSimulator(clock)
    http = RecordedHttp(SimulatorHttp(simulator))
    shop = Shop(simulator, clock, http, Pauses(), provider_on(http), books_on(http))
    for currency in sorted(CURRENCIES):
        refund = paid_twice(shop, Money(11_800, currency), f"cpy_{currency}")
        report = shop.provider.refund(refund)
        shop.provider.ask_refund(refund)
        shop.provider.ask_refund(replace(refund, provider_refund_id=report.provider_refund_id))
    found = found_by_a_person(shop, "cpy_found")
    shop.provider.refund(found)
    shop.provider.ask_refund(found)
    return http.sent


def test_each_request_is_as_stripe_publishes_it_ext_2(
    sent: list[HttpRequest], schema: StripeSchema
):
    """EXT-2: unknown parameters are forbidden, listed values are the only ones."""
    assert {fault for request in sent for fault in schema.faults(request)} == set()
    assert {schema.route(each) for each in sent} >= {
        "POST /v1/refunds",
        "GET /v1/refunds",
        "GET /v1/refunds/{refund}",
    }


def test_no_request_names_an_account_or_gives_a_fee_back_col_8(sent: list[HttpRequest]):
    """Decision 22: the key itself says whose account it is, and no fee was taken."""
    assert {each.headers.get("Stripe-Account") for each in sent} == {None}
    assert not [each for each in sent if b"application_fee" in each.body]


def test_the_whole_capture_is_asked_for_by_our_id_col_8(shop: Shop):
    refund = paid_twice(shop)

    form = forms.decode(refund.request_body.encode())

    assert (form["amount"], form["metadata"]) == (
        "11800",
        {"refund_id": refund.refund_id, "payment_id": "cpy_1"},
    )


def test_what_a_person_found_goes_back_by_its_charge_and_is_found_there_col_8(shop: Shop):
    refund = found_by_a_person(shop)
    assert shop.provider.ask_refund(refund) is None

    report = shop.provider.refund(refund)

    assert report.status is RefundStatus.SUCCEEDED
    assert shop.provider.ask_refund(refund) == report
    assert refunded(shop) == 11_800


@pytest.mark.parametrize("currency", ["EUR", "JPY"])
def test_it_goes_back_whole_and_stripe_keeps_its_fee_fee_3(shop: Shop, currency: str):
    refund = paid_twice(shop, Money(11_800, currency))

    report = shop.provider.refund(refund)

    assert (report.status, report.provider_fee_returned) == (RefundStatus.SUCCEEDED, None)
    books = shop.simulator.books()["own"][currency]
    assert (books["refunded"], books["provider_balance"]) == (11_800, -books["stripe_fees"])


def test_a_repeat_returns_it_once_also_after_the_key_is_forgotten_bad_11(shop: Shop):
    refund = paid_twice(shop)
    first = shop.provider.refund(refund)
    assert shop.provider.refund(refund) == first

    shop.clock.advance(hours=25)

    assert shop.provider.ask_refund(refund) == first
    with pytest.raises(ProviderRefusedError) as refused:
        shop.provider.refund(refund)
    assert refused.value.code == "already_refunded"
    assert refunded(shop) == 11_800


def test_a_lost_answer_is_found_in_the_list_bad_11(shop: Shop):
    refund = paid_twice(shop)
    assert shop.provider.ask_refund(refund) is None
    lost = {"do": "lost_after", "match": "POST /v1/refunds", "times": 3}
    shop.simulator.configure_chaos({"api": [lost]})

    with pytest.raises(ProviderUnavailableError):
        shop.provider.refund(refund)

    found = shop.provider.ask_refund(refund)
    assert found is not None
    assert found.status is RefundStatus.SUCCEEDED
    assert refunded(shop) == 11_800


def test_one_that_pends_is_submitted_until_it_is_settled_or_fails_rfd_6(shop: Shop):
    refund = paid_twice(shop)
    shop.simulator.configure_chaos({"refunds": {"pending": 1}})
    pending = shop.provider.refund(refund)
    known = replace(refund, provider_refund_id=pending.provider_refund_id)

    shop.simulator.fail_refund(pending.provider_refund_id)

    failed = shop.provider.ask_refund(known)
    assert pending == RefundReport(RefundStatus.SUBMITTED, pending.provider_refund_id)
    assert failed is not None
    assert (failed.status, failed.failure) == (RefundStatus.FAILED, "expired_or_canceled_card")


def test_what_stripe_refuses_is_told_in_our_words_rfd_6(shop: Shop):
    refund = paid_twice(shop)
    shop.simulator.configure_chaos({"refunds": {"refuse": 1}})

    with pytest.raises(ProviderRefusedError) as refused:
        shop.provider.refund(refund)

    assert refused.value.code == "balance_insufficient"
    assert refunded(shop) == 0


def test_its_events_hint_at_the_refund_and_its_payment_bad_13(shop: Shop):
    """EXT-2: of the operator's own account, so none of them names an account."""
    refund = paid_twice(shop)
    shop.clock.advance(seconds=1)
    shop.simulator.take_webhooks()
    shop.provider.refund(refund)
    shop.clock.advance(seconds=1)

    hints = set()
    for each in shop.simulator.take_webhooks():
        event = parse_event(each.body)
        if event.kind.startswith("refund."):
            body = each.body.decode()
            hints.add(
                read_hint(ProviderEvent("stripe", event.event_id, event.kind, "", body, STARTED_AT))
            )

    assert hints == {Hint(cart_payment_id="cpy_1", refund_id=refund.refund_id)}
