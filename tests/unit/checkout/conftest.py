"""The checkout function on the world in memory."""

from collections.abc import Callable
from typing import Any

import pytest

from functions.checkout import app as checkout
from guichet.entry.http import serve
from tests.support.gateway import CONTEXT, Came, came, http_event
from tests.support.world import World

type Call = Callable[..., Came]


@pytest.fixture
def world() -> World:
    return World()


@pytest.fixture
def call(world: World) -> Call:
    app = checkout.build(lambda: world.parts, world.log)

    def send(method: str, path: str, **parts: Any) -> Came:  # noqa: ANN401 - any part of an event
        event = http_event(method, path, **parts)
        return came(serve(app, event, CONTEXT, world.log))

    return send
