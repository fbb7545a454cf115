"""The tables of a deployed stack, read from end to end: here alone, and by commands alone."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from guichet.adapters.dynamo.expressions import from_wire
from guichet.adapters.dynamo.seam import Item


def scanned(client: Any, *tables: str) -> Iterator[Item]:  # noqa: ANN401 - boto3 makes it
    """Every item of one table after the other, as it was when it was reached.

    It costs a read unit for each 4 kilobytes: of a large deployment an export is cheaper.

    Args:
        client: boto3's, of DynamoDB.
        tables: by their deployed names.
    """
    for table in tables:
        for page in client.get_paginator("scan").paginate(TableName=table, ConsistentRead=True):
            yield from map(from_wire, page["Items"])
