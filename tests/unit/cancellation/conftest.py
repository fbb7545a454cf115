"""A training that is cancelled, on the world in memory."""

from collections.abc import Callable
from typing import Any

import pytest

from functions.refund import app as refund
from guichet.access.membership import Account, Member, Role
from guichet.entry.http import serve
from tests.support.gateway import CONTEXT, Came, came, http_event
from tests.support.world import World

type Call = Callable[..., Came]


@pytest.fixture
def world() -> World:
    return World()


@pytest.fixture
def people(world: World) -> dict[str, Member]:
    """Maria made the world's trainings; Eve owns another account."""
    world.parts.people.add_account(
        world.cause("seed"),
        Account("acc_studio", "Studio Sud", "s@studio.example", "", "Europe/Paris", "fr"),
    )
    return {
        "maria": world.member("maria"),
        "marco": world.member("marco"),
        "olivia": world.member("olivia", Role.OWNER),
        "adrian": world.member("adrian", Role.ADMINISTRATOR),
        "eve": world.member("eve", Role.OWNER, account_id="acc_studio"),
    }


@pytest.fixture
def call(world: World, people: dict[str, Member]) -> Call:
    app = refund.build(lambda: world.parts, world.log)

    def send(method: str, path: str, by: str = "maria", **parts: Any) -> Came:  # noqa: ANN401 - any part of an event
        event = http_event(method, path, member=people[by], **parts)
        return came(serve(app, event, CONTEXT, world.log))

    return send


@pytest.fixture
def cancelled(call: Call) -> Callable[..., Came]:
    """The training is cancelled by Maria, and nothing has run yet."""

    def cancel(training_id: str, key: str = "cancel-1", **body: object) -> Came:
        return call(
            "POST",
            f"/v1/trainings/{training_id}/cancel",
            body={"reason": "The trainer is ill.", **body},
            headers={"idempotency-key": key},
        )

    return cancel


@pytest.fixture
def report(call: Call) -> Callable[..., dict[str, Any]]:
    def read(training_id: str, query: str = "", **parts: Any) -> dict[str, Any]:  # noqa: ANN401 - same
        answer = call("GET", f"/v1/trainings/{training_id}/cancellation", query=query, **parts)
        assert answer.status == 200, answer.text
        body: dict[str, Any] = answer.body
        return body

    return read
