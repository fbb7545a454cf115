"""REG-5: making and changing discount codes."""

from collections.abc import Callable
from typing import Any

import pytest

from tests.support.gateway import Came
from tests.support.unchanged import nothing_written
from tests.support.world import World, refusal_of

type Call = Callable[..., Came]

TEN: dict[str, Any] = {"code": "Ten", "percentage": "10"}
KEY = {"idempotency-key": "code-1"}


def made(call: Call, **changed: object) -> Came:
    body = TEN | changed
    return call("POST", "/v1/discount-codes", by="olivia", body=body, headers=KEY)


@pytest.mark.parametrize(
    ("percentage", "shown"),
    [("10", "10"), ("12.5", "12.5"), ("0.01", "0.01"), ("100", "100"), ("33.30", "33.3")],
)
def test_a_percentage_has_two_decimals_at_most_reg_5(
    call: Call, percentage: str, shown: str
) -> None:
    answer = made(call, percentage=percentage)

    assert answer.status == 201
    assert answer.body["percentage"] == shown
    assert answer.body["code"] == "TEN"


@pytest.mark.parametrize(
    ("changed", "code", "pointer"),
    [
        ({"percentage": "0"}, "percentage_malformed", "/percentage"),
        ({"percentage": "100.01"}, "percentage_malformed", "/percentage"),
        ({"percentage": "12.345"}, "malformed", "/percentage"),
        ({"percentage": "-1"}, "malformed", "/percentage"),
        ({"percentage": "ten"}, "malformed", "/percentage"),
        ({"percentage": 10}, "wrong_type", "/percentage"),
        ({"percentage": None}, "percentage_or_amount", "/percentage"),
        (
            {"amount_off": {"amount_minor": 1, "currency": "USD"}},
            "percentage_or_amount",
            "/percentage",
        ),
        (
            {"percentage": None, "amount_off": {"amount_minor": 0, "currency": "USD"}},
            "too_small",
            "/amount_off/amount_minor",
        ),
        (
            {"percentage": None, "amount_off": {"amount_minor": 1, "currency": "CHF"}},
            "currency_not_allowed",
            "/amount_off/currency",
        ),
        ({"code": "a b"}, "malformed", "/code"),
        ({"code": "ab"}, "too_short", "/code"),
        ({"total_uses": 0}, "too_small", "/total_uses"),
        (
            {"valid_from": "2027-01-02T00:00:00Z", "valid_until": "2027-01-02T00:00:00Z"},
            "ends_before_start",
            "/valid_until",
        ),
        ({"training_ids": ["trn_none"]}, "training_unknown", "/training_ids/0"),
    ],
)
def test_a_code_that_could_never_be_used_is_refused_reg_5(
    world: World, call: Call, changed: dict[str, Any], code: str, pointer: str
) -> None:
    with nothing_written(world.dynamo):
        answer = made(call, **changed)

    assert (answer.status, answer.code) == (422, code)
    assert [each["pointer"] for each in answer.body["errors"]] == [pointer]


def test_one_word_is_one_code_of_an_organizer_reg_5(world: World, call: Call) -> None:
    made(call)

    with nothing_written(world.dynamo):
        again = made(call)
        reused = made(call, percentage="20")
        taken = call(
            "POST",
            "/v1/discount-codes",
            by="olivia",
            body=TEN | {"code": "tEN"},
            headers={"idempotency-key": "code-2"},
        )

    assert again.headers["idempotency-replayed"] == "true"
    assert (reused.status, reused.code) == (409, "idempotency_key_reused")
    assert (taken.status, taken.code) == (409, "code_taken")


def test_an_event_manager_s_code_names_their_trainings_acc_1(world: World, call: Call) -> None:
    mine, marcos = world.training(), world.training(created_by="mem_marco")

    with nothing_written(world.dynamo):
        for_all = call("POST", "/v1/discount-codes", body=TEN, headers=KEY)
        for_his = call(
            "POST",
            "/v1/discount-codes",
            body=TEN | {"training_ids": [marcos.training_id]},
            headers=KEY,
        )
    for_mine = call(
        "POST", "/v1/discount-codes", body=TEN | {"training_ids": [mine.training_id]}, headers=KEY
    )

    assert (for_all.status, for_all.code) == (422, "training_ids_required")
    assert (for_his.status, for_his.code) == (422, "training_unknown")
    assert for_mine.status == 201


def test_a_code_s_terms_change_and_what_it_takes_off_does_not_reg_5(
    world: World, call: Call
) -> None:
    path = made(call, total_uses=5).headers["location"]
    training = world.training()

    changed = call("PATCH", path, by="olivia", body={"total_uses": 1, "uses_per_email": None})
    with nothing_written(world.dynamo):
        fixed = call("PATCH", path, by="olivia", body={"percentage": "50"})
        stale = call(
            "PATCH", path, by="olivia", body={"active": False}, headers={"if-match": '"1"'}
        )
    world.register(training, discount_code="TEN")
    used_up = refusal_of(lambda: world.register(training, "eve@example.org", discount_code="TEN"))

    assert (changed.status, changed.body["total_uses"], changed.headers["etag"]) == (200, 1, '"2"')
    assert (fixed.status, fixed.code) == (422, "unknown_field")
    assert (stale.status, stale.code) == (412, "stale")
    assert used_up.code == "discount_used_up"


def test_a_list_of_codes_shows_each_their_own_acc_1(world: World, call: Call) -> None:
    made(call)
    training = world.training()
    call(
        "POST",
        "/v1/discount-codes",
        body={"code": "MINE", "percentage": "5", "training_ids": [training.training_id]},
        headers=KEY,
    )

    marias = call("GET", "/v1/discount-codes").body["items"]
    everything = call("GET", "/v1/discount-codes", by="adrian").body["items"]

    assert [each["code"] for each in marias] == ["MINE"]
    assert {each["code"] for each in everything} == {"MINE", "TEN"}
