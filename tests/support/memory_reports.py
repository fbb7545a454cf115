"""`Reports` in memory: the newest under each key, and how often it was put."""

from __future__ import annotations

from collections import Counter
from typing import Any

from guichet.registration.reconciliation_ports import Report


class MemoryReports:
    """Keeps what a bucket would."""

    def __init__(self) -> None:
        self.kept: dict[str, dict[str, Any]] = {}
        self.puts: Counter[str] = Counter()

    def put(self, key: str, report: Report) -> None:
        self.kept[key] = dict(report)
        self.puts[key] += 1

    def findings(self) -> list[dict[str, Any]]:
        """Of all pages, in the order of their keys."""
        pages = (self.kept[key] for key in sorted(self.kept))
        return [found for page in pages for found in page.get("findings", ())]
