"""The calls about refunds, and the organizer's, on the world in memory."""

from collections.abc import Callable
from typing import Any

import pytest

from functions.organizer import app as organizer
from functions.refund import app as refund
from guichet.access.membership import Account, Member, Role
from guichet.entry.http import serve
from tests.support.gateway import CONTEXT, Came, came, http_event
from tests.support.road import Road
from tests.support.world import World

type Call = Callable[..., Came]


@pytest.fixture
def world() -> World:
    made = World()
    made.link_paypal()
    return made


@pytest.fixture(params=["stripe", "paypal"])
def road(world: World, request: pytest.FixtureRequest) -> Road:
    return Road(world, request.param)


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
    """Answered as the gateway routes it: cancelling one registration is the organizer's function."""
    refunds = refund.build(lambda: world.parts, world.log)
    others = organizer.build(lambda: world.parts, world.log)

    def send(method: str, path: str, by: str | None = "maria", **parts: Any) -> Came:  # noqa: ANN401 - any part of an event
        app = others if path.startswith("/v1/registrations/") else refunds
        member = None if by is None else people[by]
        event = http_event(method, path, member=member, **parts)
        return came(serve(app, event, CONTEXT, world.log))

    return send


@pytest.fixture
def ask(call: Call) -> Call:
    """Ask for a refund of a payment, under a key of its own unless given."""
    keys = iter(range(1, 1000))

    def send(
        payment_id: str, key: str | None = None, by: str | None = "maria", **body: object
    ) -> Came:
        return call(
            "POST",
            f"/v1/payments/{payment_id}/refunds",
            by,
            body={"reason": "Asked for it", **body},
            headers={"idempotency-key": key or f"refund-{next(keys)}"},
        )

    return send
