"""Whom PayPal's events about stored accounts and their charges hint at: whom to ask, no more."""

import pytest

from guichet.adapters.paypal.hints import read_hint
from guichet.adapters.paypal.webhooks import ENDPOINT_EVENTS, parse_event
from guichet.payments.ports import Hint
from guichet.registration.provider_event import ProviderEvent
from tests.support.methods import a_charge, paid
from tests.support.paypal_calls import PayPalCalls, money
from tests.support.paypal_methods import (
    PayPalMethodShop,
    paypal_method_shop,
    stored_account,
)
from tests.support.stripe import STARTED_AT


def hints_of(shop: PayPalMethodShop) -> dict[str, Hint]:
    """What the webhooks that are due hint at."""
    shop.clock.advance(seconds=1)
    found = {}
    for each in shop.simulator.take_webhooks():
        event = parse_event(each.body)
        found[event.kind] = read_hint(
            ProviderEvent(
                "paypal", event.event_id, event.kind, event.merchant, each.body.decode(), STARTED_AT
            )
        )
    return found


@pytest.fixture
def shop() -> PayPalMethodShop:
    return paypal_method_shop()


def test_each_event_of_a_charge_hints_at_it(shop: PayPalMethodShop):
    """EXT-2: by the custom id, in the order, its capture, its refund and its dispute."""
    capture = paid(shop.provider.charge(a_charge(shop.provider, stored_account(shop).token)))
    part = {"amount": money("1.00", "EUR"), "custom_id": "ipy_1.ref_1"}
    assert PayPalCalls(shop.simulator, merchant=None).refund(capture.capture_id, part).status == 201
    shop.simulator.open_dispute(capture.capture_id)

    hints = hints_of(shop)

    assert hints.pop("VAULT.PAYMENT-TOKEN.CREATED") == Hint()
    assert hints.pop("PAYMENT.CAPTURE.REFUNDED") == Hint(
        invoice_payment_id="ipy_1", refund_id="ref_1"
    )
    assert hints == dict.fromkeys(
        ("PAYMENT.CAPTURE.COMPLETED", "CHECKOUT.ORDER.COMPLETED", "CUSTOMER.DISPUTE.CREATED"),
        Hint(invoice_payment_id="ipy_1"),
    )


@pytest.mark.parametrize("whose", ["ours", "its owner's"])
def test_an_account_that_is_taken_away_is_named(shop: PayPalMethodShop, whose: str):
    """COL-1: whoever did it, PayPal tells."""
    token = stored_account(shop).token
    if whose == "ours":
        shop.provider.detach(token)
    else:
        shop.simulator.revoke_token(token.token_id)

    hint = hints_of(shop)["VAULT.PAYMENT-TOKEN.DELETED"]

    assert hint == Hint(detached_token=token.token_id)
    assert not hint.is_outside


def test_both_words_for_it_are_among_what_we_are_told_of():
    kinds = {each for each in ENDPOINT_EVENTS if each.startswith("VAULT.")}
    body = '{"resource": {"id": "3nqvjt3n"}}'

    hints = [
        read_hint(ProviderEvent("paypal", "WH-1", kind, "", body, STARTED_AT)) for kind in kinds
    ]

    assert kinds == {"VAULT.PAYMENT-TOKEN.DELETED", "VAULT.PAYMENT-TOKEN.DELETION-INITIATED"}
    assert hints == [Hint(detached_token="3nqvjt3n")] * 2
