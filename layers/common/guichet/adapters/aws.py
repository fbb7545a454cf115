"""AWS's own clients, made once a worker, with the timeouts that a waiting person can bear."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache
from typing import TYPE_CHECKING

import boto3
from botocore.config import Config

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_sesv2 import SESV2Client
    from mypy_boto3_sqs import SQSClient

_CONFIG = Config(
    connect_timeout=2,
    read_timeout=5,
    retries={"mode": "standard", "total_max_attempts": 4},
    max_pool_connections=4,
)


@cache
def dynamodb() -> DynamoDBClient:
    return boto3.client("dynamodb", config=_CONFIG)


@cache
def sqs() -> SQSClient:
    return boto3.client("sqs", config=_CONFIG)


@cache
def sesv2() -> SESV2Client:
    return boto3.client("sesv2", config=_CONFIG)


def secret_text(secret_arn: str) -> str:
    """The secret as it is now."""
    client = boto3.client("secretsmanager", config=_CONFIG)
    return str(client.get_secret_value(SecretId=secret_arn)["SecretString"])


def send_messages(queue_url: str, messages: list[tuple[Mapping[str, str], int]]) -> None:
    """Put messages, each with its delay in seconds, into a queue, ten a call.

    Raises:
        RuntimeError: the queue did not take one; the caller's batch is repeated.
    """
    for start in range(0, len(messages), 10):
        part = messages[start : start + 10]
        answer = sqs().send_message_batch(
            QueueUrl=queue_url,
            Entries=[
                {
                    "Id": str(place),
                    "MessageBody": json.dumps(dict(body), sort_keys=True),
                    "DelaySeconds": delay,
                }
                for place, (body, delay) in enumerate(part)
            ],
        )
        if answer.get("Failed"):
            raise RuntimeError(f"the queue did not take {len(answer['Failed'])} messages")


def stack_outputs(name: str) -> dict[str, str]:
    """What a deployed stack is made of."""
    stacks = boto3.client("cloudformation", config=_CONFIG).describe_stacks(StackName=name)
    return {each["OutputKey"]: each["OutputValue"] for each in stacks["Stacks"][0]["Outputs"]}


def move_messages(source_url: str, target_url: str) -> int:
    """Put what lies in one queue into another: sent first, deleted then, so that none is lost."""
    moved = 0
    while True:
        answer = sqs().receive_message(
            QueueUrl=source_url, MaxNumberOfMessages=10, WaitTimeSeconds=1
        )
        messages = answer.get("Messages", [])
        if not messages:
            return moved
        for message in messages:
            sqs().send_message(QueueUrl=target_url, MessageBody=message["Body"])
            sqs().delete_message(QueueUrl=source_url, ReceiptHandle=message["ReceiptHandle"])
            moved += 1
