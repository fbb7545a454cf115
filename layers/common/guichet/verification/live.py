"""The tables of a deployed stack, read from end to end: here alone, and by commands alone."""

from __future__ import annotations

from collections.abc import Iterator

import boto3

from guichet.adapters.aws.sdk import CONFIG
from guichet.adapters.dynamo.expressions import from_wire
from guichet.adapters.dynamo.seam import Item


def scanned(table: str) -> Iterator[Item]:
    """Every item of a table by its deployed name, as it was when it was reached.

    It costs half a read unit for each kilobyte: of a large deployment an export is cheaper.
    """
    pages = boto3.client("dynamodb", config=CONFIG).get_paginator("scan")
    for page in pages.paginate(TableName=table, ConsistentRead=True):
        yield from map(from_wire, page["Items"])
