"""Where the emulator's stream mappings differ from Lambda's; each test fails once it is cured.

Lambda's behaviour: "How Lambda processes records from DynamoDB streams" and "Configuring partial
batch response with DynamoDB and Lambda" in its developer guide. What a lost or endlessly
repeated record does to Guichet is shown by the simulation, which has these failures.
"""

from __future__ import annotations

import json
from pathlib import Path

from local.deployment import restart_streams
from local.emulator import Emulator, free_port
from tests.integration.emulator.conftest import Cloud, eventually

# Tells a queue of every call, then does what the test wants.
_CODE = """
import json, os, boto3
def handler(event, context):
    keys = [record["dynamodb"]["Keys"]["pk"]["S"] for record in event["Records"]]
    boto3.client("sqs").send_message(QueueUrl=os.environ["CALLS"], MessageBody=json.dumps(keys))
    {then}
"""


def test_gap_items_that_a_function_reports_as_failed_are_not_sent_again(cloud: Cloud) -> None:
    then = """
    failed = event["Records"][0]["dynamodb"]["SequenceNumber"]
    return {"batchItemFailures": [{"itemIdentifier": failed}]}"""
    calls, table = _mapped(cloud, then, FunctionResponseTypes=["ReportBatchItemFailures"])

    cloud.put(table, "first")
    called = eventually(lambda: _calls(cloud, calls) == [["first"]])
    cloud.put(table, "second")
    seen = _Seen(cloud, calls)
    eventually(lambda: len(seen.look()) >= 1)

    assert called
    assert seen.batches == [["second"]], "the failed item came again: the gap is cured"


def test_gap_a_failing_batch_is_tried_beyond_its_maximum_and_told_to_nobody(cloud: Cloud) -> None:
    failures_url, failures_arn = cloud.queue()
    calls, table = _mapped(
        cloud,
        'raise RuntimeError("on purpose")',
        MaximumRetryAttempts=0,
        BisectBatchOnFunctionError=False,
        DestinationConfig={"OnFailure": {"Destination": failures_arn}},
    )

    cloud.put(table, "first")
    seen = _Seen(cloud, calls)
    eventually(lambda: len(seen.look()) >= 2)

    assert len(seen.batches) >= 2, "it stopped after its last try: the gap is cured"
    assert cloud.take_all(failures_url) == []


def test_gap_a_failing_batch_is_never_cut_in_two(cloud: Cloud) -> None:
    calls, table = _mapped(
        cloud,
        'raise RuntimeError("on purpose")',
        start=False,
        BisectBatchOnFunctionError=True,
    )
    for key in ("a", "b", "c", "d"):
        cloud.put(table, key)

    _enable(cloud, table)
    seen = _Seen(cloud, calls)
    eventually(lambda: len(seen.look()) >= 2)

    assert len(seen.batches) >= 2
    assert {len(batch) for batch in seen.batches} == {4}, "a batch was bisected: the gap is cured"


def test_gap_after_a_restart_a_mapping_delivers_nothing_until_it_is_made_anew(
    tmp_path: Path,
) -> None:
    emulator = Emulator(tmp_path, free_port())
    emulator.start()
    try:
        cloud = Cloud(emulator.endpoint_url)
        calls, table = _mapped(cloud, "pass")
        cloud.put(table, "before")
        before = eventually(lambda: _calls(cloud, calls) == [["before"]])
        eventually(lambda: _last_result(cloud).startswith("OK"))
        emulator.stop()
        emulator.start()

        cloud.put(table, "after")
        missed = not eventually(lambda: bool(_calls(cloud, calls)), within_seconds=4)
        restart_streams(emulator.endpoint_url)
        seen = _Seen(cloud, calls)
        heard = eventually(lambda: any("after" in batch for batch in seen.look()))
    finally:
        emulator.stop()

    assert before
    assert missed, "the mapping went on by itself: the gap is cured"
    assert heard


class _Seen:
    """The batches with which a function was called, gathered over several looks."""

    def __init__(self, cloud: Cloud, calls: str) -> None:
        self._cloud = cloud
        self._calls = calls
        self.batches: list[list[str]] = []

    def look(self) -> list[list[str]]:
        self.batches += _calls(self._cloud, self._calls)
        return self.batches


def _mapped(cloud: Cloud, then: str, *, start: bool = True, **settings: object) -> tuple[str, str]:
    """A table whose stream goes to a function; answers the queue of its calls, and the table."""
    calls, _ = cloud.queue()
    table, stream = cloud.table()
    cloud.client("lambda").create_event_source_mapping(
        FunctionName=cloud.function(_CODE.replace("{then}", then), CALLS=calls),
        EventSourceArn=stream,
        StartingPosition="TRIM_HORIZON",
        Enabled=start,
        **settings,
    )
    return calls, table


def _enable(cloud: Cloud, table: str) -> None:
    functions = cloud.client("lambda")
    for mapping in functions.list_event_source_mappings()["EventSourceMappings"]:
        if f"table/{table}/" in mapping["EventSourceArn"]:
            functions.update_event_source_mapping(UUID=mapping["UUID"], Enabled=True)


def _calls(cloud: Cloud, queue_url: str) -> list[list[str]]:
    return [json.loads(body) for body in cloud.take_all(queue_url)]


def _last_result(cloud: Cloud) -> str:
    (mapping,) = cloud.client("lambda").list_event_source_mappings()["EventSourceMappings"]
    return str(mapping["LastProcessingResult"])
