"""Events of the operator's own account: any entity's endpoint signs them, billing asks (EXT-2)."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any, Final

import pytest

from guichet.bootstrap import Container
from guichet.entry import work
from guichet.entry.webhooks import answer_paypal, answer_stripe
from guichet.ledger.journal import Cause
from guichet.money import Money
from guichet.payments.cart_payment import CartPayment
from guichet.payments.ports import Hint
from guichet.registration.provider_event import EventStatus, ProviderEvent
from guichet.registration.use_cases.apply_provider_event import apply_provider_event
from local.simulators.paypal import PayPalSimulator
from local.simulators.shapes import PendingWebhook
from local.simulators.stripe import StripeSimulator
from tests.support.organizing import unmoved
from tests.support.own_account import a_cart_payment, with_page
from tests.support.world import PAYPAL_URL, START, STRIPE_ACCOUNT, World, settings

US_SECRET: Final = "whsec_us"
US_WEBHOOK: Final = "WHUS1"
US: Final = {
    "stripe_api_keys": ["sk_test_us"],
    "stripe_webhook_secrets": [US_SECRET],
    "paypal_client_id": "paypal-us",
    "paypal_client_secrets": ["paypal-secret"],
    "paypal_webhook_ids": [US_WEBHOOK],
}


@pytest.fixture
def world() -> World:
    return World()


@dataclass
class Asked:
    """Billing's answer to an event, in place of the one that settles carts."""

    world: World
    payments: list[str]

    def __call__(self, hint: Hint, cause: Cause, event: ProviderEvent) -> None:
        assert hint.cart_payment_id is not None
        self.payments.append(hint.cart_payment_id)
        self.world.parts.records.event_ignored(cause, event)


def paid_cart(world: World, name: str) -> tuple[CartPayment, str]:
    """A cart whose buyer has done all they do, by the platform's own keys."""
    provider = world.parts.billing_providers("ie")[name]
    asked = a_cart_payment(provider, name, now=world.clock.now(), amount=Money(11_800, "CHF"))
    payment, page = with_page(provider, asked)
    if name == "stripe":
        world.stripe.pay(page)
    else:
        world.paypal.approve(page)
    return payment, page


def deliveries(world: World, name: str) -> list[PendingWebhook]:
    simulator: StripeSimulator | PayPalSimulator = (
        world.stripe if name == "stripe" else world.paypal
    )
    return simulator.take_webhooks()


def post(parts: Container, name: str, webhook: PendingWebhook, world: World) -> str:
    answer = answer_stripe if name == "stripe" else answer_paypal
    event = {
        "rawPath": f"/v1/webhooks/{name}",
        "headers": dict(webhook.headers),
        "body": webhook.body.decode(),
        "isBase64Encoded": False,
    }
    told: dict[str, Any] = json.loads(answer(event, parts, world.log)["body"])
    return str(told.get("received") or told["code"])


def with_entities(world: World, entities: object) -> Container:
    """A worker whose secret holds entities with accounts of their own."""
    secret = {
        "token_keys": ["k" * 43],
        "stripe_api_keys": ["sk_test_platform"],
        "stripe_webhook_secrets": ["whsec_test"],
        "paypal_client_id": "paypal-client",
        "paypal_client_secrets": ["paypal-secret"],
        "paypal_webhook_ids": ["WHTEST1"],
        "paypal_trust_anchors": [world.paypal.ca_pem],
        "selling_entities": entities,
    }
    return Container(
        settings(),
        dynamo=world.dynamo,
        clock=world.clock,
        http=world.http,
        secret_text=lambda: json.dumps(secret),
        pause=lambda _: None,
    )


@pytest.mark.parametrize("name", ["stripe", "paypal"])
def test_an_event_about_a_cart_is_billings_to_ask_about_ext_2(world: World, name: str) -> None:
    payment, _ = paid_cart(world, name)
    webhooks = deliveries(world, name)
    assert {post(world.parts, name, each, world) for each in webhooks} == {"stored"}
    asked = Asked(world, [])

    for webhook in webhooks:
        apply_provider_event(
            name,
            webhook.event_id,
            settling=world.parts.settling,
            refunding=world.parts.refunding,
            outside=world.parts.outside,
            linking=world.parts.linking,
            read_hint=work.read_hint,
            ask_billing=asked,
        )

    assert set(asked.payments) == {payment.payment_id}
    assert {_status(world, name, each) for each in webhooks} == {EventStatus.APPLIED}


def _status(world: World, name: str, webhook: PendingWebhook) -> EventStatus:
    found = world.parts.records.provider_event(name, webhook.event_id)
    assert found is not None
    return found.status


@pytest.mark.parametrize("name", ["stripe", "paypal"])
def test_the_same_events_touch_no_registration(world: World, name: str) -> None:
    """What is paid for a cart confirms nobody's seat, and sends no registrant a mail."""
    registration = world.register(world.training())
    paid_cart(world, name)

    for webhook in deliveries(world, name):
        post(world.parts, name, webhook, world)
    world.settle_down()

    assert world.read(registration) == registration
    assert world.books() == {}


def test_a_refund_by_hand_of_the_operators_own_money_is_nobodys_here(world: World) -> None:
    """It is no organizer's, so nothing of theirs is asked about or written."""
    provider = world.parts.billing_providers("ie")["stripe"]
    payment, _ = paid_cart(world, "stripe")
    capture = provider.ask(payment).capture
    assert capture is not None
    deliveries(world, "stripe")
    world.stripe.dashboard_refund(capture.intent_id, 100)

    webhooks = deliveries(world, "stripe")
    for webhook in webhooks:
        post(world.parts, "stripe", webhook, world)
    world.settle_down()

    assert {_status(world, "stripe", each) for each in webhooks} == {EventStatus.APPLIED}
    assert world.books() == {}


def test_an_event_of_the_other_mode_is_ignored_for_the_own_account_too_ext_2(world: World) -> None:
    world.stripe.configure_chaos({"webhooks": {"livemode": True}})
    paid_cart(world, "stripe")
    webhooks = deliveries(world, "stripe")

    unmoved(world, lambda: [post(world.parts, "stripe", each, world) for each in webhooks])

    assert {post(world.parts, "stripe", each, world) for each in webhooks} == {"ignored"}


def test_each_entitys_stripe_endpoint_signs_with_its_own_secret_ext_2(world: World) -> None:
    paid_cart(world, "stripe")
    world.stripe.webhook_secrets = (US_SECRET,)
    webhook, *_ = deliveries(world, "stripe")

    before = post(world.parts, "stripe", webhook, world)
    after = post(with_entities(world, {"us": US}), "stripe", webhook, world)

    assert (before, after) == ("signature_invalid", "stored")


def test_each_entitys_paypal_webhook_has_its_own_id_ext_2(world: World) -> None:
    world.paypal = PayPalSimulator(
        world.clock, client_id="paypal-us", webhook_ids=(US_WEBHOOK,), base_url=PAYPAL_URL
    )
    parts = with_entities(world, {"us": US})
    provider = parts.billing_providers("us")["paypal"]
    _, page = with_page(provider, a_cart_payment(provider, "paypal", now=world.clock.now()))
    world.paypal.approve(page)
    webhook, *_ = deliveries(world, "paypal")

    assert post(with_entities(world, {}), "paypal", webhook, world) == "signature_invalid"
    assert post(parts, "paypal", webhook, world) == "stored"


@pytest.mark.parametrize(
    ("payment_id", "account", "hint"),
    [
        pytest.param("cpy_1", "", Hint(cart_payment_id="cpy_1"), id="a cart's"),
        pytest.param("cpy_1", STRIPE_ACCOUNT, Hint(), id="an organizer that writes it too"),
        pytest.param("pay_1", "", Hint("pay_1"), id="a registration's"),
        pytest.param("cpy_1#x", "", Hint(), id="an id that could break a key"),
        pytest.param(7, "", Hint(), id="a number"),
    ],
)
def test_only_the_operators_own_account_speaks_of_carts(
    payment_id: object, account: str, hint: Hint
) -> None:
    snapshot = {"object": "checkout.session", "metadata": {"payment_id": payment_id}}
    body = json.dumps({"data": {"object": snapshot}})
    event = ProviderEvent("stripe", "evt_1", "checkout.session.completed", account, body, START)

    assert work.read_hint(event) == hint


@pytest.mark.parametrize(
    ("kind", "resource", "hint"),
    [
        pytest.param(
            "PAYMENT.CAPTURE.COMPLETED",
            {"custom_id": "cpy_1"},
            Hint(cart_payment_id="cpy_1"),
            id="its capture",
        ),
        pytest.param(
            "PAYMENT.CAPTURE.REFUNDED",
            {"custom_id": "cpy_1.ref_1", "payer": {"merchant_id": "GU2CHETPARTN2"}},
            Hint(cart_payment_id="cpy_1", refund_id="ref_1"),
            id="a refund of ours",
        ),
        pytest.param(
            "PAYMENT.CAPTURE.REVERSED",
            {"id": "REF1", "custom_id": "cpy_1", "payer": {"merchant_id": "GU2CHETPARTN2"}},
            Hint(cart_payment_id="cpy_1"),
            id="a reversal",
        ),
        pytest.param(
            "CHECKOUT.ORDER.APPROVED",
            {"purchase_units": [{"custom_id": "cpy_1"}]},
            Hint(cart_payment_id="cpy_1"),
            id="its order",
        ),
        pytest.param(
            "PAYMENT.CAPTURE.COMPLETED", {"custom_id": "cpy_1#x"}, Hint(), id="no id of ours"
        ),
    ],
)
def test_paypal_names_a_cart_by_its_custom_id(
    kind: str, resource: dict[str, Any], hint: Hint
) -> None:
    body = json.dumps({"id": "WH-1", "event_type": kind, "resource": resource})
    event = ProviderEvent("paypal", "WH-1", kind, "", body, START)

    assert work.read_hint(event) == hint
