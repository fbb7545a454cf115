"""Who may cancel a training, what is refused, and what a repeat does (ACC-1, ACC-2, EXT-1)."""

from collections.abc import Callable
from typing import Any

import pytest

from guichet.registration.training import TrainingStatus
from tests.support.gateway import Came
from tests.support.unchanged import nothing_written
from tests.support.world import World

type Call = Callable[..., Came]
type Cancel = Callable[..., Came]

REASON = {"reason": "The trainer is ill."}
KEY = {"idempotency-key": "cancel-1"}


@pytest.mark.parametrize(
    ("by", "status", "code"),
    [
        pytest.param("marco", 404, "not_found", id="another's training is as absent"),
        pytest.param("adrian", 403, "not_allowed", id="administrators sell nothing"),
        pytest.param("eve", 404, "not_found", id="another account's training is as absent"),
    ],
)
def test_who_may_not_manage_it_cannot_cancel_it_acc_1(
    world: World, call: Call, by: str, status: int, code: str
) -> None:
    path = f"/v1/trainings/{world.training().training_id}/cancel"

    with nothing_written(world.dynamo):
        answer = call("POST", path, by=by, body=REASON, headers=KEY)

    assert (answer.status, answer.code) == (status, code)


def test_the_owner_cancels_any_training_acc_1(world: World, call: Call) -> None:
    path = f"/v1/trainings/{world.training().training_id}/cancel"

    answer = call("POST", path, by="olivia", body=REASON, headers=KEY)

    assert answer.status == 202


@pytest.mark.parametrize(
    ("body", "code"),
    [
        pytest.param({}, "required", id="no reason"),
        pytest.param({"reason": " "}, "too_short", id="an empty reason"),
        pytest.param({"reason": "x" * 201}, "too_long", id="a long reason"),
        pytest.param({**REASON, "note": "x" * 2001}, "too_long", id="a long note"),
        pytest.param({**REASON, "note": "a\u0000b"}, "control_characters", id="controls"),
        pytest.param({**REASON, "amount": 1}, "unknown_field", id="an unknown field"),
    ],
)
def test_what_is_not_understood_writes_nothing_ext_1(
    world: World, call: Call, body: dict[str, Any], code: str
) -> None:
    path = f"/v1/trainings/{world.training().training_id}/cancel"

    with nothing_written(world.dynamo):
        answer = call("POST", path, body=body, headers=KEY)

    assert (answer.status, answer.body["errors"][0]["code"]) == (422, code)


def test_without_a_key_nothing_is_cancelled_ext_1(world: World, call: Call) -> None:
    path = f"/v1/trainings/{world.training().training_id}/cancel"

    with nothing_written(world.dynamo):
        answer = call("POST", path, body=REASON)

    assert (answer.status, answer.code) == (400, "idempotency_key_missing")


@pytest.mark.parametrize(
    ("status", "refusal"),
    [
        pytest.param(TrainingStatus.DRAFT, (409, "training_draft"), id="draft"),
        pytest.param(TrainingStatus.DELETED, (404, "not_found"), id="deleted"),
    ],
)
def test_what_was_never_open_is_not_cancelled_reg_1(
    world: World, cancelled: Cancel, status: TrainingStatus, refusal: tuple[int, str]
) -> None:
    training = world.training(status=status)

    with nothing_written(world.dynamo):
        answer = cancelled(training.training_id)

    assert (answer.status, answer.code) == refusal


def test_asking_twice_with_one_key_cancels_once_ext_1(world: World, cancelled: Cancel) -> None:
    training = world.training()
    first = cancelled(training.training_id)

    with nothing_written(world.dynamo):
        second = cancelled(training.training_id)
        other = cancelled(training.training_id, note="Another note.")
        again = cancelled(training.training_id, key="cancel-2")

    assert second.body == first.body
    assert second.headers["idempotency-replayed"] == "true"
    assert (other.status, other.code) == (409, "idempotency_key_reused")
    assert (again.status, again.code) == (409, "training_cancelled")


def test_a_cancelled_training_is_neither_changed_nor_opened_reg_1(
    world: World, cancelled: Cancel
) -> None:
    training = world.training()
    cancelled(training.training_id)
    found = world.parts.records.training(training.training_id)

    assert found is not None
    assert found.cancelled_at == world.clock.now()
    assert not found.takes_late_payers(world.clock.now())


def test_only_what_is_cancelled_has_a_report_acc_2(
    world: World, call: Call, cancelled: Cancel
) -> None:
    training = world.training()
    path = f"/v1/trainings/{training.training_id}/cancellation"
    assert call("GET", path).code == "not_found"

    cancelled(training.training_id)

    seen = {by: call("GET", path, by=by).status for by in ("maria", "marco", "adrian", "eve")}
    assert seen == {"maria": 200, "marco": 404, "adrian": 200, "eve": 404}


def test_the_journal_says_who_cancelled_it_and_holds_no_words_of_theirs_acc_3(
    world: World, cancelled: Cancel
) -> None:
    training = world.training()

    cancelled(training.training_id, note="Dear Ada Lovelace, we are sorry.")

    entries = [each for each in world.journal() if each.use_case == "cancel_training"]
    assert {each.aggregate for each in entries} == {
        f"training/{training.training_id}",
        f"cancellation/{training.training_id}",
    }
    assert {each.actor.id for each in entries} == {"mem_maria"}
    assert not any("Lovelace" in str(each) or "ill" in str(each.after) for each in entries)
