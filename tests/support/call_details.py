"""How a call through a seam is told in one line: for schedulers, recorders and messages of failed tests."""

from collections.abc import Sequence
from typing import Final
from urllib.parse import urlsplit

from guichet.adapters.dynamo.seam import (
    Check,
    Delete,
    IndexName,
    Key,
    Operation,
    Put,
    TableName,
    Update,
)
from guichet.adapters.http import HttpRequest

_VERBS: Final = {Put: "put", Update: "update", Delete: "delete", Check: "check"}


def place(table: TableName, key: Key) -> str:
    return f"{table} {key.pk}/{key.sk}"


def places(keys: Sequence[tuple[TableName, Key]]) -> str:
    return "; ".join(place(table, key) for table, key in keys)


def partition(table: TableName, pk: str, index: IndexName | None, prefix: str) -> str:
    return f"{table}{f'.{index}' if index else ''} {pk}/{prefix}*"


def operations(members: Sequence[Operation]) -> str:
    return "; ".join(f"{_VERBS[type(each)]} {place(each.table, each.key)}" for each in members)


def request_line(request: HttpRequest) -> str:
    """Method and path; neither host nor query, so that two runs compare."""
    return f"{request.method} {urlsplit(request.url).path}"
