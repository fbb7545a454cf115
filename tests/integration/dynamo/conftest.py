"""The stores that keep the contract of `Dynamo`, each under its name."""

from __future__ import annotations

import uuid
from collections.abc import Iterator

import pytest
from moto import mock_aws

from guichet.adapters.aws.sdk import SdkService
from guichet.adapters.dynamo.client import DynamoClient
from guichet.adapters.dynamo.seam import Dynamo
from tests.support.memory_dynamo import MemoryDynamo
from tests.support.tables import create_tables, dynamodb_client, signed_dynamodb


@pytest.fixture(scope="session")
def memory_store() -> Dynamo:
    return MemoryDynamo()


@pytest.fixture(scope="session")
def ministack_store(ministack_url: str) -> Dynamo:
    client = dynamodb_client(ministack_url)
    tables = create_tables(client, f"contract-{uuid.uuid4().hex[:8]}")
    return DynamoClient(SdkService(client), tables)


@pytest.fixture(scope="session")
def signed_ministack_store(ministack_url: str) -> Iterator[Dynamo]:
    """The emulator by the requests that functions sign themselves."""
    tables = create_tables(dynamodb_client(ministack_url), f"signed-{uuid.uuid4().hex[:8]}")
    service = signed_dynamodb(ministack_url)
    yield DynamoClient(service, tables)
    service.close()


@pytest.fixture(scope="session")
def moto_store() -> Iterator[Dynamo]:
    with mock_aws():  # takes calls to AWS's own addresses alone: the emulator's pass by
        client = dynamodb_client()
        yield DynamoClient(SdkService(client), create_tables(client, "contract"))


_STRICT = ("memory", "ministack", "signed_ministack")


@pytest.fixture(params=[*_STRICT, "moto"])
def store(request: pytest.FixtureRequest) -> Dynamo:
    """Each store in turn, the emulator by either client; moto takes over boto3 alone."""
    made: Dynamo = request.getfixturevalue(f"{request.param}_store")
    return made


@pytest.fixture(params=_STRICT)
def strict_store(request: pytest.FixtureRequest) -> Dynamo:
    """Without moto: many threads confuse it, and it compares true with one and numbers with text."""
    made: Dynamo = request.getfixturevalue(f"{request.param}_store")
    return made


@pytest.fixture
def pk() -> str:
    """A partition that no other test touches: the tables are shared."""
    return f"TEST#{uuid.uuid4().hex[:12]}"
