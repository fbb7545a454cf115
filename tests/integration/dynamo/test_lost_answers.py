"""The adapter's own tries: what it sends again must not be refused by its own earlier effect."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, cast

import pytest
from botocore.exceptions import ParamValidationError

from guichet.adapters.aws.sdk import SdkService
from guichet.adapters.aws.service import AwsService, ServiceError, Shape
from guichet.adapters.dynamo.client import DynamoClient
from guichet.adapters.dynamo.seam import (
    Absent,
    ConditionFailedError,
    Key,
    Operation,
    Put,
    StoreUnavailableError,
)
from guichet.adapters.http import NoAnswerError
from tests.support.tables import create_tables, dynamodb_client

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

CREATE: list[Operation] = [Put("state", {"pk": "A", "sk": "1"}, Absent())]


class LossyService:
    """A service over a line that loses answers: the calls act, then fail as given, in turn."""

    def __init__(self, service: AwsService, *errors: Exception) -> None:
        self._service = service
        self._errors = list(errors)
        self.tries = 0

    def call(self, operation: str, request: Mapping[str, Any]) -> Shape:
        self.tries += 1
        answer = self._service.call(operation, request)
        if self._errors:
            raise self._errors.pop(0)
        return answer


def service_error(code: str) -> ServiceError:
    return ServiceError(500, code)


@pytest.fixture
def real_client(ministack_url: str) -> DynamoDBClient:
    return dynamodb_client(ministack_url)


def lossy_store(client: DynamoDBClient, *errors: Exception) -> tuple[DynamoClient, LossyService]:
    lossy = LossyService(SdkService(client), *errors)
    tables = create_tables(client, f"lossy-{uuid.uuid4().hex[:8]}")
    return DynamoClient(lossy, tables), lossy


@pytest.mark.parametrize("code", ["InternalServerError", "TransactionInProgressException"])
def test_a_write_whose_answer_was_lost_is_not_refused_by_its_own_effect(
    real_client: DynamoDBClient, code: str
) -> None:
    store, lossy = lossy_store(real_client, service_error(code))

    store.transact_write(CREATE)

    assert lossy.tries == 2


def test_the_same_write_asked_for_again_is_refused(real_client: DynamoDBClient) -> None:
    store, _ = lossy_store(real_client)
    store.transact_write(CREATE)

    with pytest.raises(ConditionFailedError):
        store.transact_write(CREATE)


def test_errors_without_end_become_store_unavailable(real_client: DynamoDBClient) -> None:
    store, lossy = lossy_store(real_client, *[service_error("InternalServerError")] * 20)

    with pytest.raises(StoreUnavailableError, match="after 6 tries"):
        store.transact_write(CREATE)

    assert lossy.tries == 6


def test_no_answer_in_time_is_store_unavailable_at_once(real_client: DynamoDBClient) -> None:
    store, lossy = lossy_store(real_client, NoAnswerError("timed out"))

    with pytest.raises(StoreUnavailableError):
        store.transact_write(CREATE)

    assert lossy.tries == 1


def test_a_callers_mistake_is_not_taken_for_an_outage(real_client: DynamoDBClient) -> None:
    store = DynamoClient(
        SdkService(real_client), create_tables(real_client, f"mistake-{uuid.uuid4().hex[:8]}")
    )

    with pytest.raises(ParamValidationError):
        store.query("state", cast("str", Key("A", "1")))
