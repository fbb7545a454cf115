"""The seams with a stopwatch: how much processor time is spent behind them, apart from our own."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from threading import Lock

from guichet.adapters.dynamo.seam import (
    Delete,
    Dynamo,
    IndexName,
    Item,
    Key,
    Operation,
    Page,
    Put,
    TableName,
    Update,
)
from guichet.adapters.http import Http, HttpRequest, HttpResponse


class Stopwatch:
    """Adds up what threads spend in the acts that are given to it."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._spent_ns = 0

    def of[T](self, act: Callable[[], T]) -> T:
        before = time.thread_time_ns()
        try:
            return act()
        finally:
            spent = time.thread_time_ns() - before
            with self._lock:
                self._spent_ns += spent

    def take_ms(self) -> float:
        """What was spent since this was last asked."""
        with self._lock:
            taken, self._spent_ns = self._spent_ns, 0
        return taken / 1e6


class TimedDynamo:
    """`Dynamo`, each call timed: on real tables, what signing, sending and reading take."""

    def __init__(self, inner: Dynamo, watch: Stopwatch) -> None:
        self._inner = inner
        self._watch = watch

    def get(self, table: TableName, key: Key) -> Item | None:
        return self._watch.of(lambda: self._inner.get(table, key))

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
        def asked() -> Page:
            return self._inner.query(
                *(table, pk),
                prefix=prefix,
                at_most=at_most,
                index=index,
                limit=limit,
                start=start,
                forward=forward,
            )

        return self._watch.of(asked)

    def put(self, operation: Put) -> None:
        self._watch.of(lambda: self._inner.put(operation))

    def update(self, operation: Update) -> Item:
        return self._watch.of(lambda: self._inner.update(operation))

    def delete(self, operation: Delete) -> None:
        self._watch.of(lambda: self._inner.delete(operation))

    def transact_get(self, keys: Sequence[tuple[TableName, Key]]) -> list[Item | None]:
        return self._watch.of(lambda: self._inner.transact_get(keys))

    def transact_write(self, operations: Sequence[Operation]) -> None:
        self._watch.of(lambda: self._inner.transact_write(operations))


class TimedHttp:
    """`Http`, each call timed and counted: what a simulated provider in this process takes is not ours."""

    def __init__(self, inner: Http, watch: Stopwatch) -> None:
        self._inner = inner
        self._watch = watch
        self.calls = 0

    def send(self, request: HttpRequest) -> HttpResponse:
        self.calls += 1
        return self._watch.of(lambda: self._inner.send(request))
