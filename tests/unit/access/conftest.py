"""The calls about profiles on a world in memory; other tests here have a world of their own."""

import pytest

from guichet.access.membership import Member
from tests.support.profiles import Call, calling, everybody, two_accounts
from tests.support.world import World


@pytest.fixture
def world() -> World:
    return two_accounts()


@pytest.fixture
def people(world: World) -> dict[str, Member]:
    return everybody(world)


@pytest.fixture
def call(world: World, people: dict[str, Member]) -> Call:
    return calling(world, people)
