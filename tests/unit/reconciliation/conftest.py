import pytest

from tests.support.road import Road
from tests.support.world import World


@pytest.fixture
def world() -> World:
    world = World()
    world.link_paypal()
    return world


@pytest.fixture(params=["stripe", "paypal"])
def road(world: World, request: pytest.FixtureRequest) -> Road:
    return Road(world, request.param)
