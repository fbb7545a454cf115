"""INV-8, SUB-20, ACC-1, ACC-2: usage over the API."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any

import pytest

from guichet.access.membership import OPERATOR, BillingGrant, Member, Role
from guichet.entry.calls.usage import UsageCalls
from guichet.entry.http import mount, resolver, serve
from tests.support.gateway import CONTEXT, Came, came, http_event
from tests.support.metering import ACCOUNT, NOVEMBER, SUBSCRIPTION, Meter, subscription
from tests.support.unchanged import nothing_written
from tests.support.world import World

type Call = Callable[..., Came]

RECORD = {
    "subscription_id": SUBSCRIPTION,
    "item": "sms",
    "key": "a",
    "used_at": "2026-11-22T08:00:00Z",
    "quantity": 600,
}


@pytest.fixture
def world() -> World:
    return World()


@pytest.fixture
def meter(world: World) -> Meter:
    return Meter(dynamo=world.dynamo, clock=world.clock)


@pytest.fixture
def call(world: World, meter: Meter) -> Call:
    people: dict[str, Member] = {
        "rita": world.member("rita", Role.REPRESENTATIVE, account_id=OPERATOR),
        "audrey": world.member("audrey", Role.AUDITOR, account_id=OPERATOR),
        "olivia": world.member("olivia", Role.OWNER),
        "adrian": world.member("adrian", Role.ADMINISTRATOR),
        "leo": world.member("leo", Role.LICENCE_MANAGER),
        "maria": world.member("maria", Role.EVENT_MANAGER),
        "bill": world.member("bill", Role.BILLING_ADMINISTRATOR),
        "vera": world.member(
            "vera", Role.BILLING_ADMINISTRATOR, billing=(BillingGrant.VIEW_SUBSCRIPTIONS,)
        ),
    }
    app = resolver(world.log)
    mount(app, UsageCalls(app, lambda: world.parts, lambda: meter.metering))

    def send(method: str, by: str = "rita", path: str = "/v1/usage", **parts: Any) -> Came:  # noqa: ANN401 - any part of an event
        about = {"guichet-account": ACCOUNT} if people[by].is_operators else {}
        headers = {**about, **parts.pop("headers", {})}
        event = http_event(method, path, member=people[by], headers=headers, **parts)
        return came(serve(app, event, CONTEXT, world.log))

    return send


def of(*records: object) -> dict[str, object]:
    return {"records": list(records)}


def test_a_batch_has_a_result_for_each_record_in_their_order_inv_8(call: Call) -> None:
    answer = call("POST", body=of(RECORD, RECORD | {"key": "b", "quantity": 0}, RECORD))

    assert answer.status == 200
    assert answer.body["results"] == [
        {
            "outcome": "stored",
            "key": "a",
            "quantity": 600,
            "code": None,
            "detail": None,
            "errors": [],
        },
        {
            "outcome": "refused",
            "key": "b",
            "quantity": None,
            "code": "usage_quantity_invalid",
            "detail": "This quantity can’t be counted. State a whole number from 1 to "
            "1,000,000,000 or, of text messages, the characters of each.",
            "errors": [
                {
                    "pointer": "/quantity",
                    "code": "usage_quantity_invalid",
                    "detail": "A quantity is a whole number from 1 to 1000000000.",
                }
            ],
        },
        {
            "outcome": "duplicate",
            "key": "a",
            "quantity": 600,
            "code": None,
            "detail": None,
            "errors": [],
        },
    ]


@pytest.mark.parametrize(
    ("changed", "pointer", "code"),
    [
        pytest.param({"key": "a b"}, "/key", "malformed", id="key with a blank"),
        pytest.param({"key": ""}, "/key", "malformed", id="key of nothing"),
        pytest.param({"key": "k" * 129}, "/key", "malformed", id="key too long"),
        pytest.param({"key": "a#b"}, "/key", "malformed", id="key of another alphabet"),
        pytest.param({"key": "n1234567-890123"}, "/key", "malformed", id="13 digits in a row"),
        pytest.param({"key": None}, "/key", "wrong_type", id="no key"),
        pytest.param({"subscription_id": "sub#1"}, "/subscription_id", "malformed", id="id"),
        pytest.param({"used_at": "yesterday"}, "/used_at", "not_a_time", id="time"),
        pytest.param({"used_at": "2026-11-22T08:00:00"}, "/used_at", "not_a_time", id="no zone"),
        pytest.param({"quantity": 1.5}, "/quantity", "wrong_type", id="fraction"),
        pytest.param({"quantity": "1"}, "/quantity", "wrong_type", id="text"),
        pytest.param({"characters": []}, "/characters", "too_few", id="no message"),
        pytest.param({"country": "usa"}, "/country", "malformed", id="country"),
        pytest.param({"number": "14165550123456"}, "/number", "malformed", id="a whole number"),
        pytest.param({"direction": "up"}, "/direction", "not_one_of", id="direction"),
        pytest.param({"price": 1}, "/price", "unknown_field", id="a price from outside"),
    ],
)
def test_a_record_that_cannot_be_read_does_not_hurt_the_others_inv_8(
    call: Call, meter: Meter, changed: dict[str, object], pointer: str, code: str
) -> None:
    answer = call("POST", body=of(RECORD | {"key": "bad"} | changed, RECORD))

    bad, good = answer.body["results"]
    assert (bad["outcome"], bad["code"]) == ("refused", "usage_malformed")
    assert [(each["pointer"], each["code"]) for each in bad["errors"]] == [(pointer, code)]
    assert good["outcome"] == "stored"
    assert [each.key for each in meter.records([NOVEMBER])] == ["a"]


@pytest.mark.parametrize("record", [None, 1, "a", [], {}])
def test_what_is_no_record_at_all_is_refused_by_itself_inv_8(call: Call, record: object) -> None:
    answer = call("POST", body=of(record, RECORD))

    assert [each["outcome"] for each in answer.body["results"]] == ["refused", "stored"]


def test_a_refusal_speaks_the_callers_language_inv_8(call: Call) -> None:
    answer = call("POST", body=of(RECORD | {"item": "fax"}), headers={"accept-language": "de-CH"})

    assert answer.headers["content-language"] == "de"
    assert answer.body["results"][0]["detail"].startswith("Das Produkt hat keine solche")


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        pytest.param({"records": []}, 422, "too_few", id="none"),
        pytest.param({}, 422, "required", id="no list"),
        pytest.param({"records": 1}, 422, "wrong_type", id="no list of records"),
        pytest.param(of(*[RECORD] * 501), 422, "usage_batch_too_large", id="too many"),
        pytest.param(of(RECORD | {"number": "4242424242424242"}), 422, "card_number", id="card"),
    ],
)
def test_what_is_no_batch_is_refused_as_a_whole_inv_8(
    call: Call, world: World, body: dict[str, object], status: int, code: str
) -> None:
    with nothing_written(world.dynamo):
        answer = call("POST", body=body)

    assert answer.status == status
    assert code in {answer.body["code"], *(each["code"] for each in answer.body["errors"])}


@pytest.mark.parametrize("by", ["olivia", "adrian", "leo", "maria", "bill", "vera", "audrey"])
def test_only_the_operator_tells_usage_acc_1(call: Call, world: World, by: str) -> None:
    with nothing_written(world.dynamo):
        answer = call("POST", by, body=of(RECORD))

    assert (answer.status, answer.code) == (403, "not_allowed")


def test_a_representative_names_the_account_acc_1(call: Call) -> None:
    unnamed = call("POST", body=of(RECORD), headers={"guichet-account": ""})
    foreign = call("POST", body=of(RECORD), headers={"guichet-account": "acc_nobody"})

    assert unnamed.status in {400, 404}
    assert foreign.status == 404


def test_a_repeat_needs_no_key_of_its_own_and_may_have_one_ext_1(call: Call) -> None:
    first = call("POST", body=of(RECORD), headers={"idempotency-key": "k1"})
    again = call("POST", body=of(RECORD), headers={"idempotency-key": "k1"})

    assert [each.body["results"][0]["outcome"] for each in (first, again)] == [
        *("stored", "duplicate"),
    ]


READ = f"/v1/subscriptions/{SUBSCRIPTION}/usage"


def test_a_month_shows_used_included_overage_and_amount_so_far_inv_8(
    call: Call, meter: Meter
) -> None:
    sent = {"item": "minutes", "direction": "sent", "quantity": 10, "used_at": RECORD["used_at"]}
    call("POST", body=of(RECORD, RECORD | sent | {"key": "b", "number": "+1416"}))
    meter.bill_month(NOVEMBER, date(2026, 12, 1))
    call("POST", body=of(RECORD | sent | {"key": "c", "number": "+1876"}))

    answer = call("GET", "olivia", READ, headers={"accept-language": "fr"})

    def usd(amount_minor: int) -> dict[str, object]:
        return {"amount_minor": amount_minor, "currency": "USD"}

    assert answer.status == 200
    assert answer.body == {
        "subscription_id": SUBSCRIPTION,
        "month": "2026-11",
        "time_zone": "America/New_York",
        "amount": usd(277),
        "billed": usd(67),
        "duplicates": 0,
        "items": [
            {
                "item": "minutes",
                "name": "Compteur",
                "unit": "unit",
                "used": 20,
                "included": 0,
                "overage": 20,
                "amount": usd(222),
                "prices": [
                    {"unit_price": "0.012", "quantity": 10, "amount": usd(12)},
                    {"unit_price": "0.21", "quantity": 10, "amount": usd(210)},
                ],
            },
            {
                "item": "sms",
                "name": "Compteur",
                "unit": "unit",
                "used": 600,
                "included": 500,
                "overage": 100,
                "amount": usd(55),
                "prices": [{"unit_price": "0.0055", "quantity": 100, "amount": usd(55)}],
            },
        ],
    }


def test_what_is_shown_is_what_is_billed_when_the_month_ends_bad_14(
    call: Call, meter: Meter, world: World
) -> None:
    call("POST", body=of(RECORD, RECORD | {"key": "b", "quantity": 77}))
    shown = call("GET", "olivia", READ).body
    world.clock.at = datetime(2026, 12, 1, 12, tzinfo=UTC)

    made = meter.bill_month(NOVEMBER, date(2026, 12, 1))

    assert shown["amount"]["amount_minor"] == sum(each.net_minor for each in made.lines) == 97
    after = call("GET", "olivia", READ, query="month=2026-11").body
    assert after["billed"] == after["amount"] == shown["amount"]


def test_a_month_without_usage_shows_what_is_included_inv_8(call: Call) -> None:
    answer = call("GET", "vera", READ, query="month=2026-10")

    assert [(each["item"], each["used"], each["included"]) for each in answer.body["items"]] == [
        ("minutes", 0, 0),
        ("sms", 0, 500),
    ]


def test_a_key_under_two_months_is_shown_as_a_duplicate_inv_8(call: Call, world: World) -> None:
    call("POST", body=of(RECORD))
    world.clock.advance(hours=1)
    call("POST", body=of(RECORD | {"used_at": "2026-10-22T08:00:00Z"}))

    october = call("GET", "olivia", READ, query="month=2026-10").body
    november = call("GET", "olivia", READ).body

    assert (october["duplicates"], october["items"][1]["used"]) == (1, 0)
    assert (november["duplicates"], november["items"][1]["used"]) == (0, 600)


@pytest.mark.parametrize("month", ["2026-13", "2026-1", "1999-12", "november", ""])
def test_a_month_is_written_as_year_and_month_inv_8(call: Call, month: str) -> None:
    assert call("GET", "olivia", READ, query=f"month={month}").status == 422


@pytest.mark.parametrize(
    ("by", "status"),
    [
        *[(each, 200) for each in ("olivia", "adrian", "vera", "rita", "audrey")],
        *[(each, 403) for each in ("leo", "maria", "bill")],
    ],
)
def test_usage_is_shown_to_whom_a_role_or_grant_allows_it_acc_1(
    call: Call, by: str, status: int
) -> None:
    assert call("GET", by, READ).status == status


@pytest.mark.parametrize("subscription_id", ["sub_none", "sub_theirs", "x"])
def test_another_accounts_subscription_is_as_if_it_did_not_exist_acc_2(
    call: Call, meter: Meter, subscription_id: str
) -> None:
    theirs = subscription(subscription_id="sub_theirs", account_id="acc_other")
    meter.reads.subscriptions["sub_theirs"] = theirs

    answer = call("GET", "olivia", f"/v1/subscriptions/{subscription_id}/usage")

    assert (answer.status, answer.code) == (404, "not_found")
