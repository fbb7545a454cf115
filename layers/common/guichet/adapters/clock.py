"""The clock of a test deployment: it follows an offset that lies in the state table."""

from __future__ import annotations

from datetime import datetime, timedelta

from guichet.adapters.dynamo import keys
from guichet.adapters.dynamo.seam import Dynamo
from guichet.clock import SystemClock


class MovableClock:
    """The machine's time plus the offset that was stored last. Never used in production."""

    def __init__(self, dynamo: Dynamo) -> None:
        self._dynamo = dynamo
        self._machine = SystemClock()

    def now(self) -> datetime:
        item = self._dynamo.get("state", keys.CLOCK)
        seconds = item["offset_seconds"] if item else 0
        offset = timedelta(seconds=seconds if isinstance(seconds, int) else 0)
        return self._machine.now() + offset
