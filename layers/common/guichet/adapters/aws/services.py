"""The services that functions use, each made when it is first needed and kept for a worker's life."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from functools import cache
from typing import TYPE_CHECKING
from uuid import uuid4

from guichet.adapters.aws.service import AwsService
from guichet.adapters.aws.signed import DYNAMODB, SECRETS_MANAGER, SES, SQS, Dialect, SignedService
from guichet.adapters.aws.signing import Credentials
from guichet.adapters.http import Http
from guichet.settings import AwsAccess

if TYPE_CHECKING:
    from guichet.adapters.aws.objects import Bucket, SignedBucket


@cache
def dynamodb() -> AwsService:
    return _service("dynamodb", DYNAMODB)


@cache
def sqs() -> AwsService:
    return _service("sqs", SQS)


@cache
def ses() -> AwsService:
    return _service("sesv2", SES)


def secret_text(secret_arn: str) -> str:
    """The secret as it is now."""
    service = _service("secretsmanager", SECRETS_MANAGER)
    return str(service.call("GetSecretValue", {"SecretId": secret_arn})["SecretString"])


def objects(bucket: str, http: Http) -> Bucket:
    """What puts objects into a bucket and gets them: signed by ourselves in Lambda, elsewhere boto3."""
    from guichet.adapters.aws.objects import (  # noqa: PLC0415 - documents and reports only
        SdkBucket,
        SignedBucket,
    )

    access = AwsAccess.of_function("s3")
    if access is not None:
        return SignedBucket(http, bucket, access)
    from guichet.adapters.aws.sdk import sdk_service  # noqa: PLC0415 - boto3 outside Lambda

    return SdkBucket(sdk_service("s3"), bucket)


def bucket(name: str, http: Http) -> SignedBucket:
    """A bucket as a function reaches it, whose credentials sign links and forms as well.

    Raises:
        RuntimeError: this is no function.
    """
    from guichet.adapters.aws.objects import SignedBucket  # noqa: PLC0415 - where files are

    access = AwsAccess.of_function("s3")
    if access is None:
        raise RuntimeError("only a function hands out links and forms")
    return SignedBucket(http, name, access)


def send_messages(queue_url: str, messages: list[tuple[Mapping[str, str], int]]) -> None:
    """Put messages, each with its delay in seconds, into a queue, ten a call.

    Raises:
        RuntimeError: the queue did not take one; the caller's batch is repeated.
    """
    for start in range(0, len(messages), 10):
        entries = [
            {
                "Id": str(place),
                "MessageBody": json.dumps(dict(body), sort_keys=True),
                "DelaySeconds": delay,
            }
            for place, (body, delay) in enumerate(messages[start : start + 10])
        ]
        answer = sqs().call("SendMessageBatch", {"QueueUrl": queue_url, "Entries": entries})
        if answer.get("Failed"):
            raise RuntimeError(f"the queue did not take {len(answer['Failed'])} messages")


def send_in_order(queue_url: str, messages: Sequence[tuple[str, Mapping[str, str]]]) -> None:
    """Put messages into a queue of groups, each of which is taken in order; ten a call.

    None is held back as a repeat: what comes twice is done once anyway.

    Raises:
        RuntimeError: the queue did not take one; the caller's batch is repeated.
    """
    for start in range(0, len(messages), 10):
        entries = [
            {
                "Id": str(place),
                "MessageBody": json.dumps(dict(body), sort_keys=True),
                "MessageGroupId": group,
                "MessageDeduplicationId": uuid4().hex,
            }
            for place, (group, body) in enumerate(messages[start : start + 10])
        ]
        answer = sqs().call("SendMessageBatch", {"QueueUrl": queue_url, "Entries": entries})
        if answer.get("Failed"):
            raise RuntimeError(f"the queue did not take {len(answer['Failed'])} messages")


def _service(name: str, dialect: Dialect) -> AwsService:
    """Signed by ourselves in Lambda; elsewhere boto3, which finds any credentials."""
    access = AwsAccess.of_function(name)
    if access is None:
        from guichet.adapters.aws.sdk import sdk_service  # noqa: PLC0415 - boto3 outside Lambda

        return sdk_service(name)
    credentials = Credentials(access.access_key_id, access.secret_access_key, access.session_token)
    return SignedService(dialect, credentials, access.region, access.endpoint_url)
