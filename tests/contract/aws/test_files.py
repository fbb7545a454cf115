"""Forms, links and reads of S3, with botocore's signer as a judge (TAX-4)."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from botocore.auth import S3SigV4QueryAuth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials as SdkCredentials

from guichet.adapters.aws.certificate_files import BucketCertificateFiles
from guichet.adapters.aws.objects import SignedBucket, StoredObject
from guichet.adapters.http import HttpRequest, HttpResponse, NoAnswerError
from guichet.errors import Invalid, Unavailable
from guichet.settings import AwsAccess
from guichet.tax.certificate import CertificateFile
from guichet.taxpayer.ports import MOST_BYTES, Uploaded
from tests.support.uploaded_files import pdf

KEY = "tax-certificates/uploads/acc_1/upl_1"
NOW = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)
FILE = CertificateFile("fil_1", "application/pdf", 4, "0" * 64)


class Answering:
    """An `Http` that answers these, in turn; None is no answer."""

    def __init__(self, *answers: HttpResponse | None) -> None:
        self._answers = iter(answers)
        self.sent: list[HttpRequest] = []

    def send(self, request: HttpRequest) -> HttpResponse:
        self.sent.append(request)
        answer = next(self._answers)
        if answer is None:
            raise NoAnswerError("lost")
        return answer


def bucket(*answers: HttpResponse | None, endpoint_url: str | None = None) -> SignedBucket:
    access = AwsAccess("eu-west-1", "AKIDEXAMPLE", "secret", "token", endpoint_url)
    return SignedBucket(Answering(*answers), "documents", access, pause=lambda _: None)


def part(content: bytes, whole: int, media_type: str = "application/pdf") -> HttpResponse:
    headers = {
        "content-type": media_type,
        "content-range": f"bytes 0-{len(content) - 1}/{whole}",
    }
    return HttpResponse(206, headers, content)


# -- a form -----------------------------------------------------------------------------------


def policy_of(fields: dict[str, str]) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(base64.b64decode(fields["policy"]))
    return found


def test_a_form_s_policy_fixes_key_type_and_size_and_ends_tax_4() -> None:
    form = bucket().post_form(KEY, "image/png", 500, timedelta(minutes=15))

    fields = dict(form.fields)
    policy = policy_of(fields)
    assert form.url == "https://documents.s3.eu-west-1.amazonaws.com/"
    conditions = [each for each in policy["conditions"] if isinstance(each, list)]
    fixed = {
        k: v for each in policy["conditions"] if isinstance(each, dict) for k, v in each.items()
    }
    assert conditions == [["content-length-range", 1, 500]]
    told = {
        name: value for name, value in fields.items() if name not in {"policy", "x-amz-signature"}
    }
    assert fixed == {"bucket": "documents", **told}
    assert (fixed["key"], fixed["Content-Type"]) == (KEY, "image/png")
    assert fixed["x-amz-security-token"] == "token"
    begins = datetime.strptime(fields["x-amz-date"], "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
    ends = datetime.fromisoformat(policy["expiration"])
    assert timedelta(0) <= ends - begins <= timedelta(minutes=15)


def test_a_form_is_signed_as_aws_documents_it_tax_4() -> None:
    """docs.aws.amazon.com/AmazonS3/latest/API/sigv4-HTTPPOSTConstructPolicy.html."""
    fields = dict(bucket().post_form(KEY, "image/png", 500, timedelta(minutes=15)).fields)

    key = b"AWS4secret"
    for step in (fields["x-amz-date"][:8], "eu-west-1", "s3", "aws4_request"):
        key = hmac.new(key, step.encode(), hashlib.sha256).digest()
    expected = hmac.new(key, fields["policy"].encode(), hashlib.sha256).hexdigest()

    assert fields["x-amz-signature"] == expected


# -- a link -----------------------------------------------------------------------------------


def test_a_link_is_signed_as_botocore_would_and_fixes_what_the_answer_says_of_itself_tax_4() -> (
    None
):
    disposition = 'attachment; filename="certificate-fil_1.pdf"'

    url = bucket().link(
        KEY,
        content_type="application/pdf",
        disposition=disposition,
        lives=timedelta(minutes=2),
    )

    query = {name: values[0] for name, values in parse_qs(urlsplit(url).query).items()}
    assert url.startswith(f"https://documents.s3.eu-west-1.amazonaws.com/{KEY}?")
    assert query["response-content-disposition"] == disposition
    assert query["response-content-type"] == "application/pdf"
    assert query["X-Amz-Expires"] == "120"
    assert query["X-Amz-Signature"] == _judged(url)


def _judged(url: str) -> str:
    """The signature that botocore makes of the same link at the same time."""
    judge = S3SigV4QueryAuth(SdkCredentials("AKIDEXAMPLE", "secret"), "s3", "eu-west-1")
    unsigned = url.rpartition("&X-Amz-Signature=")[0]
    moment = parse_qs(urlsplit(url).query)["X-Amz-Date"][0]
    request = AWSRequest("GET", unsigned)
    request.context["timestamp"] = moment
    text = judge.string_to_sign(request, judge.canonical_request(request))
    return str(judge.signature(text, request))


# -- reading ----------------------------------------------------------------------------------


def test_no_more_is_read_than_asked_for_and_the_whole_size_is_known_tax_4() -> None:
    http = Answering(part(b"%PDF", 20_000_000))
    access = AwsAccess("eu-west-1", "AKIDEXAMPLE", "secret", "token", None)

    found = SignedBucket(http, "documents", access).get_at_most(KEY, 4)

    assert found == StoredObject("application/pdf", 20_000_000, b"%PDF")
    (sent,) = http.sent
    assert (sent.method, sent.headers["range"], sent.most_bytes) == ("GET", "bytes=0-3", 4)


@pytest.mark.parametrize("status", [403, 404])
def test_what_is_absent_is_none_also_where_s3_says_forbidden_tax_4(status: int) -> None:
    assert bucket(HttpResponse(status)).get_at_most(KEY, 4) is None


def test_an_empty_object_has_nothing_in_it_tax_4() -> None:
    assert bucket(HttpResponse(416)).get_at_most(KEY, 4) == StoredObject("", 0, b"")


# -- certificates -----------------------------------------------------------------------------


def files(*answers: HttpResponse | None) -> BucketCertificateFiles:
    return BucketCertificateFiles(bucket(*answers))


def test_a_ticket_is_of_one_place_below_the_account_and_of_5_mb_tax_4() -> None:
    ticket = files().ticket("acc_1", "upl_1", "image/jpeg", NOW)

    policy = policy_of(dict(ticket.fields))
    assert ticket.fields["key"] == KEY
    assert ["content-length-range", 1, MOST_BYTES] in policy["conditions"]
    assert ticket.expires_at == NOW + timedelta(minutes=15)


def test_what_was_posted_is_read_whole_with_the_type_it_was_posted_as_tax_4() -> None:
    content = pdf()

    found = files(part(content, len(content))).uploaded("acc_1", "upl_1")

    assert found == Uploaded("application/pdf", content)


@pytest.mark.parametrize("whole", [MOST_BYTES + 1, 20 * 1024 * 1024])
def test_a_larger_one_is_refused_by_its_real_size_tax_4(whole: int) -> None:
    large = part(bytes(MOST_BYTES + 1), whole)

    with pytest.raises(Invalid) as refused:
        files(large).uploaded("acc_1", "upl_1")

    assert refused.value.code == "file_too_large"


@pytest.mark.parametrize(
    "answers",
    [
        pytest.param((None, None, None, None), id="no answer"),
        pytest.param((HttpResponse(503),) * 4, id="away"),
        pytest.param((HttpResponse(400),), id="a final no"),
    ],
)
def test_a_bucket_that_does_not_answer_is_told_as_that_tax_4(
    answers: tuple[HttpResponse | None, ...],
) -> None:
    for act in (
        lambda: files(*answers).uploaded("acc_1", "upl_1"),
        lambda: files(*answers).keep("acc_1", FILE, b"%PDF"),
    ):
        with pytest.raises(Unavailable) as refused:
            act()
        assert refused.value.code == "files_unavailable"


def test_a_kept_file_is_put_apart_from_uploads_and_fetched_under_a_name_of_ours_tax_4() -> None:
    http = Answering(HttpResponse(200))
    access = AwsAccess("eu-west-1", "AKIDEXAMPLE", "secret", "token", None)
    kept = BucketCertificateFiles(SignedBucket(http, "documents", access))

    kept.keep("acc_1", FILE, b"%PDF")
    download = kept.download("acc_1", FILE, NOW)

    place = "https://documents.s3.eu-west-1.amazonaws.com/tax-certificates/kept/acc_1/fil_1"
    (sent,) = http.sent
    assert (sent.method, sent.url, sent.body) == ("PUT", place, b"%PDF")
    assert sent.headers["content-type"] == "application/pdf"
    assert download.url.startswith(f"{place}?")
    query = parse_qs(urlsplit(download.url).query)
    assert query["response-content-disposition"] == ['attachment; filename="certificate-fil_1.pdf"']
    assert download.expires_at == NOW + timedelta(minutes=2)
