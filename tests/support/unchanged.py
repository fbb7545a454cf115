"""What a refusal must leave as it was: everything that is stored and everything that will be sent."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from guichet.adapters.dynamo.seam import Item
from tests.support.memory_dynamo import MemoryDynamo


def written_so_far(dynamo: MemoryDynamo) -> tuple[list[Item], list[Item]]:
    """State and journal, without the counters of attempts, which are there to be written."""
    state = [item for item in dynamo.items("state") if not str(item["pk"]).startswith("RATE#")]
    return state, dynamo.items("journal")


@contextmanager
def nothing_written(dynamo: MemoryDynamo) -> Iterator[None]:
    before = written_so_far(dynamo)
    yield
    assert written_so_far(dynamo) == before
