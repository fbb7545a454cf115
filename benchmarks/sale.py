"""One sale, event by event, as gateway, stream and queues bring it to the functions."""

from __future__ import annotations

import base64
import json
import math
import re
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from benchmarks.workshop import TRAINING, Report, Worker, Workshop
from local.simulators.shapes import PendingWebhook
from tests.support.gateway import http_event

# What an endpoint receives of a sale that goes well, of all that a provider could send.
EVENTS: Final = frozenset(
    {"checkout.session.completed", "CHECKOUT.ORDER.APPROVED", "PAYMENT.CAPTURE.COMPLETED"}
)


@dataclass(frozen=True, slots=True)
class Step:
    """One call within a sale."""

    name: str
    report: Report
    provider_calls: int = 0

    @property
    def write_units(self) -> int:
        return sum(int(part["write"] + part["index"]) for part in self._parts())

    @property
    def read_units(self) -> float:
        return math.fsum(part["read"] for part in self._parts())

    @property
    def emulator_units(self) -> float:
        return math.fsum(call["emulator_units"] for call in self.report.calls)

    @property
    def counted_otherwise(self) -> int:
        """Calls of which the emulator says another number of units than DynamoDB's rules do."""
        return sum(
            call["emulator_units"]
            != sum(part["write"] + part["index"] + part["read"] for part in call["parts"])
            for call in self.report.calls
        )

    def _parts(self) -> list[dict[str, Any]]:
        return [part for call in self.report.calls for part in call["parts"]]


@dataclass
class Sale:
    """A registrant who looks, registers, pays and comes back, and all that this sets in motion.

    Each journal entry comes to `relay` by itself: a young table has several shards, so entries
    of one write rarely share a batch.
    """

    place: Workshop
    worker: Worker
    stream: Stream
    number: int
    method: str = "stripe"
    steps: list[Step] = field(default_factory=list)
    _own: str = ""
    _session: str = ""
    _token: Mapping[str, str] = field(default_factory=dict)

    def run(self) -> list[Step]:
        """All of it.

        Raises:
            RuntimeError: something was refused, or the registrant is not confirmed at the end.
        """
        self.look()
        self.register()
        self.follow()
        self.start_payment()
        self.follow()
        self.agree()
        while webhooks := self.webhooks():  # PayPal has more to say once the money was taken
            for webhook in webhooks:
                self.call("webhook", "webhooks", webhook_event(webhook))
            self.follow()
        came = self._http("return", "POST", f"{self._own}/return", None, self._token)
        if came["status"] != "confirmed":
            raise RuntimeError(f"the sale ended as {came['status']}")
        return self.steps

    def look(self) -> None:
        self._http("look", "GET", f"/v1/public/trainings/{TRAINING}")

    def register(self) -> str:
        """Answers the registration's id."""
        body = {
            "name": "Ada Lovelace",
            "email": f"ada.lovelace.{self.number}@example.org",
            "language": "en",
        }
        path = f"/v1/public/trainings/{TRAINING}/registrations"
        made = self._http("register", "POST", path, body)
        self._own = f"/v1/public/registrations/{made['registration_id']}"
        self._token = {"authorization": f"Bearer {made['token']}"}
        return str(made["registration_id"])

    def start_payment(self) -> None:
        body = {"method": self.method}
        paying = self._http("start payment", "POST", f"{self._own}/payments", body, self._token)
        self._session = re.split("[/=]", str(paying["redirect_url"]))[-1]

    def agree(self) -> None:
        """The buyer pays on the hosted page, or agrees to."""
        if self.method == "stripe":
            self.place.providers.stripe.pay(self._session)
        else:
            self.place.providers.paypal.approve(self._session)

    @property
    def registration_id(self) -> str:
        return self._own.rpartition("/")[2]

    def webhooks(self, wanted: frozenset[str] = EVENTS) -> list[PendingWebhook]:
        """What the provider has to say now, as far as an endpoint receives it."""
        provider = (
            self.place.providers.stripe if self.method == "stripe" else self.place.providers.paypal
        )
        due = provider.take_webhooks()
        for webhook in due:
            provider.webhook_delivered(webhook.event_id)
        return [each for each in due if _kind(each) in wanted]

    def _http(
        self,
        name: str,
        method: str,
        path: str,
        body: object = None,
        headers: Mapping[str, str] | None = None,
    ) -> dict[str, Any]:
        sent = {**_BROWSER, **(headers or {})}
        if method == "POST":
            sent["idempotency-key"] = secrets.token_urlsafe(24)
        source = f"198.18.{self.number // 250}.{self.number % 250 + 1}"
        event = http_event(method, path, body=body, headers=sent, source=source)
        answer = self.call(name, "checkout", event)
        if answer["statusCode"] >= 300:
            raise RuntimeError(f"{name} was answered {answer['statusCode']}: {answer['body']}")
        read: dict[str, Any] = json.loads(answer["body"])
        return read

    def follow(self) -> None:
        """What the stream and the queues bring about, until they are empty."""
        while records := self.stream.new_records():
            for record in records:
                self.call("relay", "relay", {"Records": [record]})
            for function in ("settle", "deliver"):
                for event in self._messages(function):
                    answer = self.call(function, function, event)
                    if answer["batchItemFailures"]:
                        raise RuntimeError(f"{function} failed on {event}")

    def _messages(self, function: str) -> list[dict[str, Any]]:
        queues = self.place.client("sqs")
        url = self.place.variables[f"{function.upper()}_QUEUE_URL"]
        held = queues.receive_message(QueueUrl=url, MaxNumberOfMessages=10).get("Messages", [])
        for message in held:
            queues.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
        return [queue_event(message["Body"]) for message in held]

    def call(self, name: str, function: str, event: Mapping[str, Any]) -> Any:  # noqa: ANN401 - any answer
        """One event of it, noted as a step."""
        asked = self.place.providers.calls
        report = self.worker.call(function, event)
        self.steps.append(Step(name, report, self.place.providers.calls - asked))
        return report.answer


class Stream:
    """The journal's stream, from now on."""

    def __init__(self, place: Workshop) -> None:
        table = place.client("dynamodb").describe_table(TableName=place.journal_table)["Table"]
        self._client = place.client("dynamodbstreams")
        arn = table["LatestStreamArn"]
        shards = self._client.describe_stream(StreamArn=arn)["StreamDescription"]["Shards"]
        self._iterators = [
            self._client.get_shard_iterator(
                StreamArn=arn, ShardId=shard["ShardId"], ShardIteratorType="LATEST"
            )["ShardIterator"]
            for shard in shards
        ]

    def new_records(self) -> list[dict[str, Any]]:
        """Inserted records since this was last asked, as Lambda would hand them on."""
        records: list[dict[str, Any]] = []
        for place, iterator in enumerate(self._iterators):
            answer = self._client.get_records(ShardIterator=iterator)
            self._iterators[place] = answer["NextShardIterator"]
            records.extend(answer["Records"])
        return [
            {
                "eventID": record["eventID"],
                "eventName": record["eventName"],
                "dynamodb": {"NewImage": _json(record["dynamodb"]["NewImage"])},
            }
            for record in records
        ]


def queue_event(body: str) -> dict[str, Any]:
    """One message, as Lambda's poller wraps it."""
    record = {
        "messageId": secrets.token_hex(8),
        "receiptHandle": "handle",
        "body": body,
        "attributes": {"ApproximateReceiveCount": "1"},
        "messageAttributes": {},
        "eventSource": "aws:sqs",
        "eventSourceARN": "arn:aws:sqs:us-east-1:000000000000:queue",
        "awsRegion": "us-east-1",
    }
    return {"Records": [record]}


def ordered_event(bodies: Sequence[str]) -> dict[str, Any]:
    """Messages of one series, as Lambda's poller brings them from the queue in order."""
    records = [record for body in bodies for record in queue_event(body)["Records"]]
    for record in records:
        record["attributes"]["MessageGroupId"] = json.loads(record["body"])["entity"]
        record["eventSourceARN"] += ".fifo"
    return {"Records": records}


def webhook_event(webhook: PendingWebhook) -> dict[str, Any]:
    """A delivery as the gateway brings it."""
    provider = "stripe" if "Stripe-Signature" in webhook.headers else "paypal"
    return http_event(
        "POST", f"/v1/webhooks/{provider}", raw=webhook.body.decode(), headers=webhook.headers
    )


def _kind(webhook: PendingWebhook) -> str:
    event = json.loads(webhook.body)
    return str(event.get("type") or event["event_type"])


def _json(value: Any) -> Any:  # noqa: ANN401 - DynamoDB's own JSON, with bytes where boto3 read them
    if isinstance(value, bytes):
        return base64.b64encode(value).decode()
    if isinstance(value, dict):
        return {name: _json(part) for name, part in value.items()}
    if isinstance(value, list):
        return [_json(part) for part in value]
    return value


_BROWSER: Final = {
    "accept": "application/json",
    "accept-encoding": "gzip, deflate, br",
    "origin": "https://pay.example",
    "user-agent": "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 Chrome/140.0 Safari/537.36",
    "x-forwarded-for": "198.18.0.1",
}
