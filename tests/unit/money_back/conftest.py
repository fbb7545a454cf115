import pytest

from tests.support.road import Road
from tests.support.world import World


@pytest.fixture
def world() -> World:
    """Both providers are linked."""
    made = World()
    made.link_paypal()
    return made


@pytest.fixture(params=["stripe", "paypal"])
def road(request: pytest.FixtureRequest, world: World) -> Road:
    return Road(world, request.param)
