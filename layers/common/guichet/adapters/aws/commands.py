"""What only commands ask of AWS."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, Final

import boto3
from botocore.config import Config

from guichet.adapters.aws.sdk import CONFIG
from guichet.errors import Refusal

# A function works for up to a quarter of an hour; a call without an answer is not repeated here.
_PATIENT: Final = Config(
    connect_timeout=5, read_timeout=900, retries={"mode": "standard", "total_max_attempts": 1}
)


def stack_outputs(name: str) -> dict[str, str]:
    """What a deployed stack is made of."""
    stacks = boto3.client("cloudformation", config=CONFIG).describe_stacks(StackName=name)
    return {each["OutputKey"]: each["OutputValue"] for each in stacks["Stacks"][0]["Outputs"]}


def move_messages(source_url: str, target_url: str) -> int:
    """Put what lies in one queue into another: sent first, deleted then, so that none is lost."""
    queues = boto3.client("sqs", config=CONFIG)
    moved = 0
    while True:
        answer = queues.receive_message(
            QueueUrl=source_url,
            MaxNumberOfMessages=10,
            WaitTimeSeconds=1,
            MessageSystemAttributeNames=["MessageGroupId"],
        )
        messages = answer.get("Messages", [])
        if not messages:
            return moved
        for message in messages:
            group = message.get("Attributes", {}).get("MessageGroupId")
            if group is None:
                queues.send_message(QueueUrl=target_url, MessageBody=message["Body"])
            else:  # the queue keeps order within a group
                queues.send_message(
                    QueueUrl=target_url,
                    MessageBody=message["Body"],
                    MessageGroupId=group,
                    MessageDeduplicationId=message["MessageId"],
                )
            queues.delete_message(QueueUrl=source_url, ReceiptHandle=message["ReceiptHandle"])
            moved += 1


def invoke(function_name: str, event: Mapping[str, Any]) -> dict[str, Any]:
    """Call a function and wait for its answer.

    Raises:
        Refusal: `function_failed`, with what it raised.
    """
    answer = boto3.client("lambda", config=_PATIENT).invoke(
        FunctionName=function_name, Payload=json.dumps(dict(event)).encode()
    )
    found: dict[str, Any] = json.loads(answer["Payload"].read())
    if "FunctionError" in answer:
        raise Refusal("function_failed", str(found.get("errorMessage", found)))
    return found
