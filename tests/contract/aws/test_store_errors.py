"""What the store's callers are told, whatever happens on the line."""

from __future__ import annotations

import pytest

from guichet.adapters.aws.service import ServiceError
from guichet.adapters.aws.signed import SignedService
from guichet.adapters.dynamo.client import DynamoClient
from guichet.adapters.dynamo.seam import (
    Absent,
    ConditionFailedError,
    Delete,
    Key,
    Put,
    StoreUnavailableError,
)
from tests.contract.aws.conftest import Said, Service, error

KEY = Key("a", "1")
PUT = Put("state", {"pk": "a", "sk": "1"}, Absent())


@pytest.fixture
def store(signed: SignedService) -> DynamoClient:
    return DynamoClient(signed, {"state": "s", "journal": "j"})


@pytest.mark.parametrize(
    "said",
    [
        pytest.param(error(400, "ThrottlingException"), id="throttled"),
        pytest.param(error(400, "ProvisionedThroughputExceededException"), id="no throughput"),
        pytest.param(error(400, "RequestLimitExceeded"), id="too many"),
        pytest.param(error(500, "InternalServerError"), id="500"),
        pytest.param(Said(503, b"<html>"), id="503 of something between"),
        pytest.param(Said(cut=True), id="cut"),
        pytest.param(Said(body=b"{}", half=True), id="half"),
        pytest.param(Said(late=True), id="late"),
        pytest.param(Said(headers={"x-amz-crc32": "1"}), id="damaged"),
    ],
)
def test_what_gives_no_answer_is_unavailable(
    store: DynamoClient, service: Service, said: Said
) -> None:
    service.answers = [said]

    with pytest.raises(StoreUnavailableError):
        store.put(PUT)

    assert len(service.asked) >= 4
    assert len({asked.body for asked in service.asked}) == 1


def test_a_failed_condition_is_told_with_its_place(store: DynamoClient, service: Service) -> None:
    reasons = [{"Code": "None"}, {"Code": "ConditionalCheckFailed"}]
    service.answers = [
        error(400, "ConditionalCheckFailedException"),
        error(400, "TransactionCanceledException", CancellationReasons=reasons),
    ]

    with pytest.raises(ConditionFailedError) as single:
        store.put(PUT)
    with pytest.raises(ConditionFailedError) as within:
        store.transact_write([Delete("state", Key("b", "1")), PUT])

    assert (single.value.failed, within.value.failed) == ((0,), (1,))
    assert len(service.asked) == 2


def test_a_conflict_is_tried_again_under_the_same_token(
    store: DynamoClient, service: Service
) -> None:
    reasons = [{"Code": "TransactionConflict"}]
    conflict = error(400, "TransactionCanceledException", CancellationReasons=reasons)
    service.answers = [
        conflict,
        error(400, "TransactionInProgressException"),
        Said(cut=True),
        Said(),
    ]

    store.transact_write([PUT])

    assert len(service.asked) == 4
    assert len({asked.body for asked in service.asked}) == 1
    assert b"ClientRequestToken" in service.asked[0].body


def test_a_write_that_is_sent_again_after_its_answer_was_lost_is_refused_by_its_own_effect(
    store: DynamoClient, service: Service
) -> None:
    """As through boto3: whoever writes so reads again before believing the refusal."""
    service.answers = [Said(cut=True), error(400, "ConditionalCheckFailedException")]

    with pytest.raises(ConditionFailedError):
        store.put(PUT)


def test_a_callers_mistake_is_no_outage(store: DynamoClient, service: Service) -> None:
    service.answers = [error(400, "ValidationException", message="No.")]

    with pytest.raises(ServiceError, match="ValidationException"):
        store.get("state", KEY)

    assert len(service.asked) == 1
