"""The deployed stack answers on one port, as it would in the cloud."""

from __future__ import annotations

from local.customers import CORPORATE_MEMBERS, OPERATORS
from local.seed import ORGANIZERS
from tests.support.deployed_stack import DeployedStack


def test_a_path_that_is_nowhere_gets_a_problem_document(deployed_stack: DeployedStack) -> None:
    answer = deployed_stack.call("GET", "/v1/nowhere")

    assert answer.status == 404
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["code"] == "no_such_address"


def test_every_member_of_the_seed_can_sign_in(deployed_stack: DeployedStack) -> None:
    members = (*(each.members for each in ORGANIZERS), CORPORATE_MEMBERS, OPERATORS)
    emails = [member.email for each in members for member in each]

    tokens = {deployed_stack.token(email) for email in emails}

    assert len(tokens) == len(emails)


def test_a_signed_in_route_refuses_a_stranger(deployed_stack: DeployedStack) -> None:
    answer = deployed_stack.call("GET", "/v1/trainings")

    assert answer.status == 401


def test_pages_of_a_configured_origin_may_call_the_api(deployed_stack: DeployedStack) -> None:
    preflight = {
        "origin": deployed_stack.url,
        "access-control-request-method": "POST",
        "access-control-request-headers": "idempotency-key",
    }

    answer = deployed_stack.call("OPTIONS", "/v1/trainings", headers=preflight)
    elsewhere = deployed_stack.call(
        "OPTIONS", "/v1/trainings", headers=preflight | {"origin": "https://elsewhere.example"}
    )

    assert answer.headers["access-control-allow-origin"] == deployed_stack.url
    assert "idempotency-key" in answer.headers["access-control-allow-headers"]
    assert "access-control-allow-origin" not in elsewhere.headers


def test_the_simulated_stripe_answers_behind_the_same_port(deployed_stack: DeployedStack) -> None:
    accounts = {organizer.stripe_account_id for organizer in ORGANIZERS}

    refused = deployed_stack.call("GET", "/_stripe/v1/account")
    knobs = deployed_stack.stripe("GET", "/chaos")

    assert refused.status in {400, 401}
    assert "webhooks" in knobs
    assert len(accounts) == 2


def test_the_simulated_paypal_answers_behind_the_same_port(deployed_stack: DeployedStack) -> None:
    """PAY-1: each organizer of the seed has a seller there."""
    merchants = [organizer.paypal_merchant_id for organizer in ORGANIZERS]

    refused = deployed_stack.call("GET", "/_paypal/v2/checkout/orders/NONE")
    gone = deployed_stack.call("GET", "/_paypal/checkoutnow?token=NONE")
    found = [
        deployed_stack.call("GET", f"/_local/providers/paypal/merchants/{each}").json()
        for each in merchants
    ]

    assert (refused.status, gone.status) == (401, 404)
    assert [each["payments_receivable"] for each in found] == [True, True]
