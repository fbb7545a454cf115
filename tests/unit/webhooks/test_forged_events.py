"""Forged events with a genuine signature, over the whole road: they ask, and change nothing (EXT-2).

PayPal signs a body's checksum alone. Whoever knows one delivery can send any other body with its
headers, for as long as PayPal repeats deliveries.
"""

from __future__ import annotations

import json
from typing import Any

import pytest

from guichet.payments.account import PaymentAccount
from guichet.payments.payment import PaymentStatus
from guichet.registration.registration import Registration, RegistrationStatus
from local.simulators.paypal.shapes import PendingWebhook
from tests.support.paypal_deliveries import twin_of
from tests.support.world import ACCOUNT, PAYPAL_MERCHANT, World


@pytest.fixture
def world() -> World:
    made = World()
    made.link_paypal()
    return made


def approved(world: World, registration: Registration) -> PendingWebhook:
    """The buyer agrees at PayPal; answers the delivery that tells so."""
    order_id = world.start(registration, method="paypal").session_id
    assert order_id is not None
    world.paypal.approve(order_id)
    (webhook,) = world.paypal.take_webhooks()
    return webhook


def forge(world: World, known: PendingWebhook, **event: Any) -> None:  # noqa: ANN401 - fields of many types
    """Send another body with the headers of a known delivery, and let it have its effect."""
    body = twin_of(known.body, {"id": "WH-FORGED"} | event)
    answer = world.post_webhook(known.headers, body, provider="paypal")
    assert (answer["statusCode"], json.loads(answer["body"])["received"]) == (200, "stored")
    world.relay()
    world.settle()


def test_a_genuine_event_has_its_effect_ext_2(world: World):
    """So that the forged ones below fail for what they say, and not for how they are sent."""
    registration = world.register(world.training())
    webhook = approved(world, registration)

    answer = world.post_webhook(webhook.headers, webhook.body, provider="paypal")
    world.relay()
    world.settle()

    assert answer["statusCode"] == 200
    assert world.read(registration).status is RegistrationStatus.CONFIRMED
    world.assert_books_equal_the_providers()


def test_a_forged_capture_pays_nothing_ext_2(world: World):
    training = world.training()
    known = approved(world, world.register(training))
    unpaid = world.register(training, "grace@example.org")
    payment = world.start(unpaid, "pay-2", method="paypal")
    books = world.books()

    forge(
        world,
        known,
        event_type="PAYMENT.CAPTURE.COMPLETED",
        resource={
            "id": "12A34567BC123456S",
            "status": "COMPLETED",
            "custom_id": payment.payment_id,
            "amount": {"currency_code": "USD", "value": "120.00"},
        },
    )

    assert world.read(unpaid).status is RegistrationStatus.AWAITING_PAYMENT
    assert world.payment(unpaid).status is PaymentStatus.OPEN
    assert world.paypal.captures() == []
    assert world.books() == books


def test_a_forged_approval_captures_nothing_ext_2(world: World):
    training = world.training()
    known = approved(world, world.register(training))
    unpaid = world.register(training, "grace@example.org")
    payment = world.start(unpaid, "pay-2", method="paypal")

    forge(
        world,
        known,
        event_type="CHECKOUT.ORDER.APPROVED",
        resource={"status": "APPROVED", "purchase_units": [{"custom_id": payment.payment_id}]},
    )

    assert world.read(unpaid).status is RegistrationStatus.AWAITING_PAYMENT
    assert world.paypal.captures() == []


@pytest.mark.parametrize("kind", ["PAYMENT.CAPTURE.REFUNDED", "PAYMENT.CAPTURE.DENIED"])
def test_a_forged_return_or_denial_takes_nothing_back_ext_2(world: World, kind: str):
    registration = world.register(world.training())
    known = approved(world, registration)
    world.come_back(registration)
    world.settle_down()
    payment, books = world.payment(registration), world.books()
    assert world.read(registration).status is RegistrationStatus.CONFIRMED

    forge(
        world,
        known,
        event_type=kind,
        resource={"status": "COMPLETED", "custom_id": f"{payment.payment_id}.ref_made_up"}
        if kind.endswith("REFUNDED")
        else {"status": "DENIED", "custom_id": payment.payment_id},
    )

    assert world.read(registration).status is RegistrationStatus.CONFIRMED
    assert world.payment(registration) == payment
    assert world.books() == books
    world.assert_books_equal_the_providers()


def test_a_forged_event_about_a_payment_that_is_none_is_done_with_ext_2(world: World):
    known = approved(world, world.register(world.training()))

    forge(
        world,
        known,
        event_type="PAYMENT.CAPTURE.COMPLETED",
        resource={"custom_id": "pay_made_up"},
    )

    found = world.parts.records.provider_event("paypal", "WH-FORGED")
    assert found is not None
    assert found.status == "applied"


def test_a_forged_revocation_unlinks_nobody_and_a_true_one_does_pay_5(world: World):
    known = approved(world, world.register(world.training()))

    forge(
        world,
        known,
        event_type="MERCHANT.PARTNER-CONSENT.REVOKED",
        resource={"merchant_id": PAYPAL_MERCHANT},
    )

    assert linked(world).is_usable
    world.paypal.revoke_consent(PAYPAL_MERCHANT)
    world.deliver_webhooks()
    world.relay()
    world.settle()
    assert not linked(world).is_usable


def linked(world: World) -> PaymentAccount:
    found = world.parts.linking.records.payment_account(ACCOUNT, "paypal")
    assert found is not None
    return found
