"""A table of the store in memory: rows by key, and the places that each has in the indexes."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Final

from guichet.adapters.dynamo.seam import IndexName, Item, Key, TableName

type Position = tuple[str, str, str]  # the view's sort key, then pk and sk
type View = IndexName | None  # None is the table itself


@dataclass(frozen=True, slots=True)
class ViewKeys:
    partition: str
    sort: str
    keys_only: bool = False


# As template.yaml has them; the contract test on the emulator creates its tables from there.
VIEWS: Final[Mapping[TableName, Mapping[View, ViewKeys]]] = MappingProxyType(
    {
        "state": {
            None: ViewKeys("pk", "sk"),
            "due": ViewKeys("due_key", "due_at", keys_only=True),
            "listing": ViewKeys("list_key", "list_sort"),
        },
        "journal": {
            None: ViewKeys("pk", "sk"),
            "account": ViewKeys("account_id", "at_id", keys_only=True),
        },
    }
)


@dataclass(frozen=True, slots=True)
class Row:
    item: Item  # never changed in place, never handed out
    size_bytes: int


@dataclass(slots=True)
class Table:
    views: Mapping[View, ViewKeys]
    rows: dict[Key, Row] = field(default_factory=dict)
    positions: dict[tuple[View, str], set[Position]] = field(
        default_factory=lambda: defaultdict(set)
    )

    _in_order: dict[tuple[View, str], list[Position]] = field(default_factory=dict)

    def in_order(self, view: View, partition: str) -> list[Position]:
        """The positions of one partition, ascending; kept until something there changes."""
        place = (view, partition)
        if place not in self._in_order:
            self._in_order[place] = sorted(self.positions.get(place, ()))
        return self._in_order[place]

    def item(self, key: Key) -> Item | None:
        row = self.rows.get(key)
        return row.item if row else None

    def copy(self) -> Table:
        """Another table with the same rows."""
        other = Table(self.views)
        for key, row in self.rows.items():
            other.replace(key, row)
        return other

    def replace(self, key: Key, row: Row | None) -> None:
        before = self.rows.pop(key, None)
        if before:
            for place, position in self._places(before.item):
                self.positions[place].discard(position)
                self._in_order.pop(place, None)
        if row:
            self.rows[key] = row
            for place, position in self._places(row.item):
                self.positions[place].add(position)
                self._in_order.pop(place, None)

    def _places(self, item: Item) -> list[tuple[tuple[View, str], Position]]:
        pk, sk = str(item["pk"]), str(item["sk"])
        return [
            ((view, str(item[keys.partition])), (str(item[keys.sort]), pk, sk))
            for view, keys in self.views.items()
            if keys.partition in item and keys.sort in item
        ]
