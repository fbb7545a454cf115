from collections.abc import Iterator

import pytest

from tests.support.road import Road
from tests.support.verified import assert_verified
from tests.support.world import World


@pytest.fixture
def world() -> Iterator[World]:
    world = World()
    world.link_paypal()
    yield world
    assert_verified(world.dynamo, world.clock.now())


@pytest.fixture(params=["stripe", "paypal"])
def road(world: World, request: pytest.FixtureRequest) -> Road:
    return Road(world, request.param)
