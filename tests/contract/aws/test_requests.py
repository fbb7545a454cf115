"""What the signed client sends: what boto3 sends for the same call."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import boto3
import pytest

from guichet.adapters.aws.sdk import SdkService
from guichet.adapters.aws.signed import DYNAMODB, SECRETS_MANAGER, SES, SQS, Dialect
from tests.contract.aws.conftest import CREDENTIALS, Asked, Said, Service, signed_service

SAME_HEADERS = ("content-type", "x-amz-target", "x-amz-security-token", "host")

CALLS = [
    pytest.param(
        "dynamodb",
        DYNAMODB,
        "PutItem",
        {"TableName": "t", "Item": {"pk": {"S": "Zoë"}, "n": {"N": "1"}}},
        id="PutItem",
    ),
    pytest.param(
        "dynamodb",
        DYNAMODB,
        "TransactWriteItems",
        {
            "TransactItems": [{"Delete": {"TableName": "t", "Key": {"pk": {"S": "a"}}}}],
            "ClientRequestToken": "0123",
        },
        id="TransactWriteItems",
    ),
    pytest.param(
        "sqs",
        SQS,
        "SendMessageBatch",
        {
            "QueueUrl": "http://queue.example/1/q",
            "Entries": [{"Id": "0", "MessageBody": "{}", "DelaySeconds": 3}],
        },
        id="SendMessageBatch",
    ),
    pytest.param(
        "secretsmanager",
        SECRETS_MANAGER,
        "GetSecretValue",
        {"SecretId": "arn:aws:secretsmanager:us-east-1:1:secret:s"},
        id="GetSecretValue",
    ),
    pytest.param(
        "sesv2",
        SES,
        "SendEmail",
        {
            "FromEmailAddress": "pay@guichet.example",
            "Destination": {"ToAddresses": ["ada@example.com"]},
            "Content": {"Raw": {"Data": b"Subject: x\r\n\r\n\xff"}},
        },
        id="SendEmail",
    ),
]


def by_boto3(name: str, service: Service, operation: str, request: Mapping[str, Any]) -> Asked:
    client = boto3.client(  # type: ignore[call-overload]  # the name is a variable here
        name,
        region_name="us-east-1",
        endpoint_url=service.url,
        aws_access_key_id=CREDENTIALS.access_key_id,
        aws_secret_access_key=CREDENTIALS.secret_access_key,
        aws_session_token=CREDENTIALS.session_token,
    )
    SdkService(client).call(operation, request)
    client.close()
    return service.asked[-1]


@pytest.mark.parametrize(("name", "dialect", "operation", "request_"), CALLS)
def test_a_call_is_sent_as_boto3_sends_it(
    service: Service, name: str, dialect: Dialect, operation: str, request_: dict[str, Any]
) -> None:
    service.answers = [Said()]
    theirs = by_boto3(name, service, operation, request_)
    client = signed_service(service, [], dialect)

    client.call(operation, request_)

    client.close()
    ours = service.asked[-1]
    assert ours.path == theirs.path
    assert json.loads(ours.body) == json.loads(theirs.body)
    assert {each: ours.headers.get(each) for each in SAME_HEADERS} == {
        each: theirs.headers.get(each) for each in SAME_HEADERS
    }
    assert scope(ours) == scope(theirs)


@pytest.mark.parametrize(("name", "dialect"), [(c.values[0], c.values[1]) for c in CALLS[1:]])
def test_aws_own_addresses_are_those_of_boto3(name: str, dialect: Dialect) -> None:
    theirs = boto3.client(  # type: ignore[call-overload]  # same
        name, region_name="eu-west-1", aws_access_key_id="a", aws_secret_access_key="b"
    )

    assert dialect.address("eu-west-1") == theirs.meta.endpoint_url


def scope(asked: Asked) -> str:
    """Key, day, region and service of a signature."""
    return asked.headers["authorization"].partition("Credential=")[2].partition(",")[0]
