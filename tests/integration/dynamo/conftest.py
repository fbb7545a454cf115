"""The stores that keep the contract of `Dynamo`, each under its name."""

from __future__ import annotations

import uuid
from collections.abc import Iterator

import pytest
from moto import mock_aws

from guichet.adapters.dynamo.client import DynamoClient
from guichet.adapters.dynamo.seam import Dynamo
from tests.support.memory_dynamo import MemoryDynamo
from tests.support.tables import create_tables, dynamodb_client


@pytest.fixture(scope="session")
def memory_store() -> Dynamo:
    return MemoryDynamo()


@pytest.fixture(scope="session")
def ministack_store(ministack_url: str) -> Dynamo:
    client = dynamodb_client(ministack_url)
    return DynamoClient(client, create_tables(client, f"contract-{uuid.uuid4().hex[:8]}"))


@pytest.fixture(scope="session")
def moto_store() -> Iterator[Dynamo]:
    with mock_aws():  # takes calls to AWS's own addresses alone: the emulator's pass by
        client = dynamodb_client()
        yield DynamoClient(client, create_tables(client, "contract"))


@pytest.fixture(params=["memory", "moto", "ministack"])
def store(request: pytest.FixtureRequest) -> Dynamo:
    """Each store in turn."""
    made: Dynamo = request.getfixturevalue(f"{request.param}_store")
    return made


@pytest.fixture(params=["memory", "ministack"])
def strict_store(request: pytest.FixtureRequest) -> Dynamo:
    """Without moto: many threads confuse it, and it compares true with one and numbers with text."""
    made: Dynamo = request.getfixturevalue(f"{request.param}_store")
    return made


@pytest.fixture
def pk() -> str:
    """A partition that no other test touches: the tables are shared."""
    return f"TEST#{uuid.uuid4().hex[:12]}"
