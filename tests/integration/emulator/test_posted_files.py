"""TAX-4: forms and links as S3 itself takes them: a browser posts, our function reads, a person fetches."""

from __future__ import annotations

import uuid
from dataclasses import asdict
from datetime import UTC, datetime

import boto3
import pytest
from urllib3 import PoolManager

from guichet.adapters.aws.certificate_files import BucketCertificateFiles
from guichet.adapters.aws.objects import SignedBucket
from guichet.adapters.urllib3_http import Urllib3Http
from guichet.errors import Invalid
from guichet.settings import AwsAccess
from guichet.tax.certificate import CertificateFile
from guichet.taxpayer.ports import MOST_BYTES
from tests.support.posted_files import posted
from tests.support.uploaded_files import pdf, png

NOW = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)


class Bucket:
    """An own bucket on the emulator, reached as functions do."""

    def __init__(self, endpoint_url: str) -> None:
        self.name = f"documents-{uuid.uuid4().hex[:12]}"
        self.client = boto3.client(
            "s3",
            endpoint_url=endpoint_url,
            region_name="us-east-1",
            aws_access_key_id="test",
            aws_secret_access_key="test",
        )
        self.client.create_bucket(Bucket=self.name)
        access = AwsAccess("us-east-1", "test", "test", "", endpoint_url)
        self.files = BucketCertificateFiles(SignedBucket(Urllib3Http(), self.name, access))


@pytest.fixture
def bucket(ministack_url: str) -> Bucket:
    return Bucket(ministack_url)


def test_a_file_goes_by_a_form_is_read_kept_and_fetched_as_an_attachment_tax_4(
    bucket: Bucket,
) -> None:
    content, files = pdf(), bucket.files
    ticket = files.ticket("acc_1", "upl_1", "application/pdf", NOW)
    kept = CertificateFile("fil_1", "application/pdf", len(content), "0" * 64)

    status = posted(asdict(ticket), content)
    found = files.uploaded("acc_1", "upl_1")
    files.keep("acc_1", kept, content)
    fetched = PoolManager().request("GET", files.download("acc_1", kept, NOW).url)

    assert status == 204
    assert found is not None
    assert (found.media_type, found.content) == ("application/pdf", content)
    assert (fetched.status, fetched.data) == (200, content)
    assert fetched.headers["content-type"] == "application/pdf"
    assert fetched.headers["content-disposition"] == (
        'attachment; filename="certificate-fil_1.pdf"'
    )


@pytest.mark.parametrize(
    ("content", "fields"),
    [
        pytest.param(bytes(20 * 1024 * 1024), {}, id="20 MB"),
        pytest.param(bytes(MOST_BYTES + 1), {}, id="a byte too many"),
        pytest.param(b"<html>", {"Content-Type": "text/html"}, id="another type"),
        pytest.param(b"x", {"key": "tax-certificates/kept/acc_1/fil_1"}, id="where files are kept"),
        pytest.param(
            b"x", {"key": "tax-certificates/uploads/acc_2/upl_1"}, id="another account's place"
        ),
    ],
)
def test_what_the_form_s_policy_does_not_let_through_is_refused_by_s3_tax_4(
    bucket: Bucket, content: bytes, fields: dict[str, str]
) -> None:
    """The emulator reads policies and trusts any signature: those are judged in `contract/aws`."""
    ticket = bucket.files.ticket("acc_1", "upl_1", "application/pdf", NOW)

    status = posted(asdict(ticket), content, fields)

    assert status in {400, 403}
    assert bucket.client.list_objects_v2(Bucket=bucket.name).get("Contents", []) == []


def test_what_came_past_the_form_is_measured_and_what_never_came_is_absent_tax_4(
    bucket: Bucket,
) -> None:
    key = "tax-certificates/uploads/acc_1/upl_1"
    assert bucket.files.uploaded("acc_1", "upl_1") is None

    bucket.client.put_object(Bucket=bucket.name, Key=key, Body=bytes(MOST_BYTES + 1))
    with pytest.raises(Invalid) as refused:
        bucket.files.uploaded("acc_1", "upl_1")
    bucket.client.put_object(Bucket=bucket.name, Key=key, Body=png(), ContentType="image/png")

    assert refused.value.code == "file_too_large"
    found = bucket.files.uploaded("acc_1", "upl_1")
    assert found is not None
    assert (found.media_type, found.content) == ("image/png", png())


def test_a_link_is_of_one_object_alone_tax_4(bucket: Bucket) -> None:
    file = CertificateFile("fil_1", "image/png", 1, "0" * 64)
    bucket.files.keep("acc_1", file, png())
    url = bucket.files.download("acc_1", file, NOW).url
    bucket.client.put_object(Bucket=bucket.name, Key="other", Body=b"x")

    unsigned = PoolManager().request("GET", url.replace("kept/acc_1/fil_1", "kept/acc_1/fil_2"))

    assert unsigned.status in {403, 404}
