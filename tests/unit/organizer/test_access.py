"""ACC-1, ACC-2: who reaches what; what is another's is as absent, in status, body and writes."""

from collections.abc import Callable
from typing import Any, NamedTuple

import pytest

from guichet.access.membership import Member
from guichet.registration.training import Approval
from tests.support.gateway import Came
from tests.support.unchanged import nothing_written
from tests.support.world import World

type Call = Callable[..., Came]


class Asked(NamedTuple):
    """One call about one object."""

    method: str
    path: str
    body: dict[str, Any] | None


CALLS = [
    pytest.param(Asked("GET", "/v1/trainings/{training}", None), id="read training"),
    pytest.param(
        Asked("PATCH", "/v1/trainings/{training}", {"title": "Mine"}), id="change training"
    ),
    pytest.param(Asked("DELETE", "/v1/trainings/{training}", None), id="delete training"),
    pytest.param(Asked("POST", "/v1/trainings/{training}/open", None), id="open"),
    pytest.param(Asked("POST", "/v1/trainings/{training}/close", None), id="close"),
    pytest.param(
        Asked("GET", "/v1/trainings/{training}/registrations", None), id="list registrations"
    ),
    pytest.param(Asked("PATCH", "/v1/discount-codes/{code}", {"active": False}), id="change code"),
    pytest.param(Asked("GET", "/v1/registrations/{registration}", None), id="read registration"),
    pytest.param(Asked("POST", "/v1/registrations/{registration}/approve", None), id="approve"),
    pytest.param(
        Asked("POST", "/v1/registrations/{registration}/reject", {"note": "No"}), id="reject"
    ),
    pytest.param(Asked("POST", "/v1/registrations/{registration}/mark-paid", None), id="mark paid"),
    pytest.param(
        Asked("POST", "/v1/registrations/{registration}/unmark-paid", None), id="unmark paid"
    ),
    pytest.param(Asked("POST", "/v1/registrations/{registration}/cancel", {}), id="cancel"),
    pytest.param(Asked("POST", "/v1/registrations/{registration}/resend", None), id="resend"),
]


@pytest.fixture
def objects(world: World, people: dict[str, Member], call: Call) -> dict[str, str]:
    """Maria's training, with a code and a registration that awaits approval."""
    assert people["maria"].member_id == "mem_maria"
    training = world.training(approval=Approval.MANUAL)
    registration = world.register(training)
    made = call(
        "POST",
        "/v1/discount-codes",
        body={"code": "TEN", "percentage": "10", "training_ids": [training.training_id]},
        headers={"idempotency-key": "code-1"},
    )
    return {
        "training": training.training_id,
        "registration": registration.registration_id,
        "code": made.body["code_id"],
    }


@pytest.mark.parametrize("by", ["eve", "marco"])
@pytest.mark.parametrize("asked", CALLS)
def test_another_s_object_is_as_absent_acc_2(
    world: World,
    call: Call,
    objects: dict[str, str],
    asked: Asked,
    by: str,
) -> None:
    here = asked.path.format(**objects)
    nowhere = asked.path.format(**{name: each[:-1] + "_" for name, each in objects.items()})

    with nothing_written(world.dynamo):
        theirs = call(asked.method, here, by=by, body=asked.body)
        absent = call(asked.method, nowhere, by=by, body=asked.body)

    assert theirs.status == absent.status == 404
    assert theirs.headers == absent.headers
    assert theirs.text.replace(here, "") == absent.text.replace(nowhere, "")


@pytest.mark.parametrize("asked", CALLS)
def test_an_administrator_reads_and_changes_nothing_acc_1(
    world: World,
    call: Call,
    objects: dict[str, str],
    asked: Asked,
) -> None:
    with nothing_written(world.dynamo):
        answer = call(asked.method, asked.path.format(**objects), by="adrian", body=asked.body)

    if asked.method == "GET":
        assert answer.status == 200
    else:
        assert (answer.status, answer.code) == (403, "not_allowed")


@pytest.mark.parametrize("asked", CALLS)
def test_a_sign_in_without_membership_reaches_nothing_acc_2(
    world: World,
    call: Call,
    people: dict[str, Member],
    objects: dict[str, str],
    asked: Asked,
) -> None:
    people["nobody"] = Member("mem_x", "acc_atelier", "https://issuer.example", "x", "", "", ())

    with nothing_written(world.dynamo):
        answer = call(asked.method, asked.path.format(**objects), by="nobody", body=asked.body)
        signed_out = call(asked.method, asked.path.format(**objects), by=None, body=asked.body)

    assert (answer.status, answer.code) == (403, "no_membership")
    assert (signed_out.status, signed_out.code) == (401, "sign_in_missing")


def test_an_owner_decides_about_every_training_of_the_account_acc_1(
    call: Call, objects: dict[str, str]
) -> None:
    answer = call("POST", f"/v1/registrations/{objects['registration']}/approve", by="olivia")

    assert (answer.status, answer.body["status"]) == (200, "awaiting_payment")


def test_an_administrator_makes_nothing_acc_1(world: World, call: Call) -> None:
    with nothing_written(world.dynamo):
        answer = call(
            "POST",
            "/v1/discount-codes",
            by="adrian",
            body={"code": "TEN", "percentage": "10"},
            headers={"idempotency-key": "code-1"},
        )

    assert (answer.status, answer.code) == (403, "not_allowed")
