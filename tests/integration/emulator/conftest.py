"""Small things to try on the emulator: functions of a few lines, tables with a stream."""

from __future__ import annotations

import io
import time
import uuid
import zipfile
from collections.abc import Callable
from dataclasses import dataclass

import pytest

from local.deployment import client
from local.environment import AwsClient, Json

_PATIENCE_SECONDS = 20.0


@dataclass(frozen=True)
class Cloud:
    """Makes throw-away resources in an emulator."""

    endpoint_url: str

    def client(self, service: str) -> AwsClient:
        return client(self.endpoint_url, service)

    def function(self, code: str, **variables: str) -> str:
        """A function of one file whose `handler` is called; answers its name."""
        name = f"f-{uuid.uuid4().hex[:12]}"
        archive = io.BytesIO()
        with zipfile.ZipFile(archive, "w") as packed:
            packed.writestr("app.py", code)
        self.client("lambda").create_function(
            FunctionName=name,
            Runtime="python3.13",
            Handler="app.handler",
            Role="arn:aws:iam::000000000000:role/none",
            Code={"ZipFile": archive.getvalue()},
            Timeout=10,
            Environment={"Variables": variables},
        )
        return name

    def table(self) -> tuple[str, str]:
        """A table with a stream, keyed by `pk`; answers its name and the stream's ARN."""
        name = f"t-{uuid.uuid4().hex[:12]}"
        made = self.client("dynamodb").create_table(
            TableName=name,
            BillingMode="PAY_PER_REQUEST",
            AttributeDefinitions=[{"AttributeName": "pk", "AttributeType": "S"}],
            KeySchema=[{"AttributeName": "pk", "KeyType": "HASH"}],
            StreamSpecification={"StreamEnabled": True, "StreamViewType": "NEW_IMAGE"},
        )
        return name, made["TableDescription"]["LatestStreamArn"]

    def put(self, table: str, key: str) -> None:
        self.client("dynamodb").put_item(TableName=table, Item={"pk": {"S": key}})

    def queue(self) -> tuple[str, str]:
        """A queue's URL and ARN."""
        queues = self.client("sqs")
        url = queues.create_queue(QueueName=f"q-{uuid.uuid4().hex[:12]}")["QueueUrl"]
        found = queues.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])
        return url, found["Attributes"]["QueueArn"]

    def take_all(self, queue_url: str) -> list[str]:
        """Bodies of the messages that wait now; they are removed."""
        queues = self.client("sqs")
        taken: list[str] = []
        for _ in range(20):
            received = queues.receive_message(QueueUrl=queue_url, MaxNumberOfMessages=10)
            messages: list[dict[str, Json]] = received.get("Messages", [])
            if not messages:
                return taken
            for message in messages:
                taken.append(message["Body"])
                queues.delete_message(QueueUrl=queue_url, ReceiptHandle=message["ReceiptHandle"])
        return taken


@pytest.fixture
def cloud(ministack_url: str) -> Cloud:
    return Cloud(ministack_url)


def eventually(condition: Callable[[], bool], within_seconds: float = _PATIENCE_SECONDS) -> bool:
    """Whether the condition comes true in time."""
    give_up_at = time.monotonic() + within_seconds
    while time.monotonic() < give_up_at:
        if condition():
            return True
        time.sleep(0.1)
    return False
