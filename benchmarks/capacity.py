"""DynamoDB's published arithmetic of request units, from items before and after.

Amazon DynamoDB Developer Guide, "Read and write operations" and "Transactions: how it works": a
write costs one unit for each KB begun of the larger of the item before and after, in a
transaction two; a strongly consistent read costs one for each 4 KB begun, an eventually consistent
one half, a transactional one two. "Global secondary indexes": an entry put, changed or removed
costs one for each KB begun, a changed key two (the old entry goes, a new one comes). An index
follows its table outside of the transaction, so its writes are not doubled.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from math import ceil
from typing import Any

from guichet.adapters.dynamo.seam import Item, TableName
from tests.support.memory_items import item_size_bytes

_TABLE_KEY = ("pk", "sk")


@dataclass(frozen=True, slots=True)
class Index:
    """An index, and which attributes its entries carry beside the keys (None: all)."""

    name: str
    table: TableName
    key: tuple[str, str]
    carries: Collection[str] | None = ()

    def entry(self, item: Item | None) -> Item | None:
        """What the index holds of an item; None where one of its keys is missing."""
        if item is None or not all(name in item for name in self.key):
            return None
        if self.carries is None:
            return item
        kept = {*_TABLE_KEY, *self.key, *self.carries}
        return {name: value for name, value in item.items() if name in kept}


def write_units(before: Item | None, after: Item | None, *, transactional: bool) -> int:
    """What a write costs the table; a check changes nothing and costs as much as its item."""
    size = max(_size(before), _size(after))
    return max(1, ceil(size / 1024)) * (2 if transactional else 1)


def index_units(index: Index, before: Item | None, after: Item | None) -> int:
    """What the same write costs one index."""
    old, new = index.entry(before), index.entry(after)
    if old == new:
        return 0
    if old is None or new is None:
        return _kilobytes(_size(old) or _size(new))
    if any(old[name] != new[name] for name in index.key):
        return _kilobytes(_size(old)) + _kilobytes(_size(new))
    return _kilobytes(max(_size(old), _size(new)))


def read_units(size_bytes: int, *, consistent: bool, transactional: bool = False) -> float:
    """What reading so much costs, of one item or of one query's answer together."""
    blocks = max(1, ceil(size_bytes / 4096))
    return float(blocks * 2) if transactional else blocks * (1.0 if consistent else 0.5)


def indexes_of(requests: Mapping[TableName, Mapping[str, Any]]) -> list[Index]:
    """The indexes of the template's tables, from their CreateTable requests.

    Raises:
        ValueError: an index with a projection that is not counted here.
    """
    found: list[Index] = []
    for table, request in requests.items():
        for described in request.get("GlobalSecondaryIndexes", []):
            names = [str(each["AttributeName"]) for each in described["KeySchema"]]
            projection = described["Projection"]["ProjectionType"]
            if len(names) != 2 or projection not in {"KEYS_ONLY", "ALL"}:
                raise ValueError(f"index {described['IndexName']} is of another kind")
            carries = None if projection == "ALL" else ()
            found.append(Index(described["IndexName"], table, (names[0], names[1]), carries))
    return found


def _size(item: Item | None) -> int:
    return 0 if item is None else item_size_bytes(item)


def _kilobytes(size: int) -> int:
    return max(1, ceil(size / 1024))
