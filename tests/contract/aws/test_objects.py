"""Objects are put and read as S3 wants it, botocore's signer being judge; what passes is tried again."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from botocore.auth import S3SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials as SdkCredentials

from guichet.adapters.aws.objects import PutRefusedError, S3Documents, S3Reports, SignedBucket
from guichet.adapters.http import HttpRequest, HttpResponse, NoAnswerError
from guichet.invoices.ports import KeepingError
from guichet.settings import AwsAccess

KEY = "reconciliations/acc_1/rcn_1/000000.json"


class Answering:
    """An `Http` that answers these, in turn, and keeps what it was sent."""

    def __init__(self, *answers: int | None, body: bytes = b"") -> None:
        self._answers: Iterator[int | None] = iter(answers)
        self._body = body
        self.sent: list[HttpRequest] = []

    def send(self, request: HttpRequest) -> HttpResponse:
        self.sent.append(request)
        status = next(self._answers)
        if status is None:
            raise NoAnswerError("lost")
        return HttpResponse(status, {}, self._body)


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


DOCUMENT = "documents/acc_1/inv_20270101_x/IE-I-000001.pdf"


@pytest.mark.parametrize(("status", "is_new"), [(200, True), (412, False)])
def test_a_document_is_put_only_where_there_is_none_inv_3(status: int, *, is_new: bool) -> None:
    http = Answering(status)

    put = S3Documents(bucket(http)).put(DOCUMENT, b"%PDF-", "application/pdf")

    (sent,) = http.sent
    assert put is is_new
    assert sent.headers["if-none-match"] == "*"
    assert sent.headers["content-type"] == "application/pdf"
    assert "if-none-match" in sent.headers["authorization"], "what is signed can't be taken away"
    assert sent.headers["authorization"].rpartition("=")[2] == _judged(sent)


def test_two_who_put_at_once_are_told_apart_at_the_next_try_inv_3() -> None:
    """S3 answers 409 to one of them while the other is at it."""
    http = Answering(409, 412)

    assert not S3Documents(bucket(http)).put(DOCUMENT, b"%PDF-", "application/pdf")
    assert len(http.sent) == 2


def test_a_document_is_read_signed_as_botocore_would_inv_9() -> None:
    http = Answering(200, body=b"%PDF-")

    found = S3Documents(bucket(http)).get(DOCUMENT)

    (sent,) = http.sent
    assert found == b"%PDF-"
    assert (sent.method, sent.url.rpartition("/")[2]) == ("GET", "IE-I-000001.pdf")
    assert sent.headers["authorization"].rpartition("=")[2] == _judged(sent)


@pytest.mark.parametrize(
    ("status", "body"),
    [
        pytest.param(404, b"<Error><Code>NoSuchKey</Code></Error>", id="said to who may list"),
        pytest.param(403, b"<Error><Code>AccessDenied</Code></Error>", id="to who may not"),
    ],
)
def test_what_is_absent_is_none(status: int, body: bytes) -> None:
    assert S3Documents(bucket(Answering(status, body=body))).get(DOCUMENT) is None


@pytest.mark.parametrize(
    "answers",
    [
        pytest.param((403,), id="a signature that is not good"),
        pytest.param((404,), id="no such bucket"),
        pytest.param((503, 503, 503, 503), id="away for long"),
        pytest.param((None, None, None, None), id="never an answer"),
    ],
)
def test_a_bucket_that_can_not_be_used_now_is_told(answers: tuple[int | None, ...]) -> None:
    body = b"<Error><Code>SignatureDoesNotMatch</Code></Error>"

    with pytest.raises(KeepingError):
        S3Documents(bucket(Answering(*answers, body=body))).get(DOCUMENT)
    with pytest.raises(KeepingError):
        S3Documents(bucket(Answering(*answers, body=body))).put(DOCUMENT, b"", "text/csv")


def _judged(sent: HttpRequest) -> str:
    """The signature that botocore makes of the same request at the same time."""
    judge = S3SigV4Auth(SdkCredentials("AKIDEXAMPLE", "secret", "token"), "s3", "eu-west-1")
    at = datetime.strptime(sent.headers["x-amz-date"], "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
    unsigned = {name: each for name, each in sent.headers.items() if name != "authorization"}
    request = AWSRequest(sent.method, sent.url, headers=unsigned, data=sent.body)
    request.context["timestamp"] = at.strftime("%Y%m%dT%H%M%SZ")
    request.context["payload_signing_enabled"] = True
    text = judge.string_to_sign(request, judge.canonical_request(request))
    return str(judge.signature(text, request))
