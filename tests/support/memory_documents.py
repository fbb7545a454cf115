"""`DocumentFiles` in memory: keeps what a bucket would, by absence."""

from __future__ import annotations

from collections import Counter

from guichet.invoices.ports import KeepingError


class MemoryDocuments:
    """A knob: `away` makes the bucket not answer."""

    def __init__(self) -> None:
        self.kept: dict[str, bytes] = {}
        self.media_types: dict[str, str] = {}
        self.puts: Counter[str] = Counter()
        self.away = False

    def put(self, key: str, content: bytes, media_type: str) -> bool:
        if self.away:
            raise KeepingError("no answer")
        self.puts[key] += 1
        if key in self.kept:
            return False
        self.kept[key] = content
        self.media_types[key] = media_type
        return True

    def get(self, key: str) -> bytes | None:
        if self.away:
            raise KeepingError("no answer")
        return self.kept.get(key)
