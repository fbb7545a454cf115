"""The organizer's function on the world in memory."""

from collections.abc import Callable
from typing import Any

import pytest

from functions.organizer import app as organizer
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
    """Maria made the world's trainings; Eve is an event manager of another account."""
    world.parts.people.add_account(
        world.cause("seed"),
        Account("acc_studio", "Studio Sud", "s@studio.example", "", "Europe/Paris", "fr"),
    )
    return {
        "maria": world.member("maria"),
        "marco": world.member("marco"),
        "olivia": world.member("olivia", Role.OWNER),
        "adrian": world.member("adrian", Role.ADMINISTRATOR),
        "eve": world.member("eve", Role.OWNER, Role.EVENT_MANAGER, account_id="acc_studio"),
    }


@pytest.fixture
def call(world: World, people: dict[str, Member]) -> Call:
    app = organizer.build(lambda: world.parts, world.log)

    def send(method: str, path: str, by: str | None = "maria", **parts: Any) -> Came:  # noqa: ANN401 - any part of an event
        member = None if by is None else people[by]
        return came(
            serve(app, http_event(method, path, member=member, **parts), CONTEXT, world.log)
        )

    return send
