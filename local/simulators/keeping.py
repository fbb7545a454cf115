"""A simulator's state in a file, so that a local stack survives a restart."""

import json
import os
from pathlib import Path
from threading import Event, Thread
from typing import Protocol

from local.simulators.shapes import Json

SAVE_EVERY_SECONDS = 1.0


class Rememberer(Protocol):
    """A simulated provider whose whole state is JSON."""

    def snapshot(self) -> Json: ...

    def restore(self, snapshot: Json) -> None: ...


class StateKeeper:
    """Continues from a file when made, then keeps it at most a second behind until stopped."""

    def __init__(self, simulator: Rememberer, path: Path) -> None:
        self._simulator = simulator
        self._path = path
        self._written = ""
        self._stopping = Event()
        self._thread = Thread(target=self._run, name="provider-state", daemon=True)
        if path.exists():
            simulator.restore(json.loads(path.read_text()))

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self._stopping.set()
        self._thread.join()
        self.save()

    def save(self) -> None:
        """Write the state if it has changed; a reader never sees half of it."""
        text = json.dumps(self._simulator.snapshot())
        if text == self._written:
            return
        beside = self._path.with_suffix(".new")
        beside.write_text(text)
        os.replace(beside, self._path)  # noqa: PTH105 - atomic, which is the point
        self._written = text

    def _run(self) -> None:
        while not self._stopping.wait(SAVE_EVERY_SECONDS):
            self.save()
