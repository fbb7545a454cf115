"""`Dynamo` in memory, as strict as the real one: tests and simulations keep their books in it."""

from __future__ import annotations

import threading
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import islice
from typing import Final

from guichet.adapters.dynamo.seam import (
    TRANSACTION_LIMIT,
    Check,
    ConditionFailedError,
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
from tests.support import call_details
from tests.support.memory_items import (
    ITEM_LIMIT_BYTES,
    is_met,
    item_size_bytes,
    require_key,
    unshared,
    written,
)
from tests.support.memory_table import VIEWS, Position, Row, Table, View, ViewKeys

type Hook = Callable[[str, str], None]

_TRANSACTION_LIMIT_BYTES: Final = 4 * 1024 * 1024
_PAGE_LIMIT_BYTES: Final = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Snapshot:
    """A state of the store; it can be restored any number of times."""

    _rows: Mapping[TableName, Mapping[Key, Row]]
    _stream: tuple[Item, ...]


class MemoryDynamo:
    """`Dynamo` without a network; what AWS refuses as invalid raises ValueError, or TypeError for a float.

    Args:
        before_call: told the name and one line of detail before a call acts, outside the lock.
        after_call: the same after it acted, also when its condition failed. What a hook raises,
            the caller of the store gets.
    """

    def __init__(self, before_call: Hook | None = None, after_call: Hook | None = None) -> None:
        self.stream: list[Item] = []
        self._before_call = before_call
        self._after_call = after_call
        self._lock = threading.Lock()
        self._tables = {table: Table(views) for table, views in VIEWS.items()}
        self._seen_by_indexes: Mapping[TableName, Table] | None = None

    def get(self, table: TableName, key: Key) -> Item | None:
        return self._call(
            "get", call_details.place(table, key), lambda: self._get_all([(table, key)])[0]
        )

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
        if index not in VIEWS[table]:
            raise ValueError(f"the table {table} has no index {index}")
        if not pk or limit < 1 or at_most == "" or (prefix and at_most is not None):
            raise ValueError("a query wants a partition, a limit, and not more than one bound")

        def answer() -> Page:
            after = _position_of(start, VIEWS[table][index], pk) if start else None
            source = self._source(table, index)
            found = source.in_order(index, pk)
            first = bisect_left(found, (prefix, "", ""))
            last = len(found)
            if after and forward:
                first = max(first, bisect_right(found, after))
            elif after:
                last = bisect_left(found, after)
            places = range(first, last) if forward else range(last - 1, first - 1, -1)
            wanted = (found[place] for place in places if _is_within(found[place], prefix, at_most))
            return _page(source, index, islice(wanted, limit), limit)

        return self._call("query", call_details.partition(table, pk, index, prefix), answer)

    def put(self, operation: Put) -> None:
        self._write("put", operation)

    def update(self, operation: Update) -> Item:
        detail = call_details.place(operation.table, operation.key)

        def answer() -> Item:
            self._commit([operation])
            return unshared(self._tables[operation.table].rows[operation.key].item)

        return self._call("update", detail, answer)

    def delete(self, operation: Delete) -> None:
        self._write("delete", operation)

    def transact_get(self, keys: Sequence[tuple[TableName, Key]]) -> list[Item | None]:
        _require_transaction(keys)
        return self._call("transact_get", call_details.places(keys), lambda: self._get_all(keys))

    def transact_write(self, operations: Sequence[Operation]) -> None:
        _require_transaction([(each.table, each.key) for each in operations])
        detail = call_details.operations(operations)
        self._call("transact_write", detail, lambda: self._commit(operations))

    def snapshot(self) -> Snapshot:
        with self._lock:
            rows = {name: dict(table.rows) for name, table in self._tables.items()}
            return Snapshot(rows, tuple(unshared(item) for item in self.stream))

    def restore(self, snapshot: Snapshot) -> None:
        with self._lock:
            for name, rows in snapshot._rows.items():  # noqa: SLF001 - opaque to everyone else
                self._tables[name] = table = Table(VIEWS[name])
                for key, row in rows.items():
                    table.replace(key, row)
            self.stream[:] = [unshared(item) for item in snapshot._stream]  # noqa: SLF001 - same

    @contextmanager
    def late_indexes(self) -> Iterator[None]:
        """Indexes show the state of now until the end of this context, whatever is written in it."""
        with self._lock:
            self._seen_by_indexes = {name: table.copy() for name, table in self._tables.items()}
        try:
            yield
        finally:
            with self._lock:
                self._seen_by_indexes = None

    def items(self, table: TableName) -> list[Item]:
        """Every item in the order of its key: for a test's own look at what was written, no call."""
        with self._lock:
            rows = self._tables[table].rows
            return [unshared(rows[key].item) for key in sorted(rows, key=lambda k: (k.pk, k.sk))]

    def _call[T](self, name: str, detail: str, act: Callable[[], T]) -> T:
        if self._before_call:
            self._before_call(name, detail)
        try:
            with self._lock:
                return act()
        finally:
            if self._after_call:
                self._after_call(name, detail)

    def _source(self, table: TableName, view: View) -> Table:
        if view is None or self._seen_by_indexes is None:
            return self._tables[table]
        return self._seen_by_indexes[table]

    def _write(self, name: str, operation: Put | Delete) -> None:
        detail = call_details.place(operation.table, operation.key)
        self._call(name, detail, lambda: self._commit([operation]))

    def _get_all(self, keys: Sequence[tuple[TableName, Key]]) -> list[Item | None]:
        items = []
        for table, key in keys:
            require_key(key)
            items.append(self._tables[table].item(key))
        if sum(item_size_bytes(each) for each in items if each) > _TRANSACTION_LIMIT_BYTES:
            raise ValueError("a transaction reads at most 4 MB")
        return [None if item is None else unshared(item) for item in items]

    def _commit(self, operations: Sequence[Operation]) -> None:
        for each in operations:
            require_key(each.key)
        befores = [self._tables[each.table].item(each.key) for each in operations]
        pairs = list(zip(operations, befores, strict=True))
        failed = tuple(n for n, (each, old) in enumerate(pairs) if not is_met(each.condition, old))
        # What is invalid whatever lies there is refused first, as the service does.
        rows = {n: self._row(each, old) for n, (each, old) in enumerate(pairs) if n not in failed}
        if failed:
            raise ConditionFailedError(failed)
        if sum(row.size_bytes for row in rows.values() if row) > _TRANSACTION_LIMIT_BYTES:
            raise ValueError("a transaction holds at most 4 MB")
        for n, (each, old) in enumerate(pairs):
            row = rows[n]
            if isinstance(each, Check):
                continue
            self._tables[each.table].replace(each.key, row)
            if row and old is None and each.table == "journal":
                self.stream.append(unshared(row.item))

    def _row(self, operation: Operation, before: Item | None) -> Row | None:
        if isinstance(operation, Delete | Check):
            return None
        item = written(operation, before)
        for keys in VIEWS[operation.table].values():
            for name in (keys.partition, keys.sort):
                if name in item and (not isinstance(item[name], str) or not item[name]):
                    raise ValueError(f"{name} is an index's key: text, never empty")
        size = item_size_bytes(item)
        if size > ITEM_LIMIT_BYTES:
            raise ValueError(f"an item holds at most {ITEM_LIMIT_BYTES} bytes")
        return Row(item, size)


def _require_transaction(places: Sequence[tuple[TableName, Key]]) -> None:
    if not 1 <= len(places) <= TRANSACTION_LIMIT:
        raise ValueError(f"a transaction has 1 to {TRANSACTION_LIMIT} members")
    if len(set(places)) < len(places):
        raise ValueError("a transaction touches each item once")


def _page(source: Table, view: View, found: Iterable[Position], limit: int) -> Page:
    keys = source.views[view]
    names = {"pk", "sk", keys.partition, keys.sort}
    items: list[Item] = []
    bytes_read = 0
    for _, pk, sk in found:
        row = source.rows[Key(pk, sk)]
        item = unshared(row.item)
        items.append({n: item[n] for n in item if n in names} if keys.keys_only else item)
        bytes_read += row.size_bytes
        # A full page leads on even if nothing follows: DynamoDB does not look ahead.
        if len(items) == limit or bytes_read > _PAGE_LIMIT_BYTES:
            return Page(items, {name: item[name] for name in names})
    return Page(items, None)


def _is_within(position: Position, prefix: str, at_most: str | None) -> bool:
    return position[0].startswith(prefix) and (at_most is None or position[0] <= at_most)


def _position_of(start: Item, keys: ViewKeys, pk: str) -> Position:
    if set(start) != {"pk", "sk", keys.partition, keys.sort} or start[keys.partition] != pk:
        raise ValueError("a page starts where an earlier page of the same query ended")
    return str(start[keys.sort]), str(start["pk"]), str(start["sk"])
