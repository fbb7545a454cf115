"""EXT-2: dead letters go back into their queue, those of invoices in their groups."""

from __future__ import annotations

from collections.abc import Iterator

import boto3
import pytest
from moto import mock_aws

from guichet.adapters.aws.commands import move_messages


@pytest.fixture(autouse=True)
def aws(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    for name, value in {
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
        "AWS_DEFAULT_REGION": "eu-central-1",
    }.items():
        monkeypatch.setenv(name, value)
    monkeypatch.delenv("AWS_ENDPOINT_URL", raising=False)
    with mock_aws():
        yield


def received(queue_url: str) -> list[tuple[str, str | None]]:
    queues = boto3.client("sqs")
    answer = queues.receive_message(
        QueueUrl=queue_url,
        MaxNumberOfMessages=10,
        MessageSystemAttributeNames=["MessageGroupId"],
    )
    return [
        (each["Body"], each.get("Attributes", {}).get("MessageGroupId"))
        for each in answer.get("Messages", [])
    ]


def test_what_is_replayed_stays_in_its_group_and_in_order_inv_3() -> None:
    queues = boto3.client("sqs")
    dead = queues.create_queue(QueueName="dead.fifo", Attributes={"FifoQueue": "true"})["QueueUrl"]
    alive = queues.create_queue(QueueName="alive.fifo", Attributes={"FifoQueue": "true"})[
        "QueueUrl"
    ]
    for body, group in (("1", "us"), ("2", "us"), ("3", "ie")):
        queues.send_message(
            QueueUrl=dead, MessageBody=body, MessageGroupId=group, MessageDeduplicationId=body
        )

    moved = move_messages(dead, alive)

    assert moved == 3
    found = received(alive)
    assert [body for body, group in found if group == "us"] == ["1", "2"]
    assert ("3", "ie") in found
    assert received(dead) == []


def test_what_has_no_group_is_replayed_as_it_was() -> None:
    queues = boto3.client("sqs")
    dead = queues.create_queue(QueueName="dead")["QueueUrl"]
    alive = queues.create_queue(QueueName="alive")["QueueUrl"]
    queues.send_message(QueueUrl=dead, MessageBody="a")

    assert move_messages(dead, alive) == 1

    assert received(alive) == [("a", None)]
