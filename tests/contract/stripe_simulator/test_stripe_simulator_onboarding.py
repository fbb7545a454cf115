"""The simulated Stripe's onboarding: accounts of a platform, links for one visit, later findings."""

from collections.abc import Iterator
from typing import Any

import pytest
import stripe
from flask.testing import FlaskClient

from local.simulators.stripe import BuyerRefusedError, StripeSimulator
from local.simulators.stripe.server import create_app
from tests.support.stripe_calls import ORGANIZER, MovableClock, StripeCalls, drain

URLS = {"return_url": "https://pay.example/back", "refresh_url": "https://pay.example/again"}
KNOBS = "/_local/providers/stripe"


@pytest.fixture
def browser(simulator: StripeSimulator) -> Iterator[FlaskClient]:
    with create_app(simulator).test_client() as client:
        yield client


def new_account(platform: StripeCalls, **params: Any) -> dict[str, Any]:  # noqa: ANN401 - any parameter
    answer = platform.post("/v1/accounts", params)
    assert answer.status == 200, answer.json
    return answer.json


def new_link(platform: StripeCalls, account_id: str) -> dict[str, Any]:
    params = {"account": account_id, "type": "account_onboarding", **URLS}
    answer = platform.post("/v1/account_links", params)
    assert answer.status == 200, answer.json
    return answer.json


def page_of(link: dict[str, Any]) -> str:
    return f"/onboard/{link['url'].rpartition('/')[2]}"


def test_a_new_account_can_do_nothing_yet(platform: StripeCalls) -> None:
    """CONTRACTS 1.1: `controller` describes it, `type` is deprecated."""
    controller = {"fees": {"payer": "account"}, "stripe_dashboard": {"type": "full"}}

    account = new_account(platform, controller=controller, country="FR", metadata={"a": "b"})

    assert account["id"].startswith("acct_")
    assert (account["charges_enabled"], account["details_submitted"]) == (False, False)
    assert account["controller"]["stripe_dashboard"] == {"type": "full"}
    assert account["country"] == "FR"
    assert account["metadata"] == {"a": "b"}


def test_the_same_key_makes_the_same_account_and_another_body_is_an_error(
    platform: StripeCalls,
) -> None:
    """CONTRACTS 1.6: different parameters under one key are an `idempotency_error`."""
    first = platform.post("/v1/accounts", {"country": "FR"}, key="k")
    again = platform.post("/v1/accounts", {"country": "FR"}, key="k")
    other = platform.post("/v1/accounts", {"country": "DE"}, key="k")

    assert first.json == again.json
    assert other.json["error"]["type"] == "idempotency_error"


@pytest.mark.parametrize(
    "params",
    [
        pytest.param({"password": "x"}, id="unknown"),
        pytest.param({"controller": {"fees": {"payer": "nobody"}}}, id="no such payer"),
        pytest.param(
            {"type": "standard", "controller": {"fees": {"payer": "account"}}},
            id="both kinds of description",
        ),
    ],
)
def test_what_stripe_does_not_take_is_refused(platform: StripeCalls, params: Any) -> None:  # noqa: ANN401 - any
    assert platform.post("/v1/accounts", params).status == 400


def test_a_connected_account_makes_neither_accounts_nor_links(calls: StripeCalls) -> None:
    params = {"account": ORGANIZER, "type": "account_onboarding", **URLS}

    assert calls.post("/v1/accounts").status == 403
    assert calls.post("/v1/account_links", params).status == 403


def test_a_link_serves_one_visit_and_then_leads_to_a_fresh_one(
    platform: StripeCalls, browser: FlaskClient
) -> None:
    """docs.stripe.com/api/account_links: single-use."""
    link = new_link(platform, new_account(platform)["id"])

    first, second = browser.get(page_of(link)), browser.get(page_of(link))

    assert first.status_code == 200
    assert "Agree" in first.text
    assert (second.status_code, second.location) == (303, URLS["refresh_url"])


def test_a_link_ends_after_some_minutes(
    platform: StripeCalls, browser: FlaskClient, clock: MovableClock
) -> None:
    """docs.stripe.com/api/account_links: `expires_at`."""
    link = new_link(platform, new_account(platform)["id"])
    assert link["expires_at"] == int(clock().timestamp()) + 300

    clock.advance(seconds=300)

    assert browser.get(page_of(link)).location == URLS["refresh_url"]


@pytest.mark.parametrize(
    ("act", "charges_enabled", "card_payments"),
    [
        pytest.param("verified", True, "active", id="all there"),
        pytest.param("unverified", False, "pending", id="not verified"),
        pytest.param("no_cards", True, "inactive", id="no cards"),
    ],
)
def test_who_finishes_is_back_and_stripe_tells_what_it_found(
    platform: StripeCalls,
    browser: FlaskClient,
    act: str,
    card_payments: str,
    *,
    charges_enabled: bool,
) -> None:
    """CONTRACTS 1.4: events of a connected account bear its id on top."""
    account_id = new_account(platform)["id"]
    link = new_link(platform, account_id)
    browser.get(page_of(link))

    answer = browser.post(page_of(link), data={"act": act})

    assert (answer.status_code, answer.location) == (303, URLS["return_url"])
    account = platform.get(f"/v1/accounts/{account_id}").json
    assert account["details_submitted"]
    assert account["charges_enabled"] is charges_enabled
    assert account["capabilities"]["card_payments"] == card_payments
    (event,) = drain(platform.simulator)
    assert (event["type"], event["account"]) == ("account.updated", account_id)


def test_who_leaves_has_agreed_to_nothing(platform: StripeCalls, browser: FlaskClient) -> None:
    account_id = new_account(platform)["id"]
    link = new_link(platform, account_id)
    browser.get(page_of(link))

    answer = browser.post(page_of(link), data={"act": "leave"})

    assert answer.location == URLS["return_url"]
    assert not platform.get(f"/v1/accounts/{account_id}").json["details_submitted"]
    assert drain(platform.simulator) == []


def test_nobody_hands_in_on_a_page_that_was_not_opened(
    platform: StripeCalls, browser: FlaskClient
) -> None:
    link = new_link(platform, new_account(platform)["id"])

    assert browser.post(page_of(link), data={"act": "verified"}).status_code == 400
    assert browser.post(page_of(link), data={"act": "something"}).status_code == 400
    assert browser.get("/onboard/none").status_code == 404
    with pytest.raises(BuyerRefusedError):
        platform.simulator.finish_onboarding(page_of(link).rpartition("/")[2])


def test_after_deauthorization_the_platform_is_refused(
    platform: StripeCalls, browser: FlaskClient
) -> None:
    """CONTRACTS 1.4: a last event with the application, then every call for the account fails."""
    account_id = new_account(platform)["id"]
    browser.post(f"{KNOBS}/accounts/{account_id}/deauthorize")

    answers = [
        platform.get(f"/v1/accounts/{account_id}"),
        platform.post(
            "/v1/account_links", {"account": account_id, "type": "account_onboarding", **URLS}
        ),
    ]

    assert [(each.status, each.code()) for each in answers] == [(403, "account_invalid")] * 2
    (event,) = drain(platform.simulator)
    assert event["type"] == "account.application.deauthorized"
    assert event["account"] == account_id
    assert event["data"]["object"]["object"] == "application"


def test_the_panel_lets_stripe_find_out_something_later(
    platform: StripeCalls, browser: FlaskClient
) -> None:
    answer = browser.post(f"{KNOBS}/accounts/{ORGANIZER}/verify", json={"cards": False})

    assert answer.status_code == 200
    assert platform.get(f"/v1/accounts/{ORGANIZER}").json["capabilities"] == {
        "card_payments": "inactive"
    }


def test_links_survive_a_restart(platform: StripeCalls) -> None:
    link = new_link(platform, new_account(platform)["id"])
    link_id = link["url"].rpartition("/")[2]

    platform.simulator.restore(platform.simulator.snapshot())

    assert platform.simulator.visit_onboarding(link_id) is not None


def test_the_official_sdk_links_an_account(sdk: stripe.StripeClient) -> None:
    """CONTRACTS 1.1: stripe-python 16.1.0 sends what the simulator takes."""
    account = sdk.v1.accounts.create(
        {"controller": {"stripe_dashboard": {"type": "full"}}, "metadata": {"a": "b"}}
    )
    link = sdk.v1.account_links.create(
        {
            "account": account.id,
            "type": "account_onboarding",
            "return_url": URLS["return_url"],
            "refresh_url": URLS["refresh_url"],
        }
    )

    assert link.url
    assert sdk.v1.accounts.retrieve(account.id).details_submitted is False
