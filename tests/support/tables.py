"""The template's own tables, made in an emulator without deploying the template."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import boto3
import yaml
from botocore.config import Config

from guichet.adapters.aws.signed import DYNAMODB, SignedService
from guichet.adapters.aws.signing import Credentials
from guichet.adapters.dynamo.seam import TableName

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

_TEMPLATE: Final = Path(__file__).resolve().parents[2] / "template.yaml"
_RESOURCES: Final[Mapping[TableName, str]] = {"state": "StateTable", "journal": "JournalTable"}
_CONNECTIONS: Final = 32


class _Loader(yaml.SafeLoader):
    """Reads past CloudFormation's functions: what they would give does not matter to tables."""


def _name_of(_loader: yaml.SafeLoader, function: str, _node: yaml.Node) -> str:
    return f"!{function}"


_Loader.add_multi_constructor("!", _name_of)


def table_requests(prefix: str) -> dict[TableName, dict[str, Any]]:
    """CreateTable's arguments for each table: keys, indexes and stream as the template has them."""
    resources = yaml.load(_TEMPLATE.read_text(), Loader=_Loader)["Resources"]  # noqa: S506 - a SafeLoader
    requests: dict[TableName, dict[str, Any]] = {}
    for table, resource in _RESOURCES.items():
        properties = resources[resource]["Properties"]
        request = {
            name: properties[name]
            for name in (
                "BillingMode",
                "AttributeDefinitions",
                "KeySchema",
                "GlobalSecondaryIndexes",
            )
        }
        if "StreamSpecification" in properties:
            request["StreamSpecification"] = {
                "StreamEnabled": True,
                **properties["StreamSpecification"],
            }
        requests[table] = {"TableName": f"{prefix}-{table}", **request}
    return requests


def create_tables(client: DynamoDBClient, prefix: str) -> dict[TableName, str]:
    """Make both tables; answers their names, as `DynamoClient` takes them."""
    names: dict[TableName, str] = {}
    for table, request in table_requests(prefix).items():
        client.create_table(**request)
        names[table] = request["TableName"]
    return names


def dynamodb_client(endpoint_url: str | None = None) -> DynamoDBClient:
    """boto3's client with made-up credentials; without an address, for moto."""
    return boto3.client(
        "dynamodb",
        endpoint_url=endpoint_url,
        region_name="us-east-1",
        aws_access_key_id="test",
        aws_secret_access_key="test",
        config=Config(max_pool_connections=_CONNECTIONS, retries={"total_max_attempts": 1}),
    )


def signed_dynamodb(endpoint_url: str, *, read_seconds: float = 5.0) -> SignedService:
    """What functions have in boto3's place, with made-up credentials."""
    return SignedService(
        DYNAMODB,
        Credentials("test", "test"),
        "us-east-1",
        endpoint_url,
        read_seconds=read_seconds,
    )
