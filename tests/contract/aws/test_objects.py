"""An object is put as S3 wants it, with botocore's signer as a judge; what passes is tried again."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from botocore.auth import S3SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials as SdkCredentials

from guichet.adapters.aws.objects import PutRefusedError, S3Reports, SignedBucket
from guichet.adapters.http import HttpRequest, HttpResponse, NoAnswerError
from guichet.settings import AwsAccess

KEY = "reconciliations/acc_1/rcn_1/000000.json"


class Answering:
    """An `Http` that answers these, in turn, and keeps what it was sent."""

    def __init__(self, *answers: int | None) -> None:
        self._answers: Iterator[int | None] = iter(answers)
        self.sent: list[HttpRequest] = []

    def send(self, request: HttpRequest) -> HttpResponse:
        self.sent.append(request)
        status = next(self._answers)
        if status is None:
            raise NoAnswerError("lost")
        return HttpResponse(status)


def bucket(http: Answering, endpoint_url: str | None = None) -> SignedBucket:
    access = AwsAccess("eu-west-1", "AKIDEXAMPLE", "secret", "token", endpoint_url)
    return SignedBucket(http, "reports", access, pause=lambda _: None)


def test_a_report_is_put_signed_as_botocore_would_ext_3() -> None:
    http = Answering(200)

    S3Reports(bucket(http).put).put(KEY, {"found": 1})

    (sent,) = http.sent
    assert (sent.method, sent.url) == ("PUT", f"https://reports.s3.eu-west-1.amazonaws.com/{KEY}")
    assert json.loads(sent.body) == {"found": 1}
    assert sent.headers["authorization"].rpartition("=")[2] == _judged(sent)


@pytest.mark.parametrize(
    "answers",
    [
        pytest.param((None, 200), id="no answer"),
        pytest.param((503, 500, None, 200), id="away for a while"),
    ],
)
def test_what_passes_is_tried_again_ext_3(answers: tuple[int | None, ...]) -> None:
    http = Answering(*answers)

    bucket(http).put(KEY, b"{}")

    assert len(http.sent) == len(answers)


@pytest.mark.parametrize(
    ("answers", "error"),
    [
        pytest.param((403,), PutRefusedError, id="forbidden"),
        pytest.param((503, 503, 503, 503), PutRefusedError, id="away for long"),
        pytest.param((None, None, None, None), NoAnswerError, id="never an answer"),
    ],
)
def test_what_does_not_pass_is_told_ext_3(
    answers: tuple[int | None, ...], error: type[Exception]
) -> None:
    http = Answering(*answers)

    with pytest.raises(error):
        bucket(http).put(KEY, b"{}")

    assert len(http.sent) == len(answers)


def test_the_emulators_one_name_serves_every_bucket() -> None:
    http = Answering(200)

    bucket(http, "http://127.0.0.1:4566/").put(KEY, b"{}")

    assert http.sent[0].url == f"http://127.0.0.1:4566/reports/{KEY}"
    assert http.sent[0].headers["host"] == "127.0.0.1:4566"


def _judged(sent: HttpRequest) -> str:
    """The signature that botocore makes of the same request at the same time."""
    judge = S3SigV4Auth(SdkCredentials("AKIDEXAMPLE", "secret", "token"), "s3", "eu-west-1")
    at = datetime.strptime(sent.headers["x-amz-date"], "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
    unsigned = {name: each for name, each in sent.headers.items() if name != "authorization"}
    request = AWSRequest("PUT", sent.url, headers=unsigned, data=sent.body)
    request.context["timestamp"] = at.strftime("%Y%m%dT%H%M%SZ")
    request.context["payload_signing_enabled"] = True
    text = judge.string_to_sign(request, judge.canonical_request(request))
    return str(judge.signature(text, request))
