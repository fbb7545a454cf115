"""The clock of a test deployment: an offset in the state table that everybody adds to the time."""

import json
import time
from datetime import UTC, datetime, timedelta

from local.deployment import Deployment

# The item that the functions' clock reads where the deployment says that it is a test one.
KEY = "LOCAL#CLOCK"
_MOST_RUNS = 200
_MOST_WAITS = 600
_WAIT_SECONDS = 0.1


class LocalClock:
    """Time as the stack's functions and the simulators see it."""

    def __init__(self, deployment: Deployment) -> None:
        self._deployment = deployment
        self._table = deployment.client("dynamodb")
        item = self._table.get_item(
            TableName=deployment.state_table, Key=_key(), ConsistentRead=True
        ).get("Item", {})
        self._left_waiting = 0  # candidates that a run can do nothing about yet
        self.offset_seconds = int(item.get("offset_seconds", {"N": "0"})["N"])

    def now(self) -> datetime:
        return datetime.now(UTC) + timedelta(seconds=self.offset_seconds)

    def move_by(self, seconds: int) -> None:
        """Move the clock, then do all that has become due.

        Raises:
            ValueError: backwards; what happened would be in the future.
        """
        if seconds < 0:
            raise ValueError("the clock does not go back; `make reset` begins anew")
        self.offset_seconds += seconds
        offset = {"offset_seconds": {"N": str(self.offset_seconds)}}
        self._table.put_item(TableName=self._deployment.state_table, Item=_key() | offset)
        self.do_what_is_due()

    def move_to(self, instant: datetime) -> None:
        self.move_by(round((instant - self.now()).total_seconds()))

    def do_what_is_due(self) -> int:
        """Run upkeep and the invoice run until neither finds anything; returns how much was done.

        Raises:
            RuntimeError: one of them failed, or always finds something more.
        """
        total = 0
        for _ in range(_MOST_RUNS):
            done = self._run("UpkeepFunctionName", "done")
            if done == 0:
                planned = self._run("InvoiceRunFunctionName", "planned")
                if planned in {0, self._left_waiting}:
                    return total
                self._left_waiting = planned
                self._wait_for_invoices()
            else:
                self._left_waiting = 0
            total += done
        raise RuntimeError(f"there is work in each of {_MOST_RUNS} runs")

    def _run(self, output: str, counted: str) -> int:
        answer = self._deployment.client("lambda").invoke(
            FunctionName=self._deployment.outputs[output], Payload=b"{}"
        )
        report = json.loads(answer["Payload"].read())
        if "FunctionError" in answer:
            raise RuntimeError(f"{output} failed: {report}")
        return int(report[counted])

    def _wait_for_invoices(self) -> None:
        """Until the queue of invoices is empty: its messages are worked on by the emulator's poller."""
        queues = self._deployment.client("sqs")
        url = self._deployment.outputs["InvoiceQueueUrl"]
        names = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"]
        for _ in range(_MOST_WAITS):
            found = queues.get_queue_attributes(QueueUrl=url, AttributeNames=names)["Attributes"]
            if all(int(found[name]) == 0 for name in names):
                return
            time.sleep(_WAIT_SECONDS)
        raise RuntimeError("the queue of invoices does not become empty")


def _key() -> dict[str, dict[str, str]]:
    return {"pk": {"S": KEY}, "sk": {"S": KEY}}
