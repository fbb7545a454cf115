"""Trainings from the draft to the close, and what is refused on the way (REG-1)."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from guichet.registration.training import TrainingStatus
from tests.support.gateway import Came
from tests.support.unchanged import nothing_written
from tests.support.world import ACCOUNT, START, World

type Call = Callable[..., Came]

EXCEL: dict[str, Any] = {
    "title": "Excel",
    "starts_at": "2027-01-10T10:00:00+01:00",
    "ends_at": "2027-01-10T17:00:00+01:00",
    "time_zone": "Europe/Paris",
    "price": {"amount_minor": 12000, "currency": "USD"},
    "capacity": 2,
    "languages": ["en", "fr"],
}
CHEQUE = {"id": "cheque", "label": "Cheque", "instructions": "To Atelier Nord."}
KEY = {"idempotency-key": "draft-1"}


def drafted(call: Call, **changed: object) -> Came:
    answer = call("POST", "/v1/trainings", body=EXCEL | changed, headers=KEY)
    assert answer.status == 201, answer.text
    return answer


def test_a_draft_shows_the_platform_fee_and_an_estimate_of_the_provider_s_fee_3(call: Call) -> None:
    answer = drafted(call)

    assert answer.headers["location"] == f"/v1/trainings/{answer.body['training_id']}"
    assert answer.headers["etag"] == '"1"'
    assert answer.body["status"] == "draft"
    assert answer.body["starts_at"] == "2027-01-10T09:00:00Z"
    assert answer.body["platform_fee"] == {"amount_minor": 228, "currency": "USD"}
    assert answer.body["provider_fee_estimate"] == {
        "amount": {"amount_minor": 378, "currency": "USD"},
        "estimate": True,
    }


def test_drafting_twice_with_one_key_is_one_training_ext_1(world: World, call: Call) -> None:
    first = drafted(call)

    with nothing_written(world.dynamo):
        second = drafted(call)
        other = call("POST", "/v1/trainings", body=EXCEL | {"title": "Word"}, headers=KEY)

    assert first.body == second.body
    assert second.headers["idempotency-replayed"] == "true"
    assert (other.status, other.code) == (409, "idempotency_key_reused")


def test_two_members_with_one_key_make_two_trainings_ext_1(call: Call) -> None:
    first = drafted(call)

    second = call("POST", "/v1/trainings", by="marco", body=EXCEL, headers=KEY)

    assert second.status == 201
    assert first.body["training_id"] != second.body["training_id"]


@pytest.mark.parametrize(
    ("changed", "code", "pointer"),
    [
        ({"price": {"amount_minor": -1, "currency": "USD"}}, "amount_negative", "/price/amount_minor"),
        ({"price": {"amount_minor": 0.5, "currency": "USD"}}, "amount_fractional", "/price/amount_minor"),
        (
            {"price": {"amount_minor": 100_000_000, "currency": "USD"}},
            "amount_beyond_limits",
            "/price/amount_minor",
        ),
        ({"price": {"amount_minor": 49, "currency": "USD"}}, "amount_beyond_limits", "/price/amount_minor"),
        ({"price": {"amount_minor": 1, "currency": "CHF"}}, "currency_not_allowed", "/price/currency"),
        ({"price": {"amount_minor": 1, "currency": "XXX"}}, "currency_not_allowed", "/price/currency"),
        ({"time_zone": "Europe/Nowhere"}, "time_zone_unknown", "/time_zone"),
        ({"time_zone": "../../etc/passwd"}, "time_zone_unknown", "/time_zone"),
        ({"ends_at": "2027-01-10T09:00:00Z"}, "ends_before_start", "/ends_at"),
        ({"starts_at": "soon"}, "not_a_time", "/starts_at"),
        ({"languages": []}, "too_few", "/languages"),
        ({"languages": ["en", "en"]}, "duplicate", "/languages"),
        ({"languages": ["la"]}, "not_one_of", "/languages/0"),
        ({"capacity": 0}, "too_small", "/capacity"),
        ({"capacity": 2.5}, "wrong_type", "/capacity"),
        ({"approval": "sometimes"}, "not_one_of", "/approval"),
        ({"offline_methods": [CHEQUE, CHEQUE]}, "duplicate", "/offline_methods/1/id"),
        ({"offline_methods": [CHEQUE | {"id": "A#"}]}, "malformed", "/offline_methods/0/id"),
        ({"title": ""}, "too_short", "/title"),
        ({"status": "open"}, "unknown_field", "/status"),
    ],
)  # fmt: skip
def test_an_offer_that_could_never_be_sold_is_refused_reg_1(
    world: World, call: Call, changed: dict[str, Any], code: str, pointer: str
) -> None:
    with nothing_written(world.dynamo):
        answer = call("POST", "/v1/trainings", body=EXCEL | changed, headers=KEY)

    assert (answer.status, answer.code) == (422, code)
    assert [each["pointer"] for each in answer.body["errors"]] == [pointer]


@pytest.mark.parametrize(
    ("headers", "code"),
    [({}, "idempotency_key_missing"), ({"idempotency-key": "a b"}, "idempotency_key_malformed")],
)
def test_creating_asks_for_a_key_ext_1(
    world: World, call: Call, headers: dict[str, str], code: str
) -> None:
    for path, body in (
        ("/v1/trainings", EXCEL),
        ("/v1/discount-codes", {"code": "TEN", "percentage": "10"}),
    ):
        with nothing_written(world.dynamo):
            answer = call("POST", path, body=body, headers=headers)
        assert (answer.status, answer.code) == (400, code)


def test_a_change_keeps_what_was_not_sent_and_gives_a_new_version_reg_1(call: Call) -> None:
    path = drafted(call, offline_methods=[CHEQUE]).headers["location"]

    changed = call("PATCH", path, body={"title": "Excel II", "capacity": None})
    read = call("GET", path)

    assert changed.headers["etag"] == read.headers["etag"] == '"2"'
    assert read.body["title"] == "Excel II"
    assert read.body["capacity"] is None
    assert read.body["seats"] == {"taken": 0, "left": None}
    assert read.body["offline_methods"] == [CHEQUE]
    assert read.body["price"] == EXCEL["price"]


def test_a_change_meant_for_another_version_is_refused_ext_1(world: World, call: Call) -> None:
    path = drafted(call).headers["location"]
    call("PATCH", path, body={"title": "Excel II"}, headers={"if-match": '"1"'})

    with nothing_written(world.dynamo):
        answer = call("PATCH", path, body={"title": "Excel III"}, headers={"if-match": '"1"'})

    assert (answer.status, answer.code) == (412, "stale")


def test_a_change_repeated_with_its_key_is_made_once_though_its_etag_is_old_ext_1(
    world: World, call: Call
) -> None:
    path = drafted(call).headers["location"]
    headers = {"idempotency-key": "change-1", "if-match": '"1"'}
    first = call("PATCH", path, body={"title": "Excel II"}, headers=headers)

    with nothing_written(world.dynamo):
        second = call("PATCH", path, body={"title": "Excel II"}, headers=headers)
        other = call("PATCH", path, body={"title": "Word"}, headers=headers)

    assert first.body == second.body
    assert second.headers["idempotency-replayed"] == "true"
    assert (other.status, other.code) == (409, "idempotency_key_reused")


@pytest.mark.parametrize("field", ["title", "price", "starts_at", "languages", "provider_payment"])
def test_only_a_capacity_can_be_taken_away_reg_1(world: World, call: Call, field: str) -> None:
    path = drafted(call).headers["location"]

    with nothing_written(world.dynamo):
        answer = call("PATCH", path, body={field: None})

    assert answer.status == 422


def test_a_currency_is_fixed_once_anyone_has_paid_reg_5(world: World, call: Call) -> None:
    training = world.training()
    world.buy(training)
    path = f"/v1/trainings/{training.training_id}"
    world.register(world.training(), "eve@example.org")

    with nothing_written(world.dynamo):
        euro = {"amount_minor": 9900, "currency": "EUR"}
        answer = call("PATCH", path, body={"price": euro})
    cheaper = call("PATCH", path, body={"price": {"amount_minor": 9900, "currency": "USD"}})

    assert (answer.status, answer.code) == (409, "currency_fixed")
    assert cheaper.status == 200


def test_a_currency_may_change_while_nobody_has_paid_and_prices_stay_reg_5(
    world: World, call: Call
) -> None:
    training = world.training()
    registration = world.register(training)

    euro = {"amount_minor": 9900, "currency": "EUR"}
    answer = call("PATCH", f"/v1/trainings/{training.training_id}", body={"price": euro})

    assert answer.status == 200
    assert world.read(registration).quote.charged.currency == "USD"


def test_a_capacity_below_the_taken_seats_is_refused_reg_4(world: World, call: Call) -> None:
    training = world.training()
    world.register(training)
    world.register(training, "eve@example.org")

    with nothing_written(world.dynamo):
        answer = call("PATCH", f"/v1/trainings/{training.training_id}", body={"capacity": 1})

    assert (answer.status, answer.code) == (409, "capacity_below_taken")


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"provider_payment": False, "offline_methods": []}, "no_payment_method"),
        ({"starts_at": "2026-11-22T08:00:00Z"}, "training_started"),
    ],
)
def test_an_open_training_stays_one_that_can_be_sold_pay_2(
    world: World, call: Call, changed: dict[str, Any], code: str
) -> None:
    path = drafted(call).headers["location"]
    call("POST", f"{path}/open")

    with nothing_written(world.dynamo):
        answer = call("PATCH", path, body=changed)

    assert (answer.status, answer.code) == (409, code)


def test_a_paid_training_opens_once_a_payment_account_is_usable_pay_2(
    world: World, call: Call
) -> None:
    path = drafted(call).headers["location"]
    (account,) = world.parts.records.payment_accounts(ACCOUNT)
    unverified = replace(account, verified=False, version=2)
    world.parts.people.save_payment_account(world.cause("seed"), account, unverified)

    with nothing_written(world.dynamo):
        early = call("POST", f"{path}/open")
    verified = replace(account, version=3)
    world.parts.people.save_payment_account(world.cause("seed"), unverified, verified)
    opened = call("POST", f"{path}/open")

    assert (early.status, early.code) == (409, "payment_account_not_usable")
    assert early.body["rule"] == "PAY-2"
    assert opened.body["status"] == "open"


def test_opening_and_closing_again_are_replayed_with_a_key_and_refused_without_reg_1(
    world: World, call: Call
) -> None:
    path = drafted(call).headers["location"]

    for verb, status in (("open", "open"), ("close", "closed")):
        headers = {"idempotency-key": verb}
        first = call("POST", f"{path}/{verb}", headers=headers)
        with nothing_written(world.dynamo):
            again = call("POST", f"{path}/{verb}", headers=headers)
            without = call("POST", f"{path}/{verb}")
        assert first.body["status"] == again.body["status"] == status
        assert again.headers["idempotency-replayed"] == "true"
        assert (without.status, without.code) == (409, f"training_{status}")


def test_closing_says_that_open_sessions_must_end_reg_8(world: World, call: Call) -> None:
    training = world.training()
    registration = world.register(training)
    world.start(registration)

    call("POST", f"/v1/trainings/{training.training_id}/close")

    closed = world.parts.records.training(training.training_id)
    assert closed is not None
    assert closed.ending_sessions_since == START
    assert "training.closed" in {event.name for entry in world.journal() for event in entry.events}
    world.settle_down()
    assert world.read(registration).open_payment_id is None


def test_a_draft_is_deleted_and_is_then_as_absent_reg_1(world: World, call: Call) -> None:
    path = drafted(call).headers["location"]
    headers = {"idempotency-key": "delete-1"}

    deleted = call("DELETE", path, headers=headers)
    again = call("DELETE", path, headers=headers)
    without = call("DELETE", path)

    assert (deleted.status, deleted.text) == (204, "")
    assert (again.status, again.headers["idempotency-replayed"]) == (204, "true")
    assert without.status == call("GET", path).status == 404
    assert call("GET", "/v1/trainings").body["items"] == []
    assert len(world.parts.dynamo.query("journal", f"JOURNAL#training/{path[-24:]}").items) == 2


@pytest.mark.parametrize("status", [TrainingStatus.OPEN, TrainingStatus.CLOSED])
def test_what_was_opened_is_not_deleted_reg_1(
    world: World, call: Call, status: TrainingStatus
) -> None:
    training = world.training(status=status)

    with nothing_written(world.dynamo):
        answer = call("DELETE", f"/v1/trainings/{training.training_id}")

    assert (answer.status, answer.code) == (409, "training_not_draft")


def test_a_list_is_read_page_by_page_and_each_sees_their_own_acc_1(
    world: World, call: Call
) -> None:
    mine = [world.training().training_id for _ in range(5)]
    for _ in range(3):
        world.training(created_by="mem_marco")

    seen: list[str] = []
    cursor = ""
    for _ in range(9):
        page = call("GET", "/v1/trainings", query=f"limit=2{cursor}").body
        seen.extend(each["training_id"] for each in page["items"])
        if page["next_cursor"] is None:
            break
        cursor = f"&cursor={page['next_cursor']}"
    everything = call("GET", "/v1/trainings", by="adrian", query="limit=100").body["items"]

    assert sorted(seen) == sorted(mine)
    assert len(everything) == 8


@pytest.mark.parametrize(
    ("query", "status", "code"),
    [
        ("limit=0", 422, "too_small"),
        ("limit=101", 422, "too_large"),
        ("limit=ten", 422, "wrong_type"),
        ("cursor=bm9uZQ.AAAA", 400, "cursor_invalid"),
    ],
)
def test_a_list_that_cannot_be_is_refused_ext_1(
    call: Call, query: str, status: int, code: str
) -> None:
    answer = call("GET", "/v1/trainings", query=query)

    assert (answer.status, answer.code) == (status, code)


def test_a_cursor_of_one_member_is_none_of_another_s_ext_1(world: World, call: Call) -> None:
    for _ in range(3):
        world.training()
    cursor = call("GET", "/v1/trainings", query="limit=1").body["next_cursor"]

    other = call("GET", "/v1/trainings", by="marco", query=f"cursor={cursor}")
    elsewhere = call("GET", "/v1/discount-codes", query=f"cursor={cursor}")

    assert (other.status, other.code) == (400, "cursor_invalid")
    assert (elsewhere.status, elsewhere.code) == (400, "cursor_invalid")
