"""One world in each store: what every world begins with is there once, whoever comes first."""

from __future__ import annotations

from guichet.adapters.dynamo.seam import Dynamo
from tests.support.invoicing import NOON
from tests.support.world import TestClock, World

_WORLDS: dict[int, World] = {}


def world_in(store: Dynamo) -> World:
    """At noon, whenever it was made."""
    if id(store) not in _WORLDS:
        _WORLDS[id(store)] = World(clock=TestClock(NOON), store=store)
    world = _WORLDS[id(store)]
    world.clock.at = NOON
    return world
