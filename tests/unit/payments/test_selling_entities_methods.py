"""Whose account stored methods are charged into: that of the carts of the same selling entity."""

from __future__ import annotations

import json
from typing import Final

import pytest

from guichet.bootstrap import Container
from guichet.payments.ports import ProviderRefusedError, ProviderUnavailableError
from guichet.payments.stored_method import ChargeState, MethodKind
from tests.support.methods import a_charge, a_setup, found, with_setup_page
from tests.support.stripe import RecordedHttp
from tests.support.world import World, settings

SECRET: Final = {
    "token_keys": ["k" * 43],
    "stripe_api_keys": ["sk_test_platform"],
    "paypal_client_id": "paypal-client",
    "paypal_client_secrets": ["paypal-secret"],
    "paypal_partner_id": "GU2CHETPARTN2",
    "selling_entities": {"uk": {"stripe_api_keys": ["sk_test_uk"]}},
}


@pytest.fixture
def world() -> World:
    return World()


@pytest.fixture
def http(world: World) -> RecordedHttp:
    return RecordedHttp(world.http)


@pytest.fixture
def parts(world: World, http: RecordedHttp) -> Container:
    return Container(
        settings(),
        dynamo=world.dynamo,
        clock=world.clock,
        http=http,
        secret_text=lambda: json.dumps(SECRET),
        pause=lambda _: None,
    )


@pytest.mark.parametrize(
    ("name", "kind"), [("stripe", MethodKind.CARD), ("paypal", MethodKind.PAYPAL)]
)
def test_a_method_is_stored_and_charged_for_nobody_else(
    world: World, parts: Container, http: RecordedHttp, name: str, kind: MethodKind
) -> None:
    """COL-1, COL-2: one account of the entity's, no platform, no fee."""
    provider, now = parts.method_providers("ie")[name], world.clock.now()
    setup, session_id = with_setup_page(provider, a_setup(provider, kind=kind, now=now))
    if name == "stripe":
        world.stripe.agree(session_id)
    else:
        world.paypal.approve_setup(session_id)
    token = found(provider.ask_setup(setup)).token

    report = provider.charge(a_charge(provider, token, now=now))

    assert report.state is ChargeState.PAID
    named = {"Stripe-Account", "PayPal-Auth-Assertion"}
    assert not [each for each in http.sent if named & set(each.headers)]


def test_an_entitys_own_key_asks(parts: Container, http: RecordedHttp) -> None:
    provider = parts.method_providers("uk")["stripe"]

    with pytest.raises(ProviderUnavailableError):  # the simulated Stripe knows one account's key
        provider.make_customer(a_setup(provider, customer_id="cus_1"))

    (asked,) = http.sent
    assert asked.headers["Authorization"] == "Bearer sk_test_uk"


def test_an_entity_without_paypal_reaches_nobody_there(parts: Container) -> None:
    provider = parts.method_providers("uk")["paypal"]

    with pytest.raises(ProviderRefusedError, match="account_not_reachable"):
        provider.open_setup(a_setup(provider, kind=MethodKind.PAYPAL))


def test_there_is_no_third_provider(parts: Container) -> None:
    with pytest.raises(KeyError):
        parts.method_providers("ie")["cheque"]
