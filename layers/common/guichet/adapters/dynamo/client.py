"""The seam on Amazon DynamoDB, by boto3's low-level client."""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final
from uuid import uuid4

from botocore.exceptions import BotoCoreError, ClientError, ParamValidationError

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

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

_INDEX_KEYS: Final[Mapping[IndexName, tuple[str, str]]] = {
    "due": ("due_key", "due_at"),
    "listing": ("list_key", "list_sort"),
    "account": ("account_id", "at_id"),
}
_TRIES: Final = 6
_FIRST_PAUSE_SECONDS: Final = 0.02
# A failed condition is an answer; these are not (STYLE: retried). boto3 retries throttling itself.
_PASSING: Final = frozenset(
    {
        "TransactionConflict",
        "ThrottlingError",
        "ProvisionedThroughputExceeded",
        "TransactionInProgressException",
    }
)

type Meter = Callable[[str, Sequence[Mapping[str, Any]]], None]


class DynamoClient:
    """`Dynamo` on real tables.

    Args:
        client: boto3's DynamoDB client; its own retries and timeouts are set where it is made.
        tables: the deployed name of each table.
        meter: told the call's name and its consumed capacity, for benchmarks.
    """

    def __init__(
        self,
        client: DynamoDBClient,
        tables: Mapping[TableName, str],
        meter: Meter | None = None,
    ) -> None:
        self._client = client
        self._tables = tables
        self._meter = meter

    def get(self, table: TableName, key: Key) -> Item | None:
        answer = self._call(
            "get_item", TableName=self._tables[table], Key=key_to_wire(key), ConsistentRead=True
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
        answer = self._call("query", **request)
        last = answer.get("LastEvaluatedKey")
        return Page(
            [from_wire(item) for item in answer["Items"]], from_wire(last) if last else None
        )

    def put(self, operation: Put) -> None:
        self._call("put_item", **request_for(operation, self._tables[operation.table]))

    def update(self, operation: Update) -> Item:
        request = request_for(operation, self._tables[operation.table])
        return from_wire(self._call("update_item", ReturnValues="ALL_NEW", **request)["Attributes"])

    def delete(self, operation: Delete) -> None:
        self._call("delete_item", **request_for(operation, self._tables[operation.table]))

    def transact_get(self, keys: Sequence[tuple[TableName, Key]]) -> list[Item | None]:
        parts = [
            {"Get": {"TableName": self._tables[table], "Key": key_to_wire(key)}}
            for table, key in keys
        ]
        answer = self._call("transact_get_items", TransactItems=parts)
        return [
            from_wire(part["Item"]) if part.get("Item") else None for part in answer["Responses"]
        ]

    def transact_write(self, operations: Sequence[Operation]) -> None:
        parts = [transaction_part(each, self._tables[each.table]) for each in operations]
        # One token over all tries: a try whose answer got lost is not refused by its own effect.
        self._call("transact_write_items", TransactItems=parts, ClientRequestToken=uuid4().hex)

    def _call(self, name: str, **request: Any) -> Wire:  # noqa: ANN401 - the SDK's request shapes
        if self._meter:
            request["ReturnConsumedCapacity"] = "INDEXES"
        for pause in _pauses():
            if pause:
                time.sleep(pause)
            try:
                answer: Wire = getattr(self._client, name)(**request)
            except ClientError as error:
                _raise_unless_passing(error)
            except ParamValidationError:
                raise  # a mistake of the caller's, not an outage
            except BotoCoreError as error:
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


def _raise_unless_passing(error: ClientError) -> None:
    code = error.response["Error"].get("Code", "")
    if code == "ConditionalCheckFailedException":
        raise ConditionFailedError((0,)) from error
    if code == "TransactionCanceledException":
        reasons = [str(r.get("Code")) for r in error.response.get("CancellationReasons", [])]
        failed = tuple(n for n, reason in enumerate(reasons) if reason == "ConditionalCheckFailed")
        if failed:
            raise ConditionFailedError(failed) from error
        if _PASSING.intersection(reasons):
            return
        raise error
    if code in _PASSING or code in {"TransactionConflictException", "InternalServerError"}:
        return
    if code in {
        "ProvisionedThroughputExceededException",
        "ThrottlingException",
        "RequestLimitExceeded",
    }:
        raise StoreUnavailableError(code) from error
    raise error
