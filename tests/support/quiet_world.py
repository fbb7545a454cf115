"""The world of one process, without mails, and with the journal in the order in which it was written."""

from __future__ import annotations

from guichet.adapters.dynamo.journal_items import journal_entry
from guichet.bootstrap import Container
from guichet.ledger.journal import JournalEntry
from tests.support.world import World


class QuietWorld(World):
    """Its mails are not written, and its journal is kept as it was read."""

    def __post_init__(self) -> None:
        self._kept: list[JournalEntry] = []
        super().__post_init__()

    def deliver(self, parts: Container | None = None) -> None:
        del parts
        self.deliver_queue.clear()

    def relay(self) -> None:
        self._kept = self.seen()
        super().relay()

    def seen(self) -> list[JournalEntry]:
        """The journal, in the order in which it was written."""
        return [*self._kept, *(journal_entry(item) for item in self.dynamo.stream)]
