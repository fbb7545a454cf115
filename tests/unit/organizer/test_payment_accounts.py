"""PAY-1 to PAY-6 over HTTP: who may link, what is answered, what is refused."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from guichet.access.membership import Member
from guichet.payments.account import payment_account_id
from tests.support.gateway import Came
from tests.support.linking import Desk
from tests.support.unchanged import nothing_written
from tests.support.world import ACCOUNT, STRIPE_ACCOUNT, World

type Call = Callable[..., Came]

ACCOUNTS = "/v1/payment-accounts"
PAC = payment_account_id(ACCOUNT, "stripe")
THEIRS = payment_account_id("acc_studio", "stripe")
KEY = {"idempotency-key": "link-1"}
CALLS = [
    pytest.param("POST", ACCOUNTS, {"provider": "paypal"}, id="link"),
    pytest.param("GET", ACCOUNTS, None, id="list"),
    pytest.param("GET", f"{ACCOUNTS}/{{}}", None, id="read"),
    pytest.param("POST", f"{ACCOUNTS}/{{}}/onboarding-link", None, id="onboarding link"),
    pytest.param("POST", f"{ACCOUNTS}/{{}}/refresh", None, id="refresh"),
    pytest.param("DELETE", f"{ACCOUNTS}/{{}}", None, id="unlink"),
]


@pytest.mark.parametrize(("method", "path", "body"), CALLS)
def test_event_managers_are_refused_pay_3(
    method: str, path: str, body: object, world: World, call: Call
) -> None:
    with nothing_written(world.dynamo):
        answer = call(method, path.format(PAC), by="maria", body=body, headers=KEY)

    assert (answer.status, answer.code) == (403, "not_allowed")


@pytest.mark.parametrize(("method", "path", "body"), CALLS)
def test_nobody_without_a_sign_in_gets_in_acc_2(
    method: str, path: str, body: object, world: World, call: Call
) -> None:
    with nothing_written(world.dynamo):
        answer = call(method, path.format(PAC), by=None, body=body, headers=KEY)

    assert answer.status == 401


@pytest.mark.parametrize(("method", "path", "body"), CALLS[2:])
def test_another_organizers_account_is_as_absent_acc_2(
    method: str, path: str, body: object, world: World, call: Call
) -> None:
    call("POST", ACCOUNTS, by="eve", body={"provider": "stripe"}, headers=KEY)

    with nothing_written(world.dynamo):
        answers = [
            call(method, path.format(each), by="adrian", body=body)
            for each in (THEIRS, "pac_0", "x")
        ]

    told = [{**each.body, "instance": ""} for each in answers]
    assert [each.status for each in answers] == [404, 404, 404]
    assert told[0] == told[1] == told[2]


def test_linking_answers_201_with_its_address_and_again_what_is_there_pay_1(call: Call) -> None:
    body = {"provider": "paypal", "country": "FR"}
    made = call("POST", ACCOUNTS, by="adrian", body=body, headers=KEY)
    again = call("POST", ACCOUNTS, by="olivia", body=body, headers={"idempotency-key": "k"})

    assert made.status == again.status == 201
    assert made.headers["location"] == f"{ACCOUNTS}/{made.body['payment_account_id']}"
    assert made.headers["etag"] == '"1"'
    assert "idempotency-replayed" not in made.headers
    assert again.headers["idempotency-replayed"] == "true"
    assert again.body == made.body
    assert made.body == {
        "payment_account_id": payment_account_id(ACCOUNT, "paypal"),
        "version": 1,
        "provider": "paypal",
        "provider_account_id": None,
        "status": "onboarding",
        "confirmed": False,
        "verified": False,
        "takes_cards": False,
        "usable": False,
        "methods": [],
        "next_steps": [
            {
                "code": "finish_onboarding",
                "detail": "Ask for an onboarding link and finish at the provider.",
            }
        ],
        "country": "FR",
        "linked_before": [],
    }


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        pytest.param({"provider": "cash"}, "/provider", id="no provider"),
        pytest.param({}, "/provider", id="nothing"),
        pytest.param({"provider": "stripe", "country": "France"}, "/country", id="no country"),
        pytest.param({"provider": "stripe", "password": "x"}, "/password", id="a password"),
        pytest.param(
            {"provider": "paypal", "provider_account_id": "SELLER2SELLER"},
            "/provider_account_id",
            id="never linked",
        ),
    ],
)
def test_what_cannot_be_linked_is_refused_pay_1(
    body: object, pointer: str, world: World, call: Call
) -> None:
    with nothing_written(world.dynamo):
        answer = call("POST", ACCOUNTS, by="adrian", body=body, headers=KEY)

    assert answer.status == 422
    assert [each["pointer"] for each in answer.body["errors"]] == [pointer]


def test_linking_needs_a_key_reg_10(world: World, call: Call) -> None:
    with nothing_written(world.dynamo):
        answer = call("POST", ACCOUNTS, by="adrian", body={"provider": "paypal"})

    assert answer.status == 400


def test_a_page_leads_back_to_ours_and_each_is_another_pay_1(world: World, call: Call) -> None:
    account = call("POST", ACCOUNTS, by="eve", body={"provider": "stripe"}, headers=KEY).body
    address = f"{ACCOUNTS}/{account['payment_account_id']}/onboarding-link"

    first, second = (call("POST", address, by="eve", headers=KEY) for _ in range(2))

    assert first.status == second.status == 200
    assert first.body["url"] != second.body["url"]
    assert first.body["expires_at"] == "2026-11-22T09:05:00Z"
    link = world.stripe.onboarding_link(first.body["url"].rpartition("/")[2])
    page = f"https://pay.example/organizer/payment-accounts/{account['payment_account_id']}"
    assert link["return_url"].startswith(page)
    assert link["refresh_url"].startswith(page)


@pytest.mark.parametrize(
    ("provider", "found", "methods", "advice"),
    [
        pytest.param("paypal", {}, ["paypal", "paypal_card"], [], id="PayPal Business"),
        pytest.param(
            "paypal", {"business": False}, ["paypal"], ["get_cards"], id="PayPal, personal"
        ),
        pytest.param(
            "paypal",
            {"email_confirmed": False},
            [],
            ["confirm_email"],
            id="PayPal, e-mail not confirmed",
        ),
    ],
)
def test_refreshing_tells_what_can_be_offered_and_how_to_get_cards_pay_6(  # noqa: PLR0917 - a row
    provider: str,
    found: dict[str, bool],
    methods: list[str],
    advice: list[str],
    world: World,
    people: dict[str, Member],
    call: Call,
) -> None:
    desk = Desk(world, people["adrian"])
    desk.link(provider)
    desk.agree_at_paypal(desk.page(provider), **found)

    answer = call(
        "POST", f"{ACCOUNTS}/{desk.account(provider).payment_account_id}/refresh", by="adrian"
    )

    assert answer.status == 200
    assert answer.body["methods"] == methods
    assert [each["code"] for each in answer.body["next_steps"]] == advice
    assert answer.body["usable"] is bool(methods)


def test_the_list_shows_all_at_most_one_per_provider_pay_1(call: Call) -> None:
    call("POST", ACCOUNTS, by="adrian", body={"provider": "paypal"}, headers=KEY)

    listed = call("GET", ACCOUNTS, by="olivia")

    assert [(each["provider"], each["status"]) for each in listed.body["items"]] == [
        ("paypal", "onboarding"),
        ("stripe", "linked"),
    ]


def test_unlinking_takes_effect_at_once_and_stays_readable_pay_4(world: World, call: Call) -> None:
    training = world.training(offline_methods=())

    gone = call("DELETE", f"{ACCOUNTS}/{PAC}", by="adrian", headers=KEY)
    again = call("DELETE", f"{ACCOUNTS}/{PAC}", by="adrian", headers=KEY)
    read = call("GET", f"{ACCOUNTS}/{PAC}", by="adrian")

    assert (gone.status, gone.text) == (204, "")
    assert again.headers["idempotency-replayed"] == "true"
    assert read.body["status"] == "unlinked"
    assert read.body["linked_before"] == [STRIPE_ACCOUNT]
    assert read.body["methods"] == []
    assert [each["code"] for each in read.body["next_steps"]] == ["link"]
    closed = call("POST", f"/v1/trainings/{training.training_id}/close", by="maria")
    opened = call("POST", f"/v1/trainings/{training.training_id}/open", by="maria")
    assert closed.status == 200
    assert (opened.status, opened.code) == (409, "payment_account_not_usable")


@pytest.mark.parametrize("missing", ["email_confirmed", "payments_receivable"])
def test_a_training_opens_once_paypal_calls_the_account_usable_pay_2(
    missing: str, world: World, people: dict[str, Member], call: Call
) -> None:
    desk = Desk(world, people["adrian"])
    desk.unlink()
    desk.link("paypal")
    desk.agree_at_paypal(desk.page("paypal"), merchant_id="SELLER2SELLER", **{missing: False})
    desk.refresh("paypal")
    training = world.training(offline_methods=())
    address = f"/v1/trainings/{training.training_id}"
    call("POST", f"{address}/close", by="maria")

    before = call("POST", f"{address}/open", by="maria")
    world.paypal.change_merchant("SELLER2SELLER", **{missing: True})
    desk.refresh("paypal")
    after = call("POST", f"{address}/open", by="maria")

    assert (before.status, before.code) == (409, "payment_account_not_usable")
    assert after.status == 200


def test_a_provider_that_does_not_answer_is_said_to_and_changes_nothing_pay_2(
    world: World, call: Call
) -> None:
    world.stripe.configure_chaos({"down": True})

    with nothing_written(world.dynamo):
        answer = call("POST", f"{ACCOUNTS}/{PAC}/refresh", by="adrian")

    assert (answer.status, answer.code) == (503, "provider_unavailable")
    assert answer.headers["retry-after"]
