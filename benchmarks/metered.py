"""The store with a meter: what each call costs by DynamoDB's rules, beside what the emulator says."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from benchmarks.capacity import Index, index_units, read_units, write_units
from guichet.adapters.dynamo.client import DynamoClient
from guichet.adapters.dynamo.seam import (
    Delete,
    IndexName,
    Item,
    Key,
    Operation,
    Page,
    Put,
    TableName,
    Update,
)
from tests.support.memory_items import item_size_bytes


@dataclass(frozen=True, slots=True)
class Part:
    """One item's share of a call."""

    what: str
    write: int = 0
    index: int = 0
    read: float = 0.0


@dataclass(slots=True)
class Call:
    """One round trip."""

    name: str
    parts: list[Part] = field(default_factory=list)
    emulator_units: float = 0.0


class MeteredDynamo:
    """`Dynamo` on real tables; every call is noted with its cost.

    A refused write is noted as if it had been made: DynamoDB bills it too.

    Items before and after a write are read by a client of its own, which is not noted.
    """

    def __init__(
        self,
        make: Callable[[Callable[[str, Sequence[Mapping[str, Any]]], None] | None], DynamoClient],
        indexes: Sequence[Index],
    ) -> None:
        self._inner = make(self._emulator_says)
        self._aside = make(None)
        self._indexes = indexes
        self.calls: list[Call] = []

    def take_calls(self) -> list[Call]:
        """What was noted since this was last asked."""
        taken, self.calls = self.calls, []
        return taken

    def get(self, table: TableName, key: Key) -> Item | None:
        self.calls.append(call := Call("get"))
        item = self._inner.get(table, key)
        size = 0 if item is None else item_size_bytes(item)
        call.parts.append(Part(_kind(key), read=read_units(size, consistent=True)))
        return item

    def query(
        self,
        table: TableName,
        pk: str,
        *,
        prefix: str = "",
        at_most: str | None = None,
        index: IndexName | None = None,
        limit: int = 100,
        start: Item | None = None,
        forward: bool = True,
    ) -> Page:
        self.calls.append(call := Call("query"))
        page = self._inner.query(
            table,
            pk,
            prefix=prefix,
            at_most=at_most,
            index=index,
            limit=limit,
            start=start,
            forward=forward,
        )
        size = sum(item_size_bytes(item) for item in page.items)
        units = read_units(size, consistent=index is None)
        call.parts.append(Part(f"{index or table}: {prefix or pk.partition('#')[0]}", read=units))
        return page

    def put(self, operation: Put) -> None:
        self._noted("put", [operation], lambda: self._inner.put(operation))

    def update(self, operation: Update) -> Item:
        return self._noted("update", [operation], lambda: self._inner.update(operation))

    def delete(self, operation: Delete) -> None:
        self._noted("delete", [operation], lambda: self._inner.delete(operation))

    def transact_get(self, keys: Sequence[tuple[TableName, Key]]) -> list[Item | None]:
        self.calls.append(call := Call("transact_get"))
        items = self._inner.transact_get(keys)
        for (_, key), item in zip(keys, items, strict=True):
            size = 0 if item is None else item_size_bytes(item)
            units = read_units(size, consistent=True, transactional=True)
            call.parts.append(Part(_kind(key), read=units))
        return items

    def transact_write(self, operations: Sequence[Operation]) -> None:
        self._noted("transact_write", operations, lambda: self._inner.transact_write(operations))

    def _noted[T](self, name: str, operations: Sequence[Operation], act: Callable[[], T]) -> T:
        self.calls.append(call := Call(name))
        transactional = name == "transact_write"
        before = [self._aside.get(each.table, each.key) for each in operations]
        try:
            return act()
        finally:  # a refused write is paid too
            for operation, old in zip(operations, before, strict=True):
                new = self._aside.get(operation.table, operation.key)
                call.parts.append(self._part(operation, old, new, transactional=transactional))

    def _part(
        self, operation: Operation, before: Item | None, after: Item | None, *, transactional: bool
    ) -> Part:
        on_indexes = sum(
            index_units(index, before, after)
            for index in self._indexes
            if index.table == operation.table
        )
        units = write_units(before, after, transactional=transactional)
        return Part(_kind(operation.key), write=units, index=on_indexes)

    def _emulator_says(self, name: str, consumed: Sequence[Mapping[str, Any]]) -> None:
        del name
        self.calls[-1].emulator_units += sum(float(each["CapacityUnits"]) for each in consumed)


def _kind(key: Key) -> str:
    """What an item is, without its ids."""
    if key.pk.startswith("JOURNAL#"):
        return f"journal of {key.pk.partition('#')[2].partition('/')[0]}"
    name = key.sk.partition("#")[0]
    return (name if name.isalpha() else key.pk.partition("#")[0]).lower()
