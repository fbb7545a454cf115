"""The clock of a test deployment: an offset in the state table that everybody adds to the time."""

import json
from datetime import UTC, datetime, timedelta

from local.deployment import Deployment

# The item that the functions' clock reads where the deployment says that it is a test one.
KEY = "LOCAL#CLOCK"
_MOST_RUNS = 200


class LocalClock:
    """Time as the stack's functions and the simulators see it."""

    def __init__(self, deployment: Deployment) -> None:
        self._deployment = deployment
        self._table = deployment.client("dynamodb")
        item = self._table.get_item(
            TableName=deployment.state_table, Key=_key(), ConsistentRead=True
        ).get("Item", {})
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
        """Run upkeep until a run finds nothing to do; returns how much was done.

        Raises:
            RuntimeError: upkeep failed, or always finds something more.
        """
        functions = self._deployment.client("lambda")
        total = 0
        for _ in range(_MOST_RUNS):
            answer = functions.invoke(
                FunctionName=self._deployment.outputs["UpkeepFunctionName"], Payload=b"{}"
            )
            report = json.loads(answer["Payload"].read())
            if "FunctionError" in answer:
                raise RuntimeError(f"upkeep failed: {report}")
            total += int(report["done"])
            if report["done"] == 0:
                return total
        raise RuntimeError(f"upkeep found work in each of {_MOST_RUNS} runs")


def _key() -> dict[str, dict[str, str]]:
    return {"pk": {"S": KEY}, "sk": {"S": KEY}}
