"""A process that holds the built functions, answers events one by one, and says what each took.

Run with the artefacts and layers on the path, as `workshop.Worker` does. Lines of JSON come in on
standard input and go out on what was standard output; what the functions log is counted.
"""

from __future__ import annotations

import importlib.util
import io
import json
import os
import resource
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import asdict
from pathlib import Path
from types import SimpleNamespace
from typing import Any, Final

_CONTEXT: Final = SimpleNamespace(
    function_name="bench",
    function_version="$LATEST",
    memory_limit_in_mb=512,
    invoked_function_arn="arn:aws:lambda:us-east-1:000000000000:function:bench",
    aws_request_id="00000000-0000-0000-0000-000000000000",
    log_group_name="none",
    log_stream_name="none",
    get_remaining_time_in_millis=lambda: 30_000,
)

type Handler = Callable[[dict[str, Any], Any], Any]


class Counted(io.TextIOBase):
    """Takes what is logged and keeps only how long it was."""

    def __init__(self) -> None:
        self.size_bytes = 0

    def write(self, text: str, /) -> int:
        self.size_bytes += len(text.encode())
        return len(text)


def main() -> None:
    told = json.loads(sys.argv[1])
    answers, logged = sys.stdout, Counted()
    sys.stdout = logged
    handlers = {name: _load(name, Path(folder)) for name, folder in told["functions"].items()}
    meter = _meter() if told["metered"] else None
    answers.write('{"ready": true}\n')
    answers.flush()
    for line in sys.stdin:
        asked = json.loads(line)
        logged.size_bytes = 0
        report = _answer(handlers[asked["function"]], asked["event"])
        report["log_bytes"] = logged.size_bytes
        report["peak_memory_mb"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        report["calls"] = [asdict(each) for each in meter()] if meter else []
        answers.write(json.dumps(report) + "\n")
        answers.flush()


def _answer(handler: Handler, event: dict[str, Any]) -> dict[str, Any]:
    before_wall, before = time.perf_counter_ns(), time.process_time_ns()
    answer = handler(event, _CONTEXT)
    cpu, wall = time.process_time_ns() - before, time.perf_counter_ns() - before_wall
    return {"answer": answer, "cpu_ms": cpu / 1e6, "wall_ms": wall / 1e6}


def _load(name: str, folder: Path) -> Handler:
    """The handler of one artefact; all are called `app`."""
    spec = importlib.util.spec_from_file_location(f"{name}_app", folder / "app.py")
    if spec is None or spec.loader is None:
        raise FileNotFoundError(folder)
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module  # where decorators and type hints look for it
    spec.loader.exec_module(module)
    handler: Handler = module.handler
    return handler


def _meter() -> Callable[[], list[Any]]:
    """Put the metered store where the functions' own container keeps its."""
    from benchmarks.capacity import indexes_of  # noqa: PLC0415 - only where it is asked for
    from benchmarks.metered import MeteredDynamo  # noqa: PLC0415 - same
    from guichet import bootstrap  # noqa: PLC0415 - same
    from guichet.adapters.aws.services import dynamodb  # noqa: PLC0415 - same
    from guichet.adapters.dynamo.client import DynamoClient, Meter  # noqa: PLC0415 - same

    held = bootstrap.container()
    names: Mapping[Any, str] = {
        "state": held.settings.state_table,
        "journal": held.settings.journal_table,
    }

    def client(meter: Meter | None) -> DynamoClient:
        return DynamoClient(dynamodb(), names, meter)

    requests = json.loads(os.environ["BENCH_TABLES"])
    metered = MeteredDynamo(client, indexes_of(requests))
    held.dynamo = metered
    return metered.take_calls


if __name__ == "__main__":
    main()
