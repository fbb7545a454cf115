"""What only commands ask of AWS."""

from __future__ import annotations

import boto3

from guichet.adapters.aws.sdk import CONFIG


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
            QueueUrl=source_url, MaxNumberOfMessages=10, WaitTimeSeconds=1
        )
        messages = answer.get("Messages", [])
        if not messages:
            return moved
        for message in messages:
            queues.send_message(QueueUrl=target_url, MessageBody=message["Body"])
            queues.delete_message(QueueUrl=source_url, ReceiptHandle=message["ReceiptHandle"])
            moved += 1
