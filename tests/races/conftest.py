"""Use cases in threads on the emulator's DynamoDB: what only a shared store can show."""

from __future__ import annotations

import os
import threading
import uuid
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Final

import pytest

from guichet.adapters.dynamo.client import DynamoClient
from guichet.errors import Refusal
from tests.support.ministack import ministack_url
from tests.support.tables import create_tables, dynamodb_client, signed_dynamodb
from tests.support.world import World

__all__ = ["ministack_url"]

ROUNDS: Final = int(os.environ.get("RACE", "20"))
_GATE_SECONDS: Final = 60.0
_CROWD_SECONDS: Final = 60.0  # a hundred at once wait for one emulator


@pytest.fixture
def world(ministack_url: str) -> Iterator[World]:
    """A world of its own on the shared emulator, to which it speaks as functions do."""
    tables = create_tables(dynamodb_client(ministack_url), f"race-{uuid.uuid4().hex[:8]}")
    service = signed_dynamodb(ministack_url, read_seconds=_CROWD_SECONDS)
    yield World(store=DynamoClient(service, tables))
    service.close()


def at_once[T](acts: Sequence[Callable[[], T]]) -> list[T | str]:
    """Run all acts in threads that start together; a refusal answers its code."""
    gate = threading.Barrier(len(acts), timeout=_GATE_SECONDS)

    def attempt(act: Callable[[], T]) -> T | str:
        gate.wait()
        try:
            return act()
        except Refusal as refusal:
            return refusal.code

    with ThreadPoolExecutor(len(acts)) as threads:
        return list(threads.map(attempt, acts))
