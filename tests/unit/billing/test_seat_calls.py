"""SUB-14: seats over the API."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.support.billing import Billing
from tests.support.billing_access import seats_wanted
from tests.support.gateway import Came
from tests.support.unchanged import nothing_written

type Call = Callable[..., Came]
type Buy = Callable[..., str]


@pytest.fixture
def seats(buy: Buy) -> str:
    """Where the seats of a subscription with two of them are."""
    return f"/v1/subscriptions/{buy(seats=2)}/seats"


def test_a_person_is_invited_and_takes_the_seat_into_use_sub_14(call: Call, seats: str) -> None:
    given = call("POST", seats, by="licences", body=seats_wanted("ada@b.example"))

    used = call("POST", f"{seats}/{given.body['seat_id']}/activate", by="licences")

    assert (given.status, given.body["status"]) == (201, "invited")
    assert given.headers["location"] == f"{seats}/{given.body['seat_id']}"
    assert (used.status, used.body["status"]) == (200, "active")


def test_who_takes_a_seat_has_it_at_once_sub_14(billing: Billing, call: Call, seats: str) -> None:
    own = call("POST", seats, body=seats_wanted(billing.owner.email.upper()))

    assert own.body["status"] == "active"


def test_whose_seat_it_is_takes_it_into_use_alone_sub_14(
    billing: Billing, call: Call, seats: str
) -> None:
    given = call("POST", seats, body=seats_wanted("maria@atelier.example"))
    other = call("POST", seats, body=seats_wanted("marco@atelier.example"))

    with nothing_written(billing.world.dynamo):
        refused = call("POST", f"{seats}/{other.body['seat_id']}/activate", by="events")
    used = call("POST", f"{seats}/{given.body['seat_id']}/activate", by="events")

    assert (refused.status, refused.code) == (403, "not_allowed")
    assert (used.status, used.body["status"]) == (200, "active")


def test_never_more_are_assigned_than_were_bought_sub_14(
    billing: Billing, call: Call, seats: str
) -> None:
    first = call("POST", seats, body=seats_wanted("a@b.example"))
    call("POST", seats, body=seats_wanted("b@b.example"))

    with nothing_written(billing.world.dynamo):
        full = call("POST", seats, body=seats_wanted("c@b.example"))
    taken_back = call("DELETE", f"{seats}/{first.body['seat_id']}")
    then = call("POST", seats, body=seats_wanted("c@b.example"))

    assert (full.status, full.code) == (409, "seats_all_assigned")
    assert (taken_back.status, taken_back.text) == (204, "")
    assert then.status == 201


def test_a_seat_that_was_taken_back_stays_so_sub_14(
    billing: Billing, call: Call, seats: str
) -> None:
    given = call("POST", seats, body=seats_wanted("a@b.example"))
    seat = f"{seats}/{given.body['seat_id']}"
    call("DELETE", seat)

    with nothing_written(billing.world.dynamo):
        again = call("DELETE", seat)
        used = call("POST", f"{seat}/activate")

    assert (again.status, again.headers["idempotency-replayed"]) == (204, "true")
    assert (used.status, used.code) == (409, "seat_released")


def test_nobody_has_two_seats_of_one_subscription_sub_14(
    billing: Billing, call: Call, seats: str
) -> None:
    call("POST", seats, body=seats_wanted("a@b.example"))

    with nothing_written(billing.world.dynamo):
        answer = call("POST", seats, body=seats_wanted("A@b.example"))

    assert (answer.status, answer.code) == (409, "seat_assigned_already")


def test_the_same_key_assigns_once_reg_10(billing: Billing, call: Call, seats: str) -> None:
    first = call("POST", seats, body=seats_wanted("a@b.example"), key="seat")

    with nothing_written(billing.world.dynamo):
        again = call("POST", seats, body=seats_wanted("a@b.example"), key="seat")
        other = call("POST", seats, body=seats_wanted("b@b.example"), key="seat")

    assert again.body == first.body
    assert again.headers["idempotency-replayed"] == "true"
    assert (other.status, other.code) == (409, "idempotency_key_reused")


def test_seats_are_listed_page_by_page_ext_1(call: Call, seats: str) -> None:
    made = {
        call("POST", seats, body=seats_wanted(f"{name}@b.example")).body["seat_id"]
        for name in ("a", "b")
    }

    first = call("GET", seats, query="limit=1")
    rest = call("GET", seats, query=f"limit=1&cursor={first.body['next_cursor']}")

    assert {each["seat_id"] for each in first.body["items"] + rest.body["items"]} == made


def test_an_e_mail_address_is_one_ext_1(billing: Billing, call: Call, seats: str) -> None:
    with nothing_written(billing.world.dynamo):
        answer = call("POST", seats, body=seats_wanted("nobody"))

    assert (answer.status, answer.code) == (422, "not_an_email")
    assert answer.body["errors"][0]["pointer"] == "/email"


def test_of_a_suspended_subscription_no_seat_is_assigned_sub_3(
    billing: Billing, call: Call, seats: str
) -> None:
    state = seats.removesuffix("seats") + "collection-state"
    for each in ("past_due", "suspended"):
        assert call("POST", state, by="representative", body={"state": each}).status == 200

    with nothing_written(billing.world.dynamo):
        answer = call("POST", seats, body=seats_wanted("a@b.example"))

    assert (answer.status, answer.code) == (409, "subscription_suspended")
