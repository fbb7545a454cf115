"""The seam on Amazon DynamoDB."""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final
from uuid import uuid4

from guichet.adapters.aws.service import AwsService, ServiceError
from guichet.adapters.dynamo.expressions import (
    Wire,
    from_wire,
    key_to_wire,
    request_for,
    to_wire,
    transaction_part,
)
from guichet.adapters.dynamo.seam import (
    ConditionFailedError,
    Delete,
    IndexName,
    Item,
    Key,
    Operation,
    Page,
    Put,
    StoreUnavailableError,
    TableName,
    Update,
)
from guichet.adapters.http import NoAnswerError

_INDEX_KEYS: Final[Mapping[IndexName, tuple[str, str]]] = {
    "due": ("due_key", "due_at"),
    "listing": ("list_key", "list_sort"),
    "account": ("account_id", "at_id"),
}
_TRIES: Final = 6
_FIRST_PAUSE_SECONDS: Final = 0.02
# A failed condition is an answer; these are not (STYLE: retried). Throttled calls are repeated below.
_PASSING: Final = frozenset(
    {
        "TransactionConflict",
        "ThrottlingError",
        "ProvisionedThroughputExceeded",
        "TransactionInProgressException",
    }
)

_THROTTLED: Final = frozenset(
    {"ProvisionedThroughputExceededException", "ThrottlingException", "RequestLimitExceeded"}
)
_SERVERS_FAULT: Final = 500

type Meter = Callable[[str, Sequence[Mapping[str, Any]]], None]


class DynamoClient:
    """`Dynamo` on real tables.

    Args:
        service: DynamoDB; its own tries and timeouts are set where it is made.
        tables: the deployed name of each table.
        meter: told the call's name and its consumed capacity, for benchmarks.
    """

    def __init__(
        self,
        service: AwsService,
        tables: Mapping[TableName, str],
        meter: Meter | None = None,
    ) -> None:
        self._service = service
        self._tables = tables
        self._meter = meter

    def get(self, table: TableName, key: Key) -> Item | None:
        answer = self._call(
            "GetItem", TableName=self._tables[table], Key=key_to_wire(key), ConsistentRead=True
        )
        return from_wire(answer["Item"]) if "Item" in answer else None

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
        partition, sort = _INDEX_KEYS[index] if index else ("pk", "sk")
        condition, names, values = "#p = :p", {"#p": partition}, {":p": {"S": pk}}
        if prefix or at_most is not None:
            names["#s"] = sort
            values[":s"] = {"S": prefix or str(at_most)}
            condition += " AND begins_with(#s, :s)" if prefix else " AND #s <= :s"
        request: Wire = {
            "TableName": self._tables[table],
            "KeyConditionExpression": condition,
            "ExpressionAttributeNames": names,
            "ExpressionAttributeValues": values,
            "Limit": limit,
            "ScanIndexForward": forward,
            **({"IndexName": index} if index else {"ConsistentRead": True}),
            **({"ExclusiveStartKey": to_wire(start)} if start else {}),
        }
        answer = self._call("Query", **request)
        last = answer.get("LastEvaluatedKey")
        return Page(
            [from_wire(item) for item in answer["Items"]], from_wire(last) if last else None
        )

    def put(self, operation: Put) -> None:
        self._call("PutItem", **request_for(operation, self._tables[operation.table]))

    def update(self, operation: Update) -> Item:
        request = request_for(operation, self._tables[operation.table])
        return from_wire(self._call("UpdateItem", ReturnValues="ALL_NEW", **request)["Attributes"])

    def delete(self, operation: Delete) -> None:
        self._call("DeleteItem", **request_for(operation, self._tables[operation.table]))

    def transact_get(self, keys: Sequence[tuple[TableName, Key]]) -> list[Item | None]:
        parts = [
            {"Get": {"TableName": self._tables[table], "Key": key_to_wire(key)}}
            for table, key in keys
        ]
        answer = self._call("TransactGetItems", TransactItems=parts)
        return [
            from_wire(part["Item"]) if part.get("Item") else None for part in answer["Responses"]
        ]

    def transact_write(self, operations: Sequence[Operation]) -> None:
        parts = [transaction_part(each, self._tables[each.table]) for each in operations]
        # One token over all tries: a try whose answer got lost is not refused by its own effect.
        self._call("TransactWriteItems", TransactItems=parts, ClientRequestToken=uuid4().hex)

    def _call(self, name: str, **request: Any) -> Wire:  # noqa: ANN401 - the SDK's request shapes
        if self._meter:
            request["ReturnConsumedCapacity"] = "INDEXES"
        for pause in _pauses():
            if pause:
                time.sleep(pause)
            try:
                answer = self._service.call(name, request)
            except ServiceError as error:
                _raise_unless_passing(error)
            except NoAnswerError as error:
                raise StoreUnavailableError(str(error)) from error
            else:
                self._measure(name, answer)
                return answer
        raise StoreUnavailableError(f"{name}: still in conflict after {_TRIES} tries")

    def _measure(self, name: str, answer: Wire) -> None:
        if self._meter:
            consumed = answer.get("ConsumedCapacity", [])
            self._meter(name, consumed if isinstance(consumed, list) else [consumed])


def _pauses() -> Sequence[float]:
    jitter = random.random  # two writers in conflict must not meet again
    later = [_FIRST_PAUSE_SECONDS * 2**n * (0.5 + jitter()) for n in range(_TRIES - 1)]
    return [0.0, *later]


def _raise_unless_passing(error: ServiceError) -> None:
    code = error.code
    if code == "ConditionalCheckFailedException":
        raise ConditionFailedError((0,)) from error
    if code == "TransactionCanceledException":
        reasons = [str(r.get("Code")) for r in error.details.get("CancellationReasons", [])]
        failed = tuple(n for n, reason in enumerate(reasons) if reason == "ConditionalCheckFailed")
        if failed:
            raise ConditionFailedError(failed) from error
        if _PASSING.intersection(reasons):
            return
        raise error
    if code in _PASSING or code in {"TransactionConflictException", "InternalServerError"}:
        return
    if error.status >= _SERVERS_FAULT or code in _THROTTLED:
        raise StoreUnavailableError(code) from error
    raise error
