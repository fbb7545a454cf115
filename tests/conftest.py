"""What a run of any tests begins with: their order, and a collector that leaves alone what stays."""

from __future__ import annotations

import gc
from pathlib import Path
from typing import Final

import pytest

# Tests of the deployed stack run one at a time, whichever worker they are in, and mostly wait for
# it: one worker does them from the first second on, while the others do the rest. Those that are
# many and quick come last, since nobody waits long for another's last one.
_FIRST: Final = ("browser", "stack", "simulation", "races", "integration")
_FOLDER: Final = Path(__file__).parent
_OBJECTS_A_COLLECTION: Final = 20_000  # a world makes many, and most of them are in no circle


def pytest_sessionstart() -> None:
    gc.disable()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """By folder alone: within one the order stays, so that a module's fixtures are made once."""
    items.sort(key=_rank)


def _rank(item: pytest.Item) -> int:
    folder = item.path.relative_to(_FOLDER).parts[0]
    return _FIRST.index(folder) if folder in _FIRST else len(_FIRST)


def pytest_collection_finish() -> None:
    """Modules and tests stay until the end: they are never looked through for what can go."""
    gc.enable()
    gc.freeze()
    gc.set_threshold(_OBJECTS_A_COLLECTION)
