"""Each built function answers an event with its own artefact and layers on the path, no more.

The emulator's workers see its own libraries too, so a requirement that is missing from a layer
would go unnoticed there.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from local.build import logical_id
from local.environment import CREDENTIALS, Json
from local.paths import BUILD_DIR
from tests.support.deployed_stack import DeployedStack

# Lambda's own order: the code, then the layers. -I and -S keep this machine's libraries out.
_ANSWER = """
import json, sys
sys.path[:0] = json.loads(sys.argv[1])
from app import handler
class Context:
    function_name = "function"
    function_version = "$LATEST"
    memory_limit_in_mb = 256
    invoked_function_arn = "arn:aws:lambda:us-east-1:000000000000:function:function"
    aws_request_id = "00000000-0000-0000-0000-000000000000"
    log_group_name = log_stream_name = "none"
    def get_remaining_time_in_millis(self):
        return 10_000
answer = handler(json.loads(sys.argv[2]), Context())
foreign = [
    name for name, module in sys.modules.items()
    if "site-packages" in (getattr(module, "__file__", None) or "")
]
print("ANSWER " + json.dumps({"answer": answer, "foreign": foreign}))
"""


def _request(method: str, path: str, body: str = "") -> dict[str, Json]:
    return {
        "version": "2.0",
        "routeKey": "$default",
        "rawPath": path,
        "rawQueryString": "",
        "headers": {"host": "localhost", "content-type": "application/json"},
        "requestContext": {
            "http": {
                "method": method,
                "path": path,
                "protocol": "HTTP/1.1",
                "sourceIp": "127.0.0.1",
                "userAgent": "test",
            },
            "requestId": "request",
            "routeKey": "$default",
            "stage": "$default",
            "timeEpoch": 1_790_000_000_000,
        },
        "body": body,
        "isBase64Encoded": False,
    }


def _message(body: str) -> dict[str, Json]:
    return {
        "Records": [
            {
                "messageId": "message-1",
                "receiptHandle": "handle",
                "body": body,
                "attributes": {"ApproximateReceiveCount": "1"},
                "messageAttributes": {},
                "eventSource": "aws:sqs",
                "eventSourceARN": "arn:aws:sqs:us-east-1:000000000000:queue",
                "awsRegion": "us-east-1",
            }
        ]
    }


@dataclass(frozen=True)
class Case:
    """An event for a function, and what its answer must have."""

    function: str
    event: Json
    expected: Mapping[str, Json] = field(default_factory=dict)


FAILED_ITEM = {"batchItemFailures": [{"itemIdentifier": "message-1"}]}
CASES = (
    Case("checkout", _request("GET", "/v1/nowhere"), {"statusCode": 404}),
    Case("organizer", _request("GET", "/v1/nowhere"), {"statusCode": 404}),
    Case("refund", _request("GET", "/v1/nowhere"), {"statusCode": 404}),
    Case("billing", _request("GET", "/v1/nowhere"), {"statusCode": 404}),
    Case("webhooks", _request("POST", "/v1/webhooks/stripe", "{}"), {"statusCode": 400}),
    Case("relay", {"Records": []}, {"batchItemFailures": []}),
    Case("settle", _message("no JSON"), FAILED_ITEM),
    Case("deliver", _message("no JSON"), FAILED_ITEM),
    Case("upkeep", {}),
    Case("reconcile", {}, {"failed": 0}),
    Case("invoice_run", {"run": "run_20270101t0000"}, {"run": "run_20270101t0000"}),
)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.function)
def test_a_built_function_answers_with_nothing_but_its_layers(
    deployed_stack: DeployedStack, case: Case
) -> None:
    described = _description(deployed_stack, case.function)

    report = _report(deployed_stack, described, case)

    assert report["foreign"] == []
    assert {key: report["answer"][key] for key in case.expected} == case.expected


def test_layers_ship_no_build_files_and_everything_of_ours_is_compiled(
    deployed_stack: DeployedStack,
) -> None:
    assert deployed_stack.url  # its start has brought the build up to date
    leftovers = [
        path
        for name in ("requirements.txt", "requirements.in", "guichet.egg-info")
        for path in BUILD_DIR.glob(f"*Layer/python/{name}")
    ]
    own_sources = [
        path
        for pattern in ("*Function/**/*.py", "CommonLayer/python/guichet/**/*.py")
        for path in BUILD_DIR.glob(pattern)
    ]

    uncompiled = [
        path
        for path in own_sources
        if not list((path.parent / "__pycache__").glob(f"{path.stem}.*.pyc"))
    ]

    assert leftovers == []
    assert own_sources != []
    assert uncompiled == []


def _description(stack: DeployedStack, function: str) -> dict[str, Json]:
    """The deployed function's configuration: its environment and layers."""
    start = f"guichet-local-{logical_id(function)}-"
    listed = stack.client("lambda").list_functions(MaxItems=50)["Functions"]
    (found,) = [each for each in listed if each["FunctionName"].startswith(start)]
    return dict(found)


def _report(stack: DeployedStack, described: Mapping[str, Json], case: Case) -> dict[str, Json]:
    layers = [each["Arn"].split(":")[-2] for each in described["Layers"]]
    path = [BUILD_DIR / logical_id(case.function)]
    path += [BUILD_DIR / layer / "python" for layer in layers]
    assert all(Path(each).is_dir() for each in path)
    done = subprocess.run(  # noqa: S603 - the command is ours alone
        [
            *(sys.executable, "-I", "-S", "-c", _ANSWER),
            json.dumps([str(each) for each in path]),
            json.dumps(case.event),
        ],
        env={
            **described["Environment"]["Variables"],
            **CREDENTIALS,
            "AWS_ENDPOINT_URL": stack.endpoint_url,
        },
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    lines = [line for line in done.stdout.splitlines() if line.startswith("ANSWER ")]
    assert lines, f"{done.stdout[-2000:]}\n{done.stderr[-3000:]}"
    report: dict[str, Json] = json.loads(lines[-1].removeprefix("ANSWER "))
    return report
