"""First answers: a fresh interpreter, the real runtime client, the built artefact.

A local runtime API hands out one event and takes its answer. The store is a bare emulator behind a
gate that notes how long it took, so that its share is told apart.
"""

from __future__ import annotations

import importlib.util
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from threading import Event, Lock
from typing import Any, Final

import urllib3

from benchmarks.figures import Measured
from benchmarks.local_server import Headers, Reply, serving
from benchmarks.workshop import Workshop, function_environment, layers_of
from local.build import logical_id
from local.paths import BUILD_DIR

# What the runtime client consists of; Lambda has it beside the interpreter.
_RUNTIME_PARTS: Final = ("awslambdaric", "runtime_client", "simplejson", "snapshot_restore_py")
_ANSWER_SECONDS: Final = 30.0
_REQUEST: Final = "00000000-0000-0000-0000-000000000001"


@dataclass(frozen=True, slots=True)
class Start:
    """One start, in ms: until the first answer, until the event was asked for, at the store."""

    first_answer_ms: float
    initialized_ms: float
    store_ms: float
    cpu_ms: float

    def throttled_ms(self, share: float) -> float:
        """An estimate for Lambda, where work after the load gets only a share of a processor."""
        worked_ms = self.first_answer_ms - self.initialized_ms - self.store_ms
        return self.initialized_ms + worked_ms / share + self.store_ms


class RuntimeApi:
    """The part of Lambda's runtime API that one invocation needs."""

    def __init__(self, event: Mapping[str, Any]) -> None:
        self._event = json.dumps(event).encode()
        self._asked = 0
        self.asked_at = 0.0
        self.answered_at = 0.0
        self.answered = Event()
        self.error: str | None = None

    def respond(self, method: str, path: str, _headers: Headers, body: bytes) -> Reply:
        if method == "GET" and path.endswith("/invocation/next"):
            return self._next()
        self.answered_at = time.perf_counter()
        if path.endswith("/error"):
            self.error = body.decode(errors="replace")
        elif b'"batchItemFailures": [{' in body:
            self.error = body.decode()
        self.answered.set()
        return 202, {"Content-Type": "application/json"}, b'{"status":"OK"}'

    def _next(self) -> Reply:
        self._asked += 1
        if self._asked > 1:
            time.sleep(_ANSWER_SECONDS)  # nothing more: the process is ended meanwhile
        self.asked_at = time.perf_counter()
        headers = {
            "Content-Type": "application/json",
            "Lambda-Runtime-Aws-Request-Id": _REQUEST,
            "Lambda-Runtime-Deadline-Ms": str(int((time.time() + _ANSWER_SECONDS) * 1000)),
            "Lambda-Runtime-Invoked-Function-Arn": (
                "arn:aws:lambda:us-east-1:000000000000:function:bench"
            ),
            "Lambda-Runtime-Trace-Id": "Root=1-00000000-000000000000000000000000;Sampled=0",
        }
        return 200, headers, self._event


class Gate:
    """Passes requests on to the emulator and adds up how long it took to answer."""

    def __init__(self, endpoint_url: str) -> None:
        self._endpoint_url = endpoint_url
        self._http = urllib3.PoolManager(maxsize=4)
        self._lock = Lock()
        self.seconds = 0.0

    def respond(self, method: str, path: str, headers: Headers, body: bytes) -> Reply:
        began = time.perf_counter()
        dropped = {"host", "connection", "expect", "content-length", "transfer-encoding"}
        sent = {name: value for name, value in headers.items() if name.lower() not in dropped}
        answer = self._http.request(
            method, f"{self._endpoint_url}{path}", body=body, headers=sent, retries=False
        )
        kept = {
            name: value
            for name, value in answer.headers.items()
            if name.lower() not in {"content-length", "connection", "transfer-encoding", "date"}
        }
        with self._lock:
            self.seconds += time.perf_counter() - began
        return answer.status, kept, answer.data


def measure(
    place: Workshop,
    events: Mapping[str, Callable[[], Mapping[str, Any]]],
    shares: Mapping[str, float],
    samples: int,
) -> list[Measured]:
    """The median of so many starts of each function, after one that warms the disk's cache.

    `shares` says how much of a processor each function's memory buys: Lambda loads a function with
    a whole processor, but what it does after it has asked for the event runs at that share.
    """
    measured: list[Measured] = []
    with _runtime_client() as runtime:
        for function, event in events.items():
            starts = [_start(place, function, event(), runtime) for _ in range(samples + 1)][1:]
            for name, value in (
                ("", [each.first_answer_ms for each in starts]),
                ("_until_event", [each.initialized_ms for each in starts]),
                ("_at_store", [each.store_ms for each in starts]),
                ("_cpu", [each.cpu_ms for each in starts]),
                ("_at_its_memory", [each.throttled_ms(shares[function]) for each in starts]),
            ):
                number = statistics.median(value)
                measured.append(Measured(f"cold_start_{function}{name}", number, "ms", samples))
    return measured


@contextmanager
def _runtime_client() -> Iterator[Path]:
    """A folder with the runtime client alone: no other library of ours may be in reach."""
    with tempfile.TemporaryDirectory(prefix="guichet-bench-") as folder:
        for name in _RUNTIME_PARTS:
            spec = importlib.util.find_spec(name)
            if spec is None or spec.origin is None:
                raise SystemExit(f"{name} is not installed: run `make setup`")
            origin = Path(spec.origin)
            source = origin.parent if origin.name == "__init__.py" else origin
            (Path(folder) / source.name).symlink_to(source)
        yield Path(folder)


def _start(place: Workshop, function: str, event: Mapping[str, Any], runtime: Path) -> Start:
    api, gate = RuntimeApi(event), Gate(place.endpoint_url)
    artefact = BUILD_DIR / logical_id(function)
    with serving(api.respond) as api_address, serving(gate.respond) as store_address:
        variables = {
            **place.variables,
            "AWS_ENDPOINT_URL": f"http://{store_address}",
            "AWS_LAMBDA_RUNTIME_API": api_address,
            "AWS_LAMBDA_FUNCTION_NAME": "bench",
            "AWS_LAMBDA_FUNCTION_VERSION": "$LATEST",
            "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": "256",
            "AWS_LAMBDA_LOG_FORMAT": "JSON",
            "AWS_LAMBDA_LOG_GROUP_NAME": "none",
            "AWS_LAMBDA_LOG_STREAM_NAME": "none",
            "LAMBDA_TASK_ROOT": str(artefact),
        }
        environment = function_environment(variables)
        # Lambda's own order: the code, the layers, then what belongs to the runtime.
        path = [artefact, *layers_of(function), runtime]
        environment["PYTHONPATH"] = os.pathsep.join(str(each) for each in path)
        began = time.perf_counter()
        process = subprocess.Popen(
            [sys.executable, "-S", "-m", "awslambdaric", "app.handler"],
            cwd=artefact,
            env=environment,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
        )
        answered = api.answered.wait(_ANSWER_SECONDS)
        process.kill()
        _, _, usage = os.wait4(process.pid, 0)
        process.returncode = 0  # reaped above, for what it used
        said = process.stderr.read().decode(errors="replace") if process.stderr else ""
        if process.stderr:
            process.stderr.close()
    if not answered or api.error:
        raise RuntimeError(f"{function} did not start: {api.error}\n{said[-2000:]}")
    return Start(
        first_answer_ms=(api.answered_at - began) * 1000,
        initialized_ms=(api.asked_at - began) * 1000,
        store_ms=gate.seconds * 1000,
        cpu_ms=(usage.ru_utime + usage.ru_stime) * 1000,
    )
