"""Whose account a cart is paid into: the selling entity's own, else the platform's as itself."""

from __future__ import annotations

import json
from typing import Any

import pytest

from guichet.bootstrap import Container
from guichet.payments.ports import ProviderRefusedError, ProviderUnavailableError
from guichet.settings import Secrets
from tests.support.own_account import a_cart_payment
from tests.support.stripe import RecordedHttp
from tests.support.world import World, settings

PLATFORM = {
    "token_keys": ["k" * 43],
    "stripe_api_keys": ["sk_test_platform"],
    "paypal_client_id": "paypal-client",
    "paypal_client_secrets": ["paypal-secret"],
    "paypal_partner_id": "GU2CHETPARTN2",
}
US = {
    "stripe_api_keys": ["sk_test_us"],
    "stripe_webhook_secrets": "whsec_us",
    "paypal_client_id": "paypal-us",
    "paypal_client_secrets": ["paypal-secret-us"],
    "paypal_merchant_id": "USMERCHANT222",
    "paypal_webhook_ids": ["WHUS1"],
}
CARDS_ONLY = {"stripe_api_keys": ["sk_test_uk"]}


def parts_of(world: World, http: RecordedHttp, **secret: Any) -> Container:  # noqa: ANN401 - JSON
    text = json.dumps(PLATFORM | secret)
    return Container(
        settings(),
        dynamo=world.dynamo,
        clock=world.clock,
        http=http,
        secret_text=lambda: text,
        pause=lambda _: None,
    )


@pytest.fixture
def world() -> World:
    return World()


@pytest.fixture
def http(world: World) -> RecordedHttp:
    return RecordedHttp(world.http)


@pytest.fixture
def parts(world: World, http: RecordedHttp) -> Container:
    return parts_of(world, http, selling_entities={"us": US, "uk": CARDS_ONLY})


@pytest.mark.parametrize(
    ("entity", "offered"),
    [
        pytest.param("us", ("stripe", "paypal"), id="accounts of its own at both"),
        pytest.param("uk", ("stripe",), id="none at PayPal"),
        pytest.param("ie", ("stripe", "paypal"), id="the platform's"),
    ],
)
def test_an_entity_offers_the_providers_that_it_has_an_account_at(
    parts: Container, entity: str, offered: tuple[str, ...]
) -> None:
    assert parts.offered_providers(entity) == offered


@pytest.mark.parametrize(
    ("entity", "payee"), [("us", "USMERCHANT222"), ("uk", ""), ("ie", "GU2CHETPARTN2")]
)
def test_the_payee_is_the_entitys_own_account_as_far_as_it_is_known(
    parts: Container, entity: str, payee: str
) -> None:
    assert parts.own_payee(entity, "paypal") == payee
    assert parts.own_payee(entity, "stripe") == ""


@pytest.mark.parametrize(
    ("entity", "key"), [("us", "sk_test_us"), ("uk", "sk_test_uk"), ("ie", "sk_test_platform")]
)
def test_stripe_is_called_by_the_entitys_own_key_and_for_nobody_else(
    parts: Container, http: RecordedHttp, entity: str, key: str
) -> None:
    provider = parts.billing_providers(entity)["stripe"]
    payment = a_cart_payment(provider, "stripe")

    if entity == "ie":
        provider.open_session(payment)
    else:  # the simulated Stripe knows one account's key
        with pytest.raises(ProviderUnavailableError):
            provider.open_session(payment)

    (asked,) = http.sent
    assert asked.headers["Authorization"] == f"Bearer {key}"
    assert "Stripe-Account" not in asked.headers


def test_paypal_gives_each_entity_a_token_of_its_own(
    world: World, parts: Container, http: RecordedHttp
) -> None:
    platform = parts.billing_providers("ie")["paypal"]
    platform.open_session(a_cart_payment(platform, "paypal", now=world.clock.now()))
    own = parts.billing_providers("us")["paypal"]
    with pytest.raises(ProviderUnavailableError):  # the simulated PayPal knows one client
        own.open_session(a_cart_payment(own, "paypal", now=world.clock.now()))

    asked = [each for each in http.sent if each.url.endswith("/v1/oauth2/token")]

    assert len({each.headers["Authorization"] for each in asked}) == 2
    assert parts.billing_providers("ie")["paypal"] is platform
    assert parts.billing_providers("ie")["paypal"] is parts.paypal


def test_an_entity_without_paypal_reaches_nobody_there(parts: Container) -> None:
    provider = parts.billing_providers("uk")["paypal"]

    with pytest.raises(ProviderRefusedError, match="account_not_reachable"):
        provider.open_session(a_cart_payment(provider, "paypal"))


def test_what_organizers_are_linked_to_stays_the_platforms(
    parts: Container, http: RecordedHttp
) -> None:
    provider = parts.providers["stripe"]

    provider.open_session(a_cart_payment(provider, "stripe"))

    assert http.sent[0].headers["Authorization"] == "Bearer sk_test_platform"


def test_the_signatures_of_every_entity_count() -> None:
    secrets = Secrets.parse(
        json.dumps(
            PLATFORM
            | {
                "stripe_webhook_secrets": ["whsec_new", "whsec_old"],
                "paypal_webhook_ids": ["WH1"],
                "selling_entities": {"us": US, "uk": CARDS_ONLY},
            }
        )
    )

    assert secrets.all_stripe_webhook_secrets == ("whsec_new", "whsec_old", "whsec_us")
    assert secrets.all_paypal_webhook_ids == ("WH1", "WHUS1")
    assert secrets.keys_of("us").stripe_webhook_secrets == ("whsec_us",)


@pytest.mark.parametrize(
    ("held", "said"),
    [
        pytest.param(["us"], "object by entity", id="a list"),
        pytest.param({"us": "sk_test_us"}, "holds stripe_api_keys", id="a key alone"),
        pytest.param(
            {"us": {"stripe_api_key": "sk"}}, "holds stripe_api_keys", id="a typing error"
        ),
        pytest.param({"us": {"stripe_api_keys": [1]}}, "list of texts", id="a number"),
        pytest.param({"us": {"paypal_client_id": ["a"]}}, "is a text", id="a list of ids"),
    ],
)
def test_a_secret_of_another_shape_is_refused(held: object, said: str) -> None:
    with pytest.raises(TypeError, match=said):
        Secrets.parse(json.dumps(PLATFORM | {"selling_entities": held}))
