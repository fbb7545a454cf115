"""What is stored, to be spoiled by a test: items of both tables, found by what they are."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from guichet.adapters.dynamo.seam import Item
from guichet.verification.findings import Report
from guichet.verification.verifying import verify
from tests.support.memory_dynamo import MemoryDynamo


@dataclass
class Kept:
    """Copies of all items; changing one changes what is judged, and nothing else."""

    state: list[Any]
    journal: list[Any]
    now: datetime

    @classmethod
    def of(cls, dynamo: MemoryDynamo, now: datetime) -> Kept:
        return cls(dynamo.items("state"), dynamo.items("journal"), now)

    @property
    def stored(self) -> list[Item]:
        return [*self.state, *self.journal]

    def judged(self, moving_since: datetime | None = None) -> Report:
        return verify(self.stored, now=self.now, moving_since=moving_since)

    def item(self, sk: str, **fields: object) -> Any:  # noqa: ANN401 - an item of any shape
        """The first item whose sort key begins so, and whose fields are these."""
        return next(
            each
            for each in self.state
            if str(each["sk"]).startswith(sk)
            and all(each.get(name) == value for name, value in fields.items())
        )

    def entries(self, kind: str, event: str = "") -> list[Any]:
        """Entries of histories of that kind, in which such an event happened if one is given."""
        return [
            each
            for each in self.journal
            if str(each["pk"]).startswith(f"JOURNAL#{kind}/")
            and (not event or event in [e["name"] for e in each.get("events", [])])
        ]

    def entry(self, kind: str, event: str = "") -> Any:  # noqa: ANN401 - an item of any shape
        return self.entries(kind, event)[0]

    def history(self, entry: Any) -> list[Any]:  # noqa: ANN401 - same
        """All entries about the object of this one."""
        return [each for each in self.journal if each["pk"] == entry["pk"]]
