"""The contract of `DocumentFiles`, on S3 (moto) and on the fake (INV-3, INV-4)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import boto3
import pytest
from moto import mock_aws

from guichet.adapters.aws.objects import S3Documents, SdkBucket
from guichet.adapters.aws.sdk import SdkService
from guichet.invoices.ports import DocumentFiles, KeepingError
from tests.support.memory_documents import MemoryDocuments

KEY = "documents/acc_1/inv_20270101_x/IE-I-000001.pdf"
REGION: Final = "eu-west-1"


@pytest.fixture
def s3() -> Iterator[SdkService]:
    with mock_aws():
        client = boto3.client(
            "s3",
            region_name=REGION,
            aws_access_key_id="testing",
            aws_secret_access_key="testing",
        )
        client.create_bucket(
            Bucket="documents", CreateBucketConfiguration={"LocationConstraint": REGION}
        )
        yield SdkService(client)
        for each in client.list_objects_v2(Bucket="documents").get("Contents", ()):
            client.delete_object(Bucket="documents", Key=each["Key"])
        client.delete_bucket(Bucket="documents")  # mocks may stand within others, which keep it


@pytest.fixture(params=["s3", "memory"])
def files(request: pytest.FixtureRequest, s3: SdkService) -> DocumentFiles:
    return S3Documents(SdkBucket(s3, "documents")) if request.param == "s3" else MemoryDocuments()


def test_what_was_put_is_read_and_never_changes(files: DocumentFiles) -> None:
    first = files.put(KEY, b"%PDF-1", "application/pdf")
    second = files.put(KEY, b"%PDF-2", "application/pdf")

    assert (first, second) == (True, False)
    assert files.get(KEY) == b"%PDF-1"


def test_what_was_not_put_is_absent(files: DocumentFiles) -> None:
    files.put(KEY, b"%PDF-1", "application/pdf")

    assert files.get(KEY.replace("inv_", "other_")) is None


def test_a_file_has_its_media_type(s3: SdkService) -> None:
    S3Documents(SdkBucket(s3, "documents")).put(KEY, b"a,b\n", "text/csv; charset=utf-8")

    answer = s3.call("HeadObject", {"Bucket": "documents", "Key": KEY})

    assert answer["ContentType"] == "text/csv; charset=utf-8"


def test_a_bucket_that_is_not_there_is_told(s3: SdkService) -> None:
    files = S3Documents(SdkBucket(s3, "elsewhere"))

    with pytest.raises(KeepingError):
        files.put(KEY, b"", "text/csv")
    with pytest.raises(KeepingError):
        files.get(KEY)
