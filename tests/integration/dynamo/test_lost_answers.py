"""The adapter's own tries: what it sends again must not be refused by its own earlier effect."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING, Any, cast

import pytest
from botocore.exceptions import ClientError, ParamValidationError, ReadTimeoutError

from guichet.adapters.dynamo.client import DynamoClient
from guichet.adapters.dynamo.seam import (
    Absent,
    ConditionFailedError,
    Key,
    Operation,
    Put,
    StoreUnavailableError,
)
from tests.support.tables import create_tables, dynamodb_client

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

CREATE: list[Operation] = [Put("state", {"pk": "A", "sk": "1"}, Absent())]


class LossyClient:
    """boto3's client over a line that loses answers: the calls act, then fail as given, in turn."""

    def __init__(self, client: DynamoDBClient, *errors: Exception) -> None:
        self._client = client
        self._errors = list(errors)
        self.tries = 0

    def transact_write_items(self, **request: Any) -> Any:  # noqa: ANN401 - the SDK's shapes
        self.tries += 1
        answer = self._client.transact_write_items(**request)
        if self._errors:
            raise self._errors.pop(0)
        return answer


def service_error(code: str) -> ClientError:
    return ClientError({"Error": {"Code": code, "Message": ""}}, "TransactWriteItems")


@pytest.fixture
def real_client(ministack_url: str) -> DynamoDBClient:
    return dynamodb_client(ministack_url)


def lossy_store(client: DynamoDBClient, *errors: Exception) -> tuple[DynamoClient, LossyClient]:
    lossy = LossyClient(client, *errors)
    tables = create_tables(client, f"lossy-{uuid.uuid4().hex[:8]}")
    return DynamoClient(cast("DynamoDBClient", lossy), tables), lossy


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
    store, lossy = lossy_store(real_client, ReadTimeoutError(endpoint_url="http://x.example"))

    with pytest.raises(StoreUnavailableError):
        store.transact_write(CREATE)

    assert lossy.tries == 1


def test_a_callers_mistake_is_not_taken_for_an_outage(real_client: DynamoDBClient) -> None:
    store = DynamoClient(real_client, create_tables(real_client, f"mistake-{uuid.uuid4().hex[:8]}"))

    with pytest.raises(ParamValidationError):
        store.query("state", cast("str", Key("A", "1")))
