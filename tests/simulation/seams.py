"""The two seams with a watcher that stands around every call."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Protocol

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
from tests.support import call_details


class Watch(Protocol):
    """Stands around one call: runs `act` once, or raises instead, before or after."""

    def __call__[T](self, name: str, detail: str, act: Callable[[], T], /) -> T: ...


class WatchedDynamo:
    """`Dynamo` whose every call passes the watcher."""

    def __init__(self, dynamo: Dynamo, watch: Watch) -> None:
        self._dynamo = dynamo
        self._watch = watch

    def get(self, table: TableName, key: Key) -> Item | None:
        detail = call_details.place(table, key)
        return self._watch("get", detail, lambda: self._dynamo.get(table, key))

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
        def act() -> Page:
            return self._dynamo.query(
                table,
                pk,
                prefix=prefix,
                at_most=at_most,
                index=index,
                limit=limit,
                start=start,
                forward=forward,
            )

        return self._watch("query", call_details.partition(table, pk, index, prefix), act)

    def put(self, operation: Put) -> None:
        detail = call_details.place(operation.table, operation.key)
        return self._watch("put", detail, lambda: self._dynamo.put(operation))

    def update(self, operation: Update) -> Item:
        detail = call_details.place(operation.table, operation.key)
        return self._watch("update", detail, lambda: self._dynamo.update(operation))

    def delete(self, operation: Delete) -> None:
        detail = call_details.place(operation.table, operation.key)
        return self._watch("delete", detail, lambda: self._dynamo.delete(operation))

    def transact_get(self, keys: Sequence[tuple[TableName, Key]]) -> list[Item | None]:
        detail = call_details.places(keys)
        return self._watch("transact_get", detail, lambda: self._dynamo.transact_get(keys))

    def transact_write(self, operations: Sequence[Operation]) -> None:
        detail = call_details.operations(operations)
        return self._watch(
            "transact_write", detail, lambda: self._dynamo.transact_write(operations)
        )


class WatchedHttp:
    """`Http` whose every call passes the watcher."""

    def __init__(self, http: Http, watch: Watch) -> None:
        self._http = http
        self._watch = watch

    def send(self, request: HttpRequest) -> HttpResponse:
        detail = call_details.request_line(request)
        return self._watch("send", detail, lambda: self._http.send(request))
