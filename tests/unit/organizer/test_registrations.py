"""Registrations as those who sell see and decide them (REG-6 to REG-8, REG-13)."""

import csv
import io
from collections.abc import Callable

import pytest

from guichet.registration.training import Approval
from tests.support.gateway import Came
from tests.support.unchanged import nothing_written
from tests.support.world import World

type Call = Callable[..., Came]


def test_a_paid_registration_shows_what_the_provider_kept_fee_3(world: World, call: Call) -> None:
    registration = world.buy(world.training())

    answer = call("GET", f"/v1/registrations/{registration.registration_id}")

    assert answer.body["status"] == "confirmed"
    assert answer.body["payment"]["platform_fee"] == {"amount_minor": 228, "currency": "USD"}
    assert answer.body["payment"]["provider_fee"] == {"amount_minor": 378, "currency": "USD"}


def test_approving_takes_a_seat_and_is_refused_when_full_reg_6(world: World, call: Call) -> None:
    training = world.training(approval=Approval.MANUAL, capacity=1)
    first, second = world.register(training), world.register(training, "eve@example.org")

    approved = call("POST", f"/v1/registrations/{first.registration_id}/approve")
    with nothing_written(world.dynamo):
        full = call("POST", f"/v1/registrations/{second.registration_id}/approve")
    rejected = call(
        "POST", f"/v1/registrations/{second.registration_id}/reject", body={"note": "Full, sorry"}
    )

    assert approved.body["status"] == "awaiting_payment"
    assert approved.body["hold_expires_at"] == "2026-11-25T09:00:00Z"
    assert (full.status, full.code) == (409, "training_full")
    assert rejected.body["status"] == "rejected"
    assert rejected.body["note"] == "Full, sorry"


def test_only_what_awaits_approval_can_be_approved_or_rejected_reg_8(
    world: World, call: Call
) -> None:
    training = world.training()
    paid = world.buy(training)
    held = world.register(training, "eve@example.org")

    for registration, status in ((paid, "confirmed"), (held, "awaiting_payment")):
        for verb in ("approve", "reject"):
            with nothing_written(world.dynamo):
                answer = call("POST", f"/v1/registrations/{registration.registration_id}/{verb}")
            assert (answer.status, answer.code) == (409, f"registration_{status}")


def test_marking_paid_confirms_without_a_fee_and_can_be_taken_back_reg_7(
    world: World, call: Call
) -> None:
    registration = world.register(world.training())
    world.start(registration)
    path = f"/v1/registrations/{registration.registration_id}"
    headers = {"idempotency-key": "mark-1"}

    marked = call("POST", f"{path}/mark-paid", headers=headers)
    again = call("POST", f"{path}/mark-paid", headers=headers)
    unmarked = call("POST", f"{path}/unmark-paid")
    with nothing_written(world.dynamo):
        twice = call("POST", f"{path}/unmark-paid")

    assert (marked.body["status"], marked.body["paid_by"]) == ("confirmed", "hand")
    assert again.headers["idempotency-replayed"] == "true"
    assert unmarked.body["status"] == "awaiting_payment"
    assert (twice.status, twice.code) == (409, "not_marked_paid")
    assert world.books() == {}


def test_what_a_provider_was_paid_cannot_be_unmarked_reg_7(world: World, call: Call) -> None:
    registration = world.buy(world.training())

    with nothing_written(world.dynamo):
        answer = call("POST", f"/v1/registrations/{registration.registration_id}/unmark-paid")

    assert (answer.status, answer.code) == (409, "not_marked_paid")


def test_the_organizer_cancels_what_is_paid_and_the_seat_is_free_reg_8(
    world: World, call: Call
) -> None:
    training = world.training()
    registration = world.buy(training)

    path = f"/v1/registrations/{registration.registration_id}"
    cancelled = call("POST", f"{path}/cancel", body={"note": "The room burnt down."})
    with nothing_written(world.dynamo):
        again = call("POST", f"{path}/cancel")

    assert cancelled.body["status"] == "cancelled"
    assert (again.status, again.code) == (409, "registration_cancelled")
    assert world.parts.records.seats(training.training_id).taken == 0


def test_the_link_goes_out_again_but_not_for_what_has_ended_reg_13(
    world: World, call: Call
) -> None:
    registration = world.register(world.training())
    path = f"/v1/registrations/{registration.registration_id}"

    first = call("POST", f"{path}/resend")
    second = call("POST", f"{path}/resend")
    world.settle_down()
    call("POST", f"{path}/cancel")
    ended = call("POST", f"{path}/resend")

    assert first.status == second.status == 200
    assert world.mails("ada@example.org").count("link") == 1
    assert (ended.status, ended.code) == (409, "registration_cancelled")


def test_registrations_are_listed_by_status_and_address(world: World, call: Call) -> None:
    training = world.training()
    world.buy(training)
    world.register(training, "eve@example.org")
    path = f"/v1/trainings/{training.training_id}/registrations"

    everything = call("GET", path).body["items"]
    confirmed = call("GET", path, query="status=confirmed").body["items"]
    eves = call("GET", path, query="email=EVE@example.org").body["items"]
    neither = call("GET", path, query="status=confirmed&email=eve@example.org").body["items"]
    unknown = call("GET", path, query="status=paid")

    assert len(everything) == 2
    assert [each["email"] for each in confirmed] == ["ada@example.org"]
    assert [each["email"] for each in eves] == ["eve@example.org"]
    assert neither == []
    assert (unknown.status, unknown.code) == (422, "not_one_of")


@pytest.mark.parametrize("name", ["=1+1", "+49", "-1", "@SUM(A1)", " =1+1", "＝1"])  # noqa: RUF001 - wide signs run too
def test_a_table_for_a_spreadsheet_runs_nothing(world: World, call: Call, name: str) -> None:
    training = world.training()
    world.register(training, name=name)
    path = f"/v1/trainings/{training.training_id}/registrations"

    answer = call("GET", path, headers={"accept": "text/csv"})
    (row,) = csv.DictReader(io.StringIO(answer.text))

    assert answer.headers["content-type"].startswith("text/csv")
    assert row["name"] == f"'{name}"
    assert (row["charged"], row["currency"]) == ("120.00", "USD")
    assert row["status"] == "awaiting_payment"


def test_a_table_holds_what_a_page_would_not(world: World, call: Call) -> None:
    training = world.training(capacity=None)
    for number in range(130):
        world.register(training, f"ada{number}@example.org", name='Ada, "Countess"\nof L')
    path = f"/v1/trainings/{training.training_id}/registrations"

    answer = call("GET", path, headers={"accept": "text/csv"})

    assert len(list(csv.DictReader(io.StringIO(answer.text)))) == 130
    assert "next-cursor" not in answer.headers


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"note": ""}, "too_short"),
        ({"note": "x" * 2001}, "too_long"),
        ({"note": "a\x00b"}, "control_characters"),
        ({"note": "4242 4242 4242 4242"}, "card_number"),
        ({"reason": "x"}, "unknown_field"),
    ],
)
def test_a_word_to_the_registrant_that_cannot_be_is_refused_reg_2(
    world: World, call: Call, body: dict[str, str], code: str
) -> None:
    registration = world.register(world.training(approval=Approval.MANUAL))

    with nothing_written(world.dynamo):
        path = f"/v1/registrations/{registration.registration_id}/reject"
        answer = call("POST", path, body=body)

    assert (answer.status, answer.code) == (422, code)
