"""What one call of the store must cost in processor time, beside what clients take for it.

The floor is a measuring instrument, not a client to use: it signs a GetItem (Signature Version 4),
sends it over a kept connection and reads the JSON, with nothing that makes it safe.
"""

from __future__ import annotations

import hashlib
import hmac
import http.client
import json
import statistics
import time
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Final
from urllib.parse import urlsplit

import boto3

from benchmarks.figures import Measured
from benchmarks.workshop import ACCOUNT, Workshop
from local.environment import CREDENTIALS
from local.paths import REGION
from tests.support.tables import signed_dynamodb

_WARMING: Final = 30


def measure(place: Workshop, samples: int) -> list[Measured]:
    """Three ways of reading the same item: medians of this thread's processor time."""
    key = {"pk": {"S": f"ACCOUNT#{ACCOUNT}"}, "sk": {"S": "ACCOUNT"}}
    table = place.variables["STATE_TABLE"]
    request = {"TableName": table, "Key": key, "ConsistentRead": True}
    ours = boto3.client(
        "dynamodb",
        endpoint_url=place.endpoint_url,
        region_name=REGION,
        aws_access_key_id=CREDENTIALS["AWS_ACCESS_KEY_ID"],
        aws_secret_access_key=CREDENTIALS["AWS_SECRET_ACCESS_KEY"],
    )
    signed = signed_dynamodb(place.endpoint_url)
    bare = Bare(place.endpoint_url)
    return [
        Measured(
            "round_trip_cpu_signed",
            _median(lambda: signed.call("GetItem", request), samples),
            "ms",
            samples,
        ),
        Measured(
            "round_trip_cpu_boto3",
            _median(lambda: ours.get_item(TableName=table, Key=key, ConsistentRead=True), samples),
            "ms",
            samples,
        ),
        Measured(
            "round_trip_cpu_floor", _median(lambda: bare.get_item(request), samples), "ms", samples
        ),
    ]


class Bare:
    """One signed call over one connection."""

    def __init__(self, endpoint_url: str) -> None:
        self._host = urlsplit(endpoint_url).netloc
        self._connection = http.client.HTTPConnection(self._host)

    def get_item(self, request: object) -> object:
        body = json.dumps(request).encode()
        self._connection.request("POST", "/", body, self._signed(body))
        answer = self._connection.getresponse()
        read: object = json.loads(answer.read())
        if answer.status != 200:
            raise RuntimeError(f"the store answered {answer.status}: {read}")
        return read

    def _signed(self, body: bytes) -> dict[str, str]:
        at = datetime.now(UTC).strftime("%Y%m%dT%H%M%SZ")
        scope = f"{at[:8]}/{REGION}/dynamodb/aws4_request"
        headers = {
            "content-type": "application/x-amz-json-1.0",
            "host": self._host,
            "x-amz-date": at,
            "x-amz-target": "DynamoDB_20120810.GetItem",
        }
        names = ";".join(headers)
        lines = "".join(f"{name}:{value}\n" for name, value in headers.items())
        canonical = f"POST\n/\n\n{lines}\n{names}\n{hashlib.sha256(body).hexdigest()}"
        digest = hashlib.sha256(canonical.encode()).hexdigest()
        key = f"AWS4{CREDENTIALS['AWS_SECRET_ACCESS_KEY']}".encode()
        for part in scope.split("/"):
            key = _hmac(key, part)
        signature = _hmac(key, f"AWS4-HMAC-SHA256\n{at}\n{scope}\n{digest}").hex()
        credential = f"{CREDENTIALS['AWS_ACCESS_KEY_ID']}/{scope}"
        headers["authorization"] = (
            f"AWS4-HMAC-SHA256 Credential={credential}, SignedHeaders={names}, "
            f"Signature={signature}"
        )
        return headers


def _hmac(key: bytes, text: str) -> bytes:
    return hmac.digest(key, text.encode(), "sha256")


def _median(act: Callable[[], object], samples: int) -> float:
    taken = []
    for _ in range(_WARMING + samples):
        before = time.thread_time_ns()
        act()
        taken.append((time.thread_time_ns() - before) / 1e6)
    return statistics.median(taken[_WARMING:])
