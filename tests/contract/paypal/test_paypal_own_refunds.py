"""What was paid twice into the operator's own account goes back at PayPal: once, for all of it (COL-8)."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Final

import pytest

from guichet.adapters.http import HttpRequest
from guichet.adapters.paypal.amounts import CURRENCIES
from guichet.adapters.paypal.hints import read_hint
from guichet.adapters.paypal.webhooks import parse_event
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
from tests.support.own_account import a_cart_payment, an_own_refund, with_page
from tests.support.paypal import STARTED_AT, captured
from tests.support.paypal_calls import PARTNER
from tests.support.paypal_schema import PayPalSchema
from tests.support.paypal_shop import PayPalShop, a_shop


@pytest.fixture(scope="session")
def schema(specs: Path) -> PayPalSchema:
    return PayPalSchema.load(specs)


EUROS: Final = Money(11_800, "EUR")


def paid_twice(
    shop: PayPalShop, amount: Money = EUROS, name: str = "cpy_1", payee: str = ""
) -> OwnRefund:
    asked = a_cart_payment(
        shop.provider, "paypal", amount=amount, payment_id=name, now=shop.clock(), payee=payee
    )
    payment, order_id = with_page(shop.provider, asked)
    shop.simulator.approve(order_id)
    intent = payment.capturing(shop.clock())
    capture = captured(shop.provider.capture(intent))
    return an_own_refund(shop.provider, intent, capture, at=shop.clock())


def refunded(shop: PayPalShop, currency: str = "EUR") -> int:
    return int(shop.simulator.books()["own"][currency]["refunded"])


@pytest.fixture(scope="module")
def sent() -> list[HttpRequest]:
    """Everything that a refund can send, in each currency."""
    shop = a_shop()
    for currency in sorted(CURRENCIES):
        refund = paid_twice(shop, Money(11_800, currency), f"cpy_{currency}", PARTNER)
        report = shop.provider.refund(refund)
        shop.provider.ask_refund(refund)
        shop.provider.ask_refund(replace(refund, provider_refund_id=report.provider_refund_id))
    return shop.http.sent


def test_each_request_is_as_paypal_publishes_it_ext_2(
    sent: list[HttpRequest], schema: PayPalSchema
):
    """EXT-2: unknown fields and headers are forbidden, listed values are the only ones."""
    assert {fault for request in sent for fault in schema.faults(request)} == set()


def test_no_request_acts_for_a_seller_or_gives_a_fee_back_col_8(sent: list[HttpRequest]):
    """Decision 22: an assertion is for what is another's, also where the payee is configured."""
    assert not [each for each in sent if "PayPal-Auth-Assertion" in each.headers]
    assert not [each for each in sent if b"platform_fees" in each.body]


@pytest.mark.parametrize(
    ("amount", "value"),
    [
        pytest.param(Money(11_800, "JPY"), "11800", id="yen have no decimals"),
        pytest.param(Money(11_850, "CHF"), "118.50", id="francs"),
    ],
)
def test_the_whole_capture_is_asked_for_by_our_ids_col_8(amount: Money, value: str):
    refund = paid_twice(a_shop(), amount)

    body = json.loads(refund.request_body)

    assert body["amount"] == {"currency_code": amount.currency, "value": value}
    assert body["custom_id"] == f"cpy_1.{refund.refund_id}"
    assert body["invoice_id"].startswith(f"dev-{refund.refund_id}.")


@pytest.mark.parametrize("currency", ["EUR", "JPY"])
def test_it_goes_back_whole_and_paypal_keeps_its_fee_fee_3(shop: PayPalShop, currency: str):
    refund = paid_twice(shop, Money(11_800, currency))

    report = shop.provider.refund(refund)

    assert (report.status, report.provider_fee_returned) == (RefundStatus.SUCCEEDED, None)
    books = shop.simulator.books()["own"][currency]
    assert (books["refunded"], books["provider_balance"]) == (11_800, -books["paypal_fees"])


def test_a_repeat_returns_it_once_col_8(shop: PayPalShop):
    refund = paid_twice(shop)

    assert shop.provider.refund(refund) == shop.provider.refund(refund)

    assert refunded(shop) == 11_800


def test_a_lost_answer_is_found_at_its_order_bad_11(shop: PayPalShop):
    refund = paid_twice(shop)
    assert shop.provider.ask_refund(refund) is None
    lost = {"do": "lost_after", "match": "POST /v2/payments/captures/*/refund", "times": 3}
    shop.simulator.configure_chaos({"api": [lost]})

    with pytest.raises(ProviderUnavailableError):
        shop.provider.refund(refund)

    found = shop.provider.ask_refund(refund)
    assert found is not None
    assert found.status is RefundStatus.SUCCEEDED
    assert refunded(shop) == 11_800


def test_one_that_pends_is_submitted_until_it_is_settled_rfd_6(shop: PayPalShop):
    refund = paid_twice(shop)
    shop.simulator.configure_chaos({"refunds": {"pending": 1}})
    pending = shop.provider.refund(refund)

    shop.simulator.settle_refund(pending.provider_refund_id)

    settled = shop.provider.ask_refund(
        replace(refund, provider_refund_id=pending.provider_refund_id)
    )
    assert pending == RefundReport(RefundStatus.SUBMITTED, pending.provider_refund_id)
    assert settled is not None
    assert settled.status is RefundStatus.SUCCEEDED


def test_what_somebody_returned_at_paypal_is_refused_as_such_col_8(shop: PayPalShop):
    refund = paid_twice(shop)
    (capture,) = shop.simulator.captures()
    shop.simulator.dashboard_refund(str(capture["id"]))

    with pytest.raises(ProviderRefusedError) as refused:
        shop.provider.refund(refund)

    assert refused.value.code == "already_refunded"
    assert refunded(shop) == 11_800


def test_its_events_hint_at_the_refund_and_its_payment_bad_13(shop: PayPalShop):
    refund = paid_twice(shop)
    shop.clock.advance(seconds=1)
    shop.simulator.take_webhooks()
    shop.provider.refund(refund)
    shop.clock.advance(seconds=1)

    hints = set()
    for each in shop.simulator.take_webhooks():
        event = parse_event(each.body)
        body = each.body.decode()
        stored = ProviderEvent("paypal", event.event_id, event.kind, "", body, STARTED_AT)
        hints.add(read_hint(stored))

    assert hints == {Hint(cart_payment_id="cpy_1", refund_id=refund.refund_id)}
